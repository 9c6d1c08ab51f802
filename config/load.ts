import { readFileSync } from "node:fs";
import { z } from "zod";
import { parseDocument } from "yaml";
import { environmentOf } from "./environment";
import { settingsSchema, type Settings } from "./settings";
import { PROJECT } from "./tags";

/** The stack's settings are not usable. The message lists every problem: which key, what it holds, what is allowed. */
export class SettingsError extends Error {
    override readonly name = "SettingsError";

    constructor(
        stack: string,
        readonly problems: readonly string[],
    ) {
        const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
        super(
            `Pulumi.${stack}.yaml has ${count}:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`,
        );
    }
}

/**
 * Checks a stack's settings, fills in the defaults and freezes the result at every depth.
 * @param raw the values under the project's keys, without the `bqx-ml:` prefix
 * @throws SettingsError listing every problem
 */
export function parseSettings(stack: string, raw: Readonly<Record<string, unknown>>): Settings {
    const result = settingsSchema(environmentOf(stack)).safeParse(raw);
    if (!result.success)
        throw new SettingsError(
            stack,
            result.error.issues.flatMap((issue) => describe(issue, raw)),
        );
    return deepFreeze(result.data);
}

/**
 * The settings among Pulumi's configuration values, as `pulumi.runtime.allConfig()` gives them: full keys, and text that
 * is JSON where the value is an object or a list.
 * @throws SettingsError listing every problem
 */
export function settingsFromConfig(stack: string, config: Readonly<Record<string, string>>): Settings {
    return parseSettings(stack, ownValues(config, valueOf));
}

/**
 * The settings in a stack file, read without the engine, so that a mistake is told at once.
 * @throws SettingsError listing every problem
 */
export function settingsFromFile(stack: string, path: string): Settings {
    const document = parseDocument(readFileSync(path, "utf8"));
    if (document.errors.length > 0) {
        throw new SettingsError(
            stack,
            // The first line says what and where; the picture of the place below it does not fit into a list.
            document.errors.map(({ message }) => `not valid YAML: ${message.split(":\n")[0] ?? ""}`),
        );
    }
    const file = stackFile.safeParse(document.toJS());
    if (!file.success) throw new SettingsError(stack, ["config: must hold keys with values"]);
    const config = file.data?.config ?? {};
    const foreign = Object.keys(config).filter((key) => !key.includes(":"));
    if (foreign.length > 0) {
        throw new SettingsError(
            stack,
            foreign.map((key) => `${key}: a key needs its namespace, as in "${PROJECT}:${key}"`),
        );
    }
    return parseSettings(stack, ownValues(config, asPulumiReads));
}

const stackFile = z.looseObject({ config: z.record(z.string(), z.unknown()).nullish() }).nullable();

/** The values under the project's keys, without their prefix. */
function ownValues<T>(config: Readonly<Record<string, T>>, read: (value: T) => unknown) {
    const own = Object.entries(config).filter(([key]) => key.startsWith(`${PROJECT}:`));
    return Object.fromEntries(own.map(([key, value]) => [key.slice(PROJECT.length + 1), read(value)]));
}

/** Pulumi hands a number or a truth value right under a key on as text, so that `costCenter: 4711` is a name. */
function asPulumiReads(value: unknown): unknown {
    return typeof value === "number" || typeof value === "boolean" ? String(value) : value;
}

function valueOf(text: string): unknown {
    if (!/^[[{]/.test(text)) return text;
    try {
        return JSON.parse(text) as unknown;
    } catch {
        return text; // Plain text that starts with a bracket: the schema says what it may be.
    }
}

function describe(issue: z.core.$ZodIssue, raw: unknown): string[] {
    const key = issue.path.join(".");
    if (issue.code === "unrecognized_keys") {
        return issue.keys.map((unknown) => `${[...issue.path, unknown].join(".")}: there is no such setting`);
    }
    const value = issue.path.reduce<unknown>(
        (node, part) => (node as Record<PropertyKey, unknown> | undefined)?.[part],
        raw,
    );
    const got =
        value === undefined ? "nothing" : typeof value === "number" ? String(value) : JSON.stringify(value);
    return [`${key}: got ${got}, allowed: ${allowed(issue)}`];
}

function allowed(issue: z.core.$ZodIssue): string {
    switch (issue.code) {
        case "invalid_type":
            return `a value of type ${issue.expected}`;
        case "invalid_value":
            return issue.values.map(String).join(", ");
        case "too_small":
            return `at least ${issue.minimum}${unitOf(issue.origin)}`;
        case "too_big":
            return `at most ${issue.maximum}${unitOf(issue.origin)}`;
        case "not_multiple_of":
            return `multiples of ${issue.divisor}`;
        default:
            return issue.message;
    }
}

function unitOf(origin: string): string {
    if (origin === "string") return " characters";
    return origin === "array" ? " entries" : "";
}

function deepFreeze<T>(value: T): T {
    if (typeof value === "object" && value !== null) {
        Object.values(value).forEach(deepFreeze);
        Object.freeze(value);
    }
    return value;
}
