import { createHash, randomBytes } from "node:crypto";
import type { z } from "zod";
import type { PhysicalName, ResourceType } from "./define";
import { judgeable } from "./rules";
import { containsUnknown, isObject, type Properties, type Sealed, UNKNOWN } from "./values";

/** One thing that AWS would refuse. */
export interface Failure {
    /** The top-level argument; "" for a secret, because the engine shows the value of the argument that is named here. */
    readonly property: string;
    /** Where, what was got, what is allowed. Never holds a secret. */
    readonly reason: string;
}

/** The inputs to record, with documents as text and the name filled in, and all that is wrong with them. */
export interface Checked extends Sealed {
    readonly failures: readonly Failure[];
}

/** Names of inputs that were made up and not given. The key is the Terraform bridge's own, so state reads the same. */
export const DEFAULTS_KEY = "__defaults";

/** What is longer than this is cut in messages. */
const SHOWN_CHARACTERS = 80;

/** Judges a resource's new inputs as AWS would; `seed` makes the same name in the preview and the update. */
export function checkInputs(
    type: ResourceType,
    logicalName: string,
    news: Sealed,
    olds: Properties,
    seed: Uint8Array,
): Checked {
    const given = withoutDefaultsKey(news.values);
    for (const name of type.documents) {
        if (isObject(given[name]))
            given[name] = containsUnknown(given[name]) ? UNKNOWN : JSON.stringify(given[name]);
    }
    const values = nameResource(type.physicalName, logicalName, given, olds, seed);
    const secretKeys = [...new Set([...news.secretKeys, ...type.secrets.filter((name) => name in given)])];
    const secret = new Set(secretKeys);
    const failures = judge(type, withoutDefaultsKey(values), secret).map((failure) =>
        secret.has(failure.property) ? { ...failure, property: "" } : failure,
    );
    return { values, secretKeys, failures };
}

/** The inputs without the note of which were made up. */
export function withoutDefaultsKey(values: Properties): Properties {
    return Object.fromEntries(Object.entries(values).filter(([name]) => name !== DEFAULTS_KEY));
}

function nameResource(
    naming: PhysicalName | undefined,
    logicalName: string,
    given: Properties,
    olds: Properties,
    seed: Uint8Array,
): Properties {
    if (naming === undefined || naming.autoName === false || given[naming.property] !== undefined)
        return given;
    if (naming.prefixProperty !== undefined && given[naming.prefixProperty] !== undefined) return given;
    const wasMadeUp = Array.isArray(olds[DEFAULTS_KEY]) && olds[DEFAULTS_KEY].includes(naming.property);
    const name = wasMadeUp ? olds[naming.property] : madeUpName(naming, logicalName, given, seed);
    return { ...given, [naming.property]: name, [DEFAULTS_KEY]: [naming.property] };
}

function madeUpName(naming: PhysicalName, logicalName: string, given: Properties, seed: Uint8Array): string {
    const entropy = seed.length > 0 ? seed : randomBytes(32);
    const unique = createHash("sha256").update(entropy).update(naming.property).digest("hex").slice(0, 7);
    const before = naming.before ?? "";
    const after = `-${unique}${naming.after?.(given) ?? ""}`;
    const name = `${before}${logicalName.slice(0, naming.maxLength - before.length - after.length)}${after}`;
    return naming.lowercase === true ? name.toLowerCase() : name;
}

function judge(type: ResourceType, given: Properties, secret: ReadonlySet<string>): Failure[] {
    const result = type.inputs.safeParse(given);
    const issues = (result.error?.issues ?? []).filter((issue) => !concernsUnknown(issue, given));
    const failures = issues.flatMap((issue) => describe(type, issue, given, secret));
    const malformed = new Set(failures.map(({ property }) => property));
    for (const rule of type.rules) {
        if (!judgeable(rule, given) || rule.names.some((name) => malformed.has(name))) continue;
        const problem = rule.problem(given);
        const property = rule.names[0] ?? "";
        if (problem !== undefined) failures.push({ property, reason: `${property}: ${problem}` });
    }
    return failures;
}

/** True where the issue is about a value that only the deployment will know, or about a whole that contains one. */
function concernsUnknown(issue: z.core.$ZodIssue, given: Properties): boolean {
    const values = valuesAlong(issue.path, given);
    const last = values.at(-1);
    return values.some((value) => value === UNKNOWN) || (issue.code === "custom" && containsUnknown(last));
}

function describe(
    type: ResourceType,
    issue: z.core.$ZodIssue,
    given: Properties,
    secret: ReadonlySet<string>,
): Failure[] {
    const path = pathText(issue.path);
    const property = String(issue.path[0] ?? "");
    if (issue.code === "unrecognized_keys") {
        return issue.keys.map((key) => {
            const where = path === "" ? key : `${path}.${key}`;
            return {
                property: property === "" ? key : property,
                reason: `${where}: not an argument of ${type.token} that this local stack knows`,
            };
        });
    }
    const value = valuesAlong(issue.path, given).at(-1);
    if (value === undefined) return [{ property, reason: `${path}: required, but missing` }];
    const got = secret.has(property) ? "a secret value" : shown(value);
    return [{ property, reason: `${path}: got ${got}; allowed: ${allowed(issue)}` }];
}

function allowed(issue: z.core.$ZodIssue): string {
    switch (issue.code) {
        case "invalid_type":
            return issue.expected === "int" ? "a whole number" : `a ${issue.expected}`;
        case "invalid_value":
            return issue.values.map((value) => JSON.stringify(value)).join(", ");
        case "too_small":
            return `at least ${issue.minimum.toString()}${unitOf(issue.origin)}`;
        case "too_big":
            return `at most ${issue.maximum.toString()}${unitOf(issue.origin)}`;
        default:
            // Patterns and refinements carry their own sentence.
            return issue.message;
    }
}

function unitOf(origin: string): string {
    if (origin === "string") return " characters";
    return origin === "array" || origin === "record" ? " entries" : "";
}

function shown(value: unknown): string {
    const text = JSON.stringify(value);
    return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}

function valuesAlong(path: readonly PropertyKey[], given: Properties): unknown[] {
    let value: unknown = given;
    return path.map((key) => {
        value = typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
        return value;
    });
}

function pathText(path: readonly PropertyKey[]): string {
    return path
        .map((key, index) =>
            typeof key === "number" ? `[${key}]` : `${index === 0 ? "" : "."}${String(key)}`,
        )
        .join("");
}
