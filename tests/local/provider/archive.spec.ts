import { specialArchiveSig, specialAssetSig, specialSigKey } from "@pulumi/pulumi/runtime/rpc";
import { expect } from "chai";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { zippedText } from "../../../data/zip";
import { zipOf } from "../../../local/provider/archive";
import { diffInputs } from "../../../local/provider/diff";
import { Resources } from "../../../local/provider/resources";
import { lambdaTypes } from "../../../local/provider/types/lambda";
import type { Properties } from "../../../local/provider/values";
import { zip } from "../../../local/provider/zip";
import { unzip } from "../../../local/services/lambda/unzip";
import { lambdaFixtures } from "./fixtures/lambda";
import { MemoryHost } from "./memoryHost";

const asset = (content: Properties) => ({ [specialSigKey]: specialAssetSig, ...content });
const archive = (content: Properties) => ({ [specialSigKey]: specialArchiveSig, ...content });

describe("archives", () => {
    let folder: string;

    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "bqx-archive-"));
    });

    afterEach(() => rmSync(folder, { recursive: true }));

    function write(path: string, content: string): string {
        const file = join(folder, path);
        mkdirSync(join(file, ".."), { recursive: true });
        writeFileSync(file, content);
        return file;
    }

    const contentOf = (content: Properties) =>
        Object.fromEntries(
            unzip(zipOf(archive(content))).map(({ name, content: bytes }) => [name, bytes.toString()]),
        );

    it("are packed from text, files, folders and other archives", () => {
        const bundle = write("bundle.js", "the bundle");
        write("lib/inner/deep.js", "deep");
        symlinkSync(bundle, join(folder, "lib", "linked.js"));
        const assets = {
            "__index.js": asset({ text: "exports.handler = 1;" }),
            "./functions/bundle.js": asset({ path: relative(process.cwd(), bundle) }),
            node_modules: archive({ path: join(folder, "lib") }),
            nested: archive({ assets: { "a.txt": asset({ text: "" }) } }),
        };
        expect(contentOf({ assets })).to.deep.equal({
            "__index.js": "exports.handler = 1;",
            "functions/bundle.js": "the bundle",
            "nested/a.txt": "",
            "node_modules/inner/deep.js": "deep",
            "node_modules/linked.js": "the bundle",
        });
    });

    it("are the same bytes whatever the order and the age of the files, and others for any other content", () => {
        const [a, b] = [write("a", "1"), write("b", "2")];
        const pack = (...paths: string[]) =>
            zipOf(
                archive({ assets: Object.fromEntries(paths.map((path) => [path.at(-1), asset({ path })])) }),
            );
        const first = pack(a, b);
        write("a", "1");
        expect(pack(b, a).equals(first)).to.be.true;
        write("a", "3");
        expect(pack(a, b).equals(first)).to.be.false;
    });

    it("are zips that another reader takes, and zip files stay as they are", async () => {
        const path = write("bars.zip", "");
        const packed = zip(new Map([["bars.csv", Buffer.from("1,2\n".repeat(1000))]]));
        writeFileSync(path, packed);
        const text: Uint8Array[] = [];
        for await (const chunk of zippedText(path, ".csv")) text.push(chunk);
        expect(Buffer.concat(text).toString()).to.equal("1,2\n".repeat(1000));
        expect(zipOf(archive({ path })).equals(packed)).to.be.true;
    });

    it("refuse what cannot be packed, by name", () => {
        const refused = (content: Properties) => () => zipOf(archive(content));
        const uri = "https://example.com/x.zip";
        expect(refused({ uri })).to.throw(
            `the archive cannot be packed: got ${uri}; allowed: text, or a path`,
        );
        expect(refused({ assets: { x: asset({ uri }) } })).to.throw(
            'the archive\'s "x" cannot be packed: got',
        );
        expect(refused({ assets: { "../x": asset({ text: "" }) } })).to.throw(
            'the archive\'s "../x" lies outside of the archive',
        );
        expect(refused({ assets: { x: { text: "" } } })).to.throw("neither a file nor an archive");
        expect(refused({ path: write("a.tar", "") })).to.throw("allowed: a folder or a .zip file");
        expect(refused({ path: join(folder, "none") })).to.throw("no such file or directory");
        expect(refused({})).to.throw("the archive cannot be packed: got no content");
    });
});

describe("archives of resources", () => {
    const type = lambdaTypes.find(({ token }) => token === "aws:lambda/function:Function")!;
    const urn = `urn:pulumi:dev::bqx::${type.token}::refresh`;
    const inputs: Properties = { ...lambdaFixtures[type.token]!.inputs, name: "refresh" };
    let host: MemoryHost;
    let resources: Resources;

    beforeEach(() => {
        host = new MemoryHost();
        resources = new Resources(host, { account: "123456789012", region: "us-east-1" });
    });

    it("are recorded with their content, and answered to the engine as they came", async () => {
        const made = await resources.create(type, urn, { values: inputs, secretKeys: [] }, false);
        expect(made.values.code).to.deep.equal(inputs.code);
        const record = await host.get(type.token, "refresh");
        const { zip: packed, ...rest } = record?.inputs.code as { zip: string };
        expect(unzip(Buffer.from(packed, "base64")).map(({ name }) => name)).to.deep.equal(["__index.js"]);
        const reduced = { [specialSigKey]: specialArchiveSig, hash: "1b2c" };
        expect(rest).to.deep.equal(reduced);
        expect(record?.outputs.code).to.deep.equal(reduced);
    });

    it("are read by their hash", async () => {
        await resources.create(type, urn, { values: inputs, secretKeys: [] }, false);
        const read = await resources.read(type, "refresh");
        const reduced = archive({ hash: "1b2c" });
        expect([read?.inputs.code, read?.outputs.code]).to.deep.equal([reduced, reduced]);
    });

    it("are packed in no preview, and named when they cannot be", async () => {
        const values = { ...inputs, code: archive({ hash: "x", path: "no/such/folder" }) };
        await resources.create(type, urn, { values, secretKeys: [] }, true);
        const failure = await resources.create(type, urn, { values, secretKeys: [] }, false).then(
            () => "",
            (error: unknown) => (error as Error).message,
        );
        expect(failure).to.match(/^creating aws:lambda\/function:Function "refresh": ENOENT/);
        expect(host.log).to.deep.equal([]);
    });

    it("differ by their hash alone", () => {
        const changes = (old: Properties, next: Properties) => [
            ...diffInputs(type, { code: archive(old) }, { code: archive(next) }).changes,
        ];
        const assets = { "a.js": asset({ hash: "2", text: "1" }) };
        expect(changes({ hash: "1", assets }, { hash: "1", path: "x.zip" })).to.deep.equal([]);
        expect(changes({ hash: "1", assets }, { hash: "2", assets })).to.deep.equal([
            ["code", { change: "update", replace: false }],
        ]);
        expect(changes({ path: "a" }, { path: "b" })).to.have.length(1);
    });
});
