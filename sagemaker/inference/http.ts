import type { IncomingMessage } from "node:http";
import { Refusal } from "./refusal";

/** What a request is answered with. */
export interface Reply {
    readonly status: number;
    readonly contentType: string;
    readonly body: string;
    readonly headers?: Readonly<Record<string, string>>;
    /** What the log says of the request besides. */
    readonly logged?: Readonly<Record<string, unknown>>;
}

export const JSON_TYPE = "application/json";
export const CSV_TYPE = "text/csv";
const TYPES = [JSON_TYPE, CSV_TYPE] as const;

export const jsonReply = (status: number, content: object, more: Partial<Reply> = {}): Reply => ({
    status,
    contentType: JSON_TYPE,
    body: JSON.stringify(content),
    ...more,
});

/**
 * The body of a request. One that is too large is not kept: Node reads and drops the rest, so that the answer gets through.
 * @throws Refusal 413
 */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
    const tooLarge = () => new Refusal(413, `The body is too large: allowed are ${maxBytes} bytes`);
    return new Promise((resolve, reject) => {
        if (Number(request.headers["content-length"] ?? 0) > maxBytes) {
            reject(tooLarge());
            return;
        }
        const chunks: Buffer[] = [];
        let bytes = 0;
        request.on("data", (chunk: Buffer) => {
            bytes += chunk.length;
            if (bytes <= maxBytes) chunks.push(chunk);
            else {
                chunks.length = 0;
                reject(tooLarge());
            }
        });
        request.once("end", () => resolve(Buffer.concat(chunks)));
        request.once("error", reject);
    });
}

/** A content type without its parameters, and these. */
export interface MediaType {
    readonly type: (typeof TYPES)[number];
    readonly parameters: ReadonlyMap<string, string>;
}

/** @throws Refusal 415 where the body is of a kind that cannot be read */
export function contentTypeOf({ headers }: IncomingMessage): MediaType {
    const encoding = headers["content-encoding"] ?? "identity";
    if (encoding !== "identity") throw new Refusal(415, `Content-Encoding: got ${encoding}, allowed: none`);
    const [name = "", ...parameters] = partsOf(headers["content-type"] ?? JSON_TYPE);
    const type = TYPES.find((each) => each === name);
    if (type === undefined) throw new Refusal(415, `Content-Type: got ${name}, allowed: ${TYPES.join(", ")}`);
    return { type, parameters: new Map(parameters.map((each) => splitAt(each, "="))) };
}

/**
 * The first kind of answer among those that the client accepts.
 * @throws Refusal 406 where it accepts none that can be given
 */
export function acceptedType({ headers: { accept = "*/*" } }: IncomingMessage): (typeof TYPES)[number] {
    for (const range of accept.split(",")) {
        const [name = ""] = partsOf(range);
        const type = TYPES.find(
            (each) => name === each || name === "*/*" || name === `${splitAt(each, "/")[0]}/*`,
        );
        if (type !== undefined) return type;
    }
    throw new Refusal(406, `Accept: got ${accept}, allowed: ${TYPES.join(", ")}`);
}

const partsOf = (header: string): string[] => header.split(";").map((part) => part.trim().toLowerCase());

function splitAt(text: string, separator: string): [string, string] {
    const [before = "", after = ""] = text.split(separator, 2);
    return [before, after];
}
