import { z } from "zod";
import type { DeployedResources } from "../service";
import { type LifecycleRule, lifecycleRulesSchema } from "./lifecycle";

/** The type of the record that makes a bucket exist. */
export const BUCKET_TYPE = "aws:s3/bucket:Bucket";

const VERSIONING = "aws:s3/bucketVersioning:BucketVersioning";
const ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";
const PUBLIC_ACCESS = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock";
const POLICY = "aws:s3/bucketPolicy:BucketPolicy";
const LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration";
const OWNERSHIP = "aws:s3/bucketOwnershipControls:BucketOwnershipControls";

/** All resource types this service reads. */
export const S3_RESOURCE_TYPES: readonly string[] = [
    BUCKET_TYPE,
    VERSIONING,
    ENCRYPTION,
    PUBLIC_ACCESS,
    POLICY,
    LIFECYCLE,
    OWNERSHIP,
];

const tagsSchema = z.record(z.string(), z.string());
const versioningSchema = z.object({ versioningConfiguration: z.object({ status: z.string() }) });
const encryptionSchema = z.object({
    rules: z.array(
        z.object({
            applyServerSideEncryptionByDefault: z
                .object({ sseAlgorithm: z.string(), kmsMasterKeyId: z.string().optional() })
                .optional(),
            bucketKeyEnabled: z.boolean().optional(),
        }),
    ),
});
const ownershipSchema = z.object({ rule: z.object({ objectOwnership: z.string() }) });
const policySchema = z.object({ policy: z.union([z.string(), z.record(z.string(), z.unknown())]) });
// The provider's default for each switch of a declared block is off.
const publicAccessSchema = z.object({
    blockPublicAcls: z.boolean().default(false),
    ignorePublicAcls: z.boolean().default(false),
    blockPublicPolicy: z.boolean().default(false),
    restrictPublicBuckets: z.boolean().default(false),
});

export type PublicAccessBlock = z.infer<typeof publicAccessSchema>;

export interface Encryption {
    /** `AES256`, `aws:kms` or `aws:kms:dsse`. */
    readonly algorithm: string;
    readonly kmsKeyId?: string | undefined;
    readonly bucketKeyEnabled: boolean;
}

/**
 * One bucket's settings, read from the deployed records at each use, so that an update takes effect at once.
 * Where a resource is not deployed, the answer is what AWS gives a new bucket.
 */
export class BucketSettings {
    constructor(
        private readonly resources: DeployedResources,
        readonly name: string,
    ) {}

    get versioning(): "Enabled" | "Suspended" | undefined {
        const inputs = this.inputsOf(VERSIONING);
        if (inputs === undefined) return undefined;
        const { status } = versioningSchema.parse(inputs).versioningConfiguration;
        return status === "Enabled" || status === "Suspended" ? status : undefined;
    }

    /** Whether a write keeps what was there. */
    get isVersioned(): boolean {
        return this.versioning === "Enabled";
    }

    get encryption(): Encryption {
        const inputs = this.inputsOf(ENCRYPTION);
        const rule = inputs === undefined ? undefined : encryptionSchema.parse(inputs).rules[0];
        const byDefault = rule?.applyServerSideEncryptionByDefault;
        return {
            algorithm: byDefault?.sseAlgorithm ?? "AES256",
            kmsKeyId: byDefault?.kmsMasterKeyId,
            bucketKeyEnabled: rule?.bucketKeyEnabled ?? false,
        };
    }

    get publicAccessBlock(): PublicAccessBlock {
        return publicAccessSchema.parse(
            this.inputsOf(PUBLIC_ACCESS) ?? {
                blockPublicAcls: true,
                ignorePublicAcls: true,
                blockPublicPolicy: true,
                restrictPublicBuckets: true,
            },
        );
    }

    /** `BucketOwnerEnforced`, `BucketOwnerPreferred` or `ObjectWriter`. */
    get objectOwnership(): string {
        const inputs = this.inputsOf(OWNERSHIP);
        return inputs === undefined
            ? "BucketOwnerEnforced"
            : ownershipSchema.parse(inputs).rule.objectOwnership;
    }

    /** The policy document as JSON text. */
    get policy(): string | undefined {
        const inputs = this.inputsOf(POLICY);
        if (inputs === undefined) return undefined;
        const { policy } = policySchema.parse(inputs);
        return typeof policy === "string" ? policy : JSON.stringify(policy);
    }

    get tags(): Readonly<Record<string, string>> {
        const outputs = this.resources.get(BUCKET_TYPE, this.name)?.outputs;
        return tagsSchema.parse(outputs?.tagsAll ?? outputs?.tags ?? {});
    }

    get lifecycleRules(): readonly LifecycleRule[] {
        return lifecycleRulesSchema.parse(this.inputsOf(LIFECYCLE)?.rules ?? []);
    }

    // While a replacement is under way there can be two records; the later one is what is being deployed.
    private inputsOf(type: string): Readonly<Record<string, unknown>> | undefined {
        return this.resources.ofType(type).findLast(({ inputs }) => inputs.bucket === this.name)?.inputs;
    }
}
