import { header, isoTime, type ObjectCall, sendEmpty, sendXml } from "./call";
import { type ChecksumAlgorithm, checksumElement, checksumHeader } from "./checksums";
import { writeCondition } from "./conditions";
import { copyBytes, openCopySource } from "./copySource";
import { S3Error } from "./errors";
import { NULL_VERSION, type StoredVersion } from "./keyIndex";
import {
    checkWriteHeaders,
    encryptionOf,
    readAttributes,
    requestedAlgorithm,
    versionHeader,
} from "./objectHeaders";
import { receivePayload } from "./payload";

/** PutObject. */
export async function putObject(call: ObjectCall): Promise<void> {
    checkWriteHeaders(call);
    const attributes = readAttributes(call);
    const check = writeCondition(call.request.headers);
    const { store } = call.bucket;
    const { path, result } = await store.stage((write) => receivePayload(call.request, write));
    const draft = {
        ...attributes,
        key: call.key,
        deleteMarker: false,
        sizeBytes: result.sizeBytes,
        etag: result.md5,
        checksum: result.checksum,
    };
    const version = await store.commit(draft, path, { versioned: call.bucket.settings.isVersioned, check });
    sendEmpty(call, 200, {
        etag: `"${version.etag}"`,
        ...versionHeader(version),
        ...encryptionOf(version.headers),
        ...(version.checksum === undefined
            ? {}
            : {
                  [checksumHeader(version.checksum.algorithm)]: version.checksum.value,
                  "x-amz-checksum-type": version.checksum.type,
              }),
    });
}

/** CopyObject: with its own metadata and tags, or, by directive, new ones. */
export async function copyObject(call: ObjectCall): Promise<void> {
    checkWriteHeaders(call);
    const requested = readAttributes(call);
    const check = writeCondition(call.request.headers);
    const { version: source, data, bucketName } = await openCopySource(call);
    try {
        const replaceMetadata = directive(call, "x-amz-metadata-directive");
        const replaceTags = directive(call, "x-amz-tagging-directive");
        const isSelf = bucketName === call.bucket.name && source.key === call.key;
        if (isSelf && !replaceMetadata && call.bucket.store.index.current(call.key)?.id === source.id) {
            throw new S3Error("InvalidRequest", {
                message:
                    "This copy request is illegal because it is trying to copy an object to itself without " +
                    "changing the object's metadata, storage class, website redirect location or encryption " +
                    "attributes.",
            });
        }
        const { store } = call.bucket;
        const { path, result } = await store.stage((write) =>
            copyBytes(data, undefined, write, copyAlgorithm(call, source)),
        );
        const draft = {
            key: call.key,
            deleteMarker: false,
            sizeBytes: result.sizeBytes,
            etag: result.md5,
            checksum: result.checksum,
            headers: replaceMetadata ? requested.headers : keepContent(source.headers, requested.headers),
            metadata: replaceMetadata ? requested.metadata : source.metadata,
            tags: replaceTags ? requested.tags : source.tags,
        };
        const version = await store.commit(draft, path, {
            versioned: call.bucket.settings.isVersioned,
            check,
        });
        sendXml(
            call,
            "CopyObjectResult",
            {
                ETag: `"${version.etag}"`,
                LastModified: isoTime(version.lastModified),
                ...(version.checksum && {
                    [checksumElement(version.checksum.algorithm)]: version.checksum.value,
                }),
            },
            {
                ...versionHeader(version),
                ...encryptionOf(version.headers),
                ...(source.versionId === NULL_VERSION
                    ? {}
                    : { "x-amz-copy-source-version-id": source.versionId }),
            },
        );
    } finally {
        await data.close();
    }
}

function directive(call: ObjectCall, name: string): boolean {
    const value = header(call, name) ?? "COPY";
    if (value !== "COPY" && value !== "REPLACE") {
        throw new S3Error("InvalidArgument", { message: `${name} must be COPY or REPLACE, got "${value}"` });
    }
    return value === "REPLACE";
}

// A copy keeps how the content is described; where and how it is stored follows the request and its bucket.
function keepContent(
    source: Readonly<Record<string, string>>,
    requested: Readonly<Record<string, string>>,
): Record<string, string> {
    const isContent = ([name]: [string, string]) => !name.startsWith("x-amz-");
    return {
        ...Object.fromEntries(Object.entries(source).filter(isContent)),
        ...Object.fromEntries(Object.entries(requested).filter((entry) => !isContent(entry))),
    };
}

function copyAlgorithm(call: ObjectCall, source: StoredVersion): ChecksumAlgorithm | undefined {
    return requestedAlgorithm(call) ?? source.checksum?.algorithm;
}
