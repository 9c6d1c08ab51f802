import { z } from "zod";
import { defineType } from "../define";
import { conflicts, rule } from "../rules";
import { int, regional, resourcePolicy, tags, text } from "./common";

const bucketName = text(
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
    "3 to 63 of lower-case letters, digits, dots and hyphens",
)
    .refine((name) => !name.includes(".."), "no two dots in a row")
    .refine((name) => !/^\d+\.\d+\.\d+\.\d+$/.test(name), "a name that is not an IP address")
    .refine((name) => !/^(xn--|sthree-|amzn-s3-demo-)/.test(name), "no prefix that S3 keeps for itself")
    .refine((name) => !/(-s3alias|--ol-s3|--x-s3|\.mrap)$/.test(name), "no suffix that S3 keeps for itself");

const bucketOwner = text(/^\d{12}$/, "an account id of 12 digits").optional();

const days = z.int().min(1);

const midnight = text(/^\d{4}-\d\d-\d\dT00:00:00Z$/, "midnight in UTC, such as 2030-01-01T00:00:00Z");

/** The website hosts and hosted zones of S3 are fixed per region; others are answered empty. */
const HOSTED_ZONES: Readonly<Record<string, string>> = {
    "us-east-1": "Z3AQBSTGFYJSTF",
    "us-east-2": "Z2O1EMRO9K5GLX",
    "us-west-2": "Z3BJ6K6RIION7M",
    "eu-west-1": "Z1BKCTXD74EZPE",
    "eu-central-1": "Z21DNDUVLTQW6Q",
};

const bucket = defineType({
    token: "aws:s3/bucket:Bucket",
    inputs: regional({
        bucket: bucketName.optional(),
        bucketPrefix: z.string().max(37).optional(),
        forceDestroy: z.boolean().optional(),
        objectLockEnabled: z.boolean().optional(),
        tags: tags.optional(),
    }),
    rules: [conflicts("bucket", "bucketPrefix")],
    replaceOn: ["bucket", "bucketPrefix", "objectLockEnabled"],
    physicalName: { property: "bucket", prefixProperty: "bucketPrefix", maxLength: 63, lowercase: true },
    identify: ({ physicalName }) => physicalName,
    derive: ({ id, region }, inputs) => ({
        arn: `arn:aws:s3:::${id}`,
        bucketDomainName: `${id}.s3.amazonaws.com`,
        bucketRegion: region,
        bucketRegionalDomainName: `${id}.s3.${region}.amazonaws.com`,
        forceDestroy: inputs.forceDestroy ?? false,
        hostedZoneId: HOSTED_ZONES[region] ?? "",
        objectLockEnabled: inputs.objectLockEnabled ?? false,
    }),
});

const bucketVersioning = defineType({
    token: "aws:s3/bucketVersioning:BucketVersioning",
    inputs: regional({
        bucket: bucketName,
        expectedBucketOwner: bucketOwner,
        mfa: z.string().optional(),
        versioningConfiguration: z.strictObject({
            mfaDelete: z.enum(["Enabled", "Disabled"]).optional(),
            status: z.enum(["Enabled", "Suspended", "Disabled"]),
        }),
    }),
    replaceOn: ["bucket", "expectedBucketOwner"],
    identify: (_, { bucket }) => bucket,
});

const bucketServerSideEncryptionConfiguration = defineType({
    token: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    inputs: regional({
        bucket: bucketName,
        expectedBucketOwner: bucketOwner,
        rules: z
            .array(
                z.strictObject({
                    applyServerSideEncryptionByDefault: z
                        .strictObject({
                            kmsMasterKeyId: z.string().min(1).optional(),
                            sseAlgorithm: z.enum(["AES256", "aws:kms", "aws:kms:dsse"]),
                        })
                        .refine(
                            (value) => value.kmsMasterKeyId === undefined || value.sseAlgorithm !== "AES256",
                            "a kmsMasterKeyId with sseAlgorithm aws:kms or aws:kms:dsse only",
                        )
                        .optional(),
                    blockedEncryptionTypes: z.array(z.enum(["NONE", "SSE-C"])).optional(),
                    bucketKeyEnabled: z.boolean().optional(),
                }),
            )
            .min(1),
    }),
    replaceOn: ["bucket", "expectedBucketOwner"],
    identify: (_, { bucket }) => bucket,
});

const bucketPublicAccessBlock = defineType({
    token: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    inputs: regional({
        blockPublicAcls: z.boolean().optional(),
        blockPublicPolicy: z.boolean().optional(),
        bucket: bucketName,
        ignorePublicAcls: z.boolean().optional(),
        restrictPublicBuckets: z.boolean().optional(),
        skipDestroy: z.boolean().optional(),
    }),
    replaceOn: ["bucket"],
    identify: (_, { bucket }) => bucket,
    derive: (_, inputs) => ({
        blockPublicAcls: inputs.blockPublicAcls ?? false,
        blockPublicPolicy: inputs.blockPublicPolicy ?? false,
        ignorePublicAcls: inputs.ignorePublicAcls ?? false,
        restrictPublicBuckets: inputs.restrictPublicBuckets ?? false,
    }),
});

