import {
    ListObjectsCommand,
    type ListObjectsV2CommandOutput,
    ListObjectsV2Command,
    PutObjectCommand,
} from "@aws-sdk/client-s3";
import { expect } from "chai";
import fc from "fast-check";
import { compareUtf8, KeyIndex, type StoredVersion } from "../../../../local/services/s3/keyIndex";
import { type Cursor, listPage } from "../../../../local/services/s3/listing";
import { bucket, refusal, TestServer } from "./server";

// Short keys over few characters make shared prefixes likely; the last two sort differently by UTF-16 and
// UTF-8.
const key = fc.string({
    unit: fc.constantFrom("a", "b", "/", "-", "é", "\uffee", "🦜"),
    minLength: 1,
    maxLength: 6,
});
const fragment = fc.string({ unit: fc.constantFrom("a", "b", "/", "🦜"), maxLength: 2 });

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** What a listing must add up to: names in byte order, each group once, in the place of its keys. */
function model(keys: readonly string[], prefix: string, delimiter: string): string[] {
    const names = [...new Set(keys)]
        .filter((one) => one.startsWith(prefix))
        .sort(byBytes)
        .map((one) => {
            const at = delimiter === "" ? -1 : one.indexOf(delimiter, prefix.length);
            return at < 0 ? one : `${one.slice(0, at + delimiter.length)} (group)`;
        });
    return [...new Set(names)];
}

const version = (name: string, sequence: number, deleteMarker = false): StoredVersion => ({
    id: String(sequence),
    key: name,
    versionId: String(sequence),
    sequence,
    deleteMarker,
    sizeBytes: sequence,
    etag: "",
    lastModified: 0,
    headers: {},
    metadata: {},
    tags: {},
});

