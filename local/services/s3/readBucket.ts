import { type BucketCall, type Call, isoTime, sendEmpty, sendXml } from "./call";
import { S3Error } from "./errors";
import { owner } from "./listObjects";

/** ListBuckets. */
export async function listBuckets(call: Call): Promise<void> {
    const prefix = call.query.get("prefix") ?? "";
    const names = call.buckets
        .names()
        .filter((name) => name.startsWith(prefix))
        .sort();
    const Bucket = await Promise.all(
        names.map(async (name) => ({
            Name: name,
            CreationDate: isoTime(await call.buckets.createdAt(name)),
        })),
    );
    sendXml(call, "ListAllMyBucketsResult", { Buckets: { Bucket }, Owner: owner(call) });
}

/** HeadBucket. */
export function headBucket(call: BucketCall): void {
    sendEmpty(call, 200, { "x-amz-bucket-region": call.context.region });
}

/** GetBucketLocation. S3 writes its first region, us-east-1, as nothing. */
export function getBucketLocation(call: BucketCall): void {
    const { region } = call.context;
    sendXml(call, "LocationConstraint", region === "us-east-1" ? "" : region);
}

/** GetBucketVersioning: no status where the bucket was never versioned. */
export function getBucketVersioning(call: BucketCall): void {
    sendXml(call, "VersioningConfiguration", { Status: call.bucket.settings.versioning });
}

/** GetBucketEncryption. */
export function getBucketEncryption(call: BucketCall): void {
    const { algorithm, kmsKeyId, bucketKeyEnabled } = call.bucket.settings.encryption;
    sendXml(call, "ServerSideEncryptionConfiguration", {
        Rule: {
            ApplyServerSideEncryptionByDefault: { SSEAlgorithm: algorithm, KMSMasterKeyID: kmsKeyId },
            BucketKeyEnabled: bucketKeyEnabled,
        },
    });
}

/** GetPublicAccessBlock. */
export function getPublicAccessBlock(call: BucketCall): void {
    const block = call.bucket.settings.publicAccessBlock;
    sendXml(call, "PublicAccessBlockConfiguration", {
        BlockPublicAcls: block.blockPublicAcls,
        IgnorePublicAcls: block.ignorePublicAcls,
        BlockPublicPolicy: block.blockPublicPolicy,
        RestrictPublicBuckets: block.restrictPublicBuckets,
    });
}

/** GetBucketOwnershipControls. */
export function getBucketOwnershipControls(call: BucketCall): void {
    sendXml(call, "OwnershipControls", { Rule: { ObjectOwnership: call.bucket.settings.objectOwnership } });
}

/** GetBucketPolicy: the one answer of S3 that is JSON. */
export function getBucketPolicy(call: BucketCall): void {
    const { policy } = call.bucket.settings;
    if (policy === undefined) {
        throw new S3Error("NoSuchBucketPolicy", { details: { BucketName: call.bucket.name } });
    }
    const body = Buffer.from(policy);
    call.response.writeHead(200, { "content-type": "application/json", "content-length": body.length });
    call.response.end(body);
}

/** GetBucketTagging. */
export function getBucketTagging(call: BucketCall): void {
    const tags = Object.entries(call.bucket.settings.tags);
    if (tags.length === 0) throw new S3Error("NoSuchTagSet", { details: { BucketName: call.bucket.name } });
    sendXml(call, "Tagging", { TagSet: { Tag: tags.map(([Key, Value]) => ({ Key, Value })) } });
}
