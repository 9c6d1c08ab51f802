import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import {
    CHECKSUM_ALGORITHMS,
    type Checksum,
    type ChecksumAlgorithm,
    checksumHeader,
    digestBytes,
    Fingerprint,
    parseAlgorithm,
} from "./checksums";
import { decodeAwsChunked } from "./chunked";
import { S3Error } from "./errors";
import type { Write } from "./files";
import { parseXml } from "./xml";

/** S3's limit for one PutObject or UploadPart: 5 GiB. */
const UPLOAD_BYTES_MAX = 5 * 1024 ** 3;
/** Above the largest legal document: 10,000 parts with two checksums each. */
const DOCUMENT_BYTES_MAX = 8 * 1024 ** 2;

/** What was received and verified. */
export interface Received {
    readonly sizeBytes: number;
    /** MD5 in hexadecimal. */
    readonly md5: string;
    /** The checksum the client sent, or the one asked for by `compute`. */
    readonly checksum: Checksum | undefined;
}

/**
 * Streams a request's body, decoded, into `write`, and verifies what the client claimed of it: length,
 * SHA-256 payload hash, Content-MD5 and checksum (header or trailer). Throws IncompleteBody, EntityTooLarge,
 * XAmzContentSHA256Mismatch, BadDigest, InvalidDigest and their like; what was written so far is then void.
 *
 * @param compute an algorithm to compute even where the client sent no checksum.
 */
export async function receivePayload(
    request: IncomingMessage,
    write: Write,
    compute?: ChecksumAlgorithm,
): Promise<Received> {
    return await receive(request, write, { declared: declaredAlgorithm(request), compute });
}

async function receive(
    request: IncomingMessage,
    write: (chunk: Buffer) => Promise<void> | void,
    {
        declared,
        compute,
    }: { declared?: ChecksumAlgorithm | undefined; compute?: ChecksumAlgorithm | undefined },
): Promise<Received> {
    const lengthBytes = declaredLength(request);
    const payloadHash = one(request, "x-amz-content-sha256") ?? "UNSIGNED-PAYLOAD";
    const sha256 = /^[0-9a-f]{64}$/.test(payloadHash) ? createHash("sha256") : undefined;
    const fingerprint = new Fingerprint(new Set([declared, compute].filter((a) => a !== undefined)));
    const trailers = new Map<string, string>();

    for await (const chunk of bodyOf(request, trailers)) {
        if (fingerprint.sizeBytes + chunk.length > lengthBytes) throw new S3Error("IncompleteBody");
        fingerprint.update(chunk);
        sha256?.update(chunk);
        await write(chunk);
    }

    const { sizeBytes, md5, checksums } = fingerprint.finish();
    if (sizeBytes !== lengthBytes) throw new S3Error("IncompleteBody");
    if (sha256 !== undefined && sha256.digest("hex") !== payloadHash) {
        throw new S3Error("XAmzContentSHA256Mismatch");
    }
    verifyMd5(request, md5);
    if (declared !== undefined) {
        verifyChecksum(declared, claimedValue(request, trailers, declared), checksums.get(declared));
    }
    const algorithm = compute ?? declared;
    const value = algorithm === undefined ? undefined : checksums.get(algorithm);
    const checksum: Checksum | undefined =
        algorithm === undefined || value === undefined
            ? undefined
            : { algorithm, value, type: "FULL_OBJECT" };
    return { sizeBytes, md5, checksum };
}

/**
 * Receives, verifies and parses a small XML document. Throws MaxMessageLengthExceeded or MalformedXML.
 *
 * @param checksumOf what the request's checksum covers: CompleteMultipartUpload sends that of the object.
 */
export async function receiveXml(
    request: IncomingMessage,
    checksumOf: "document" | "object" = "document",
): Promise<unknown> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const collect = (chunk: Buffer): void => {
        bytes += chunk.length;
        if (bytes > DOCUMENT_BYTES_MAX) throw new S3Error("MaxMessageLengthExceeded");
        chunks.push(chunk);
    };
    await receive(request, collect, {
        declared: checksumOf === "object" ? undefined : declaredAlgorithm(request),
    });
    return parseXml(Buffer.concat(chunks).toString("utf8"));
}

