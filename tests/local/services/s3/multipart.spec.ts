import { createHash, randomBytes } from "node:crypto";
import {
    AbortMultipartUploadCommand,
    CompleteMultipartUploadCommand,
    CreateMultipartUploadCommand,
    GetObjectCommand,
    ListMultipartUploadsCommand,
    ListObjectsV2Command,
    ListPartsCommand,
    PutObjectCommand,
    UploadPartCommand,
    UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { expect } from "chai";
import { bucket, refusal, TestServer, versioning } from "./server";

const MEBIBYTE = 1024 * 1024;

describe("S3 multipart uploads", () => {
    const Bucket = "bqx-ml-datasets";
    const Key = "bars/2024.parquet";
    const big = randomBytes(5 * MEBIBYTE);
    const small = Buffer.from("the last part may be small");
    let s3: TestServer;

    beforeEach(async () => {
        s3 = await TestServer.start([bucket(Bucket)]);
    });
    afterEach(() => s3.remove());

    const create = async (more: object = {}) =>
        (await s3.client.send(new CreateMultipartUploadCommand({ Bucket, Key, ...more }))).UploadId!;
    const upload = async (UploadId: string, PartNumber: number, Body: Buffer, more: object = {}) => {
        const command = new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body, ...more });
        const { ETag, ChecksumSHA256, ChecksumCRC32 } = await s3.client.send(command);
        return { PartNumber, ETag, ChecksumSHA256, ChecksumCRC32 };
    };
    const complete = (UploadId: string, Parts: object[], more: object = {}) =>
        s3.client.send(
            new CompleteMultipartUploadCommand({
                Bucket,
                Key,
                UploadId,
                MultipartUpload: { Parts },
                ...more,
            }),
        );
    const content = async () =>
        Buffer.from(
            await (await s3.client.send(new GetObjectCommand({ Bucket, Key }))).Body!.transformToByteArray(),
        );
    const md5 = (data: Buffer) => createHash("md5").update(data).digest();

    it("joins parts that came in any order, under S3's multipart ETag", async () => {
        const id = await create({ Metadata: { rows: "7" }, ContentType: "application/parquet" });
        const second = await upload(id, 7, small);
        const first = await upload(id, 3, big);
        expect((await s3.client.send(new ListObjectsV2Command({ Bucket }))).KeyCount).to.equal(0);
        const done = await complete(id, [first, second]);
        const etag = `"${md5(Buffer.concat([md5(big), md5(small)])).toString("hex")}-2"`;
        expect(done.ETag).to.equal(etag);
        expect((await content()).equals(Buffer.concat([big, small]))).to.equal(true);
        const got = await s3.client.send(
            new GetObjectCommand({ Bucket, Key, Range: "bytes=5242878-5242882" }),
        );
        expect(got).to.include({ ETag: etag, ContentType: "application/parquet" });
        expect(got.Metadata).to.deep.equal({ rows: "7" });
        const seam = Buffer.concat([big.subarray(-2), small.subarray(0, 3)]);
        expect(Buffer.from(await got.Body!.transformToByteArray()).equals(seam)).to.equal(true);
        expect(await refusal(complete(id, [first, second]))).to.equal("NoSuchUpload 404");
    });

    it("takes the last upload of a part number", async () => {
        const id = await create();
        const old = await upload(id, 1, Buffer.from("old"));
        const now = await upload(id, 1, Buffer.from("new"));
        expect(await refusal(complete(id, [old]))).to.equal("InvalidPart 400");
        await complete(id, [now]);
        expect((await content()).toString()).to.equal("new");
    });

    it("refuses a wrong list of parts, and leaves the upload to be completed rightly", async () => {
        const id = await create();
        const one = await upload(id, 1, small);
        const two = await upload(id, 2, small);
        expect(await refusal(complete(id, [two, one]))).to.equal("InvalidPartOrder 400");
        expect(await refusal(complete(id, [one, one]))).to.equal("InvalidPartOrder 400");
        expect(await refusal(complete(id, [{ ...one, ETag: two.ETag?.replace(/\w/, "x") }]))).to.equal(
            "InvalidPart 400",
        );
        expect(await refusal(complete(id, [{ PartNumber: 9, ETag: one.ETag }]))).to.equal("InvalidPart 400");
        expect(await refusal(complete(id, [one, two]))).to.equal("EntityTooSmall 400");
        expect(await refusal(complete(id, []))).to.equal("MalformedXML 400");
        await complete(id, [two]);
        expect((await content()).equals(small)).to.equal(true);
    });

    it("refuses an unknown upload, a wrong key and a part number out of bounds", async () => {
        const id = await create();
        expect(await refusal(upload("absent", 1, small))).to.equal("NoSuchUpload 404");
        expect(await refusal(upload(id, 1, small, { Key: "other" }))).to.equal("NoSuchUpload 404");
        expect(await refusal(upload(id, 0, small))).to.equal("InvalidArgument 400");
        expect(await refusal(upload(id, 10_001, small))).to.equal("InvalidArgument 400");
        const abort = (UploadId: string) =>
            s3.client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
        expect(await refusal(abort("absent"))).to.equal("NoSuchUpload 404");
        await abort(id);
        expect(await refusal(upload(id, 1, small))).to.equal("NoSuchUpload 404");
        expect(await refusal(s3.client.send(new ListPartsCommand({ Bucket, Key, UploadId: id })))).to.equal(
            "NoSuchUpload 404",
        );
    });

    it("completes under a condition", async () => {
        await s3.client.send(new PutObjectCommand({ Bucket, Key, Body: "there" }));
        const id = await create();
        const part = await upload(id, 1, small);
        expect(await refusal(complete(id, [part], { IfNoneMatch: "*" }))).to.equal("PreconditionFailed 412");
        expect((await content()).toString()).to.equal("there");
        await complete(id, [part]);
        expect((await content()).equals(small)).to.equal(true);
    });

    it("completes once, however often it is asked at the same time", async () => {
        s3.records.push(versioning(Bucket, "Enabled"));
        const id = await create();
        const part = await upload(id, 1, small);
        const results = await Promise.allSettled([1, 2, 3].map(() => complete(id, [part])));
        expect(results.filter(({ status }) => status === "fulfilled")).to.have.length(1);
    });

    it("composes SHA-256 checksums, and computes a CRC of the whole", async () => {
        const sha256 = (data: Buffer) => createHash("sha256").update(data).digest();
        const composed = await create({ ChecksumAlgorithm: "SHA256" });
        const parts = [
            await upload(composed, 1, big, { ChecksumAlgorithm: "SHA256" }),
            await upload(composed, 2, small, { ChecksumAlgorithm: "SHA256" }),
        ];
        expect(parts[1]!.ChecksumSHA256).to.equal(sha256(small).toString("base64"));
        const wrong = [parts[0]!, { ...parts[1]!, ChecksumSHA256: parts[0]!.ChecksumSHA256 }];
        expect(await refusal(complete(composed, wrong))).to.equal("InvalidPart 400");
        const done = await complete(composed, parts);
        const expected = sha256(Buffer.concat([sha256(big), sha256(small)])).toString("base64");
        expect(done).to.include({ ChecksumSHA256: `${expected}-2`, ChecksumType: "COMPOSITE" });

        const whole = await create({ ChecksumAlgorithm: "CRC32", ChecksumType: "FULL_OBJECT" });
        const single = await upload(whole, 1, Buffer.from("hello"));
        expect(await refusal(complete(whole, [single], { ChecksumCRC32: "AAAAAA==" }))).to.equal(
            "BadDigest 400",
        );
        const full = await complete(whole, [single], { ChecksumCRC32: "NhCmhg==" });
        expect(full).to.include({ ChecksumCRC32: "NhCmhg==", ChecksumType: "FULL_OBJECT" });
    });

    it("refuses checksums that cannot be combined", async () => {
        expect(await refusal(create({ ChecksumAlgorithm: "CRC8" }))).to.equal("InvalidRequest 400");
        expect(await refusal(create({ ChecksumAlgorithm: "SHA256", ChecksumType: "FULL_OBJECT" }))).to.equal(
            "InvalidRequest 400",
        );
        const id = await create({ ChecksumAlgorithm: "SHA256" });
        expect(await refusal(upload(id, 1, small, { ChecksumAlgorithm: "SHA1" }))).to.equal(
            "InvalidRequest 400",
        );
    });

    it("copies parts from an object", async () => {
        await s3.client.send(new PutObjectCommand({ Bucket, Key: "source", Body: "0123456789" }));
        const id = await create();
        const copy = (CopySourceRange?: string) =>
            s3.client.send(
                new UploadPartCopyCommand({
                    Bucket,
                    Key,
                    UploadId: id,
                    PartNumber: 1,
                    CopySource: `${Bucket}/source`,
                    CopySourceRange,
                }),
            );
        expect(await refusal(copy("bytes=10-11"))).to.equal("InvalidRange 416");
        expect(await refusal(copy("3-5"))).to.equal("InvalidArgument 400");
        const { CopyPartResult } = await copy("bytes=3-5");
        await complete(id, [{ PartNumber: 1, ETag: CopyPartResult!.ETag }]);
        expect((await content()).toString()).to.equal("345");
    });

    it("lists parts and uploads by the page", async () => {
        const id = await create();
        for (const number of [1, 2, 5]) await upload(id, number, small);
        const list = (PartNumberMarker?: string) =>
            s3.client.send(
                new ListPartsCommand({ Bucket, Key, UploadId: id, MaxParts: 2, PartNumberMarker }),
            );
        const first = await list();
        expect(first.Parts!.map(({ PartNumber, Size }) => [PartNumber, Size])).to.deep.equal([
            [1, small.length],
            [2, small.length],
        ]);
        expect(first).to.include({ IsTruncated: true, NextPartNumberMarker: "2" });
        const second = await list(first.NextPartNumberMarker);
        expect(second.Parts!.map(({ PartNumber }) => PartNumber)).to.deep.equal([5]);
        expect(second.IsTruncated).to.equal(false);

        const again = await create();
        await create({ Key: "other/1" });
        const uploads = (more: object) =>
            s3.client.send(
                new ListMultipartUploadsCommand({ Bucket, MaxUploads: 1, Delimiter: "/", ...more }),
            );
        expect((await uploads({})).CommonPrefixes!.map(({ Prefix }) => Prefix)).to.deep.equal(["bars/"]);
        const page = await uploads({ Prefix: "bars/" });
        expect(page.Uploads!.map(({ UploadId }) => UploadId)).to.deep.equal([id]);
        const rest = await uploads({
            Prefix: "bars/",
            KeyMarker: page.NextKeyMarker,
            UploadIdMarker: page.NextUploadIdMarker,
        });
        expect(rest.Uploads!.map(({ UploadId }) => UploadId)).to.deep.equal([again]);
        expect(rest.IsTruncated).to.equal(false);
    });
});
