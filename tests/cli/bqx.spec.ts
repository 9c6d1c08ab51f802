import { expect } from "chai";
import { execFileSync, spawnSync } from "node:child_process";
import {
    copyFileSync,
    existsSync,
    mkdirSync,
    readdirSync,
    readFileSync,
    symlinkSync,
    writeFileSync,
} from "node:fs";
import { delimiter, join } from "node:path";
import { ROOT } from "../../local/paths";
import { runProgram, type Ended } from "../support/processes";
import { temporaryDir } from "../support/temporary";

/** All that the script runs besides npm, Python and Node. */
const TOOLS = [
    "awk",
    "cat",
    "chmod",
    "cksum",
    "cut",
    "date",
    "df",
    "dirname",
    "mkdir",
    "rm",
    "sh",
    "sleep",
    "uname",
];

/** Stands for npm where its work is not tested: leaves a `node` that tells how it was called. */
const NPM = `#!/bin/sh
echo "$@" >> "$CALLS"
sleep 0.3
mkdir -p node_modules/.bin
printf '#!/bin/sh\\necho "node $*"\\n' > node_modules/.bin/node
chmod +x node_modules/.bin/node
`;

describe("the shell entry bqx", function () {
    this.timeout(30_000);
    const dir = temporaryDir();
    const checkout = (): string => join(dir(), "a checkout");
    const bin = (): string => join(dir(), "bin");
    const stamp = (): string => join(checkout(), "node_modules", ".bqx-installed");
    const calls = (): string[] => {
        const file = join(dir(), "calls");
        return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
    };

    const locks = (): string[] =>
        readdirSync(join(dir(), "tmp")).filter((name) => name.startsWith("bqx-install"));

    beforeEach(() => {
        for (const folder of [checkout(), bin(), join(dir(), "tmp")]) mkdirSync(folder);
        for (const file of ["bqx", "package.json", "package-lock.json"])
            copyFileSync(join(ROOT, file), join(checkout(), file));
        for (const tool of TOOLS) symlinkSync(pathOf(tool), join(bin(), tool));
    });

    function bqx(args: readonly string[] = ["status"], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
        const own = { PATH: bin(), HOME: dir(), TMPDIR: join(dir(), "tmp"), CALLS: join(dir(), "calls") };
        return runProgram(join(checkout(), "bqx"), args, { cwd: "/", env: { ...own, ...env } });
    }

    function giveNpm(script = NPM): void {
        writeFileSync(join(bin(), "npm"), script, { mode: 0o755 });
    }

    /** The lock that another installation of this checkout holds. */
    function lock(pid?: number): string {
        const sum = execFileSync("cksum", { input: checkout(), encoding: "utf8" }).split(" ")[0] ?? "";
        const path = join(dir(), "tmp", `bqx-install-${sum}`);
        mkdirSync(path);
        if (pid !== undefined) writeFileSync(join(path, "pid"), `${pid}\n`);
        return path;
    }

    it("says what to install where there is neither npm nor Python", async () => {
        expect(await bqx()).to.deep.equal({
            code: 1,
            stdout: "",
            stderr: "bqx: npm is missing. Install Node.js 20 or newer (or Python 3.11) and try again.\n",
        });
        expect(locks()).to.deep.equal([]);
    });

    it("installs once, then runs the command with its arguments as they are", async () => {
        giveNpm();
        const first = await bqx(["preview", "--stack", "a b", "*"]);
        const line = `cli/main.ts preview --stack a b *\n`;
        expect(first.code, first.stderr).to.equal(0);
        expect(first.stdout)
            .to.match(/^node --enable-source-maps --require /)
            .and.include(line);
        expect(first.stderr).to.match(
            /installing the Node packages .*\n.*installed the Node packages in \d+ s\n$/,
        );
        expect((await bqx()).stderr).to.equal("");
        expect(calls()).to.deep.equal(["ci --no-audit --no-fund --loglevel=error"]);
        expect(locks()).to.deep.equal([]);
    });

    it("installs again where the lock file has changed", async () => {
        giveNpm();
        await bqx();
        writeFileSync(join(checkout(), "package-lock.json"), "{}");
        await bqx();
        expect(calls()).to.have.length(2);
    });

    it("runs by a relative path, and where there is no HOME", async () => {
        giveNpm();
        await bqx();
        const args = ["-c", 'cd "$0" && ./bqx down', checkout()];
        const { stdout, stderr } = await runProgram("/bin/sh", args, { env: { PATH: bin() } });
        expect(stderr).to.equal("");
        expect(stdout).to.include(`${checkout()}/cli/main.ts down`);
    });

    it("tells npm's failure, leaves no stamp, and starts afresh the next time", async () => {
        const offline = {
            PATH: process.env["PATH"],
            HOME: process.env["HOME"],
            npm_config_registry: "http://127.0.0.1:9",
            npm_config_fetch_retries: "0",
            npm_config_cache: join(dir(), "npm-cache"),
        };
        const failed = await bqx(["status"], offline);
        expect(failed.code).to.equal(1);
        expect(failed.stdout).to.equal("");
        expect(failed.stderr).to.include("ECONNREFUSED");
        expect(failed.stderr).to.match(
            /bqx: npm ci failed, see above\. Check the network .*: it starts afresh\.\n$/,
        );
        expect(existsSync(stamp())).to.equal(false);
        expect(locks()).to.deep.equal([]);
        giveNpm();
        expect((await bqx()).code).to.equal(0);
        expect(existsSync(stamp())).to.equal(true);
    });

    it("installs again what an interrupted installation left without its stamp", async () => {
        giveNpm();
        mkdirSync(join(checkout(), "node_modules", ".bin"), { recursive: true });
        writeFileSync(join(checkout(), "node_modules", ".bin", "node"), "#!/bin/sh\nexit 9\n", {
            mode: 0o755,
        });
        expect((await bqx()).code).to.equal(0);
        expect(calls()).to.have.length(1);
    });

    it("installs once where two commands start at once", async () => {
        giveNpm(NPM.replace("sleep 0.3", "sleep 2"));
        const ended = await Promise.all([bqx(), bqx(["down"])]);
        expect(ended.map(({ code }) => code)).to.deep.equal([0, 0]);
        expect(calls()).to.have.length(1);
        expect(ended.map(({ stderr }) => stderr).join("")).to.include("another bqx is installing");
    });

    for (const [title, pid] of [
        ["has died", spawnSync("true").pid],
        ["was killed before it noted its pid", undefined],
    ] as const) {
        it(`takes over the lock of an installation that ${title}`, async () => {
            giveNpm();
            const path = lock(pid);
            expect((await bqx()).code).to.equal(0);
            expect(existsSync(path)).to.equal(false);
        });
    }

    it("waits for an installation that runs", async () => {
        giveNpm();
        const path = lock(process.pid);
        const waiting = bqx();
        await new Promise((resolve) => setTimeout(resolve, 700));
        expect(calls()).to.deep.equal([]);
        execFileSync("rm", ["-r", path]);
        expect((await waiting).stderr).to.include("waiting for it");
        expect(calls()).to.have.length(1);
    });

    it("has nothing that shellcheck objects to, where there is one", () => {
        const { error, stdout } = spawnSync("shellcheck", [join(ROOT, "bqx")], { encoding: "utf8" });
        if (error === undefined) expect(stdout).to.equal("");
        else expect(error.message).to.include("ENOENT");
    });
});

function pathOf(tool: string): string {
    const folders = (process.env["PATH"] ?? "").split(delimiter);
    const found = folders.map((folder) => join(folder, tool)).find((path) => existsSync(path));
    if (found === undefined) throw new Error(`This machine has no ${tool}, which bqx runs.`);
    return found;
}
