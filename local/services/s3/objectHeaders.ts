import { type BucketCall, header, type ObjectCall } from "./call";
import { CHECKSUM_ALGORITHMS, type ChecksumAlgorithm, parseAlgorithm } from "./checksums";
import { S3Error } from "./errors";
import type { BucketSettings } from "./settings";
import type { StoredVersion } from "./keyIndex";
import { parseTagHeader } from "./tags";

/** S3's limit for user metadata: names and values together. */
const METADATA_BYTES_MAX = 2048;
const METADATA_PREFIX = "x-amz-meta-";

/** Headers that are stored as they come and answered as they were. */
const STORED_HEADERS = [
    "cache-control",
    "content-disposition",
    "content-language",
    "content-type",
    "expires",
] as const;

/**
 * Classes whose objects can be read at once; archives would first need a restore, which is not implemented.
 */
const STORAGE_CLASSES = ["STANDARD", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR"];

const ENCRYPTION_HEADER = "x-amz-server-side-encryption";
const ENCRYPTION_ALGORITHMS = ["AES256", "aws:kms", "aws:kms:dsse"];

/**
 * Headers that ask for what this service does not do. They are refused: ignoring them would break a promise.
 */
const UNSUPPORTED_HEADERS = [
    /^x-amz-object-lock-/,
    /^x-amz-website-redirect-location$/,
    /^x-amz-(copy-source-)?server-side-encryption-customer-/,
    /^x-amz-write-offset-bytes$/,
];

const PUBLIC_ACLS = ["public-read", "public-read-write", "authenticated-read"];
const PUBLIC_GROUPS = /groups\/global\/(AllUsers|AuthenticatedUsers)/;

/** What a new object carries besides its bytes. */
export type ObjectAttributes = Pick<StoredVersion, "headers" | "metadata" | "tags">;

/** Reads and checks what a request wants stored with an object. */
export function readAttributes(call: ObjectCall): ObjectAttributes {
    const tagging = header(call, "x-amz-tagging");
    return {
        headers: { ...contentHeaders(call), ...storageClass(call), ...encryptionHeaders(call) },
        metadata: userMetadata(call),
        tags: tagging === undefined ? {} : parseTagHeader(tagging),
    };
}

/**
 * Refuses a write whose headers ask for more than is done here: NotImplemented for features, and for ACLs
 * what S3 itself answers under the bucket's ownership and public access block.
 */
export function checkWriteHeaders(call: BucketCall): void {
    for (const name of Object.keys(call.request.headers)) {
        if (UNSUPPORTED_HEADERS.some((pattern) => pattern.test(name))) {
            throw new S3Error("NotImplemented", {
                message: `The header ${name} asks for functionality that the local S3 does not have`,
                details: { Header: name },
            });
        }
    }
    const grants = Object.entries(call.request.headers).filter(([name]) => name.startsWith("x-amz-grant-"));
    checkAcl(
        call.bucket.settings,
        header(call, "x-amz-acl"),
        grants.map(([, value]) => String(value)),
    );
}

/** The checksum algorithm a request wants computed. Throws InvalidRequest for one that does not exist. */
export function requestedAlgorithm(call: BucketCall): ChecksumAlgorithm | undefined {
    const name = header(call, "x-amz-checksum-algorithm");
    if (name === undefined) return undefined;
    const algorithm = parseAlgorithm(name);
    if (algorithm === undefined) {
        throw new S3Error("InvalidRequest", {
            message:
                "Checksum algorithm provided is unsupported. Please try again with any of the valid types: " +
                `[${CHECKSUM_ALGORITHMS.join(", ")}]`,
        });
    }
    return algorithm;
}

function checkAcl(settings: BucketSettings, acl: string | undefined, grants: readonly string[]): void {
    if (acl === undefined && grants.length === 0) return;
    if (settings.objectOwnership === "BucketOwnerEnforced") {
        if (acl === "bucket-owner-full-control" && grants.length === 0) return;
        throw new S3Error("AccessControlListNotSupported");
    }
    const isPublic =
        (acl !== undefined && PUBLIC_ACLS.includes(acl)) || grants.some((grant) => PUBLIC_GROUPS.test(grant));
    if (isPublic && settings.publicAccessBlock.blockPublicAcls) {
        throw new S3Error("AccessDenied", {
            message: `Bucket ${settings.name} blocks public ACLs (blockPublicAcls), and the request asks for one`,
        });
    }
    // Every caller here is the bucket's own account, so private and owner ACLs hold by themselves.
    if (isPublic || grants.length > 0) {
        throw new S3Error("NotImplemented", {
            message:
                "The local S3 answers signed requests of its own account only: it cannot grant access to others",
        });
    }
}

function contentHeaders(call: ObjectCall): Record<string, string> {
    const found: Record<string, string> = {};
    for (const name of STORED_HEADERS) {
        const value = header(call, name);
        if (value !== undefined && value !== "") found[name] = value;
    }
    found["content-type"] ??= "binary/octet-stream";
    // aws-chunked describes the transfer, and is undone on receipt.
    const encodings = (header(call, "content-encoding") ?? "")
        .split(",")
        .map((encoding) => encoding.trim())
        .filter((encoding) => encoding !== "" && encoding !== "aws-chunked");
    if (encodings.length > 0) found["content-encoding"] = encodings.join(",");
    return found;
}

function storageClass(call: ObjectCall): Record<string, string> {
    const name = header(call, "x-amz-storage-class") ?? "STANDARD";
    if (!STORAGE_CLASSES.includes(name)) {
        throw new S3Error("InvalidStorageClass", {
            message: `The storage class must be one of ${STORAGE_CLASSES.join(", ")}, got "${name}"`,
        });
    }
    // As S3, which leaves the header out for its default class.
    return name === "STANDARD" ? {} : { "x-amz-storage-class": name };
}

/**
 * The encryption an object is answered with: the request's, else the bucket's. Bytes on this disk stay plain.
 */
function encryptionHeaders(call: ObjectCall): Record<string, string> {
    const asked = header(call, ENCRYPTION_HEADER);
    if (asked !== undefined && !ENCRYPTION_ALGORITHMS.includes(asked)) {
        throw new S3Error("InvalidArgument", {
            message: `${ENCRYPTION_HEADER} must be one of ${ENCRYPTION_ALGORITHMS.join(", ")}, got "${asked}"`,
        });
    }
    const byDefault = call.bucket.settings.encryption;
    const algorithm = asked ?? byDefault.algorithm;
    const keyId =
        header(call, `${ENCRYPTION_HEADER}-aws-kms-key-id`) ??
        (algorithm === byDefault.algorithm ? byDefault.kmsKeyId : undefined);
    return {
        [ENCRYPTION_HEADER]: algorithm,
        ...(keyId === undefined || algorithm === "AES256"
            ? {}
            : { [`${ENCRYPTION_HEADER}-aws-kms-key-id`]: keyId }),
    };
}

function userMetadata(call: ObjectCall): Record<string, string> {
    const metadata: Record<string, string> = {};
    let bytes = 0;
    for (const [name, value] of Object.entries(call.request.headers)) {
        if (!name.startsWith(METADATA_PREFIX) || value === undefined) continue;
        const text = Array.isArray(value) ? value.join(",") : value;
        const key = name.slice(METADATA_PREFIX.length);
        metadata[key] = text;
        bytes += key.length + text.length;
    }
    if (bytes > METADATA_BYTES_MAX) {
        throw new S3Error("MetadataTooLarge", {
            details: { Size: String(bytes), MaxSizeAllowed: String(METADATA_BYTES_MAX) },
        });
    }
    return metadata;
}

/** The headers that only tell how an object is encrypted: answered to writes, too. */
export function encryptionOf(headers: Readonly<Record<string, string>>): Record<string, string> {
    return Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith(ENCRYPTION_HEADER)));
}

/** All that is answered of an object on GET and HEAD, except its length. */
export function responseHeaders(version: StoredVersion): Record<string, string> {
    const metadata = Object.entries(version.metadata).map(([name, value]) => [METADATA_PREFIX + name, value]);
    const tagCount = Object.keys(version.tags).length;
    return {
        ...version.headers,
        ...(Object.fromEntries(metadata) as Record<string, string>),
        ...(tagCount > 0 ? { "x-amz-tagging-count": String(tagCount) } : {}),
        ...versionHeader(version),
        "accept-ranges": "bytes",
        etag: `"${version.etag}"`,
        "last-modified": new Date(version.lastModified).toUTCString(),
    };
}

/** `x-amz-version-id`, which S3 leaves out for a bucket that was never versioned. */
export function versionHeader(version: StoredVersion): Record<string, string> {
    return version.versionId === "null" ? {} : { "x-amz-version-id": version.versionId };
}
