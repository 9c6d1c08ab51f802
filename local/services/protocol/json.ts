import { AwsError } from "../service";

/** Reads the body of an AWS JSON request; an empty body is an empty object. */
export function parseJson(body: Buffer): unknown {
    if (body.length === 0) return {};
    try {
        return JSON.parse(body.toString("utf8"));
    } catch {
        throw new AwsError("SerializationException", "The body is not valid JSON.");
    }
}

/** Renders an answer of the AWS JSON protocols: moments as seconds since 1970, bytes as base64. */
export function renderJson(result: object): string {
    return JSON.stringify(toJson(result));
}

function toJson(value: unknown): unknown {
    if (value instanceof Date) return value.getTime() / 1000;
    if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
    if (value instanceof Map) return mapValues([...(value as Map<string, unknown>)]);
    if (Array.isArray(value)) return value.map(toJson);
    if (typeof value === "object" && value !== null) return mapValues(Object.entries(value));
    return value;
}

function mapValues(entries: [string, unknown][]): Record<string, unknown> {
    return Object.fromEntries(entries.map(([key, value]) => [key, toJson(value)]));
}
