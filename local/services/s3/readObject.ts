import type { FileHandle } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { type Bucket, header, type ObjectCall, sendEmpty } from "./call";
import { checksumHeader } from "./checksums";
import { isNotModified, readConditions } from "./conditions";
import { S3Error } from "./errors";
import type { StoredVersion } from "./keyIndex";
import { responseHeaders } from "./objectHeaders";

/** Query parameters with which a caller replaces a header of the answer. */
const RESPONSE_OVERRIDES = [
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-type",
    "expires",
];

/** Both ends are included, as in HTTP. */
export interface ByteRange {
    readonly start: number;
    readonly end: number;
}

/** GetObject and HeadObject, which differ only in whether the bytes follow. */
export async function getObject(call: ObjectCall): Promise<void> {
    if (call.query.has("partNumber")) {
        throw new S3Error("NotImplemented", {
            message: "The local S3 does not read single parts of an object (partNumber): ask for a Range",
        });
    }
    const { version, data } = await openVersion(call.bucket, call.key, call.query.get("versionId"));
    try {
        await answer(call, version, data);
    } finally {
        await data.close();
    }
}

/**
 * The version a request names, or the current one. Throws NoSuchKey, NoSuchVersion, and for a delete marker
 * what S3 says of it: 404 where it hides the object, 405 where it was asked for by its id.
 */
export function findVersion(bucket: Bucket, key: string, versionId: string | null): StoredVersion {
    const { index } = bucket.store;
    const version = versionId === null ? index.newest(key) : index.find(key, versionId);
    const details = { Key: key };
    if (version === undefined) {
        throw versionId === null
            ? new S3Error("NoSuchKey", { details })
            : new S3Error("NoSuchVersion", { details: { ...details, VersionId: versionId } });
    }
    if (version.deleteMarker) {
        const headers = { "x-amz-delete-marker": "true", "x-amz-version-id": version.versionId };
        throw versionId === null
            ? new S3Error("NoSuchKey", { details, headers })
            : new S3Error("MethodNotAllowed", { details, headers: { ...headers, allow: "DELETE" } });
    }
    return version;
}

/** A version and its open bytes, which the caller closes. */
export async function openVersion(
    bucket: Bucket,
    key: string,
    versionId: string | null,
): Promise<{ version: StoredVersion; data: FileHandle }> {
    for (;;) {
        const version = findVersion(bucket, key, versionId);
        const data = await bucket.store.openData(version);
        if (data !== undefined) return { version, data };
        // Replaced between the look-up and the opening: look again. Still listed without bytes, it is
        // damaged.
        if (bucket.store.index.find(key, version.versionId)?.id === version.id) {
            throw new Error(`The bytes of "${key}" in ${bucket.name} are missing on disk`);
        }
    }
}

/**
 * Reads a Range header against an object's size. Undefined means the whole object: S3 ignores what it cannot
 * read, and several ranges in one request. Throws InvalidRange where no byte of the range exists.
 */
export function parseRange(text: string | undefined, sizeBytes: number): ByteRange | undefined {
    const groups = /^bytes=(?<first>\d*)-(?<last>\d*)$/.exec(text?.trim() ?? "")?.groups;
    const { first = "", last = "" } = groups ?? {};
    if (first === "" && last === "") return undefined;
    const range =
        first === ""
            ? { start: Math.max(0, sizeBytes - Number(last)), end: sizeBytes - 1 }
            : { start: Number(first), end: Math.min(sizeBytes - 1, last === "" ? Infinity : Number(last)) };
    if (first !== "" && last !== "" && Number(last) < Number(first)) return undefined;
    if (range.start >= sizeBytes) {
        throw new S3Error("InvalidRange", {
            headers: { "content-range": `bytes */${sizeBytes}` },
            details: { RangeRequested: text ?? "", ActualObjectSize: String(sizeBytes) },
        });
    }
    return range;
}

async function answer(call: ObjectCall, version: StoredVersion, data: FileHandle): Promise<void> {
    const headers = responseHeaders(version);
    if (isNotModified(version, readConditions(call.request.headers, ""))) {
        sendEmpty(call, 304, headers);
        return;
    }
    for (const name of RESPONSE_OVERRIDES) {
        const override = call.query.get(`response-${name}`);
        if (override !== null) headers[name] = override;
    }
    const range = parseRange(header(call, "range"), version.sizeBytes);
    const { start, end } = range ?? { start: 0, end: version.sizeBytes - 1 };
    headers["content-length"] = String(end - start + 1);
    if (range !== undefined) headers["content-range"] = `bytes ${start}-${end}/${version.sizeBytes}`;
    // A stored checksum covers the whole object; sent with a part of it, it would read as damage.
    else if (header(call, "x-amz-checksum-mode")?.toUpperCase() === "ENABLED" && version.checksum) {
        headers[checksumHeader(version.checksum.algorithm)] = version.checksum.value;
        headers["x-amz-checksum-type"] = version.checksum.type;
    }
    call.response.writeHead(range === undefined ? 200 : 206, headers);
    if (call.request.method === "HEAD" || end < start) {
        call.response.end();
        return;
    }
    await pipeline(data.createReadStream({ start, end, autoClose: false }), call.response);
}
