import { expect } from "chai";
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ResourceStore } from "../../../local/services/resourceStore";
import { createSealer } from "../../../local/services/seal";
import type { ResourceRecord } from "../../../local/services/service";
import { temporaryDir } from "../../support/temporary";

const BUCKET = "aws:s3/bucket:Bucket";
const SECRET = "aws:secretsmanager/secretVersion:SecretVersion";

function record(id: string, changes: Partial<ResourceRecord> = {}): ResourceRecord {
    const urn = `urn:pulumi:dev::bqx-ml::${BUCKET}::${id}`;
    return {
        urn,
        type: BUCKET,
        id,
        inputs: { bucket: id },
        outputs: { arn: id },
        secretKeys: [],
        ...changes,
    };
}

describe("the store of resource records", () => {
    const dir = temporaryDir();
    const key = randomBytes(32).toString("base64");
    const open = (withKey = key): ResourceStore =>
        new ResourceStore(join(dir(), "resources"), createSealer(withKey));
    const ids = (store: ResourceStore): string[] => store.all().map(({ id }) => id);
    const text = (): string => {
        const files = readdirSync(dir(), { recursive: true, encoding: "utf8", withFileTypes: true });
        return files
            .filter((file) => file.isFile())
            .map((file) => readFileSync(join(file.parentPath, file.name), "utf8"))
            .join("\n");
    };

    it("answers what was put, by type and id", () => {
        const store = open();
        store.put(record("a"));
        store.put(record("a", { type: SECRET }));
        expect(store.get(BUCKET, "a")).to.deep.include(record("a"));
        expect(store.get(BUCKET, "b")).to.equal(undefined);
        expect(store.ofType(SECRET).map(({ type }) => type)).to.deep.equal([SECRET]);
        expect(store.ofType("aws:sns/topic:Topic")).to.deep.equal([]);
    });

    it("keeps the order of creation over updates, removals and restarts", () => {
        const store = open();
        for (const id of ["c", "a", "b", "d"]) store.put(record(id));
        store.put(record("c", { inputs: { bucket: "c", forceDestroy: true } }));
        store.remove(BUCKET, "a");
        store.put(record("a"));
        expect(ids(store)).to.deep.equal(["c", "b", "d", "a"]);
        const again = open();
        expect(again.all()).to.deep.equal(store.all());
        expect(again.get(BUCKET, "c")?.inputs).to.deep.equal({ bucket: "c", forceDestroy: true });
        again.remove(BUCKET, "a");
        again.put(record("e"));
        expect(ids(open())).to.deep.equal(["c", "b", "d", "e"]);
    });

    it("keeps both records of a replacement, which share one URN", () => {
        const store = open();
        const { urn } = record("old");
        store.put(record("old"));
        store.put(record("new", { urn }));
        store.remove(BUCKET, "old");
        expect(ids(open())).to.deep.equal(["new"]);
    });

    it("takes the removal of a record that is not there", () => {
        const store = open();
        store.remove(BUCKET, "never");
        expect(ids(store)).to.deep.equal([]);
    });

    it("has no secret on disk, and answers it after a restart", () => {
        const secret = record("s", {
            type: SECRET,
            inputs: { secretId: "s", secretString: "hunter2-input" },
            outputs: { secretId: "s", secretString: { nested: ["hunter2-output"] } },
            secretKeys: ["secretString", "absent"],
        });
        open().put(secret);
        expect(text()).to.include('"secretId":"s"').and.not.include("hunter2");
        expect(text()).not.to.include(Buffer.from("hunter2-input").toString("base64").slice(0, 12));
        expect(open().get(SECRET, "s")).to.deep.include(secret);
    });

    it("seals a value that has become secret", () => {
        open().put(record("a", { inputs: { bucket: "hunter2" } }));
        expect(text()).to.include("hunter2");
        open().put(record("a", { inputs: { bucket: "hunter2" }, secretKeys: ["bucket"] }));
        expect(text()).not.to.include("hunter2");
    });

    it("names the record whose secret another key sealed, and the file that is no JSON", () => {
        open().put(record("a", { secretKeys: ["bucket"] }));
        expect(() => open(randomBytes(32).toString("base64"))).to.throw(
            `A secret of ${BUCKET} "a" in ${join(dir(), "resources")} cannot be opened: ` +
                "it was changed, or sealed with another key.",
        );
        const file = join(dir(), "resources", readdirSync(join(dir(), "resources"))[0]!);
        writeFileSync(file, "{");
        expect(() => open()).to.throw(`${file} is damaged: it is not JSON.`);
    });

    it("is closed to other users, and passes over what an interrupted write left", () => {
        open().put(record("a"));
        expect(statSync(join(dir(), "resources")).mode & 0o777).to.equal(0o700);
        writeFileSync(join(dir(), "resources", "x.json.1234.tmp"), '{"urn"');
        expect(ids(open())).to.deep.equal(["a"]);
    });
});
