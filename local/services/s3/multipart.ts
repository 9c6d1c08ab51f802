import { createReadStream } from "node:fs";
import { type BucketCall, header, isoTime, type ObjectCall, sendEmpty, sendXml } from "./call";
import {
    type Checksum,
    CHECKSUM_ALGORITHMS,
    type ChecksumAlgorithm,
    checksumElement,
    checksumHeader,
    type ChecksumType,
    compositeChecksum,
    Fingerprint,
    multipartEtag,
} from "./checksums";
import { writeCondition } from "./conditions";
import { copyBytes, openCopySource } from "./copySource";
import { S3Error } from "./errors";
import type { Write } from "./files";
import type { StoredVersion } from "./keyIndex";
import {
    checkWriteHeaders,
    encryptionOf,
    readAttributes,
    requestedAlgorithm,
    versionHeader,
} from "./objectHeaders";
import { type ListedPart, matchParts, parsePartList } from "./partList";
import { declaredAlgorithm, receivePayload, receiveXml } from "./payload";
import { parseRange } from "./readObject";
import type { Upload, UploadPart } from "./uploadStore";

/** S3's limit for the parts of an upload. */
const PARTS_MAX = 10_000;

/** CreateMultipartUpload. */
export async function createMultipartUpload(call: ObjectCall): Promise<void> {
    checkWriteHeaders(call);
    const checksum = uploadChecksum(call);
    const upload = await call.bucket.store.uploads.create({
        ...readAttributes(call),
        key: call.key,
        checksum,
    });
    sendXml(
        call,
        "InitiateMultipartUploadResult",
        { Bucket: call.bucket.name, Key: call.key, UploadId: upload.uploadId },
        {
            ...encryptionOf(upload.headers),
            ...(checksum && {
                "x-amz-checksum-algorithm": checksum.algorithm,
                "x-amz-checksum-type": checksum.type,
            }),
        },
    );
}

/** UploadPart. */
export async function uploadPart(call: ObjectCall): Promise<void> {
    checkWriteHeaders(call);
    const upload = findUpload(call);
    const number = partNumber(call);
    const declared = declaredAlgorithm(call.request);
    const expected = upload.checksum?.algorithm;
    if (expected !== undefined && declared !== undefined && declared !== expected) {
        throw new S3Error("InvalidRequest", {
            message:
                `Checksum Type mismatch occurred, expected checksum Type: ${expected.toLowerCase()}, ` +
                `actual checksum Type: ${declared.toLowerCase()}`,
        });
    }
    const part = await call.bucket.store.uploads.addPart(upload, number, async (write) => {
        const { md5, sizeBytes, checksum } = await receivePayload(call.request, write, expected);
        return { etag: md5, sizeBytes, checksum };
    });
    if (part === undefined) throw new S3Error("NoSuchUpload");
    sendEmpty(call, 200, {
        etag: `"${part.etag}"`,
        ...encryptionOf(upload.headers),
        ...(part.checksum && { [checksumHeader(part.checksum.algorithm)]: part.checksum.value }),
    });
}

/** UploadPartCopy: a part read from an object, or from a range of it. */
export async function uploadPartCopy(call: ObjectCall): Promise<void> {
    const upload = findUpload(call);
    const number = partNumber(call);
    const { version, data } = await openCopySource(call);
    try {
        const asked = header(call, "x-amz-copy-source-range");
        const range = parseRange(asked, version.sizeBytes);
        if (asked !== undefined && range === undefined) {
            throw new S3Error("InvalidArgument", {
                message: "The x-amz-copy-source-range value must be of the form bytes=first-last",
            });
        }
        const part = await call.bucket.store.uploads.addPart(upload, number, async (write) => {
            const copied = await copyBytes(data, range, write, upload.checksum?.algorithm);
            return { etag: copied.md5, sizeBytes: copied.sizeBytes, checksum: copied.checksum };
        });
        if (part === undefined) throw new S3Error("NoSuchUpload");
        sendXml(call, "CopyPartResult", {
            ETag: `"${part.etag}"`,
            LastModified: isoTime(part.lastModified),
            ...(part.checksum && { [checksumElement(part.checksum.algorithm)]: part.checksum.value }),
        });
    } finally {
        await data.close();
    }
}

/** CompleteMultipartUpload: checks the list of parts, joins them, and commits the object. */
export async function completeMultipartUpload(call: ObjectCall): Promise<void> {
    const upload = findUpload(call);
    const listed = parsePartList(await receiveXml(call.request, "object"));
    const check = writeCondition(call.request.headers);
    const version = await call.bucket.store.uploads.end(upload, () => assemble(call, upload, listed, check));
    if (version === undefined) throw new S3Error("NoSuchUpload");
    sendXml(
        call,
        "CompleteMultipartUploadResult",
        {
            Location: `http://${header(call, "host") ?? ""}/${call.bucket.name}/${encodeURIComponent(call.key)}`,
            Bucket: call.bucket.name,
            Key: call.key,
            ETag: `"${version.etag}"`,
            ...(version.checksum && {
                [checksumElement(version.checksum.algorithm)]: version.checksum.value,
                ChecksumType: version.checksum.type,
            }),
        },
        { ...versionHeader(version), ...encryptionOf(version.headers) },
    );
}

