import type { Bucket } from "./call";
import { deleteOne } from "./deleteObject";
import { S3Error } from "./errors";
import type { StoredVersion } from "./keyIndex";
import { expired } from "./lifecycle";

/** Applies a bucket's lifecycle rules once; answers how many objects, versions and uploads went. */
export async function sweepBucket(bucket: Bucket, now: number): Promise<number> {
    const { settings, store } = bucket;
    const rules = settings.lifecycleRules;
    if (rules.length === 0) return 0;
    const { objects, versions, uploads } = expired(rules, store.index, store.uploads.all, now);
    let removed = 0;
    for (const object of objects) {
        if (await unlessReplaced((check) => deleteOne(bucket, object.key, undefined, check), object))
            removed += 1;
    }
    for (const version of versions) {
        await store.remove(version.key, version.versionId, () => undefined);
    }
    for (const upload of uploads) await store.uploads.end(upload, () => Promise.resolve());
    return removed + versions.length + uploads.length;
}

/** Runs a deletion that must not hit an object written since the rules were evaluated. */
async function unlessReplaced(
    remove: (check: (current: StoredVersion | undefined) => void) => Promise<unknown>,
    expected: StoredVersion,
): Promise<boolean> {
    try {
        await remove((current) => {
            if (current?.id !== expected.id) throw new S3Error("PreconditionFailed");
        });
        return true;
    } catch (error) {
        if (error instanceof S3Error && error.code === "PreconditionFailed") return false;
        throw error;
    }
}
