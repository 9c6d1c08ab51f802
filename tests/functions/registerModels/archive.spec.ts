import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { unpack } from "../../../functions/registerModels/archive";
import { temporaryDir } from "../../support/temporary";
import { packed } from "./leftovers";

describe("unpacking an archive", () => {
    const scratch = temporaryDir();

    it("reads what tar packs, folders left out, whatever the sizes", () => {
        const contents = { empty: "", "one.json": "{}", block: "x".repeat(512), long: "é".repeat(70_000) };
        for (const [name, content] of Object.entries(contents)) writeFileSync(join(scratch(), name), content);
        const archive = execFileSync("tar", ["-czf", "-", "--format=gnu", "."], { cwd: scratch() });
        const files = [...unpack(archive)].map(([name, content]) => [name, content.toString()]);
        expect(files).to.have.deep.members(Object.entries(contents));
    });

    it("reads nothing out of an empty one", () => {
        expect(unpack(packed({})).size).to.equal(0);
        expect(unpack(gzipSync("")).size).to.equal(0);
    });

    it("refuses what is no gzip, and what ends within a file", () => {
        expect(() => unpack(Buffer.from("no gzip"))).to.throw("incorrect header check");
        const tar = gunzipSync(packed({ "one.json": "x".repeat(600) }));
        expect(() => unpack(gzipSync(tar.subarray(0, 1000)))).to.throw("The archive ends within one.json");
    });
});
