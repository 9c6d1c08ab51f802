import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError, messageOf } from "../errors";
import { cacheRoot } from "../paths";
import { ensureGo } from "./go";
import { run, type Progress } from "./run";
import { gte } from "./version";

/** The engine that is installed where none fits. It is the version of @pulumi/pulumi in package.json. */
export const ENGINE_VERSION = "3.256.0";

const RELEASES = "https://github.com/pulumi/pulumi/releases/download";
const DOWNLOAD_TIMEOUT_SECONDS = 300;
const CONNECT_TIMEOUT_SECONDS = 8;

/**
 * The Pulumi engine's command, in this order: the one on the PATH if its version fits, the cached one, the official
 * release if it can be downloaded, else one built from Go modules.
 * @returns `pulumi` for the one on the PATH, else the path of a binary in a folder `bin`
 * @throws UserError with what was tried
 */
export async function ensureEngine(progress: Progress): Promise<string> {
    const found = findEngine();
    if (found !== undefined) return found;
    const tried: string[] = [];
    for (const [name, install] of [
        ["download", downloadEngine],
        ["build", buildEngine],
    ] as const) {
        try {
            return await install(progress);
        } catch (error) {
            tried.push(`${name}: ${messageOf(error)}`);
            progress(`${name} of the engine did not work`);
        }
    }
    throw new UserError(
        `The Pulumi engine ${ENGINE_VERSION} could not be installed.\n  ${tried.join("\n  ")}\n` +
            "Install Pulumi from https://www.pulumi.com/docs/install/, or give this machine access to its Go module proxy.",
    );
}

/** The engine that is here already, on the PATH or in the cache. */
export function findEngine(): string | undefined {
    if (fits("pulumi")) return "pulumi";
    return existsSync(cachedEngine()) ? cachedEngine() : undefined;
}

function engineRoot(): string {
    return join(cacheRoot(), "engine", `v${ENGINE_VERSION}-${process.platform}-${process.arch}`);
}

function cachedEngine(): string {
    return join(engineRoot(), "bin", "pulumi");
}

/** The engine speaks to the SDK of package.json: the same major version, and not an older one. */
function fits(command: string): boolean {
    try {
        const version = execFileSync(command, ["version"], {
            encoding: "utf8",
            stdio: ["ignore", "pipe", "ignore"],
            env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" },
        });
        const found = version.trim().replace(/^v/, "");
        return found.split(".")[0] === ENGINE_VERSION.split(".")[0] && gte(found, ENGINE_VERSION);
    } catch {
        return false;
    }
}

async function downloadEngine(progress: Progress): Promise<string> {
    const platform = `${process.platform}-${process.arch}`;
    progress(`downloading Pulumi ${ENGINE_VERSION} for ${platform}`);
    const archive = `pulumi-v${ENGINE_VERSION}-${platform}.tar.gz`;
    const base = `${process.env["BQX_PULUMI_RELEASES"] ?? RELEASES}/v${ENGINE_VERSION}`;
    // The list is small: fetched first, it also tells within seconds whether there is a way out at all.
    const sums = (
        await download(`${base}/pulumi-${ENGINE_VERSION}-checksums.txt`, CONNECT_TIMEOUT_SECONDS)
    ).toString();
    const expected = sums
        .split("\n")
        .map((line) => line.split(/\s+/))
        .find(([, name]) => name === archive)?.[0];
    if (expected === undefined) throw new Error(`the release has no ${archive}`);
    const content = await download(`${base}/${archive}`, DOWNLOAD_TIMEOUT_SECONDS);
    const actual = createHash("sha256").update(content).digest("hex");
    if (actual !== expected)
        throw new Error(`${archive} has SHA-256 ${actual}, the release says ${expected}`);
    return install(async (dir) => {
        writeFileSync(join(dir, archive), content);
        await run("tar", ["-xzf", archive, "--strip-components=1"], { cwd: dir });
        rmSync(join(dir, archive));
    });
}

async function download(url: string, timeoutSeconds: number): Promise<Buffer> {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutSeconds * 1000) }).catch(
        (error: unknown) => {
            throw new Error(`${new URL(url).host} cannot be reached`, { cause: error });
        },
    );
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    return Buffer.from(await response.arrayBuffer());
}

async function buildEngine(progress: Progress): Promise<string> {
    const go = await ensureGo(progress);
    const source = join(__dirname, "engine");
    progress("building the engine from Go modules: about 5 minutes on 2 cores, this once");
    let packages = 0;
    const onLine: Progress = (line) => {
        if (!line.startsWith("go: ")) packages += 1;
        progress(
            line.startsWith("go: ")
                ? line.slice("go: ".length)
                : `compiled ${packages} packages, now ${line}`,
        );
    };
    const version = `github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${ENGINE_VERSION}`;
    return install(async (dir) => {
        const output = ["-o", join(dir, "pulumi"), "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"];
        const args = [
            "build",
            "-v",
            "-trimpath",
            "-mod=readonly",
            "-ldflags",
            `-s -w -X ${version}`,
            ...output,
        ];
        await run(go, args, { cwd: source, env: { ...process.env, GOFLAGS: "" }, onLine });
    });
}

/** Fills a new folder and moves it into its place in one step, so that an interrupted installation leaves nothing. */
async function install(fill: (binDir: string) => Promise<void>): Promise<string> {
    mkdirSync(join(engineRoot(), ".."), { recursive: true });
    const dir = mkdtempSync(`${engineRoot()}-`);
    try {
        const bin = join(dir, "bin");
        mkdirSync(bin);
        await fill(bin);
        if (!fits(join(bin, "pulumi")))
            throw new Error(`what was installed does not run as Pulumi ${ENGINE_VERSION}`);
        chmodSync(dir, 0o755);
        rmSync(engineRoot(), { recursive: true, force: true });
        renameSync(dir, engineRoot());
    } finally {
        rmSync(dir, { recursive: true, force: true });
    }
    return cachedEngine();
}
