import type * as aws from "@pulumi/aws";
import type { Settings } from "../../config/settings";

/** The three buckets, by what they hold. */
export const BUCKETS = ["models", "datasets", "predictions"] as const;

export type BucketKey = (typeof BUCKETS)[number];

/** Days after which the parts of an upload that was never finished are deleted: they cost, and nothing lists them. */
const INCOMPLETE_UPLOAD_DAYS = 7;

type LifecycleRule = aws.types.input.s3.BucketLifecycleConfigurationRule;
type EncryptionRule = aws.types.input.s3.BucketServerSideEncryptionConfigurationRule;

/** What S3 deletes or moves by itself in one bucket, each rule for all of its objects. */
export function lifecycleRules(bucket: BucketKey, storage: Settings["storage"]): LifecycleRule[] {
    const { noncurrentDays, infrequentAccessDays, predictionsDays } = storage;
    const ofBucket: Record<BucketKey, LifecycleRule[]> = {
        models: [],
        datasets: [
            enabled("infrequent-access", {
                transitions: [{ days: infrequentAccessDays, storageClass: "STANDARD_IA" }],
            }),
        ],
        predictions: [enabled("expiry", { expiration: { days: predictionsDays } })],
    };
    return [
        enabled("noncurrent-versions", {
            noncurrentVersionExpiration: { noncurrentDays },
            // A delete marker whose versions are all gone marks nothing any more.
            expiration: { expiredObjectDeleteMarker: true },
        }),
        enabled("incomplete-uploads", {
            abortIncompleteMultipartUpload: { daysAfterInitiation: INCOMPLETE_UPLOAD_DAYS },
        }),
        ...ofBucket[bucket],
    ];
}

function enabled(id: string, what: Omit<LifecycleRule, "id" | "status" | "filter">): LifecycleRule {
    return { id, status: "Enabled", filter: { prefix: "" }, ...what };
}

/** How objects are encrypted where the writer does not say: by the given KMS key, else by S3's own keys. */
export function encryptionRule({ kmsKeyArn }: Settings["storage"]): EncryptionRule {
    if (kmsKeyArn === undefined) return { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } };
    return {
        applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: kmsKeyArn },
        // One request to KMS per bucket and while, not per object.
        bucketKeyEnabled: true,
    };
}

/**
 * The policy of a bucket: nothing in plain text or over TLS older than 1.2, for anyone; and the accounts that deploy our
 * models may read them.
 * @param readerAccounts 12-digit account ids that may list and read the objects
 */
export function bucketPolicy(bucketArn: string, readerAccounts: readonly string[]): object {
    const everything = [bucketArn, `${bucketArn}/*`];
    const deny = { Effect: "Deny", Principal: "*", Action: "s3:*", Resource: everything };
    const read = { Effect: "Allow", Principal: { AWS: readerAccounts } };
    const statements = [
        { Sid: "DenyPlainText", ...deny, Condition: { Bool: { "aws:SecureTransport": "false" } } },
        { Sid: "DenyOldTls", ...deny, Condition: { NumericLessThan: { "s3:TlsVersion": "1.2" } } },
    ];
    const readers = [
        { Sid: "ReadersList", ...read, Action: "s3:ListBucket", Resource: bucketArn },
        { Sid: "ReadersGet", ...read, Action: "s3:GetObject", Resource: `${bucketArn}/*` },
    ];
    return {
        Version: "2012-10-17",
        Statement: [...statements, ...(readerAccounts.length > 0 ? readers : [])],
    };
}
