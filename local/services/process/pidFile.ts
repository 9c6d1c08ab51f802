import { execFileSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { z } from "zod";
import { identityOf, isAlive, waitForExit } from "../../processes";
import { writeFileAtomic } from "../../files";

/** After SIGKILL only the kernel's own work is left. */
const KILL_MILLISECONDS = 5_000;

const recordSchema = z.object({
    pid: z.int().positive(),
    startTime: z.string().min(1),
    command: z.string().min(1),
});

type Recorded = z.output<typeof recordSchema>;

/** How a process is asked to end: a signal, and how long it may take before SIGKILL. */
export interface StopManner {
    readonly signal: NodeJS.Signals;
    readonly milliseconds: number;
}

/** Notes a process in a file, for a later start that must find what this one could not stop. */
export function recordPid(file: string, pid: number): void {
    const identity = identityOf(pid);
    const command = commandOf(pid);
    // One that has ended already needs no note.
    if (identity !== undefined && command) writeFileAtomic(file, JSON.stringify({ ...identity, command }));
}

/**
 * Stops the process that an earlier, killed host has left running, and drops the file. Whoever else was given the
 * noted pid since is left alone: the start time and the command line must both be the same.
 *
 * @returns the pid that was stopped; nothing where none ran.
 */
export async function stopRecorded(file: string, manner: StopManner): Promise<number | undefined> {
    const recorded = readRecorded(file);
    const isRunning =
        recorded !== undefined && isAlive(recorded) && commandOf(recorded.pid) === recorded.command;
    if (isRunning) await stopProcess(recorded, manner);
    rmSync(file, { force: true });
    return isRunning ? recorded.pid : undefined;
}

/** The command line of a process, its parts joined by spaces; nothing where the system does not tell. */
export function commandOf(pid: number): string | undefined {
    try {
        return process.platform === "linux"
            ? readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim()
            : execFileSync("ps", ["-ww", "-o", "command=", "-p", String(pid)], { encoding: "utf8" }).trim();
    } catch {
        return undefined;
    }
}

async function stopProcess(target: Recorded, manner: StopManner): Promise<void> {
    signal(target.pid, manner.signal);
    if (await waitForExit(target, manner.milliseconds)) return;
    signal(target.pid, "SIGKILL");
    if (await waitForExit(target, KILL_MILLISECONDS)) return;
    throw new Error(`Process ${target.pid} (${target.command}) does not end, not even by SIGKILL.`);
}

function signal(pid: number, name: NodeJS.Signals): void {
    try {
        process.kill(pid, name);
    } catch (error) {
        // It may have ended by itself since it was looked at.
        if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
}

/** A file that is absent or torn notes nothing: the port check tells of whatever runs all the same. */
function readRecorded(file: string): Recorded | undefined {
    try {
        return recordSchema.parse(JSON.parse(readFileSync(file, "utf8")));
    } catch {
        return undefined;
    }
}