/** AbortMultipartUpload. */
export async function abortMultipartUpload(call: ObjectCall): Promise<void> {
    await call.bucket.store.uploads.end(findUpload(call), () => Promise.resolve());
    sendEmpty(call, 204);
}

/** The upload a request names. Throws NoSuchUpload. */
export function findUpload(call: ObjectCall): Upload {
    const uploadId = call.query.get("uploadId") ?? "";
    const upload = call.bucket.store.uploads.get(uploadId, call.key);
    if (upload === undefined) throw new S3Error("NoSuchUpload", { details: { UploadId: uploadId } });
    return upload;
}

async function assemble(
    call: ObjectCall,
    upload: Upload,
    listed: readonly ListedPart[],
    check: (current: StoredVersion | undefined) => void,
): Promise<StoredVersion> {
    const { store } = call.bucket;
    const parts = matchParts(listed, store.uploads.parts(upload));
    const { path, result } = await store.stage((write) => join(call, upload, parts, write));
    try {
        verifyClaims(call, result.checksum);
    } catch (error) {
        await store.discard(path);
        throw error;
    }
    const draft = {
        key: upload.key,
        deleteMarker: false,
        sizeBytes: result.sizeBytes,
        etag: multipartEtag(parts.map(({ etag }) => etag)),
        headers: upload.headers,
        metadata: upload.metadata,
        tags: upload.tags,
        checksum: result.checksum,
    };
    return await store.commit(draft, path, { versioned: call.bucket.settings.isVersioned, check });
}

async function join(
    call: ObjectCall,
    upload: Upload,
    parts: readonly UploadPart[],
    write: Write,
): Promise<{ sizeBytes: number; checksum: Checksum | undefined }> {
    const { algorithm, type } = upload.checksum ?? {};
    const fingerprint = new Fingerprint(type === "FULL_OBJECT" && algorithm ? [algorithm] : []);
    for (const part of parts) {
        for await (const chunk of createReadStream(call.bucket.store.uploads.partPath(upload, part))) {
            const bytes = chunk as Buffer;
            fingerprint.update(bytes);
            await write(bytes);
        }
    }
    const { sizeBytes, checksums } = fingerprint.finish();
    if (algorithm === undefined || type === undefined) return { sizeBytes, checksum: undefined };
    const value = checksums.get(algorithm);
    if (value !== undefined) return { sizeBytes, checksum: { algorithm, type, value } };
    const partValues = parts.flatMap(({ checksum }) => (checksum === undefined ? [] : [checksum.value]));
    return { sizeBytes, checksum: compositeChecksum(algorithm, partValues) };
}

/** What the client says of the whole object, where it says anything. Throws BadDigest. */
function verifyClaims(call: ObjectCall, checksum: Checksum | undefined): void {
    for (const algorithm of CHECKSUM_ALGORITHMS) {
        const claimed = header(call, checksumHeader(algorithm));
        // Of a composite checksum, clients may leave out the number of parts.
        const actual = checksum?.algorithm === algorithm ? checksum.value : undefined;
        if (claimed === undefined || claimed === actual || claimed === actual?.split("-")[0]) continue;
        throw new S3Error("BadDigest", {
            message: `The ${algorithm} you specified did not match the calculated checksum.`,
        });
    }
}

function partNumber(call: BucketCall): number {
    const number = Number(call.query.get("partNumber"));
    if (!Number.isInteger(number) || number < 1 || number > PARTS_MAX) {
        throw new S3Error("InvalidArgument", {
            message: `Part number must be an integer between 1 and ${PARTS_MAX}, inclusive`,
            details: { ArgumentName: "partNumber", ArgumentValue: call.query.get("partNumber") ?? "" },
        });
    }
    return number;
}

function uploadChecksum(call: ObjectCall): { algorithm: ChecksumAlgorithm; type: ChecksumType } | undefined {
    const algorithm = requestedAlgorithm(call);
    if (algorithm === undefined) return undefined;
    // As S3: a CRC can cover the whole object or its parts, a hash only the parts, CRC64NVME only the whole.
    const byDefault = algorithm === "CRC64NVME" ? "FULL_OBJECT" : "COMPOSITE";
    const type = header(call, "x-amz-checksum-type") ?? byDefault;
    const isFull = type === "FULL_OBJECT" && algorithm.startsWith("CRC");
    const isComposite = type === "COMPOSITE" && algorithm !== "CRC64NVME";
    if (!isFull && !isComposite) {
        throw new S3Error("InvalidRequest", {
            message: `The ${type} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
        });
    }
    return { algorithm, type };
}
