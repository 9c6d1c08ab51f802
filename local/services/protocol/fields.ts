import { z } from "zod";

// Query requests carry only text where JSON has numbers, booleans and lists. These fields take both spellings, so
// that an operation is written once.

const fromText = (convert: (text: string) => unknown) => (value: unknown) =>
    typeof value === "string" && value !== "" ? convert(value) : value;

/** A finite number: NaN and the infinities are refused, as AWS refuses them. */
export const decimal = () => z.preprocess(fromText(Number), z.number());

/** A whole number between two bounds, both included. */
export const integer = (minimum: number, maximum: number) =>
    z.preprocess(fromText(Number), z.int().min(minimum).max(maximum));

export const flag = () =>
    z.preprocess(
        fromText((text) => ({ true: true, false: false })[text] ?? text),
        z.boolean(),
    );

/** A moment: seconds since 1970 in JSON, ISO 8601 in Query. */
export const instant = () =>
    z.preprocess((value) => {
        if (typeof value === "number") return new Date(value * 1000);
        return typeof value === "string" ? new Date(value) : value;
    }, z.date());

/** A list; Query spells an empty one as an empty text. */
export const list = <Item extends z.ZodType>(item: Item, maximum: number, minimum = 0) =>
    z.preprocess((value) => (value === "" ? [] : value), z.array(item).min(minimum).max(maximum));

/** Text whose length, in characters, is between two bounds. */
export const text = (minimum: number, maximum: number) => z.string().min(minimum).max(maximum);

/** A field that must be left out, and why. */
export const absent = (reason: string) => z.undefined({ error: reason }).optional();

/** Every problem of one parse in one sentence: `MetricData.0.Value: expected number, received NaN; ...`. */
export function describeProblems(error: z.ZodError): string {
    return error.issues
        .map((issue) => `${issue.path.length > 0 ? `${issue.path.join(".")}: ` : ""}${messageOf(issue)}`)
        .join("; ");
}

/** Of a key that does not fit, zod's own message says just that; what is allowed is one level below. */
function messageOf(issue: z.core.$ZodIssue): string {
    return issue.code === "invalid_key" ? issue.issues.map(messageOf).join(", ") : issue.message;
}
