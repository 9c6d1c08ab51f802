import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/** How a program ended, and what it printed. */
export interface Ended {
    readonly code: number | null;
    readonly stdout: string;
    readonly stderr: string;
}

/** Runs a program to its end. */
export async function runProgram(
    command: string,
    args: readonly string[],
    options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Ended> {
    const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    const [code] = (await once(child, "close")) as [number | null];
    return { code, stdout, stderr };
}

/** Arguments with which `node` runs a TypeScript file. */
export function typescript(file: string, ...args: string[]): string[] {
    return ["--require", join(__dirname, "../../node_modules/tsx/dist/cjs/index.cjs"), file, ...args];
}
