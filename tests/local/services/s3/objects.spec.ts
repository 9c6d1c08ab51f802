import { createHash, randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import {
    CopyObjectCommand,
    DeleteObjectCommand,
    DeleteObjectsCommand,
    GetObjectCommand,
    GetObjectTaggingCommand,
    HeadObjectCommand,
    ListObjectsV2Command,
    PutObjectCommand,
    PutObjectTaggingCommand,
} from "@aws-sdk/client-s3";
import { expect } from "chai";
import { bucket, record, refusal, TestServer } from "./server";

describe("S3 objects", () => {
    const Bucket = "bqx-ml-models";
    let s3: TestServer;

    beforeEach(async () => {
        s3 = await TestServer.start([bucket(Bucket), bucket("bqx-ml-other")]);
    });
    afterEach(() => s3.remove());

    const put = (Key: string, Body: string, more: object = {}) =>
        s3.client.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
    const get = (Key: string, more: object = {}) =>
        s3.client.send(new GetObjectCommand({ Bucket, Key, ...more }));
    const text = async (Key: string, more: object = {}) => (await get(Key, more)).Body!.transformToString();

    it("answers an object with what it was stored with", async () => {
        const stored = await put("a/model.tar.gz", "hello", {
            ContentType: "application/x-tar",
            ContentEncoding: "gzip",
            CacheControl: "max-age=60",
            Metadata: { pair: "EURUSD", Version: "7" },
            Tagging: "Stage=train&Pair=EUR%2FUSD",
        });
        expect(stored.ETag).to.equal('"5d41402abc4b2a76b9719d911017c592"');
        expect(stored.VersionId).to.equal(undefined);
        expect(stored.ServerSideEncryption).to.equal("AES256");
        const got = await get("a/model.tar.gz");
        expect(await got.Body!.transformToString()).to.equal("hello");
        expect(got).to.include({
            ContentType: "application/x-tar",
            ContentEncoding: "gzip",
            CacheControl: "max-age=60",
            ContentLength: 5,
            ETag: stored.ETag,
            ChecksumCRC32: "NhCmhg==",
            TagCount: 2,
        });
        expect(got.Metadata).to.deep.equal({ pair: "EURUSD", version: "7" });
        expect(Date.now() - got.LastModified!.getTime()).to.be.within(0, 5000);
        const head = await s3.client.send(new HeadObjectCommand({ Bucket, Key: "a/model.tar.gz" }));
        expect(head).to.include({ ContentLength: 5, ETag: stored.ETag });
    });

    it("overwrites, and deletes what is there and what is not", async () => {
        await put("k", "one");
        await put("k", "two");
        expect(await text("k")).to.equal("two");
        for (let i = 0; i < 2; i++) await s3.client.send(new DeleteObjectCommand({ Bucket, Key: "k" }));
        expect(await refusal(get("k"))).to.equal("NoSuchKey 404");
        expect(await refusal(s3.client.send(new HeadObjectCommand({ Bucket, Key: "k" })))).to.equal(
            "NotFound 404",
        );
    });

    const oddKeys = [
        "a/../b",
        "../../../etc/passwd",
        "..",
        "ü/ %20+",
        "trailing/",
        "//double//slash",
        "a&b<c>\"d'e",
        "emoji-🦜",
        "tab\tand\r\nline",
        "?versionId=x#fragment",
        "__proto__",
        "k".repeat(1024),
        "ü".repeat(512),
    ];
    for (const key of oddKeys) {
        it(`stores, lists, copies and deletes the key ${JSON.stringify(key.slice(0, 24))}`, async () => {
            await put(key, "content");
            expect(await text(key)).to.equal("content");
            const listed = await s3.client.send(new ListObjectsV2Command({ Bucket, EncodingType: "url" }));
            expect(listed.Contents!.map((one) => decodeURIComponent(one.Key!))).to.deep.equal([key]);
            const CopySource = `${Bucket}/${encodeURIComponent(key)}`;
            await s3.client.send(new CopyObjectCommand({ Bucket, Key: "copy", CopySource }));
            expect(await text("copy")).to.equal("content");
            const removed = await s3.client.send(
                new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: key }] } }),
            );
            expect(removed.Deleted).to.deep.equal([{ Key: key }]);
            expect(await refusal(get(key))).to.equal("NoSuchKey 404");
        });
    }

    it("refuses a key over 1,024 bytes", async () => {
        expect(await refusal(put("k".repeat(1025), ""))).to.equal("KeyTooLongError 400");
        expect(await refusal(put("ü".repeat(513), ""))).to.equal("KeyTooLongError 400");
        const answer = await s3.client.send(
            new DeleteObjectsCommand({
                Bucket,
                Delete: { Objects: [{ Key: "k".repeat(1025) }, { Key: "fine" }] },
            }),
        );
        expect(answer.Errors!.map(({ Code }) => Code)).to.deep.equal(["KeyTooLongError"]);
        expect(answer.Deleted).to.deep.equal([{ Key: "fine" }]);
    });

    for (const { range, expected, contentRange } of [
        { range: "bytes=0-3", expected: "0123", contentRange: "bytes 0-3/10" },
        { range: "bytes=8-", expected: "89", contentRange: "bytes 8-9/10" },
        { range: "bytes=-3", expected: "789", contentRange: "bytes 7-9/10" },
        { range: "bytes=-30", expected: "0123456789", contentRange: "bytes 0-9/10" },
        { range: "bytes=9-100", expected: "9", contentRange: "bytes 9-9/10" },
        { range: "bytes=5-2", expected: "0123456789", contentRange: undefined },
        { range: "bytes=0-1,4-5", expected: "0123456789", contentRange: undefined },
        { range: "lines=0-1", expected: "0123456789", contentRange: undefined },
    ]) {
        it(`reads the range ${range}`, async () => {
            await put("digits", "0123456789");
            const got = await get("digits", { Range: range });
            expect(await got.Body!.transformToString()).to.equal(expected);
            expect(got.ContentRange).to.equal(contentRange);
            expect(got.$metadata.httpStatusCode).to.equal(contentRange === undefined ? 200 : 206);
        });
    }

    it("refuses a range beyond the object", async () => {
        await put("digits", "0123456789");
        await put("empty", "");
        expect(await refusal(get("digits", { Range: "bytes=10-" }))).to.equal("InvalidRange 416");
        expect(await refusal(get("digits", { Range: "bytes=-0" }))).to.equal("InvalidRange 416");
        expect(await refusal(get("empty", { Range: "bytes=0-0" }))).to.equal("InvalidRange 416");
        expect(await text("empty")).to.equal("");
    });

    it("reads under conditions", async () => {
        const { ETag } = await put("k", "content");
        const past = new Date(Date.now() - 3_600_000);
        const future = new Date(Date.now() + 3_600_000);
        expect(await text("k", { IfMatch: ETag })).to.equal("content");
        expect(await text("k", { IfNoneMatch: '"other"' })).to.equal("content");
        expect(await text("k", { IfModifiedSince: past })).to.equal("content");
        expect(await text("k", { IfMatch: ETag, IfUnmodifiedSince: past })).to.equal("content");
        expect(await refusal(get("k", { IfMatch: '"other"' }))).to.equal("PreconditionFailed 412");
        expect(await refusal(get("k", { IfUnmodifiedSince: past }))).to.equal("PreconditionFailed 412");
        expect(await refusal(get("k", { IfNoneMatch: ETag }))).to.match(/ 304$/);
        expect(await refusal(get("k", { IfModifiedSince: future }))).to.match(/ 304$/);
    });

    it("writes under conditions", async () => {
        const first = await put("k", "one", { IfNoneMatch: "*" });
        expect(await refusal(put("k", "two", { IfNoneMatch: "*" }))).to.equal("PreconditionFailed 412");
        expect(await refusal(put("k", "two", { IfMatch: '"other"' }))).to.equal("PreconditionFailed 412");
        expect(await refusal(put("absent", "two", { IfMatch: first.ETag }))).to.equal("NoSuchKey 404");
        expect(await refusal(put("k", "two", { IfNoneMatch: first.ETag }))).to.equal("NotImplemented 501");
        expect(await text("k")).to.equal("one");
        await put("k", "two", { IfMatch: first.ETag });
        expect(await text("k")).to.equal("two");
        const conditional = new DeleteObjectCommand({ Bucket, Key: "k", IfMatch: first.ETag });
        expect(await refusal(s3.client.send(conditional))).to.equal("PreconditionFailed 412");
    });

    it("lets exactly one of many concurrent writers create a key", async () => {
        const bodies = Array.from({ length: 20 }, (_, i) => `writer ${i}`);
        const results = await Promise.allSettled(
            bodies.map((body) => put("lock", body, { IfNoneMatch: "*" })),
        );
        const winners = bodies.filter((_, i) => results[i]!.status === "fulfilled");
        expect(winners).to.have.length(1);
        expect(await text("lock")).to.equal(winners[0]);
    });

    it("streams a 20 MB body of known length, and answers it whole", async () => {
        const block = randomBytes(1024 * 1024);
        const blocks = () => Readable.from(Array.from({ length: 20 }, () => block));
        await s3.client.send(
            new PutObjectCommand({ Bucket, Key: "big", Body: blocks(), ContentLength: 20 * block.length }),
        );
        const expected = createHash("sha256");
        for await (const chunk of blocks()) expected.update(chunk as Buffer);
        const actual = createHash("sha256");
        const got = await get("big");
        for await (const chunk of got.Body as Readable) actual.update(chunk as Buffer);
        expect(got.ContentLength).to.equal(20 * block.length);
        expect(actual.digest("hex")).to.equal(expected.digest("hex"));
    });

    it("goes on serving after a reader hangs up half-way", async () => {
        await put("big", "x".repeat(8 * 1024 * 1024));
        const got = await get("big");
        (got.Body as Readable).destroy();
        expect(await text("big", { Range: "bytes=0-1" })).to.equal("xx");
        expect(s3.logged).to.deep.equal([]);
    });

    it("copies with the source's metadata or with new", async () => {
        await put("from", "content", { Metadata: { a: "1" }, ContentType: "text/csv", Tagging: "t=1" });
        const CopySource = `${Bucket}/from`;
        const toOther = { Bucket: "bqx-ml-other", Key: "to" };
        await s3.client.send(new CopyObjectCommand({ ...toOther, CopySource }));
        const kept = await s3.client.send(new GetObjectCommand(toOther));
        expect(kept.Metadata).to.deep.equal({ a: "1" });
        expect(kept).to.include({ ContentType: "text/csv", TagCount: 1, ChecksumCRC32: "/sUwqQ==" });
        const replaced = {
            MetadataDirective: "REPLACE",
            TaggingDirective: "REPLACE",
            Metadata: { b: "2" },
        } as const;
        await s3.client.send(new CopyObjectCommand({ Bucket, Key: "from", CopySource, ...replaced }));
        const changed = await get("from");
        expect(changed.Metadata).to.deep.equal({ b: "2" });
        expect(changed.ContentType).to.equal("binary/octet-stream");
        expect(changed.TagCount).to.equal(undefined);
        expect(await changed.Body!.transformToString()).to.equal("content");
    });

    it("refuses copies that cannot be", async () => {
        await put("from", "content");
        const copy = (CopySource: string, more: object = {}) =>
            refusal(s3.client.send(new CopyObjectCommand({ Bucket, Key: "from", CopySource, ...more })));
        expect(await copy(`${Bucket}/from`)).to.equal("InvalidRequest 400");
        expect(await copy(`${Bucket}/absent`)).to.equal("NoSuchKey 404");
        expect(await copy("absent-bucket/from")).to.equal("NoSuchBucket 404");
        expect(await copy("no-key")).to.equal("InvalidArgument 400");
        expect(await copy(`${Bucket}/from?versionId=absent`)).to.equal("NoSuchVersion 404");
        expect(await copy(`${Bucket}/from`, { CopySourceIfMatch: '"other"' })).to.equal(
            "PreconditionFailed 412",
        );
        expect(await copy(`${Bucket}/from`, { MetadataDirective: "MERGE" })).to.equal("InvalidArgument 400");
    });

    it("keeps tags, within S3's limits", async () => {
        await put("k", "content");
        const tag = (TagSet: { Key: string; Value: string }[]) =>
            s3.client.send(new PutObjectTaggingCommand({ Bucket, Key: "k", Tagging: { TagSet } }));
        const tags = [
            { Key: "Pair", Value: "EUR/USD & <more>" },
            { Key: "Stage", Value: "" },
        ];
        await tag(tags);
        const got = await s3.client.send(new GetObjectTaggingCommand({ Bucket, Key: "k" }));
        expect(got.TagSet).to.deep.equal(tags);
        const eleven = Array.from({ length: 11 }, (_, i) => ({ Key: `k${i}`, Value: "v" }));
        expect(await refusal(tag(eleven))).to.equal("BadRequest 400");
        expect(await refusal(tag([{ Key: "k".repeat(129), Value: "v" }]))).to.equal("InvalidTag 400");
        expect(await refusal(tag([tags[0]!, tags[0]!]))).to.equal("InvalidTag 400");
        await tag([]);
        expect((await get("k")).TagCount).to.equal(undefined);
    });

    it("answers with the bucket's encryption, or the one asked for", async () => {
        const rule = {
            applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: "key-1" },
        };
        const type = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";
        s3.records.push(record(type, Bucket, { rules: [rule] }));
        expect(await put("k", "x")).to.include({ ServerSideEncryption: "aws:kms", SSEKMSKeyId: "key-1" });
        await put("plain", "x", { ServerSideEncryption: "AES256" });
        const plain = await get("plain");
        expect(plain.ServerSideEncryption).to.equal("AES256");
        expect(plain.SSEKMSKeyId).to.equal(undefined);
        expect(await refusal(put("k", "x", { ServerSideEncryption: "rot13" }))).to.equal(
            "InvalidArgument 400",
        );
    });

    it("refuses what it does not do, rather than ignoring it", async () => {
        await put("k", "x");
        expect(await refusal(put("k", "x", { WebsiteRedirectLocation: "/" }))).to.equal("NotImplemented 501");
        expect(await refusal(put("k", "x", { ObjectLockLegalHoldStatus: "ON" }))).to.equal(
            "NotImplemented 501",
        );
        expect(await refusal(put("k", "x", { StorageClass: "GLACIER" }))).to.equal("InvalidStorageClass 400");
        expect(await refusal(put("k", "x", { Metadata: { big: "x".repeat(2048) } }))).to.equal(
            "MetadataTooLarge 400",
        );
        expect(await refusal(get("k", { PartNumber: 1 }))).to.equal("NotImplemented 501");
        await put("k", "x", { StorageClass: "STANDARD_IA" });
        expect(await get("k")).to.include({ StorageClass: "STANDARD_IA" });
    });
});
