import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
    CompleteMultipartUploadCommand,
    CreateMultipartUploadCommand,
    GetObjectCommand,
    ListMultipartUploadsCommand,
    ListObjectVersionsCommand,
    PutObjectCommand,
    UploadPartCommand,
} from "@aws-sdk/client-s3";
import { expect } from "chai";
import { bucket, refusal, TestServer, versioning } from "./server";

describe("S3 durability", () => {
    const Bucket = "bqx-ml-models";
    const Key = "k";
    let dataDir: string;
    let s3: TestServer;

    beforeEach(async () => {
        dataDir = await mkdtemp(join(tmpdir(), "s3-durability-"));
        s3 = await TestServer.start([bucket(Bucket)], dataDir);
    });
    afterEach(() => s3.remove());

    const objects = () => join(dataDir, Bucket, "objects");
    const put = (Body: string, key = Key) => s3.client.send(new PutObjectCommand({ Bucket, Key: key, Body }));
    const text = async () =>
        (await s3.client.send(new GetObjectCommand({ Bucket, Key }))).Body!.transformToString();
    const restart = async () => {
        await s3.stop();
        s3 = await TestServer.start(s3.records, dataDir);
    };

    it("keeps objects, versions and markers across a restart, in order", async () => {
        s3.records.push(versioning(Bucket, "Enabled"));
        for (const body of ["one", "two", "three"]) await put(body);
        await put("x", "ü/🦜");
        const history = () => s3.client.send(new ListObjectVersionsCommand({ Bucket }));
        const before = await history();
        await restart();
        const after = await history();
        expect(after.Versions).to.deep.equal(before.Versions);
        expect(await text()).to.equal("three");
        const newest = await put("four");
        expect((await history()).Versions![0]!.VersionId).to.equal(newest.VersionId);
    });

    it("keeps an upload in progress across a restart", async () => {
        const { UploadId } = await s3.client.send(
            new CreateMultipartUploadCommand({ Bucket, Key, Metadata: { a: "1" } }),
        );
        const { ETag } = await s3.client.send(
            new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 1, Body: "part" }),
        );
        await restart();
        const Parts = [{ PartNumber: 1, ETag }];
        await s3.client.send(
            new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }),
        );
        expect(await text()).to.equal("part");
        await restart();
        const { Uploads } = await s3.client.send(new ListMultipartUploadsCommand({ Bucket }));
        expect(Uploads).to.equal(undefined);
        expect(await text()).to.equal("part");
    });

    it("removes the files of what is overwritten", async () => {
        await put("one");
        await put("two");
        expect(await readdir(objects())).to.have.length(2);
    });

    it("cleans what a killed process can leave behind", async () => {
        await put("old");
        // Killed after the new version's commit, before the removal of the one it replaced.
        const [data, metadata] = (await readdir(objects())).sort();
        const kept = join(dataDir, "kept");
        await mkdir(kept);
        for (const name of [data!, metadata!]) await copyFile(join(objects(), name), join(kept, name));
        await put("new");
        for (const name of [data!, metadata!]) await copyFile(join(kept, name), join(objects(), name));
        // Killed before a commit, and before an upload's first metadata.
        await writeFile(join(objects(), "feedbeef.data"), "half");
        await writeFile(join(dataDir, Bucket, "staging", "half"), "half");
        await mkdir(join(dataDir, Bucket, "uploads", "half"));
        await restart();
        expect(await text()).to.equal("new");
        const { Versions } = await s3.client.send(new ListObjectVersionsCommand({ Bucket }));
        expect(Versions).to.have.length(1);
        expect(await readdir(objects())).to.have.length(2);
        expect(await readdir(join(dataDir, Bucket, "staging"))).to.deep.equal([]);
        expect(await readdir(join(dataDir, Bucket, "uploads"))).to.deep.equal([]);
    });

    it("says so when an object's bytes are gone", async () => {
        await put("content");
        const data = (await readdir(objects())).find((name) => name.endsWith(".data"))!;
        await rm(join(objects(), data));
        expect(await refusal(text())).to.equal("InternalError 500");
        expect(s3.logged.join()).to.contain(`The bytes of "k" in ${Bucket} are missing on disk`);
    });

    it("tells of a bucket that cannot be read, and serves the others", async () => {
        await put("content");
        await writeFile(join(objects(), "damaged.json"), "{");
        s3.records.push(bucket("another-bucket"));
        await restart();
        const health = await s3.service.health();
        expect(health.healthy).to.equal(false);
        expect(health.detail).to.contain(dataDir);
        expect(await refusal(text())).to.equal("InternalError 500");
        await s3.client.send(new PutObjectCommand({ Bucket: "another-bucket", Key, Body: "x" }));
        await rm(join(objects(), "damaged.json"));
        expect(await text()).to.equal("content");
        expect((await s3.service.health()).healthy).to.equal(true);
    });

    it("keeps nothing of an upload whose client goes away", async () => {
        const upload = request(`${s3.url}/${Bucket}/${Key}`, {
            method: "PUT",
            headers: { "content-length": 1e6 },
        });
        upload.on("error", () => undefined);
        upload.write(Buffer.alloc(1e5));
        const staging = join(dataDir, Bucket, "staging");
        await writing(staging);
        upload.destroy();
        while ((await readdir(staging)).length > 0) await new Promise((resolve) => setTimeout(resolve, 10));
        expect(await refusal(text())).to.equal("NoSuchKey 404");
        expect(s3.logged).to.deep.equal([]);
    });

    describe("of a process that is killed", () => {
        let child: ChildProcess;
        let url: string;

        beforeEach(async () => {
            await put("before");
            await s3.stop();
            const script = join(__dirname, "killedServer.ts");
            child = spawn(process.execPath, ["--require", "tsx/cjs", script, dataDir], {
                stdio: ["ignore", "pipe", "inherit"],
            });
            const [line] = (await once(child.stdout!, "data")) as [Buffer];
            url = line.toString().trim();
        });
        afterEach(() => child.kill("SIGKILL"));

        it("never shows a half-written object, and keeps the one before", async () => {
            const size = 8 * 1024 * 1024;
            const upload = request(`${url}/${Bucket}/${Key}`, {
                method: "PUT",
                headers: { "content-length": size },
            });
            upload.on("error", () => undefined);
            upload.write(Buffer.alloc(size / 2));
            await writing(join(dataDir, Bucket, "staging"));
            child.kill("SIGKILL");
            await once(child, "exit");
            s3 = await TestServer.start([bucket(Bucket)], dataDir);
            expect(await text()).to.equal("before");
            expect(await readdir(join(dataDir, Bucket, "staging"))).to.deep.equal([]);
            expect(await readdir(objects())).to.have.length(2);
        });

        it("keeps every write that was answered", async () => {
            let answered = 0;
            try {
                for (;;) {
                    const body = `write ${answered + 1}`;
                    const response = await fetch(`${url}/${Bucket}/${Key}`, { method: "PUT", body });
                    if (!response.ok) break;
                    answered += 1;
                    if (answered === 20) setTimeout(() => child.kill("SIGKILL"), 5);
                }
            } catch {
                // The connection broke: the process is gone.
            }
            s3 = await TestServer.start([bucket(Bucket)], dataDir);
            expect(answered).to.be.at.least(20);
            // The write under way may or may not have been committed; it was not answered.
            expect(await text()).to.be.oneOf([`write ${answered}`, `write ${answered + 1}`]);
        });
    });
});

/** Resolves once a file in the folder has content. */
async function writing(folder: string): Promise<void> {
    for (;;) {
        for (const name of await readdir(folder)) {
            if ((await stat(join(folder, name))).size > 0) return;
        }
        await new Promise((resolve) => setTimeout(resolve, 10));
    }
}
