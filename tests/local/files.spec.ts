import { expect } from "chai";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readDeployment, writeDeployment } from "../../local/deployment";
import { readJson, writeFileAtomic } from "../../local/files";
import { temporaryDir } from "../support/temporary";

describe("files", () => {
    const dir = temporaryDir();

    it("are written whole, into folders that are made, for their owner alone", () => {
        const path = join(dir(), "a", "b.json");
        const content = "å".repeat(3_000_000);
        writeFileAtomic(path, content);
        expect(readFileSync(path, "utf8") === content).to.equal(true);
        expect(statSync(path).mode & 0o777).to.equal(0o600);
        expect(readdirSync(join(dir(), "a"))).to.deep.equal(["b.json"]);
    });

    it("replace an old one whatever its mode", () => {
        const path = join(dir(), "b");
        writeFileSync(path, "a long old content", { mode: 0o400 });
        writeFileAtomic(path, Buffer.from("new"), 0o644);
        expect(readFileSync(path, "utf8")).to.equal("new");
    });

    it("leave nothing half-written where they cannot take their place", () => {
        mkdirSync(join(dir(), "taken", "by a folder"), { recursive: true });
        expect(() => writeFileAtomic(join(dir(), "taken"), "content")).to.throw(/EISDIR|ENOTEMPTY|EEXIST/);
        expect(readdirSync(dir())).to.deep.equal(["taken"]);
    });

    it("are read as JSON: absent, good and damaged", () => {
        const path = join(dir(), "c.json");
        expect(readJson(path)).to.equal(undefined);
        writeFileSync(path, '{"a":[1]}');
        expect(readJson(path)).to.deep.equal({ a: [1] });
        writeFileSync(path, '{"a":');
        expect(() => readJson(path)).to.throw(`${path} is damaged: it is not JSON.`);
    });
});

describe("the note of the last deployment", () => {
    const dir = temporaryDir();

    it("is `never` before the first, then what was written", () => {
        expect(readDeployment(dir())).to.deep.equal({ state: "never" });
        const changes = { create: 1, update: 2, replace: 3, delete: 4, same: 5 };
        const deployment = { state: "succeeded", at: "2026-11-22T13:00:00Z", seconds: 1.5, changes } as const;
        writeDeployment(dir(), deployment);
        expect(readDeployment(dir())).to.deep.equal(deployment);
    });
});
