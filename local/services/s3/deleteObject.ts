import { z } from "zod";
import { type Bucket, type BucketCall, type ObjectCall, sendEmpty, sendXml } from "./call";
import { writeCondition } from "./conditions";
import { S3Error } from "./errors";
import { NULL_VERSION, type StoredVersion } from "./keyIndex";
import { checkKey } from "./keys";
import { versionHeader } from "./objectHeaders";
import { receiveXml } from "./payload";

/** S3's limit for one DeleteObjects. */
const DELETE_KEYS_MAX = 1000;

/** DeleteObject. An object that is not there is as good as deleted. */
export async function deleteObject(call: ObjectCall): Promise<void> {
    const check = writeCondition(call.request.headers);
    const removed = await deleteOne(call.bucket, call.key, call.query.get("versionId") ?? undefined, check);
    sendEmpty(call, 204, {
        ...(removed && versionHeader(removed)),
        ...(removed?.deleteMarker === true ? { "x-amz-delete-marker": "true" } : {}),
    });
}

const deleteEntrySchema = z.object({
    Key: z.string().min(1),
    VersionId: z.string().optional(),
    ETag: z.string().optional(),
});
const deleteSchema = z.object({
    Delete: z.object({
        Object: z.union([deleteEntrySchema.transform((entry) => [entry]), z.array(deleteEntrySchema)]),
        Quiet: z.string().optional(),
    }),
});

/** DeleteObjects: each key succeeds or fails for itself. */
export async function deleteObjects(call: BucketCall): Promise<void> {
    const document = deleteSchema.safeParse(await receiveXml(call.request));
    if (!document.success || document.data.Delete.Object.length > DELETE_KEYS_MAX) {
        throw new S3Error("MalformedXML");
    }
    const deleted = [];
    const errors = [];
    for (const { Key, VersionId, ETag } of document.data.Delete.Object) {
        try {
            checkKey(Key);
            const check = writeCondition({ "if-match": ETag });
            const removed = await deleteOne(call.bucket, Key, VersionId, check);
            deleted.push({ Key, VersionId, ...(removed?.deleteMarker === true && markerOf(removed)) });
        } catch (error) {
            if (!(error instanceof S3Error)) throw error;
            errors.push({ Key, VersionId, Code: error.code, Message: error.message });
        }
    }
    const quiet = document.data.Delete.Quiet === "true";
    sendXml(call, "DeleteResult", { Deleted: quiet ? [] : deleted, Error: errors });
}

function markerOf(marker: StoredVersion) {
    return { DeleteMarker: true, DeleteMarkerVersionId: marker.versionId };
}

/**
 * Deletes one version, or, without a version id, what the bucket's versioning makes of it: a marker, or the
 * object. Answers the delete marker made or the version removed; undefined where there was nothing to remove.
 *
 * @param check runs with the key locked, as for a conditional write.
 */
export async function deleteOne(
    bucket: Bucket,
    key: string,
    versionId: string | undefined,
    check: (current: StoredVersion | undefined) => void,
): Promise<StoredVersion | undefined> {
    const { store, settings } = bucket;
    if (versionId !== undefined) return await store.remove(key, versionId, check);
    // Once versioned, a bucket can only be suspended: dropping the resource must not expose older versions.
    const keepsOlder = store.index.versionsOf(key).some((version) => version.versionId !== NULL_VERSION);
    if (settings.versioning === undefined && !keepsOlder) {
        await store.remove(key, NULL_VERSION, check);
        return undefined;
    }
    const marker = {
        key,
        deleteMarker: true,
        sizeBytes: 0,
        etag: "",
        headers: {},
        metadata: {},
        tags: {},
    };
    return await store.commit(marker, undefined, { versioned: settings.isVersioned, check });
}
