import {
    CopyObjectCommand,
    DeleteObjectCommand,
    DeleteObjectsCommand,
    GetObjectCommand,
    HeadObjectCommand,
    ListObjectsV2Command,
    ListObjectVersionsCommand,
    PutObjectCommand,
} from "@aws-sdk/client-s3";
import { expect } from "chai";
import { bucket, refusal, TestServer, versioning } from "./server";

describe("S3 versions", () => {
    const Bucket = "bqx-ml-models";
    let s3: TestServer;

    beforeEach(async () => {
        s3 = await TestServer.start([bucket(Bucket), versioning(Bucket, "Enabled")]);
    });
    afterEach(() => s3.remove());

    const setVersioning = (status: string) => s3.records.splice(1, 1, versioning(Bucket, status));
    const put = (Key: string, Body: string) => s3.client.send(new PutObjectCommand({ Bucket, Key, Body }));
    const get = (Key: string, VersionId?: string) =>
        s3.client.send(new GetObjectCommand({ Bucket, Key, VersionId }));
    const text = async (Key: string, VersionId?: string) =>
        (await get(Key, VersionId)).Body!.transformToString();
    const remove = (Key: string, VersionId?: string) =>
        s3.client.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
    const history = () => s3.client.send(new ListObjectVersionsCommand({ Bucket }));

    it("keeps every version, the newest as current", async () => {
        const one = await put("k", "one");
        const two = await put("k", "two");
        expect(one.VersionId).to.not.equal(two.VersionId);
        expect(await text("k")).to.equal("two");
        expect(await text("k", one.VersionId)).to.equal("one");
        expect((await get("k")).VersionId).to.equal(two.VersionId);
        const { Versions } = await history();
        expect(Versions!.map(({ VersionId, IsLatest }) => [VersionId, IsLatest])).to.deep.equal([
            [two.VersionId, true],
            [one.VersionId, false],
        ]);
    });

    it("hides a deleted object behind a marker, and brings it back without it", async () => {
        const one = await put("k", "one");
        const marker = await remove("k");
        expect(marker.DeleteMarker).to.equal(true);
        expect(await refusal(get("k"))).to.equal("NoSuchKey 404");
        expect((await s3.client.send(new ListObjectsV2Command({ Bucket }))).KeyCount).to.equal(0);
        expect(await text("k", one.VersionId)).to.equal("one");
        const { DeleteMarkers, Versions } = await history();
        expect(DeleteMarkers!.map(({ VersionId, IsLatest }) => [VersionId, IsLatest])).to.deep.equal([
            [marker.VersionId, true],
        ]);
        expect(Versions).to.have.length(1);
        expect(await remove("k", marker.VersionId)).to.include({
            DeleteMarker: true,
            VersionId: marker.VersionId,
        });
        expect(await text("k")).to.equal("one");
    });

    it("says of a marker what S3 says", async () => {
        await put("k", "one");
        const marker = await remove("k");
        expect(await refusal(get("k", marker.VersionId))).to.equal("MethodNotAllowed 405");
        const head = (query: string) => fetch(`${s3.url}/${Bucket}/k${query}`, { method: "HEAD" });
        const hidden = await head("");
        expect([hidden.status, hidden.headers.get("x-amz-delete-marker")]).to.deep.equal([404, "true"]);
        const named = await head(`?versionId=${marker.VersionId ?? ""}`);
        expect([named.status, named.headers.get("allow")]).to.deep.equal([405, "DELETE"]);
    });

    it("removes one version for good", async () => {
        const one = await put("k", "one");
        const two = await put("k", "two");
        expect((await remove("k", two.VersionId)).VersionId).to.equal(two.VersionId);
        expect(await text("k")).to.equal("one");
        expect(await refusal(get("k", two.VersionId))).to.equal("NoSuchVersion 404");
        const gone = new HeadObjectCommand({ Bucket, Key: "k", VersionId: "absent" });
        expect(await refusal(s3.client.send(gone))).to.equal("NotFound 404");
        await s3.client.send(
            new DeleteObjectsCommand({
                Bucket,
                Delete: { Objects: [{ Key: "k", VersionId: one.VersionId }] },
            }),
        );
        expect((await history()).Versions).to.equal(undefined);
    });

    it("tells which markers a bulk delete made", async () => {
        await put("k", "one");
        const Delete = { Objects: [{ Key: "k" }] };
        const loud = await s3.client.send(new DeleteObjectsCommand({ Bucket, Delete }));
        const { DeleteMarkers } = await history();
        expect(loud.Deleted).to.deep.equal([
            { Key: "k", DeleteMarker: true, DeleteMarkerVersionId: DeleteMarkers![0]!.VersionId },
        ]);
        const quiet = await s3.client.send(
            new DeleteObjectsCommand({ Bucket, Delete: { ...Delete, Quiet: true } }),
        );
        expect(quiet.Deleted).to.equal(undefined);
    });

    it("copies an older version to the front", async () => {
        const one = await put("k", "one");
        await put("k", "two");
        const CopySource = `${Bucket}/k?versionId=${one.VersionId ?? ""}`;
        const copied = await s3.client.send(new CopyObjectCommand({ Bucket, Key: "k", CopySource }));
        expect(copied.CopySourceVersionId).to.equal(one.VersionId);
        expect(await text("k")).to.equal("one");
        expect((await history()).Versions).to.have.length(3);
    });

    it("writes the null version while suspended, and keeps the others", async () => {
        const one = await put("k", "one");
        setVersioning("Suspended");
        await put("k", "two");
        await put("k", "three");
        expect((await history()).Versions!.map(({ VersionId }) => VersionId)).to.deep.equal([
            "null",
            one.VersionId,
        ]);
        expect(await text("k", "null")).to.equal("three");
        await remove("k");
        const { DeleteMarkers, Versions } = await history();
        expect(DeleteMarkers!.map(({ VersionId }) => VersionId)).to.deep.equal(["null"]);
        expect(Versions!.map(({ VersionId }) => VersionId)).to.deep.equal([one.VersionId]);
    });

    it("keeps what was written before versioning as the null version", async () => {
        setVersioning("Disabled");
        expect((await put("k", "before")).VersionId).to.equal(undefined);
        setVersioning("Enabled");
        await put("k", "after");
        expect(await text("k", "null")).to.equal("before");
        expect((await history()).Versions).to.have.length(2);
    });

    it("does not expose older versions when the versioning resource is dropped", async () => {
        await put("k", "old");
        await put("k", "new");
        s3.records.splice(1, 1);
        await remove("k");
        expect(await refusal(get("k"))).to.equal("NoSuchKey 404");
        expect((await history()).Versions).to.have.length(2);
    });

    it("pages through versions, within a key and across keys", async () => {
        for (const key of ["a", "b", "b", "b", "c/1", "c/2", "d"]) await put(key, "x");
        await remove("d");
        const pages: string[][] = [];
        let markers: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } = {};
        for (;;) {
            const page = await s3.client.send(
                new ListObjectVersionsCommand({ Bucket, MaxKeys: 2, Delimiter: "/", ...markers }),
            );
            pages.push([
                ...(page.Versions ?? []).map(({ Key }) => Key!),
                ...(page.DeleteMarkers ?? []).map(({ Key }) => `${Key!} marker`),
                ...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix!),
            ]);
            if (!page.IsTruncated) break;
            markers = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
        }
        expect(pages).to.deep.equal([["a", "b"], ["b", "b"], ["d marker", "c/"], ["d"]]);
        const orphan = new ListObjectVersionsCommand({ Bucket, VersionIdMarker: "x" });
        expect(await refusal(s3.client.send(orphan))).to.equal("InvalidArgument 400");
    });
});
