import { expect } from "chai";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join, sep } from "node:path";
import { cacheRoot, ROOT, stackDir, stateRoot } from "../../local/paths";
import { environment } from "../support/temporary";

describe("paths", () => {
    environment(() => ({
        ...{ BQX_STATE: undefined, BQX_CACHE: undefined },
        ...{ XDG_STATE_HOME: undefined, XDG_CACHE_HOME: undefined },
    }));

    it("have the state outside the checkout, in a folder named after it", () => {
        expect(existsSync(join(ROOT, "Pulumi.yaml"))).to.equal(true);
        expect(stateRoot().startsWith(ROOT + sep)).to.equal(false);
        expect(basename(stateRoot())).to.match(new RegExp(`^${basename(ROOT)}-[0-9a-f]{8}$`));
        expect(stackDir("dev")).to.equal(join(stateRoot(), "dev"));
    });

    it("have the cache in the user's own", () => {
        expect(cacheRoot()).to.equal(join(homedir(), ".cache", "bqx"));
        process.env["XDG_CACHE_HOME"] = "/caches";
        expect(cacheRoot()).to.equal("/caches/bqx");
    });

    it("follow BQX_STATE and BQX_CACHE, made absolute", () => {
        process.env["BQX_STATE"] = "state";
        process.env["BQX_CACHE"] = "/cache/";
        expect(stateRoot()).to.equal(join(process.cwd(), "state"));
        expect(cacheRoot()).to.equal("/cache");
    });
});
