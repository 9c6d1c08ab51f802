import { randomBytes, randomInt } from "node:crypto";
import { z } from "zod";
import { defineType } from "../define";
import { rule } from "../rules";
import { int } from "./common";

const LOWER = "abcdefghijklmnopqrstuvwxyz";
const UPPER = LOWER.toUpperCase();
const DIGITS = "0123456789";
const SPECIAL = "!@#$%&*()-_=+[]{}<>:?";

const keepers = z.record(z.string(), z.string()).optional();
const least = z.int().min(0).optional();

const randomPassword = defineType({
    token: "random:index/randomPassword:RandomPassword",
    inputs: z.strictObject({
        keepers,
        length: z.int().min(1),
        lower: z.boolean().optional(),
        minLower: least,
        minNumeric: least,
        minSpecial: least,
        minUpper: least,
        number: z.boolean().optional(),
        numeric: z.boolean().optional(),
        overrideSpecial: z.string().optional(),
        special: z.boolean().optional(),
        upper: z.boolean().optional(),
    }),
    rules: [
        rule(["length", "minLower", "minNumeric", "minSpecial", "minUpper"], (inputs) => {
            const minimums = [inputs.minLower, inputs.minNumeric, inputs.minSpecial, inputs.minUpper];
            const needed = minimums.reduce((sum: number, value) => sum + Number(value ?? 0), 0);
            return needed > Number(inputs.length)
                ? `got ${Number(inputs.length)}; allowed: at least ${needed}`
                : undefined;
        }),
        rule(["lower", "numeric", "number", "special", "upper"], (inputs) =>
            [inputs.lower, inputs.numeric ?? inputs.number, inputs.special, inputs.upper].every(
                (kind) => kind === false,
            )
                ? "got false for all kinds of characters; allowed: at least one true"
                : undefined,
        ),
    ],
    replaceOn: [
        "keepers",
        "length",
        "lower",
        "minLower",
        "minNumeric",
        "minSpecial",
        "minUpper",
        "number",
        "numeric",
        "overrideSpecial",
        "special",
        "upper",
    ],
    secrets: ["result", "bcryptHash"],
    identify: ({ uuid }) => uuid("password"),
    derive: ({ once }, inputs) => ({
        result: once("result", () =>
            password(inputs.length, [
                kind(inputs.lower, LOWER, inputs.minLower),
                kind(inputs.upper, UPPER, inputs.minUpper),
                kind(inputs.numeric ?? inputs.number, DIGITS, inputs.minNumeric),
                kind(inputs.special, inputs.overrideSpecial ?? SPECIAL, inputs.minSpecial),
            ]),
        ),
    }),
});

const randomId = defineType({
    token: "random:index/randomId:RandomId",
    inputs: z.strictObject({ byteLength: int(1, 1024), keepers, prefix: z.string().optional() }),
    replaceOn: ["byteLength", "keepers", "prefix"],
    identify: (_, { byteLength }) => randomBytes(byteLength).toString("base64url"),
    derive: ({ id, once }, { prefix = "" }) => {
        const bytes = () => Buffer.from(id, "base64url");
        return {
            b64Std: once("b64Std", () => prefix + bytes().toString("base64")),
            b64Url: once("b64Url", () => prefix + id),
            dec: once("dec", () => prefix + BigInt(`0x${bytes().toString("hex")}`).toString()),
            hex: once("hex", () => prefix + bytes().toString("hex")),
        };
    },
});

interface Kind {
    readonly characters: string;
    readonly least: number;
}

function kind(wanted: boolean | undefined, characters: string, minimum: number | undefined): Kind {
    return wanted === false ? { characters: "", least: 0 } : { characters, least: minimum ?? 0 };
}

/** The minimum of each kind, the rest from all kinds, in random order. */
function password(length: number, kinds: readonly Kind[]): string {
    const all = kinds.map(({ characters }) => characters).join("");
    const picked = kinds.flatMap(({ characters, least }) =>
        Array.from({ length: least }, () => pick(characters)),
    );
    while (picked.length < length) picked.push(pick(all));
    for (let i = picked.length - 1; i > 0; i--) {
        const j = randomInt(i + 1);
        [picked[i], picked[j]] = [picked[j] ?? "", picked[i] ?? ""];
    }
    return picked.join("");
}

function pick(characters: string): string {
    return characters.charAt(randomInt(characters.length));
}

/** Random values that live in the state. */
export const randomTypes = [randomPassword, randomId];