/** The algorithm the client protects this request with, by header or by announced trailer. */
export function declaredAlgorithm(request: IncomingMessage): ChecksumAlgorithm | undefined {
    const trailer = one(request, "x-amz-trailer")?.toLowerCase();
    const found = CHECKSUM_ALGORITHMS.filter(
        (algorithm) =>
            one(request, checksumHeader(algorithm)) !== undefined || trailer === checksumHeader(algorithm),
    );
    if (found.length > 1) {
        throw new S3Error("InvalidRequest", {
            message: "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
        });
    }
    const announced = one(request, "x-amz-sdk-checksum-algorithm");
    if (announced !== undefined && (found[0] === undefined || found[0] !== parseAlgorithm(announced))) {
        throw new S3Error("InvalidRequest", {
            message:
                "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer " +
                "headers were found.",
        });
    }
    return found[0];
}

function declaredLength(request: IncomingMessage): number {
    const decoded = one(request, "x-amz-decoded-content-length");
    const text = decoded ?? one(request, "content-length");
    if (text === undefined) {
        throw request.headers["transfer-encoding"] === undefined
            ? new S3Error("MissingContentLength")
            : new S3Error("NotImplemented", {
                  message:
                      "A header you provided implies functionality that is not implemented: Transfer-Encoding " +
                      "without x-amz-decoded-content-length",
              });
    }
    const bytes = Number(text);
    if (!Number.isSafeInteger(bytes) || bytes < 0) {
        throw new S3Error("InvalidArgument", {
            message: `The declared content length "${text}" is not a size.`,
        });
    }
    if (bytes > UPLOAD_BYTES_MAX) {
        throw new S3Error("EntityTooLarge", { details: { MaxSizeAllowed: String(UPLOAD_BYTES_MAX) } });
    }
    return bytes;
}

async function* bodyOf(request: IncomingMessage, trailers: Map<string, string>): AsyncGenerator<Buffer> {
    // Leaving the loop early must not destroy the request: its socket still has to carry the refusal.
    const raw = request.iterator({ destroyOnReturn: false }) as AsyncIterableIterator<Buffer>;
    const chunked = one(request, "x-amz-content-sha256")?.startsWith("STREAMING-") === true;
    yield* chunked ? decodeAwsChunked(raw, trailers) : raw;
}

function verifyMd5(request: IncomingMessage, md5: string): void {
    const claimed = one(request, "content-md5");
    if (claimed === undefined) return;
    const bytes = Buffer.from(claimed, "base64");
    if (bytes.length !== 16) throw new S3Error("InvalidDigest");
    if (bytes.toString("hex") !== md5) throw new S3Error("BadDigest");
}

function claimedValue(
    request: IncomingMessage,
    trailers: ReadonlyMap<string, string>,
    algorithm: ChecksumAlgorithm,
): string | undefined {
    return one(request, checksumHeader(algorithm)) ?? trailers.get(checksumHeader(algorithm));
}

function verifyChecksum(
    algorithm: ChecksumAlgorithm,
    claimed: string | undefined,
    actual: string | undefined,
) {
    if (claimed === undefined || Buffer.from(claimed, "base64").length !== digestBytes(algorithm)) {
        throw new S3Error("InvalidRequest", {
            message: `Value for ${checksumHeader(algorithm)} header is invalid.`,
        });
    }
    if (claimed !== actual) {
        throw new S3Error("BadDigest", {
            message: `The ${algorithm} you specified did not match the calculated checksum.`,
        });
    }
}

/** A header's value; several are joined as HTTP allows. */
function one(request: IncomingMessage, name: string): string | undefined {
    const value = request.headers[name];
    return Array.isArray(value) ? value.join(",") : value;
}
