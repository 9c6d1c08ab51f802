import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { UserError } from "../errors";

/** Told what an installation step is doing, a line at a time. */
export type Progress = (line: string) => void;

export interface RunOptions {
    readonly cwd?: string;
    readonly env?: NodeJS.ProcessEnv;
    /** Called with each line the command prints. */
    readonly onLine?: Progress;
}

const KEPT_LINES = 12;

/** Runs a command to its end. Throws a UserError with the end of what it printed where it fails. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
    return new Promise((resolve, reject) => {
        const child = spawn(command, args, {
            cwd: options.cwd,
            env: options.env ?? process.env,
            stdio: ["ignore", "pipe", "pipe"],
        });
        let output = "";
        let errors = "";
        const { onLine } = options;
        if (onLine !== undefined)
            for (const stream of [child.stdout, child.stderr]) tellLines(stream, onLine);
        child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
        child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
        child.once("error", (error) =>
            reject(new UserError(`${command} could not be run: ${error.message}`)),
        );
        child.once("close", (code) => {
            if (code === 0) {
                resolve(output);
                return;
            }
            const tail = (errors + output).trim().split("\n").slice(-KEPT_LINES).join("\n    ");
            reject(
                new UserError(
                    `${command} ${args.slice(0, 3).join(" ")} failed (exit ${code ?? "by signal"}):\n    ${tail}`,
                ),
            );
        });
    });
}

function tellLines(stream: Readable, onLine: Progress): void {
    createInterface({ input: stream }).on("line", (line) => {
        if (line.trim() !== "") onLine(line.trim());
    });
}
