import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { postgresBinDir, purgeDatabase } from "../../../../local/services/database";
import { placeDatabase } from "../../../../local/services/database/placement";
import { Workplace } from "../process/workplace";

const NOBODY = { uid: 65534, gid: 65534 };
const isRoot = process.getuid?.() === 0;

describe("the database's place", function () {
    this.timeout(20_000);
    let place: Workplace;
    let dataDir: string;

    beforeEach(() => {
        // A test's folder is closed to other users, as /root is.
        place = new Workplace();
        ({ dataDir } = place.context("rds"));
    });
    afterEach(async () => {
        await purgeDatabase(dataDir);
        place.remove();
    });

    if (!isRoot) {
        it("is the service's own folder", async () => {
            const binDir = postgresBinDir();
            expect(await placeDatabase(dataDir, binDir)).to.deep.equal({ home: dataDir, binDir });
        });
        return;
    }

    it("is a folder of root's, with the binaries, where the server's user can reach neither", async () => {
        const native = join(place.dir, "native");
        cpSync(dirname(postgresBinDir()), native, { recursive: true, verbatimSymlinks: true });
        const { home, binDir, owner } = await placeDatabase(dataDir, join(native, "bin"));
        expect(home).to.match(/^\/var\/lib\/bqx-[0-9a-f]{16}$/);
        expect(owner).to.deep.equal(NOBODY);
        expect(dirname(dirname(binDir))).to.equal(home);
        expect(spawnSync(join(binDir, "initdb"), ["--version"], { ...NOBODY, cwd: "/" }).status).to.equal(0);
        // The same at the next start, without another copy.
        expect(await placeDatabase(dataDir, join(native, "bin"))).to.deep.equal({ home, binDir, owner });
        expect(readdirSync(home)).to.have.length(1);
        await purgeDatabase(dataDir);
        expect([existsSync(home), existsSync(dataDir)]).to.deep.equal([false, false]);
    });

    it("is the service's own folder where the server's user can reach it, and stays there", async () => {
        const open = mkdtempSync("/var/lib/bqx-test-");
        chmodSync(open, 0o755);
        const own = join(open, "rds");
        mkdirSync(own, { mode: 0o711 });
        try {
            const binDir = postgresBinDir();
            expect((await placeDatabase(own, binDir)).home).to.equal(own);
            chmodSync(open, 0o700);
            expect((await placeDatabase(own, binDir)).home).to.equal(own);
        } finally {
            rmSync(open, { recursive: true });
        }
    });
});
