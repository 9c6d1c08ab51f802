import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { environmentOf } from "../../config/environment";
import { physicalName } from "../../config/names";
import { PROJECT } from "../../config/tags";
import { arnOf, stageTags, stageType, type StackScope } from "../scope";
import { BUCKETS, bucketPolicy, encryptionRule, lifecycleRules, type BucketKey } from "./plan";

export interface StorageArgs {
    scope: StackScope;
}

/** What other components need of a bucket. */
export interface BucketOutputs {
    readonly name: pulumi.Output<string>;
    readonly arn: pulumi.Output<string>;
}

/**
 * The three buckets: trained models, datasets, and captured predictions. Private, encrypted, versioned, TLS only.
 *
 * ```ts
 * const storage = new Storage("storage", { scope });
 * const { name, arn } = storage.buckets.models;
 * ```
 *
 * `storage.kmsKeyArn` encrypts by that KMS key instead of S3's own; the key's policy must then allow what reads and
 * writes the buckets. The accounts of `registry.readerAccounts` may read models. In prod the buckets are protected: Pulumi
 * refuses to delete them, and `storage.forceDestroy` is what lets a destroy delete objects elsewhere.
 *
 * Monthly cost in us-east-1: $0.023 per GB, $0.0125 for datasets in Standard-IA; overwritten versions cost the same
 * until they expire.
 */
export class Storage extends pulumi.ComponentResource {
    /** The buckets by what they hold. */
    readonly buckets: Readonly<Record<BucketKey, BucketOutputs>>;

    constructor(
        private readonly name: string,
        { scope }: StorageArgs,
        opts?: pulumi.ComponentResourceOptions,
    ) {
        super(stageType("storage"), name, {}, opts);
        const made = BUCKETS.map((key) => [key, this.bucket(key, scope)] as const);
        this.buckets = Object.fromEntries(made) as Record<BucketKey, BucketOutputs>;
        this.registerOutputs({ buckets: this.buckets });
    }

    private bucket(key: BucketKey, scope: StackScope): BucketOutputs {
        const { storage } = scope.settings;
        const name = `${this.name}-${key}`;
        const options = { parent: this };
        const bucketName = physicalName("bucket", `${PROJECT}-${key}`, scope);
        const bucket = new aws.s3.Bucket(
            name,
            {
                bucket: bucketName,
                forceDestroy: storage.forceDestroy,
                tags: stageTags(scope, "storage"),
            },
            { ...options, protect: environmentOf(scope.stack) === "prod" },
        );
        const versioning = new aws.s3.BucketVersioning(
            `${name}-versioning`,
            { bucket: bucket.bucket, versioningConfiguration: { status: "Enabled" } },
            options,
        );
        new aws.s3.BucketLifecycleConfiguration(
            `${name}-lifecycle`,
            { bucket: bucket.bucket, rules: lifecycleRules(key, storage) },
            // Rules about noncurrent versions mean nothing before there are versions.
            { ...options, dependsOn: versioning },
        );
        new aws.s3.BucketServerSideEncryptionConfiguration(
            `${name}-encryption`,
            { bucket: bucket.bucket, rules: [encryptionRule(storage)] },
            options,
        );
        const readers = key === "models" ? scope.settings.registry.readerAccounts : [];
        this.access(name, bucket, bucketPolicy(arnOf(scope, "s3", bucketName), readers));
        return { name: bucket.bucket, arn: bucket.arn };
    }

    /** Who may do what. One after the other, for S3 refuses a change while another of these is under way. */
    private access(name: string, { bucket }: aws.s3.Bucket, policy: object): void {
        const ownership = new aws.s3.BucketOwnershipControls(
            `${name}-ownership`,
            { bucket, rule: { objectOwnership: "BucketOwnerEnforced" } },
            { parent: this },
        );
        const publicAccess = new aws.s3.BucketPublicAccessBlock(
            `${name}-public-access`,
            {
                bucket,
                blockPublicAcls: true,
                blockPublicPolicy: true,
                ignorePublicAcls: true,
                restrictPublicBuckets: true,
            },
            { parent: this, dependsOn: ownership },
        );
        new aws.s3.BucketPolicy(
            `${name}-policy`,
            { bucket, policy: JSON.stringify(policy) },
            { parent: this, dependsOn: publicAccess },
        );
    }
}
