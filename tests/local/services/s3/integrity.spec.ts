import { createHash } from "node:crypto";
import { connect } from "node:net";
import { Readable } from "node:stream";
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { expect } from "chai";
import { type ChecksumAlgorithm, Fingerprint } from "../../../../local/services/s3/checksums";
import { decodeAwsChunked } from "../../../../local/services/s3/chunked";
import { bucket, rawRefusal, refusal, TestServer } from "./server";

const HELLO_CRC32 = "NhCmhg==";

describe("S3 integrity", () => {
    const Bucket = "bqx-ml-models";
    let s3: TestServer;

    before(async () => {
        s3 = await TestServer.start([bucket(Bucket)]);
    });
    after(() => s3.remove());

    const rawPut = (body: string, headers: Record<string, string>) =>
        fetch(`${s3.url}/${Bucket}/raw`, { method: "PUT", body, headers });
    const rawPutRefusal = (body: string, headers: Record<string, string>) =>
        rawRefusal(`${s3.url}/${Bucket}/raw`, { method: "PUT", body, headers });
    const exists = async (Key: string) =>
        s3.client.send(new HeadObjectCommand({ Bucket, Key })).then(
            () => true,
            () => false,
        );

    describe("checksums", () => {
        // The check values of the CRC catalogue, for the text "123456789".
        const checkValues: Partial<Record<ChecksumAlgorithm, string>> = {
            CRC32: "cbf43926",
            CRC32C: "e3069283",
            CRC64NVME: "ae8b14860a799888",
            SHA1: createHash("sha1").update("123456789").digest("hex"),
            SHA256: createHash("sha256").update("123456789").digest("hex"),
        };
        for (const [name, expected] of Object.entries(checkValues)) {
            const algorithm = name as ChecksumAlgorithm;
            it(`computes ${name}, however the bytes are cut`, () => {
                const fingerprint = new Fingerprint([algorithm]);
                for (const piece of ["12", "", "3456789"]) fingerprint.update(Buffer.from(piece));
                const value = fingerprint.finish().checksums.get(algorithm);
                expect(Buffer.from(value!, "base64").toString("hex")).to.equal(expected);
            });
        }

        for (const algorithm of ["CRC32", "SHA1", "SHA256"] as const) {
            it(`verifies, stores and answers the SDK's ${algorithm}`, async () => {
                const Key = `checked-${algorithm}`;
                await s3.client.send(
                    new PutObjectCommand({ Bucket, Key, Body: "123456789", ChecksumAlgorithm: algorithm }),
                );
                const got = await s3.client.send(
                    new GetObjectCommand({ Bucket, Key, ChecksumMode: "ENABLED" }),
                );
                const value = Buffer.from(checkValues[algorithm]!, "hex").toString("base64");
                expect(got).to.include({ [`Checksum${algorithm}`]: value, ChecksumType: "FULL_OBJECT" });
                // The SDK itself verifies what it reads.
                expect(await got.Body!.transformToString()).to.equal("123456789");
                const plain = await fetch(`${s3.url}/${Bucket}/${Key}`);
                expect(plain.headers.get(`x-amz-checksum-${algorithm.toLowerCase()}`)).to.equal(null);
                await plain.text();
            });
        }

        for (const { title, headers, expected } of [
            { title: "CRC32", headers: { "x-amz-checksum-crc32": "AAAAAA==" }, expected: "BadDigest 400" },
            { title: "CRC32C", headers: { "x-amz-checksum-crc32c": "AAAAAA==" }, expected: "BadDigest 400" },
            {
                title: "CRC64NVME",
                headers: { "x-amz-checksum-crc64nvme": "AAAAAAAAAAA=" },
                expected: "BadDigest 400",
            },
            {
                title: "SHA-256",
                headers: { "x-amz-checksum-sha256": createHash("sha256").update("other").digest("base64") },
                expected: "BadDigest 400",
            },
            {
                title: "unreadable CRC32",
                headers: { "x-amz-checksum-crc32": "??" },
                expected: "InvalidRequest 400",
            },
            {
                title: "second checksum",
                headers: { "x-amz-checksum-crc32": HELLO_CRC32, "x-amz-checksum-sha1": "x" },
                expected: "InvalidRequest 400",
            },
            {
                title: "algorithm that does not exist",
                headers: { "x-amz-sdk-checksum-algorithm": "CRC8" },
                expected: "InvalidRequest 400",
            },
            {
                title: "announced checksum that is missing",
                headers: { "x-amz-sdk-checksum-algorithm": "CRC32" },
                expected: "InvalidRequest 400",
            },
            {
                title: "Content-MD5",
                headers: { "content-md5": createHash("md5").update("other").digest("base64") },
                expected: "BadDigest 400",
            },
            {
                title: "unreadable Content-MD5",
                headers: { "content-md5": "??" },
                expected: "InvalidDigest 400",
            },
            {
                title: "payload hash",
                headers: { "x-amz-content-sha256": createHash("sha256").update("other").digest("hex") },
                expected: "XAmzContentSHA256Mismatch 400",
            },
        ]) {
            it(`refuses a wrong ${title}, and stores nothing`, async () => {
                expect(await rawPutRefusal("hello", { ...headers })).to.equal(expected);
                expect(await exists("raw")).to.equal(false);
            });
        }

        it("accepts what is right", async () => {
            const answer = await rawPut("hello", {
                "x-amz-checksum-crc32": HELLO_CRC32,
                "content-md5": createHash("md5").update("hello").digest("base64"),
                "x-amz-content-sha256": createHash("sha256").update("hello").digest("hex"),
            });
            expect(answer.status).to.equal(200);
        });
    });

    describe("sizes", () => {
        it("refuses more than 5 GiB before it is sent", async () => {
            const answer = await handWritten("PUT", `content-length: ${5 * 1024 ** 3 + 1}`);
            expect(answer).to.match(/^HTTP\/1\.1 400 [^]*<Code>EntityTooLarge<\/Code>/);
        });

        it("refuses a body of undeclared length", async () => {
            expect(await handWritten("PUT", "x-none: 1")).to.match(
                /^HTTP\/1\.1 411 [^]*MissingContentLength/,
            );
            expect(await handWritten("PUT", "transfer-encoding: chunked", "0\r\n\r\n")).to.match(
                /^HTTP\/1\.1 501 [^]*NotImplemented/,
            );
        });

        // fetch() and the SDK refuse to send what these tests need.
        function handWritten(method: string, header: string, body = ""): Promise<string> {
            return new Promise((resolve, reject) => {
                const socket = connect(Number(new URL(s3.url).port), "127.0.0.1", () => {
                    socket.write(`${method} /${Bucket}/big HTTP/1.1\r\nhost: x\r\n${header}\r\n\r\n${body}`);
                });
                socket.once("data", (data) => {
                    resolve(data.toString());
                    socket.destroy();
                });
                socket.once("error", reject);
            });
        }
    });

    describe("aws-chunked bodies", () => {
        const chunked = (length: number, more: Record<string, string> = {}) => ({
            "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
            "content-encoding": "aws-chunked,gzip",
            "x-amz-decoded-content-length": String(length),
            ...more,
        });
        const trailer = { "x-amz-trailer": "x-amz-checksum-crc32" };

        it("decodes chunks and verifies the trailer", async () => {
            const body = `3\r\nhel\r\n2\r\nlo\r\n0\r\nx-amz-checksum-crc32:${HELLO_CRC32}\r\n\r\n`;
            expect((await rawPut(body, chunked(5, trailer))).status).to.equal(200);
            const got = await s3.client.send(new GetObjectCommand({ Bucket, Key: "raw" }));
            expect(await got.Body!.transformToString()).to.equal("hello");
            expect(got).to.include({ ContentEncoding: "gzip", ChecksumCRC32: HELLO_CRC32 });
        });

        it("decodes signed chunks, with and without a trailer", async () => {
            const signature = `;chunk-signature=${"a".repeat(64)}`;
            const body = `5${signature}\r\nhello\r\n0${signature}\r\n`;
            const signed = { "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" };
            expect((await rawPut(`${body}\r\n`, chunked(5, signed))).status).to.equal(200);
            const trailing = {
                "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
                ...trailer,
            };
            const trailers = `x-amz-checksum-crc32:${HELLO_CRC32}\r\nx-amz-trailer-signature:${"a".repeat(64)}\r\n\r\n`;
            expect((await rawPut(body + trailers, chunked(5, trailing))).status).to.equal(200);
            const wrong = trailers.replace(HELLO_CRC32, "AAAAAA==");
            expect(await rawPutRefusal(body + wrong, chunked(5, trailing))).to.equal("BadDigest 400");
        });

        for (const { title, body, length, expected } of [
            {
                title: "a missing trailer",
                body: "5\r\nhello\r\n0\r\n\r\n",
                length: 5,
                expected: "InvalidRequest 400",
            },
            { title: "an early end", body: "5\r\nhel", length: 5, expected: "IncompleteBody 400" },
            { title: "no last chunk", body: "5\r\nhello\r\n", length: 5, expected: "IncompleteBody 400" },
            {
                title: "a short body",
                body: "2\r\nhe\r\n0\r\n\r\n",
                length: 5,
                expected: "IncompleteBody 400",
            },
            {
                title: "a long body",
                body: "5\r\nhello\r\n0\r\n\r\n",
                length: 2,
                expected: "IncompleteBody 400",
            },
            {
                title: "a wrong size",
                body: "3\r\nhello\r\n0\r\n\r\n",
                length: 5,
                expected: "InvalidRequest 400",
            },
            { title: "no size", body: "hello", length: 5, expected: "IncompleteBody 400" },
            {
                title: "a size that is none",
                body: "xyz\r\nhello\r\n",
                length: 5,
                expected: "InvalidRequest 400",
            },
            { title: "an endless size", body: "1".repeat(9000), length: 5, expected: "InvalidRequest 400" },
        ]) {
            it(`refuses ${title}`, async () => {
                expect(await rawPutRefusal(body, chunked(length, trailer))).to.equal(expected);
            });
        }

        it("decodes the same, wherever the network cuts the stream", async () => {
            const body = Buffer.from("5;chunk-signature=ab\r\nhe\r\nl\r\n3\r\no\r\n\r\n0\r\nx-t: v\r\n\r\n");
            for (let size = 1; size <= body.length; size++) {
                const pieces: Buffer[] = [];
                for (let at = 0; at < body.length; at += size) pieces.push(body.subarray(at, at + size));
                const trailers = new Map<string, string>();
                const decoded: Buffer[] = [];
                const source = Readable.from(pieces).iterator() as AsyncIterableIterator<Buffer>;
                for await (const chunk of decodeAwsChunked(source, trailers)) decoded.push(chunk);
                expect(Buffer.concat(decoded).toString()).to.equal("he\r\nlo\r\n");
                expect([...trailers]).to.deep.equal([["x-t", "v"]]);
            }
        });
    });

    it("refuses documents that are not what the operation takes", async () => {
        const post = (body: string) => rawRefusal(`${s3.url}/${Bucket}?delete`, { method: "POST", body });
        const bomb = '<!DOCTYPE d [<!ENTITY a "aaaa">]><Delete><Object><Key>&a;</Key></Object></Delete>';
        expect(await post(bomb)).to.equal("MalformedXML 400");
        expect(await post("<Delete><Object>")).to.equal("MalformedXML 400");
        expect(await post("<Delete></Delete>")).to.equal("MalformedXML 400");
        expect(await post("")).to.equal("MalformedXML 400");
        const many = "<Object><Key>k</Key></Object>".repeat(1001);
        expect(await post(`<Delete>${many}</Delete>`)).to.equal("MalformedXML 400");
        expect(await post("x".repeat(9 * 1024 ** 2))).to.equal("MaxMessageLengthExceeded 400");
    });

    it("still answers the refusal of a large body that it did not read", async () => {
        const Body = Buffer.alloc(20 * 1024 ** 2);
        const command = new PutObjectCommand({ Bucket: "absent", Key: "k", Body });
        expect(await refusal(s3.client.send(command))).to.equal("NoSuchBucket 404");
    });
});
