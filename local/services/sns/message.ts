import { z } from "zod";
import { text } from "../protocol/fields";
import { AwsError } from "../service";

/** SNS's limit for a message, its attributes included; and for all messages of one batch. */
export const MAX_MESSAGE_BYTES = 256 * 1024;

const DATA_TYPE = /^(String|String\.Array|Number|Binary)(\.[\w.-]+)?$/;

const attributeSchema = z.object({
    DataType: z.string().regex(DATA_TYPE, { error: "String, String.Array, Number or Binary are allowed" }),
    StringValue: text(1, MAX_MESSAGE_BYTES).optional(),
    BinaryValue: z.base64().optional(),
});

/** The fields that Publish and an entry of PublishBatch share. */
export const messageFields = {
    Message: z.string(),
    Subject: z.string().optional(),
    MessageStructure: z.string().optional(),
    MessageAttributes: z.record(text(1, 256), attributeSchema).default({}),
};

/** One attribute of a message. */
export interface Attribute {
    readonly dataType: string;
    readonly value: string;
}

/** A message that SNS has accepted. */
export interface Message {
    readonly subject?: string;
    /** What a subscriber gets whose protocol has no text of its own. */
    readonly body: string;
    /** Texts for single protocols, from `MessageStructure: "json"`. */
    readonly bodies: Readonly<Record<string, string>>;
    readonly attributes: Readonly<Record<string, Attribute>>;
    /** What counts against the limit. */
    readonly bytes: number;
}

type MessageInput = z.output<z.ZodObject<typeof messageFields>>;

/**
 * Checks a message as SNS does.
 *
 * @throws AwsError `InvalidParameter` that lists every problem.
 */
export function checkMessage(input: MessageInput): Message {
    const problems: string[] = [];
    const attributes = readAttributes(input.MessageAttributes, problems);
    const attributeTexts = Object.entries(attributes).flatMap(([name, { dataType, value }]) => [
        name,
        dataType,
        value,
    ]);
    const bytes = [input.Message, ...attributeTexts].reduce((sum, part) => sum + Buffer.byteLength(part), 0);
    if (input.Message === "") problems.push("Empty message");
    if (bytes > MAX_MESSAGE_BYTES) {
        problems.push(
            `Message too long: ${bytes} bytes with its attributes, at most ${MAX_MESSAGE_BYTES} are allowed`,
        );
    }
    if (input.Subject !== undefined && !/^[!-~][ -~]{0,99}$/.test(input.Subject)) {
        problems.push("Subject: 1 to 100 printable ASCII characters are allowed, the first not a space");
    }
    const bodies = readBodies(input, problems);
    if (problems.length > 0)
        throw new AwsError("InvalidParameter", `Invalid parameter: ${problems.join("; ")}`);
    return { subject: input.Subject, body: bodies.default ?? input.Message, bodies, attributes, bytes };
}

function readAttributes(given: MessageInput["MessageAttributes"], problems: string[]) {
    const attributes: Record<string, Attribute> = {};
    for (const [name, { DataType: dataType, StringValue: string, BinaryValue: binary }] of Object.entries(
        given,
    )) {
        const value = dataType.startsWith("Binary") ? binary : string;
        if (value === undefined)
            problems.push(`MessageAttributes.${name}: the value for ${dataType} is missing`);
        else if (dataType.startsWith("Number") && !Number.isFinite(Number(value))) {
            problems.push(`MessageAttributes.${name}: "${value}" is not a number`);
        } else if (dataType.startsWith("String.Array") && !isJsonArray(value)) {
            problems.push(`MessageAttributes.${name}: a String.Array is a JSON array, got "${value}"`);
        } else attributes[name] = { dataType, value };
    }
    return attributes;
}

function isJsonArray(text: string): boolean {
    try {
        return Array.isArray(JSON.parse(text));
    } catch {
        return false;
    }
}

const bodiesSchema = z.looseObject({ default: z.string() });

function readBodies(input: MessageInput, problems: string[]): Readonly<Record<string, string>> {
    if (input.MessageStructure === undefined) return {};
    if (input.MessageStructure !== "json") {
        problems.push(`MessageStructure: "json" is allowed, got "${input.MessageStructure}"`);
        return {};
    }
    try {
        const bodies = bodiesSchema.parse(JSON.parse(input.Message));
        const isText = (entry: [string, unknown]): entry is [string, string] => typeof entry[1] === "string";
        return Object.fromEntries(Object.entries(bodies).filter(isText));
    } catch {
        problems.push(
            'Message Structure - with "json" the message must be a JSON object with a text "default"',
        );
        return {};
    }
}
