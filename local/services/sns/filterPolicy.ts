import { z } from "zod";
import type { Attribute } from "./message";

/** For each attribute the values that let a message through. */
export type FilterPolicy = Readonly<Record<string, readonly (string | number)[]>>;

const policySchema = z.record(
    z.string(),
    z
        .array(
            z.union([z.string(), z.number()], {
                error: "the local stack matches exact strings and numbers only, no prefix, range or anything-but",
            }),
            { error: "a list of values is needed" },
        )
        .min(1),
);

/** Reads a subscription's filter policy, JSON text. Throws a ZodError for what the local stack cannot match. */
export function parseFilterPolicy(json: string): FilterPolicy {
    return policySchema.parse(JSON.parse(json));
}

/** Whether a message's attributes pass: every attribute of the policy must be there with one of its values. */
export function passes(policy: FilterPolicy, attributes: Readonly<Record<string, Attribute>>): boolean {
    return Object.entries(policy).every(([name, allowed]) => {
        const attribute = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
        return attribute !== undefined && valuesOf(attribute).some((value) => allowed.includes(value));
    });
}

function valuesOf({ dataType, value }: Attribute): (string | number)[] {
    if (dataType.startsWith("Number")) return [Number(value)];
    if (!dataType.startsWith("String.Array")) return [value];
    const list: unknown = JSON.parse(value);
    return Array.isArray(list)
        ? list.filter((item): item is string | number => typeof item === "string" || typeof item === "number")
        : [];
}
