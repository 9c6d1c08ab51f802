import {
    CreateBucketCommand,
    DeleteBucketCommand,
    DeleteObjectCommand,
    GetBucketAclCommand,
    GetBucketEncryptionCommand,
    GetBucketLocationCommand,
    GetBucketOwnershipControlsCommand,
    GetBucketPolicyCommand,
    GetBucketTaggingCommand,
    GetBucketVersioningCommand,
    GetObjectAttributesCommand,
    GetPublicAccessBlockCommand,
    HeadBucketCommand,
    ListBucketsCommand,
    ListObjectsV2Command,
    type ObjectCannedACL,
    PutBucketVersioningCommand,
    PutObjectCommand,
} from "@aws-sdk/client-s3";
import { expect } from "chai";
import { existsSync } from "node:fs";
import { get } from "node:http";
import { join } from "node:path";
import { ACCOUNT, bucket, rawRefusal, record, refusal, TestServer, versioning } from "./server";

describe("S3 buckets", () => {
    const Bucket = "bqx-ml-models";
    const publicAccess = (inputs: Record<string, unknown>) =>
        record("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", Bucket, inputs);
    const ownership = (objectOwnership: string) =>
        record("aws:s3/bucketOwnershipControls:BucketOwnershipControls", Bucket, {
            rule: { objectOwnership },
        });
    let s3: TestServer;

    beforeEach(async () => {
        s3 = await TestServer.start([bucket(Bucket), bucket("another-bucket")]);
    });
    afterEach(() => s3.remove());

    const put = (ACL?: ObjectCannedACL, more: object = {}) =>
        s3.client.send(new PutObjectCommand({ Bucket, Key: "k", Body: "x", ACL, ...more }));

    it("are those that are deployed", async () => {
        const { Buckets } = await s3.client.send(new ListBucketsCommand({}));
        expect(Buckets!.map(({ Name }) => Name)).to.deep.equal(["another-bucket", Bucket]);
        expect(Date.now() - Buckets![0]!.CreationDate!.getTime()).to.be.within(-1000, 60_000);
        const head = await s3.client.send(new HeadBucketCommand({ Bucket }));
        expect(head.BucketRegion).to.equal("us-east-1");
        expect((await s3.client.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint).to.equal(
            undefined,
        );
    });

    it("answer with the settings that are deployed", async () => {
        const kms = { sseAlgorithm: "aws:kms", kmsMasterKeyId: "key-1" };
        s3.records.push(
            versioning(Bucket, "Enabled"),
            publicAccess({ blockPublicAcls: true, restrictPublicBuckets: true }),
            ownership("BucketOwnerPreferred"),
            record("aws:s3/bucketPolicy:BucketPolicy", Bucket, { policy: '{"Version":"2012-10-17"}' }),
            record(
                "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
                Bucket,
                { rules: [{ applyServerSideEncryptionByDefault: kms, bucketKeyEnabled: true }] },
            ),
        );
        s3.records[0] = bucket(Bucket, { tagsAll: { Project: "bqx-ml" } });
        expect((await s3.client.send(new GetBucketVersioningCommand({ Bucket }))).Status).to.equal("Enabled");
        const access = await s3.client.send(new GetPublicAccessBlockCommand({ Bucket }));
        expect(access.PublicAccessBlockConfiguration).to.deep.equal({
            BlockPublicAcls: true,
            IgnorePublicAcls: false,
            BlockPublicPolicy: false,
            RestrictPublicBuckets: true,
        });
        const owner = await s3.client.send(new GetBucketOwnershipControlsCommand({ Bucket }));
        expect(owner.OwnershipControls!.Rules![0]!.ObjectOwnership).to.equal("BucketOwnerPreferred");
        const policy = await s3.client.send(new GetBucketPolicyCommand({ Bucket }));
        expect(policy.Policy).to.equal('{"Version":"2012-10-17"}');
        const tags = await s3.client.send(new GetBucketTaggingCommand({ Bucket }));
        expect(tags.TagSet).to.deep.equal([{ Key: "Project", Value: "bqx-ml" }]);
        const encryption = await s3.client.send(new GetBucketEncryptionCommand({ Bucket }));
        expect(encryption.ServerSideEncryptionConfiguration!.Rules).to.deep.equal([
            {
                ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms", KMSMasterKeyID: "key-1" },
                BucketKeyEnabled: true,
            },
        ]);
    });

    it("answer like a new bucket of AWS where nothing is deployed", async () => {
        expect((await s3.client.send(new GetBucketVersioningCommand({ Bucket }))).Status).to.equal(undefined);
        const access = await s3.client.send(new GetPublicAccessBlockCommand({ Bucket }));
        expect(Object.values(access.PublicAccessBlockConfiguration!)).to.deep.equal([true, true, true, true]);
        const encryption = await s3.client.send(new GetBucketEncryptionCommand({ Bucket }));
        const rule = encryption.ServerSideEncryptionConfiguration!.Rules![0]!;
        expect(rule.ApplyServerSideEncryptionByDefault!.SSEAlgorithm).to.equal("AES256");
        expect(await refusal(s3.client.send(new GetBucketPolicyCommand({ Bucket })))).to.equal(
            "NoSuchBucketPolicy 404",
        );
        expect(await refusal(s3.client.send(new GetBucketTaggingCommand({ Bucket })))).to.equal(
            "NoSuchTagSet 404",
        );
    });

    it("are not there unless deployed, and not for another account", async () => {
        const absent = { Bucket: "absent" };
        expect(await refusal(s3.client.send(new HeadBucketCommand(absent)))).to.equal("NotFound 404");
        expect(await refusal(s3.client.send(new ListObjectsV2Command(absent)))).to.equal("NoSuchBucket 404");
        expect(await refusal(put(undefined, absent))).to.equal("NoSuchBucket 404");
        const asked = (ExpectedBucketOwner: string) =>
            s3.client.send(new ListObjectsV2Command({ Bucket, ExpectedBucketOwner }));
        expect(await refusal(asked("210987654321"))).to.equal("AccessDenied 403");
        expect((await asked(ACCOUNT)).KeyCount).to.equal(0);
    });

    it("are made and changed by the Pulumi program alone", async () => {
        for (const call of [
            () => s3.client.send(new CreateBucketCommand({ Bucket: "new-bucket" })),
            () => s3.client.send(new DeleteBucketCommand({ Bucket })),
            () =>
                s3.client.send(
                    new PutBucketVersioningCommand({
                        Bucket,
                        VersioningConfiguration: { Status: "Enabled" },
                    }),
                ),
        ]) {
            const error = (await call().catch((e: unknown) => e)) as Error;
            expect(error.name).to.equal("AccessDenied");
            expect(error.message).to.match(/made by the Pulumi program: change "(new-bucket|bqx-ml-models)"/);
        }
    });

    it("refuse operations that are not implemented, and methods that do not exist", async () => {
        await put();
        expect(await refusal(s3.client.send(new GetBucketAclCommand({ Bucket })))).to.equal(
            "NotImplemented 501",
        );
        const attributes = new GetObjectAttributesCommand({ Bucket, Key: "k", ObjectAttributes: ["ETag"] });
        expect(await refusal(s3.client.send(attributes))).to.equal("NotImplemented 501");
        expect(await rawRefusal(`${s3.url}/${Bucket}?surprise`, {})).to.equal("NotImplemented 501");
        expect(await rawRefusal(`${s3.url}/${Bucket}/k?tagging&uploads`, {})).to.equal("NotImplemented 501");
        expect(await rawRefusal(`${s3.url}/${Bucket}/k`, { method: "PATCH" })).to.equal(
            "MethodNotAllowed 405",
        );
        expect(await rawRefusal(`${s3.url}/${Bucket}/%ff`, {})).to.equal("InvalidURI 400");
        expect(await rawRefusal(`${s3.url}/?x`, {})).to.equal("NotImplemented 501");
    });

    it("refuse ACLs as their ownership and public access block say", async () => {
        const publicGrant = { GrantRead: 'uri="http://acs.amazonaws.com/groups/global/AllUsers"' };
        expect(await refusal(put("public-read"))).to.equal("AccessControlListNotSupported 400");
        expect(await refusal(put(undefined, publicGrant))).to.equal("AccessControlListNotSupported 400");
        await put("bucket-owner-full-control");

        s3.records.push(ownership("ObjectWriter"));
        expect(await refusal(put("public-read"))).to.equal("AccessDenied 403");
        s3.records.push(publicAccess({ blockPublicAcls: true }));
        expect(await refusal(put("public-read-write"))).to.equal("AccessDenied 403");
        expect(await refusal(put(undefined, publicGrant))).to.equal("AccessDenied 403");
        await put("private");

        s3.records.pop();
        s3.records.push(publicAccess({ blockPublicAcls: false }));
        expect(await refusal(put("public-read"))).to.equal("NotImplemented 501");
        expect(await refusal(put(undefined, { GrantRead: 'id="someone"' }))).to.equal("NotImplemented 501");
    });

    it("are reached in virtual-host style, too", async () => {
        await put();
        const { port } = new URL(s3.url);
        const answer = await new Promise<string>((resolve, reject) => {
            const headers = { host: `${Bucket}.s3.us-east-1.amazonaws.com:${port}` };
            get({ host: "127.0.0.1", port, path: "/k", headers }, (response) => {
                response.setEncoding("utf8").on("data", resolve).on("error", reject);
            });
        });
        expect(answer).to.equal("x");
    });

    describe("as resources", () => {
        it("are refused under a name that is no bucket's", async () => {
            for (const name of ["../escape", "UPPER", "ab", "a".repeat(64), ".."]) {
                expect(await refusalCode(s3.service.applied!(bucket(name)))).to.equal("InvalidBucketName");
            }
        });

        it("are not deleted with content, unless so declared", async () => {
            await put();
            const folder = join(s3.dataDir, Bucket);
            expect(await refusalCode(s3.service.removing!(bucket(Bucket)))).to.equal("BucketNotEmpty");
            expect(existsSync(folder)).to.equal(true);
            await s3.service.removing!(bucket(Bucket, { forceDestroy: true }));
            expect(existsSync(folder)).to.equal(false);
        });

        it("count versions and delete markers as content", async () => {
            s3.records.push(versioning(Bucket, "Enabled"));
            await put();
            await s3.client.send(new DeleteObjectCommand({ Bucket, Key: "k" }));
            expect(await refusalCode(s3.service.removing!(bucket(Bucket)))).to.equal("BucketNotEmpty");
        });

        it("start empty when deployed again", async () => {
            await put();
            const declared = bucket(Bucket, { forceDestroy: true });
            await s3.service.removing!(declared);
            await s3.service.applied!(declared);
            await s3.service.applied!(declared);
            expect((await s3.client.send(new ListObjectsV2Command({ Bucket }))).KeyCount).to.equal(0);
            await put();
        });

        it("do not lose content with one of their settings", async () => {
            await put();
            await s3.service.removing!(versioning(Bucket, "Enabled"));
            expect((await s3.client.send(new ListObjectsV2Command({ Bucket }))).KeyCount).to.equal(1);
        });
    });

    it("are counted in the service's health", async () => {
        await put(undefined, { Body: "12345" });
        expect(await s3.service.health()).to.deep.equal({
            healthy: true,
            detail: "2 buckets hold 1 objects.",
            figures: [
                { label: "buckets", value: 2, unit: "" },
                { label: "objects", value: 1, unit: "" },
                { label: "stored", value: 5, unit: "bytes" },
            ],
        });
    });
});

async function refusalCode(call: Promise<unknown>): Promise<string> {
    const error: unknown = await call.then(
        () => new Error("not refused"),
        (thrown: unknown) => thrown,
    );
    return (error as Error).name;
}