describe("S3 listing", () => {
    it("orders any keys by their UTF-8 bytes", () => {
        const any = fc.string({ unit: "binary" });
        fc.assert(fc.property(any, any, (a, b) => Math.sign(compareUtf8(a, b)) === byBytes(a, b)));
        fc.assert(fc.property(key, key, (a, b) => Math.sign(compareUtf8(a, b)) === byBytes(a, b)));
    });

    it("adds up to the model, whatever the keys, the prefix, the delimiter and the page size", () => {
        const pageSize = fc.integer({ min: 1, max: 5 });
        fc.assert(
            fc.property(
                fc.array(key, { maxLength: 30 }),
                fragment,
                fragment,
                pageSize,
                (keys, prefix, delimiter, limit) => {
                    const index = new KeyIndex(keys.map((name, i) => version(name, i)));
                    const names: string[] = [];
                    let from: Cursor | undefined;
                    for (;;) {
                        const page = listPage(index.keys, (one) => [one], { prefix, delimiter, limit, from });
                        expect(page.entries.length).to.be.at.most(limit);
                        for (const entry of page.entries) {
                            names.push("prefix" in entry ? `${entry.prefix} (group)` : entry.key);
                            from = {
                                key: "prefix" in entry ? entry.prefix : entry.key,
                                position: "after-group",
                            };
                        }
                        if (!page.truncated) break;
                        expect(page.entries.length).to.equal(limit);
                    }
                    expect(names).to.deep.equal(model(keys, prefix, delimiter));
                },
            ),
            { numRuns: 500 },
        );
    });

    it("keeps the index the same, built at once or version by version, and after removals", () => {
        fc.assert(
            fc.property(fc.array(fc.tuple(key, fc.boolean(), fc.boolean()), { maxLength: 30 }), (steps) => {
                const all = steps.map(([name, marker], i) => version(name, i, marker));
                const kept = all.filter((_, i) => !steps[i]![2]);
                const grown = new KeyIndex();
                for (const one of all) grown.add(one);
                for (const one of all) if (!kept.includes(one)) grown.remove(one);
                const built = new KeyIndex(kept.toReversed());
                expect(grown.keys).to.deep.equal(built.keys);
                expect(grown.keys).to.deep.equal(
                    model(
                        kept.map((one) => one.key),
                        "",
                        "",
                    ),
                );
                for (const name of grown.keys) {
                    expect(grown.versionsOf(name)).to.deep.equal(built.versionsOf(name));
                    expect(grown.newest(name)?.sequence).to.equal(
                        Math.max(...kept.filter((one) => one.key === name).map(({ sequence }) => sequence)),
                    );
                }
                expect(grown.versionCount).to.equal(kept.length);
                expect(grown.sizeBytes).to.equal(kept.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
            }),
        );
    });

    it("pages through 100,000 keys and their 10 folders without walking them all", () => {
        const names = Array.from({ length: 100_000 }, (_, i) => `folder-${i % 10}/${i}`);
        const { keys } = new KeyIndex(names.map((name, i) => version(name, i)));
        let looked = 0;
        const rowsOf = (one: string) => {
            looked += 1;
            return [one];
        };
        expect(listPage(keys, rowsOf, { prefix: "", delimiter: "/", limit: 1000 }).entries).to.have.length(
            10,
        );
        const deep = { key: "folder-5/5", position: "after" } as const;
        expect(listPage(keys, rowsOf, { prefix: "", limit: 10, from: deep }).entries).to.have.length(10);
        expect(looked).to.be.at.most(30);
    });

    describe("over the wire", () => {
        const Bucket = "bqx-ml-datasets";
        const keys = ["bars/AUDUSD", "bars/EURUSD", "bars/raw/1", "bars/raw/2", "a b+c/ü", "readme", "z&<>"];
        let s3: TestServer;

        before(async () => {
            s3 = await TestServer.start([bucket(Bucket)]);
            for (const Key of keys) await s3.client.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
        });
        after(() => s3.remove());

        const list = (more: object = {}) => s3.client.send(new ListObjectsV2Command({ Bucket, ...more }));
        const names = ({ Contents = [], CommonPrefixes = [] }: Partial<ListObjectsV2CommandOutput>) => [
            ...Contents.map(({ Key }) => Key),
            ...CommonPrefixes.map(({ Prefix }) => Prefix),
        ];

        it("lists keys in order, with size and ETag", async () => {
            const answer = await list();
            expect(names(answer)).to.deep.equal([...keys].sort());
            expect(answer).to.include({ KeyCount: 7, MaxKeys: 1000, IsTruncated: false, Name: Bucket });
            expect(answer.Contents![5]).to.include({
                Key: "readme",
                Size: 6,
                ETag: '"3905d7917f2b3429490b01cfb60d8f5b"',
                StorageClass: "STANDARD",
            });
        });

        it("rolls up by prefix and delimiter", async () => {
            expect(names(await list({ Delimiter: "/" }))).to.deep.equal([
                "readme",
                "z&<>",
                "a b+c/",
                "bars/",
            ]);
            expect(names(await list({ Delimiter: "/", Prefix: "bars/" }))).to.deep.equal([
                "bars/AUDUSD",
                "bars/EURUSD",
                "bars/raw/",
            ]);
            expect(names(await list({ Prefix: "nothing" }))).to.deep.equal([]);
        });

        it("pages by token, and starts after a key", async () => {
            const found: unknown[] = [];
            let ContinuationToken: string | undefined;
            do {
                const page = await list({ MaxKeys: 2, Delimiter: "/", ContinuationToken });
                found.push(names(page));
                ContinuationToken = page.NextContinuationToken;
            } while (ContinuationToken !== undefined);
            expect(found).to.deep.equal([
                ["a b+c/", "bars/"],
                ["readme", "z&<>"],
            ]);
            expect(names(await list({ StartAfter: "bars/raw/1" }))).to.deep.equal([
                "bars/raw/2",
                "readme",
                "z&<>",
            ]);
            expect(names(await list({ MaxKeys: 0 }))).to.deep.equal([]);
            expect((await list({ MaxKeys: 5000 })).MaxKeys).to.equal(1000);
        });

        it("encodes names for a URL when asked", async () => {
            const answer = await list({ EncodingType: "url", Prefix: "a b", StartAfter: "a" });
            expect(answer).to.include({ EncodingType: "url", Prefix: "a%20b", StartAfter: "a" });
            expect(names(answer)).to.deep.equal(["a%20b%2Bc/%C3%BC"]);
        });

        it("lists by marker, in the first version of the operation", async () => {
            const first = await s3.client.send(
                new ListObjectsCommand({ Bucket, MaxKeys: 1, Delimiter: "/" }),
            );
            expect(names(first)).to.deep.equal(["a b+c/"]);
            expect(first.NextMarker).to.equal("a b+c/");
            const Marker = first.NextMarker;
            const second = await s3.client.send(
                new ListObjectsCommand({ Bucket, MaxKeys: 2, Delimiter: "/", Marker }),
            );
            expect(names(second)).to.deep.equal(["readme", "bars/"]);
            const plain = await s3.client.send(
                new ListObjectsCommand({ Bucket, MaxKeys: 1, Marker: "readme" }),
            );
            expect(names(plain)).to.deep.equal(["z&<>"]);
            expect(plain.NextMarker).to.equal(undefined);
        });

        it("refuses bad parameters", async () => {
            expect(await refusal(list({ ContinuationToken: "not a token" }))).to.equal("InvalidArgument 400");
            expect(await refusal(list({ MaxKeys: -1 }))).to.equal("InvalidArgument 400");
            expect(await refusal(list({ EncodingType: "base64" }))).to.equal("InvalidArgument 400");
        });
    });
});
