import { z } from "zod";

/**
 * Checks what a function is given.
 * @param what what it is, in a word: `event`
 * @throws Error listing every problem; the values of variables are not shown
 */
export function checked<Schema extends z.ZodType>(
    what: string,
    schema: Schema,
    value: unknown,
): z.output<Schema> {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    throw new Error(`The ${what} cannot be used:\n${z.prettifyError(parsed.error)}`);
}
