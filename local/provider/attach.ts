import { spawn } from "node:child_process";
import { join } from "node:path";
import type { RunningProvider } from "./server";

/** How long the awsx process may take to load @pulumi/aws and open its port. */
const START_TIMEOUT_SECONDS = 60;

/** The engine's setting that makes it use these ports and start no plugin: the value of PULUMI_DEBUG_PROVIDERS. */
export function debugProviders(ports: { readonly provider: number; readonly awsx: number }): string {
    return `aws:${ports.provider},random:${ports.provider},awsx:${ports.awsx}`;
}

/** Starts the awsx process on a free port. It ends with `stop`, or with this process. */
export async function startAwsxProvider(): Promise<RunningProvider> {
    const entry = join(__dirname, "awsx.ts");
    const watch = join(__dirname, "..", "engine", "bin", "exitWithParent.js");
    const child = spawn(process.execPath, ["--require", watch, "--require", "tsx/cjs", entry], {
        cwd: join(__dirname, "..", ".."),
        stdio: ["ignore", "pipe", "pipe"],
    });
    const kill = () => child.kill();
    process.once("exit", kill);
    const ended = new Promise<void>((resolve) => {
        child.once("close", () => {
            process.removeListener("exit", kill);
            resolve();
        });
    });
    const stop = async () => {
        kill();
        await ended;
    };
    try {
        return { port: await firstPort(child.stdout, child.stderr, ended), stop };
    } catch (error) {
        await stop();
        throw error;
    }
}

/** A provider says its port as the first line of its output. */
function firstPort(
    stdout: NodeJS.ReadableStream,
    stderr: NodeJS.ReadableStream,
    ended: Promise<void>,
): Promise<number> {
    return new Promise((resolve, reject) => {
        const said = { out: "", error: "" };
        const timer = setTimeout(() => {
            reject(
                new Error(
                    `the awsx provider did not open its port in ${START_TIMEOUT_SECONDS} s: ${said.error}`,
                ),
            );
        }, START_TIMEOUT_SECONDS * 1000);
        stdout.on("data", (chunk: Buffer) => {
            said.out += chunk.toString();
            const port = /^(\d+)\r?\n/.exec(said.out)?.[1];
            if (port === undefined) return;
            clearTimeout(timer);
            resolve(Number(port));
        });
        // Reading stderr also keeps a full pipe from stopping the process.
        stderr.on("data", (chunk: Buffer) => (said.error += chunk.toString()));
        void ended.then(() => {
            clearTimeout(timer);
            reject(new Error(`the awsx provider ended before it opened its port: ${said.error}`));
        });
    });
}
