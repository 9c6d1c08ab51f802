import type { IncomingMessage, ServerResponse } from "node:http";
import type { RequestContext } from "../service";
import type { BucketSettings } from "./settings";
import type { BucketStore } from "./store";
import { toXml, type XmlValue } from "./xml";

/** A deployed bucket: what it was configured to be and what it holds. */
export interface Bucket {
    readonly name: string;
    readonly settings: BucketSettings;
    readonly store: BucketStore;
}

/** The deployed buckets, as operations see them. */
export interface Buckets {
    names(): readonly string[];
    /** Throws NoSuchBucket. */
    open(name: string): Promise<Bucket>;
    /** When the bucket's folder was made, in milliseconds since the epoch. */
    createdAt(name: string): Promise<number>;
}

/** One request to the service itself. */
export interface Call {
    readonly request: IncomingMessage;
    readonly response: ServerResponse;
    readonly context: RequestContext;
    readonly query: URLSearchParams;
    readonly buckets: Buckets;
}

/** One request to a bucket that exists. */
export interface BucketCall extends Call {
    readonly bucket: Bucket;
}

/** One request to a key, of legal length, in a bucket that exists. */
export interface ObjectCall extends BucketCall {
    readonly key: string;
}

/** A request header's value by lower-case name. */
export function header(call: Call, name: string): string | undefined {
    const value = call.request.headers[name];
    return Array.isArray(value) ? value.join(",") : value;
}

/** Answers 200 with an XML document. */
export function sendXml(
    call: Call,
    root: string,
    value: XmlValue,
    headers: Readonly<Record<string, string>> = {},
): void {
    const body = Buffer.from(toXml(root, value));
    call.response.writeHead(200, {
        ...headers,
        "content-type": "application/xml",
        "content-length": body.length,
    });
    call.response.end(body);
}

/** Answers with a status and headers alone. */
export function sendEmpty(call: Call, status: number, headers: Readonly<Record<string, string>> = {}): void {
    call.response.writeHead(status, headers);
    call.response.end();
}

/** A moment as S3's documents write it. */
export function isoTime(milliseconds: number): string {
    return new Date(milliseconds).toISOString();
}
