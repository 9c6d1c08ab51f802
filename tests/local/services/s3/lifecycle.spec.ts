import {
    CreateMultipartUploadCommand,
    DeleteObjectCommand,
    ListMultipartUploadsCommand,
    ListObjectVersionsCommand,
    PutObjectCommand,
} from "@aws-sdk/client-s3";
import { expect } from "chai";
import { KeyIndex, type StoredVersion } from "../../../../local/services/s3/keyIndex";
import { expired, type LifecycleRule } from "../../../../local/services/s3/lifecycle";
import type { Upload } from "../../../../local/services/s3/uploadStore";
import { bucket, record, TestServer, versioning } from "./server";

const NOON = Date.parse("2026-01-10T12:00:00Z");
const at = (text: string) => Date.parse(text);

function version(id: string, more: Partial<StoredVersion> = {}): StoredVersion {
    return {
        id,
        key: "bars/EURUSD",
        versionId: id,
        sequence: Number(id),
        deleteMarker: false,
        sizeBytes: 100,
        etag: "",
        lastModified: NOON,
        headers: {},
        metadata: {},
        tags: { Stage: "train" },
        ...more,
    };
}

describe("S3 lifecycle rules", () => {
    const rule = (more: Partial<LifecycleRule>): LifecycleRule => ({
        id: "rule",
        status: "Enabled",
        ...more,
    });
    const expiration = { days: 1 };

    const objectsOf = (one: LifecycleRule, now: number, ...versions: StoredVersion[]) =>
        expired([one], new KeyIndex(versions), [], now).objects.map(({ id }) => id);
    const versionsOf = (one: LifecycleRule, now: number, ...versions: StoredVersion[]) =>
        expired([one], new KeyIndex(versions), [], now).versions.map(({ id }) => id);

    it("expire objects at the midnight after their days", () => {
        const one = rule({ expiration });
        expect(objectsOf(one, at("2026-01-11T23:59:59Z"), version("1"))).to.deep.equal([]);
        expect(objectsOf(one, at("2026-01-12T00:00:00Z"), version("1"))).to.deep.equal(["1"]);
        expect(
            objectsOf(one, at("2027-01-01T00:00:00Z"), version("1", { deleteMarker: true })),
        ).to.deep.equal([]);
    });

    it("expire objects at a date", () => {
        const one = rule({ expiration: { date: "2026-02-01T00:00:00Z" } });
        expect(objectsOf(one, at("2026-01-31T23:59:59Z"), version("1"))).to.deep.equal([]);
        expect(objectsOf(one, at("2026-02-01T00:00:00Z"), version("1"))).to.deep.equal(["1"]);
    });

    for (const { title, filter, matches } of [
        { title: "its prefix", filter: { prefix: "bars/" }, matches: true },
        { title: "another prefix", filter: { prefix: "models/" }, matches: false },
        { title: "its tag", filter: { tag: { key: "Stage", value: "train" } }, matches: true },
        { title: "another tag", filter: { tag: { key: "Stage", value: "test" } }, matches: false },
        { title: "a size below", filter: { objectSizeGreaterThan: 99 }, matches: true },
        {
            title: "its own size, which is not above it",
            filter: { objectSizeGreaterThan: 100 },
            matches: false,
        },
        { title: "its own size, which is not below it", filter: { objectSizeLessThan: 100 }, matches: false },
        {
            title: "all of a list",
            filter: { and: { prefix: "bars/", tags: { Stage: "train" } } },
            matches: true,
        },
        {
            title: "not all of a list",
            filter: { and: { prefix: "bars/", tags: { Pair: "x" } } },
            matches: false,
        },
    ]) {
        it(`apply to ${title}: ${matches}`, () => {
            const found = objectsOf(rule({ expiration, filter }), at("2027-01-01T00:00:00Z"), version("1"));
            expect(found).to.deep.equal(matches ? ["1"] : []);
        });
    }

    it("do nothing while disabled", () => {
        const one = rule({ expiration, status: "Disabled" });
        expect(objectsOf(one, at("2027-01-01T00:00:00Z"), version("1"))).to.deep.equal([]);
    });

    it("remove noncurrent versions by the age of their successor, and keep the newest", () => {
        const history = [
            version("1", { lastModified: at("2026-01-01T12:00:00Z") }),
            version("2", { lastModified: at("2026-01-02T12:00:00Z") }),
            version("3", { lastModified: at("2026-01-08T12:00:00Z") }),
        ];
        const days = (noncurrentDays: number, newerNoncurrentVersions?: number) =>
            rule({ noncurrentVersionExpiration: { noncurrentDays, newerNoncurrentVersions } });
        expect(versionsOf(days(5), NOON, ...history)).to.deep.equal(["1"]);
        expect(versionsOf(days(1), NOON, ...history)).to.deep.equal(["2", "1"]);
        expect(versionsOf(days(1, 1), NOON, ...history)).to.deep.equal(["1"]);
    });

    it("remove a delete marker that hides nothing any more", () => {
        const one = rule({ expiration: { expiredObjectDeleteMarker: true } });
        const marker = version("2", { deleteMarker: true });
        expect(versionsOf(one, NOON, marker)).to.deep.equal(["2"]);
        expect(versionsOf(one, NOON, marker, version("1"))).to.deep.equal([]);
    });

    it("abort uploads that are not completed in time", () => {
        const upload: Upload = {
            uploadId: "u",
            key: "bars/EURUSD",
            initiated: NOON,
            headers: {},
            metadata: {},
            tags: {},
        };
        const aborted = (prefix: string, now: number) => {
            const one = rule({
                filter: { prefix },
                abortIncompleteMultipartUpload: { daysAfterInitiation: 2 },
            });
            return expired([one], new KeyIndex(), [upload], now).uploads;
        };
        expect(aborted("bars/", at("2026-01-12T12:00:00Z"))).to.deep.equal([]);
        expect(aborted("bars/", at("2026-01-13T00:00:00Z"))).to.deep.equal([upload]);
        expect(aborted("models/", at("2026-01-13T00:00:00Z"))).to.deep.equal([]);
    });

    it("are applied when the service starts", async () => {
        const Bucket = "bqx-ml-datasets";
        const past = "2020-01-01T00:00:00Z";
        let s3 = await TestServer.start([bucket(Bucket), versioning(Bucket, "Enabled")]);
        try {
            for (const Key of ["tmp/a", "kept"]) {
                await s3.client.send(new PutObjectCommand({ Bucket, Key, Body: "x" }));
            }
            await s3.client.send(new DeleteObjectCommand({ Bucket, Key: "marker" }));
            await s3.client.send(new CreateMultipartUploadCommand({ Bucket, Key: "young" }));
            await s3.stop();
            const rules = [
                rule({ filter: { prefix: "tmp/" }, expiration: { date: past } }),
                rule({ expiration: { expiredObjectDeleteMarker: true } }),
                rule({ abortIncompleteMultipartUpload: { daysAfterInitiation: 1 } }),
            ];
            const type = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration";
            s3 = await TestServer.start([...s3.records, record(type, Bucket, { rules })], s3.dataDir);
            const { Versions, DeleteMarkers } = await s3.client.send(
                new ListObjectVersionsCommand({ Bucket }),
            );
            expect(Versions!.map(({ Key, IsLatest }) => [Key, IsLatest])).to.deep.equal([
                ["kept", true],
                ["tmp/a", false],
            ]);
            expect(DeleteMarkers!.map(({ Key }) => Key)).to.deep.equal(["tmp/a"]);
            const { Uploads } = await s3.client.send(new ListMultipartUploadsCommand({ Bucket }));
            expect(Uploads).to.have.length(1);
            expect(s3.logged).to.deep.equal([`Lifecycle rules of ${Bucket} expired 2 items`]);
        } finally {
            await s3.remove();
        }
    });
});
