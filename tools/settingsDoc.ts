/**
 * Writes docs/settings.md from the schema of the settings.
 *
 *     tsx tools/settingsDoc.ts           writes it
 *     tsx tools/settingsDoc.ts --check   fails where the file differs
 */
import { join } from "node:path";
import { z } from "zod";
import { ENVIRONMENTS, type Environment } from "../config/environment";
import { settingsSchema } from "../config/settings";
import { writeOrCheck } from "./generated";

export const SETTINGS_DOC = join(__dirname, "../docs/settings.md");

/** One key of the settings. */
export interface SettingRow {
    /** Where it is, such as `database.adopt.securityGroupId`. */
    readonly path: string;
    readonly description: string;
    /** What a value may be, in words; empty for a section. */
    readonly allowed: string;
    /** The default per environment, as YAML's flow style; `undefined` where there is none. */
    readonly defaults: Readonly<Record<Environment, string | undefined>>;
    /** Whether it must be given wherever its section is. */
    readonly required: boolean;
    readonly isSection: boolean;
}

/** Every key of the settings, a section before what is in it. */
export function settingRows(): SettingRow[] {
    const defaults = ENVIRONMENTS.map(
        (environment) =>
            [environment, settingsSchema(environment).parse({ owner: "-", costCenter: "-" })] as const,
    );
    return rowsIn(settingsSchema("dev"), [], (path) =>
        Object.fromEntries(defaults.map(([environment, all]) => [environment, yaml(valueAt(all, path))])),
    );
}

type DefaultsAt = (path: readonly string[]) => Record<string, string | undefined>;

function rowsIn(section: z.ZodObject, above: readonly string[], defaultsAt: DefaultsAt): SettingRow[] {
    return Object.entries(section.shape).flatMap(([key, schema]) => {
        const path = [...above, key];
        const { inner, description } = unwrapped(schema as z.ZodType);
        const isSection = inner instanceof z.ZodObject;
        const required = !(schema as z.ZodType).safeParse(undefined).success;
        const row = {
            path: path.join("."),
            description,
            allowed: isSection ? "" : allowedBy(inner),
            defaults: required ? NONE : { ...NONE, ...defaultsAt(path) },
            required,
            isSection,
        };
        return [row, ...(isSection ? rowsIn(inner, path, defaultsAt) : [])];
    });
}

const NONE: SettingRow["defaults"] = { dev: undefined, prod: undefined, local: undefined };

/** A schema without what only says that it may be left out, and the first description met on the way in. */
function unwrapped(schema: z.ZodType): { inner: z.ZodType; description: string } {
    const description = schema.description ?? "";
    const isWrapper =
        schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault;
    if (!isWrapper) return { inner: schema, description };
    const within = unwrapped(schema.unwrap() as z.ZodType);
    return { inner: within.inner, description: description === "" ? within.description : description };
}

/** The parts of a JSON schema that say what a setting may be. */
const limitsSchema = z.object({
    type: z.string(),
    enum: z.array(z.union([z.string(), z.number()])).optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    multipleOf: z.number().optional(),
    minItems: z.number().optional(),
    maxItems: z.number().optional(),
});

/** What a value may be, in the words that a refusal would use. */
function allowedBy(schema: z.ZodType): string {
    const limits = limitsSchema.parse(z.toJSONSchema(schema, { io: "input" }));
    if (limits.enum !== undefined) return limits.enum.map((value) => `\`${value}\``).join(", ");
    if (limits.type === "boolean") return "`true`, `false`";
    if (schema instanceof z.ZodArray) {
        const { minItems, maxItems } = limits;
        const count = maxItems === undefined ? "" : `, ${minItems ?? 0} to ${maxItems} entries`;
        return `list${count}, each: ${allowedBy(schema.element as z.ZodType)}`;
    }
    // The words for text belong to its pattern; no pattern here takes the empty text.
    if (limits.type === "string") return schema.safeParse("").error?.issues[0]?.message ?? "text";
    const { minimum, maximum = Infinity, multipleOf } = limits;
    const kind = limits.type === "integer" ? "whole number" : "number";
    const bounds = maximum < Number.MAX_SAFE_INTEGER ? `${minimum} to ${maximum}` : `at least ${minimum}`;
    return `${kind}, ${bounds}${multipleOf === undefined ? "" : `, in steps of ${multipleOf}`}`;
}

function valueAt(settings: unknown, path: readonly string[]): unknown {
    return path.reduce<unknown>(
        (node, key) =>
            typeof node === "object" && node !== null ? (node as Record<string, unknown>)[key] : undefined,
        settings,
    );
}

function yaml(value: unknown): string | undefined {
    return value === undefined ? undefined : JSON.stringify(value);
}

/** The whole document, as Markdown. */
export function settingsDoc(rows: readonly SettingRow[]): string {
    const top = rows.filter(({ path }) => !path.includes("."));
    const plain = top.filter(({ isSection }) => !isSection);
    const sections = top.filter(({ isSection }) => isSection);
    return [
        "<!-- Generated by tools/settingsDoc.ts from config/settings.ts. Change that, then run it. -->",
        "",
        "# Settings",
        "",
        "A stack's settings are the keys of `Pulumi.STACK.yaml` that start with `bqx-ml:`. They are checked as a whole",
        "before anything else happens: every problem is listed, and an unknown key is one.",
        "",
        "```yaml",
        "config:",
        "  bqx-ml:owner: ml-platform",
        "  bqx-ml:costCenter: fx-research",
        "  bqx-ml:network:",
        "    nat: onePerZone",
        "```",
        "",
        ...table(plain, 0),
        ...sections.flatMap(({ path, description }) => [
            "",
            `## ${path}`,
            "",
            `${description}.`,
            "",
            ...table(
                rows.filter((row) => row.path.startsWith(`${path}.`)),
                path.length + 1,
            ),
        ]),
        "",
    ].join("\n");
}

function table(rows: readonly SettingRow[], prefixLength: number): string[] {
    return [
        "| Key | What it is | Allowed | Default |",
        "| --- | --- | --- | --- |",
        ...rows.map((row) => {
            const cells = [
                `\`${row.path.slice(prefixLength)}\``,
                row.description,
                row.isSection ? "the keys below" : row.allowed,
                defaultOf(row),
            ];
            return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
        }),
    ];
}

function defaultOf({ required, defaults }: SettingRow): string {
    if (required) return "**required**";
    const code = (value: string | undefined) => (value === undefined ? "none" : `\`${value}\``);
    if (new Set(Object.values(defaults)).size === 1) return code(defaults.dev);
    return ENVIRONMENTS.map((environment) => `${environment} ${code(defaults[environment])}`).join(", ");
}

if (require.main === module) {
    writeOrCheck(SETTINGS_DOC, settingsDoc(settingRows()), process.argv.includes("--check"));
}