const bucketPolicy = defineType({
    token: "aws:s3/bucketPolicy:BucketPolicy",
    inputs: regional({ bucket: bucketName, policy: resourcePolicy }),
    replaceOn: ["bucket"],
    documents: ["policy"],
    identify: (_, { bucket }) => bucket,
});

const storageClass = z.enum([
    "GLACIER",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "DEEP_ARCHIVE",
    "GLACIER_IR",
]);

const lifecycleRule = z
    .strictObject({
        abortIncompleteMultipartUpload: z.strictObject({ daysAfterInitiation: days.optional() }).optional(),
        expiration: z
            .strictObject({
                date: midnight.optional(),
                days: days.optional(),
                expiredObjectDeleteMarker: z.boolean().optional(),
            })
            .refine(
                (value) => Object.keys(value).length === 1,
                "exactly one of date, days, expiredObjectDeleteMarker",
            )
            .optional(),
        filter: z
            .strictObject({
                and: z
                    .strictObject({
                        objectSizeGreaterThan: z.int().min(0).optional(),
                        objectSizeLessThan: z.int().min(1).optional(),
                        prefix: z.string().optional(),
                        tags: tags.optional(),
                    })
                    .optional(),
                objectSizeGreaterThan: z.int().min(0).optional(),
                objectSizeLessThan: z.int().min(1).optional(),
                prefix: z.string().optional(),
                tag: z.strictObject({ key: z.string(), value: z.string() }).optional(),
            })
            .refine((value) => Object.keys(value).length <= 1, "at most one condition; several go into and")
            .optional(),
        id: z.string().min(1).max(255),
        noncurrentVersionExpiration: z
            .strictObject({ newerNoncurrentVersions: int(1, 100).optional(), noncurrentDays: days })
            .optional(),
        noncurrentVersionTransitions: z
            .array(
                z.strictObject({
                    newerNoncurrentVersions: int(1, 100).optional(),
                    noncurrentDays: z.int().min(0),
                    storageClass,
                }),
            )
            .optional(),
        prefix: z.string().optional(),
        status: z.enum(["Enabled", "Disabled"]),
        transitions: z
            .array(
                z
                    .strictObject({
                        date: midnight.optional(),
                        days: z.int().min(0).optional(),
                        storageClass,
                    })
                    .refine(
                        (value) => value.date === undefined || value.days === undefined,
                        "only one of date, days",
                    ),
            )
            .optional(),
    })
    .refine(
        (value) =>
            value.abortIncompleteMultipartUpload !== undefined ||
            value.expiration !== undefined ||
            value.noncurrentVersionExpiration !== undefined ||
            (value.noncurrentVersionTransitions ?? value.transitions ?? []).length > 0,
        "a rule with at least one action: expiration, transition or abort",
    )
    .refine(
        (value) => value.filter === undefined || value.prefix === undefined,
        "only one of filter, prefix",
    );

const bucketLifecycleConfiguration = defineType({
    token: "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    inputs: regional({
        bucket: bucketName,
        expectedBucketOwner: bucketOwner,
        rules: z.array(lifecycleRule).min(1).max(1000).optional(),
        transitionDefaultMinimumObjectSize: z
            .enum(["all_storage_classes_128K", "varies_by_storage_class"])
            .optional(),
    }),
    rules: [
        rule(["rules"], ({ rules }) => {
            const ids = Array.isArray(rules) ? rules.map((item: { id?: string }) => item.id) : [];
            return new Set(ids).size < ids.length
                ? `got ids ${ids.join(", ")}; allowed: each id once`
                : undefined;
        }),
    ],
    replaceOn: ["bucket", "expectedBucketOwner"],
    identify: (_, { bucket }) => bucket,
    derive: (_, inputs) => ({
        transitionDefaultMinimumObjectSize:
            inputs.transitionDefaultMinimumObjectSize ?? "all_storage_classes_128K",
    }),
});

const bucketOwnershipControls = defineType({
    token: "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
    inputs: regional({
        bucket: bucketName,
        rule: z.strictObject({
            objectOwnership: z.enum(["BucketOwnerPreferred", "ObjectWriter", "BucketOwnerEnforced"]),
        }),
    }),
    replaceOn: ["bucket"],
    identify: (_, { bucket }) => bucket,
});

/** Buckets and their settings. In @pulumi/aws 7 each setting is a resource of its own. */
export const s3Types = [
    bucket,
    bucketVersioning,
    bucketServerSideEncryptionConfiguration,
    bucketPublicAccessBlock,
    bucketPolicy,
    bucketLifecycleConfiguration,
    bucketOwnershipControls,
];
