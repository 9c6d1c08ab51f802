import { z } from "zod";
import type { KeyIndex, StoredVersion } from "./keyIndex";
import type { Upload } from "./uploadStore";

const DAY_MS = 86_400_000;

const commonFilters = {
    prefix: z.string().optional(),
    objectSizeGreaterThan: z.number().optional(),
    objectSizeLessThan: z.number().optional(),
};
const tagSchema = z.object({ key: z.string(), value: z.string() });

/** Lifecycle rules as the bucket's lifecycle configuration declares them. Transitions have no effect here. */
export const lifecycleRulesSchema = z.array(
    z.object({
        id: z.string(),
        status: z.string(),
        prefix: z.string().optional(),
        filter: z
            .object({
                ...commonFilters,
                tag: tagSchema.optional(),
                and: z
                    .object({ ...commonFilters, tags: z.record(z.string(), z.string()).optional() })
                    .optional(),
            })
            .optional(),
        expiration: z
            .object({
                days: z.number().optional(),
                date: z.string().optional(),
                expiredObjectDeleteMarker: z.boolean().optional(),
            })
            .optional(),
        noncurrentVersionExpiration: z
            .object({ noncurrentDays: z.number(), newerNoncurrentVersions: z.number().optional() })
            .optional(),
        abortIncompleteMultipartUpload: z.object({ daysAfterInitiation: z.number().optional() }).optional(),
    }),
);

export type LifecycleRule = z.infer<typeof lifecycleRulesSchema>[number];

/** What lifecycle rules want gone. */
export interface Expired {
    /**
     * Current objects, to be deleted as by a client: a versioned bucket keeps them behind a delete marker.
     */
    readonly objects: readonly StoredVersion[];
    /** Noncurrent versions and lone delete markers, to be removed for good. */
    readonly versions: readonly StoredVersion[];
    /** Uploads to be aborted. */
    readonly uploads: readonly Upload[];
}

/** Applies enabled lifecycle rules to a bucket's content. Pure: `now` is in milliseconds since the epoch. */
export function expired(
    rules: readonly LifecycleRule[],
    index: KeyIndex,
    uploads: readonly Upload[],
    now: number,
): Expired {
    const objects = new Set<StoredVersion>();
    const versions = new Set<StoredVersion>();
    const aborted = new Set<Upload>();
    for (const rule of rules.filter(({ status }) => status === "Enabled")) {
        for (const key of index.keys) {
            const all = index.versionsOf(key);
            for (const version of expiredCurrent(rule, all, now)) objects.add(version);
            for (const version of expiredHistory(rule, all, now)) versions.add(version);
        }
        const days = rule.abortIncompleteMultipartUpload?.daysAfterInitiation;
        for (const upload of uploads) {
            if (days === undefined || !upload.key.startsWith(prefixOf(rule))) continue;
            if (now >= dueAt(upload.initiated, days)) aborted.add(upload);
        }
    }
    return { objects: [...objects], versions: [...versions], uploads: [...aborted] };
}

function expiredCurrent(
    rule: LifecycleRule,
    versions: readonly StoredVersion[],
    now: number,
): StoredVersion[] {
    const [current] = versions;
    const { days, date } = rule.expiration ?? {};
    if (current === undefined || current.deleteMarker || !applies(rule, current)) return [];
    const isDue =
        (days !== undefined && now >= dueAt(current.lastModified, days)) ||
        (date !== undefined && now >= Date.parse(date));
    return isDue ? [current] : [];
}

function expiredHistory(
    rule: LifecycleRule,
    versions: readonly StoredVersion[],
    now: number,
): StoredVersion[] {
    const { noncurrentDays, newerNoncurrentVersions = 0 } = rule.noncurrentVersionExpiration ?? {};
    const found = versions.filter((version, i) => {
        // A version is noncurrent from the day its successor came.
        const successor = versions[i - 1];
        if (successor === undefined || noncurrentDays === undefined || i <= newerNoncurrentVersions)
            return false;
        return applies(rule, version) && now >= dueAt(successor.lastModified, noncurrentDays);
    });
    const [only, ...others] = versions;
    const isLoneMarker = only?.deleteMarker === true && others.length === 0;
    if (isLoneMarker && rule.expiration?.expiredObjectDeleteMarker === true && applies(rule, only))
        found.push(only);
    return found;
}

function applies(rule: LifecycleRule, version: StoredVersion): boolean {
    const { tag, and } = rule.filter ?? {};
    const above = rule.filter?.objectSizeGreaterThan ?? and?.objectSizeGreaterThan ?? -1;
    const below = rule.filter?.objectSizeLessThan ?? and?.objectSizeLessThan ?? Infinity;
    const tags = { ...and?.tags, ...(tag && { [tag.key]: tag.value }) };
    return (
        version.key.startsWith(prefixOf(rule)) &&
        version.sizeBytes > above &&
        version.sizeBytes < below &&
        Object.entries(tags).every(([key, value]) => version.tags[key] === value)
    );
}

function prefixOf(rule: LifecycleRule): string {
    return rule.filter?.prefix ?? rule.filter?.and?.prefix ?? rule.prefix ?? "";
}

// As S3: the days are counted in full, and end at the next midnight UTC.
function dueAt(start: number, days: number): number {
    return Math.ceil((start + days * DAY_MS) / DAY_MS) * DAY_MS;
}
