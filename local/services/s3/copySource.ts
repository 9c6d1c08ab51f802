import type { FileHandle } from "node:fs/promises";
import { header, type ObjectCall } from "./call";
import { type ChecksumAlgorithm, Fingerprint } from "./checksums";
import { isNotModified, readConditions } from "./conditions";
import { S3Error } from "./errors";
import type { Write } from "./files";
import type { StoredVersion } from "./keyIndex";
import type { Received } from "./payload";
import { type ByteRange, openVersion } from "./readObject";

export interface CopySource {
    readonly bucketName: string;
    readonly version: StoredVersion;
    /** To be closed by the caller. */
    readonly data: FileHandle;
}

/**
 * Opens what `x-amz-copy-source` names, as `[/]bucket/key[?versionId=id]` in URL encoding, if it meets the
 * request's `x-amz-copy-source-if-*` conditions. Throws as a read would, and PreconditionFailed.
 */
export async function openCopySource(call: ObjectCall): Promise<CopySource> {
    const text = (header(call, "x-amz-copy-source") ?? "").replace(/^\//, "");
    const [path = "", versionQuery] = text.split("?versionId=");
    const slash = path.indexOf("/");
    const bucketName = path.slice(0, Math.max(slash, 0));
    const key = decodeKey(path.slice(slash + 1));
    if (bucketName === "" || key === "") {
        throw new S3Error("InvalidArgument", {
            message: "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
        });
    }
    const bucket = await call.buckets.open(bucketName);
    const { version, data } = await openVersion(bucket, key, versionQuery ?? null);
    try {
        if (isNotModified(version, readConditions(call.request.headers, "x-amz-copy-source-"))) {
            throw new S3Error("PreconditionFailed");
        }
    } catch (error) {
        await data.close();
        throw error;
    }
    return { bucketName, version, data };
}

/** Streams a file, or a range of it, into `write`, and answers with its size, MD5 and checksum. */
export async function copyBytes(
    data: FileHandle,
    range: ByteRange | undefined,
    write: Write,
    algorithm: ChecksumAlgorithm | undefined,
): Promise<Received> {
    const fingerprint = new Fingerprint(algorithm === undefined ? [] : [algorithm]);
    const stream = data.createReadStream({ ...range, start: range?.start ?? 0, autoClose: false });
    for await (const chunk of stream) {
        const bytes = chunk as Buffer;
        fingerprint.update(bytes);
        await write(bytes);
    }
    const { sizeBytes, md5, checksums } = fingerprint.finish();
    const value = algorithm && checksums.get(algorithm);
    return {
        sizeBytes,
        md5,
        checksum: algorithm && value ? { algorithm, value, type: "FULL_OBJECT" } : undefined,
    };
}

function decodeKey(text: string): string {
    try {
        return decodeURIComponent(text);
    } catch {
        throw new S3Error("InvalidArgument", { message: "The copy source is not valid URL encoding" });
    }
}
