import type { PolicyResource } from "@pulumi/policy";
import { knownOr } from "./rule";

/** S3 buckets, the provider's older type too: it makes the same bucket. */
export function isBucket(type: string): boolean {
    return /^aws:s3\/bucket(V2)?:/.test(type);
}

/**
 * The resources of a type that configure a bucket. They are found by the reference in their `bucket`, which the engine
 * records even while the bucket's name is unknown, or by the name where both sides are plain text.
 * @param type such as `aws:s3/bucketPolicy:BucketPolicy`
 */
export function configurationsOf(
    bucket: PolicyResource,
    type: string,
    stack: readonly PolicyResource[],
): PolicyResource[] {
    const name = nameOf(bucket);
    return stack.filter(
        (other) =>
            other.type === type &&
            (other.propertyDependencies["bucket"]?.some(({ urn }) => urn === bucket.urn) === true ||
                (name !== undefined && name === nameOf(other))),
    );
}

function nameOf({ props }: PolicyResource): unknown {
    return knownOr<unknown, undefined>(undefined, () => props["bucket"]);
}
