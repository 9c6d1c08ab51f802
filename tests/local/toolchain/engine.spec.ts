import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { delimiter, dirname, join } from "node:path";
import { ENGINE_VERSION, ensureEngine, findEngine } from "../../../local/toolchain/engine";
import { refusalOf } from "../../support/refusal";
import { environment, temporaryDir } from "../../support/temporary";
import { close, listen } from "../services/awsHost";

const PLATFORM = `${process.platform}-${process.arch}`;
const ARCHIVE = `pulumi-v${ENGINE_VERSION}-${PLATFORM}.tar.gz`;
const SUMS = `pulumi-${ENGINE_VERSION}-checksums.txt`;

const engineSaying = (version: string): string => `#!/bin/sh\necho v${version}\n`;

describe("the engine", () => {
    const dir = temporaryDir();
    const bin = (): string => join(dir(), "bin");
    const cached = (): string =>
        join(dir(), "cache", "engine", `v${ENGINE_VERSION}-${PLATFORM}`, "bin", "pulumi");
    /** What the release's server answers, by the file's name. */
    const files = new Map<string, Buffer>();
    let server: Server;
    let port = 0;

    // Only what the installation runs is on the PATH, and a Go that builds nothing: no build of minutes by mistake.
    environment(() => ({
        BQX_CACHE: join(dir(), "cache"),
        BQX_PULUMI_RELEASES: `http://127.0.0.1:${port}`,
        PATH: [bin(), "/usr/bin", "/bin"].join(delimiter),
    }));

    before(async () => {
        server = createServer((request, response) => {
            const [, version, file = ""] = (request.url ?? "").split("/");
            const content = version === `v${ENGINE_VERSION}` ? files.get(file) : undefined;
            if (content === undefined) response.writeHead(404).end("not found");
            else response.end(content);
        });
        port = await listen(server);
    });
    after(() => close(server));
    beforeEach(() => {
        files.clear();
        mkdirSync(bin());
        program(
            "go",
            '#!/bin/sh\nif [ "$1" = version ]; then echo go version go1.99.0 linux/amd64; exit; fi\n' +
                "echo no module proxy >&2; exit 1\n",
        );
    });

    function program(name: string, content: string): void {
        writeFileSync(join(bin(), name), content, { mode: 0o755 });
    }

    /** Makes the server offer a release whose `pulumi` is this script. */
    function release(script: string, sum?: string): void {
        const folder = join(dir(), "release", "pulumi");
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, "pulumi"), script, { mode: 0o755 });
        execFileSync("tar", ["-czf", join(dir(), ARCHIVE), "-C", dirname(folder), "pulumi"]);
        const content = readFileSync(join(dir(), ARCHIVE));
        const digest = sum ?? createHash("sha256").update(content).digest("hex");
        files.set(ARCHIVE, content);
        files.set(SUMS, Buffer.from(`${"0".repeat(64)}  another.tar.gz\n${digest}  ${ARCHIVE}\n`));
    }

    async function refusal(): Promise<string> {
        const error = await refusalOf(ensureEngine(() => undefined));
        expect(error.name).to.equal("UserError");
        const left = existsSync(join(dir(), "cache")) ? readdirSync(join(dir(), "cache", "engine")) : [];
        expect(left, "what is left in the cache").to.deep.equal([]);
        return error.message;
    }

    it("is the one on the PATH where its version is the same or newer", async () => {
        for (const version of [ENGINE_VERSION, "3.999.0"]) {
            program("pulumi", engineSaying(version));
            expect(findEngine()).to.equal("pulumi");
            expect(await ensureEngine(() => undefined)).to.equal("pulumi");
        }
    });

    for (const [title, script] of [
        ["is older", engineSaying("3.99.0")],
        ["is of another major version", engineSaying("4.0.0")],
        ["does not run", "#!/bin/sh\nexit 1\n"],
    ] as const) {
        it(`is downloaded where the one on the PATH ${title}`, async () => {
            program("pulumi", script);
            release(engineSaying(ENGINE_VERSION));
            expect(findEngine()).to.equal(undefined);
            expect(await ensureEngine(() => undefined)).to.equal(cached());
        });
    }

    it("is downloaded once, then found in the cache", async () => {
        release(engineSaying(ENGINE_VERSION));
        const told: string[] = [];
        expect(await ensureEngine((line) => told.push(line))).to.equal(cached());
        expect(told).to.deep.equal([`downloading Pulumi ${ENGINE_VERSION} for ${PLATFORM}`]);
        expect(execFileSync(cached(), ["version"], { encoding: "utf8" })).to.equal(`v${ENGINE_VERSION}\n`);
        expect(readdirSync(dirname(cached()))).to.deep.equal(["pulumi"]);
        files.clear();
        expect(await ensureEngine(() => undefined)).to.equal(cached());
    });

    it("replaces what an interrupted installation left in its place", async () => {
        mkdirSync(join(dirname(dirname(cached())), "lib"), { recursive: true });
        writeFileSync(join(dirname(dirname(cached())), "lib", "half"), "");
        release(engineSaying(ENGINE_VERSION));
        expect(await ensureEngine(() => undefined)).to.equal(cached());
        expect(readdirSync(dirname(dirname(cached())))).to.deep.equal(["bin"]);
    });

    it("is refused where the archive is not the one of the checksums", async () => {
        release(engineSaying(ENGINE_VERSION), "a".repeat(64));
        expect(await refusal()).to.match(
            new RegExp(`download: ${ARCHIVE} has SHA-256 [0-9a-f]{64}, the release says ${"a".repeat(64)}`),
        );
    });

    it("is refused where the release says it is another version", async () => {
        release(engineSaying("3.1.0"));
        expect(await refusal()).to.include(
            `download: what was installed does not run as Pulumi ${ENGINE_VERSION}`,
        );
    });

    it("is refused where the release has none for this platform, or has no such archive", async () => {
        files.set(SUMS, Buffer.from("0  another.tar.gz\n"));
        expect(await refusal()).to.include(`download: the release has no ${ARCHIVE}`);
        files.set(SUMS, Buffer.from(`0  ${ARCHIVE}\n`));
        expect(await refusal()).to.include(`/${ARCHIVE} answered 404`);
    });

    it("lists all that was tried where neither a download nor a build works", async () => {
        process.env["BQX_PULUMI_RELEASES"] = "http://127.0.0.1:9";
        const told: string[] = [];
        const error = await refusalOf(ensureEngine((line) => told.push(line)));
        expect(error.message.split("\n")).to.deep.equal([
            `The Pulumi engine ${ENGINE_VERSION} could not be installed.`,
            "  download: 127.0.0.1:9 cannot be reached",
            "  build: go build -v -trimpath failed (exit 1):",
            "    no module proxy",
            "Install Pulumi from https://www.pulumi.com/docs/install/, or give this machine access to its Go module proxy.",
        ]);
        expect(told).to.include("download of the engine did not work");
    });

    it("is built where it cannot be downloaded", async () => {
        program(
            "go",
            [
                "#!/bin/sh",
                'if [ "$1" = version ]; then echo go version go1.99.0 linux/amd64; exit; fi',
                "echo go: downloading one v1.0.0 >&2; echo one/package >&2; echo two/package >&2",
                'while [ "$1" != -o ]; do shift; done',
                `printf '#!/bin/sh\\necho v${ENGINE_VERSION}\\n' > "$2"; chmod +x "$2"`,
            ].join("\n"),
        );
        const told: string[] = [];
        expect(await ensureEngine((line) => told.push(line))).to.equal(cached());
        expect(told.slice(-3)).to.deep.equal([
            "downloading one v1.0.0",
            "compiled 1 packages, now one/package",
            "compiled 2 packages, now two/package",
        ]);
    });
});
