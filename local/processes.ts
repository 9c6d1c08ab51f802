import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** A process that can be told from a later one that was given the same pid. */
export interface ProcessIdentity {
    readonly pid: number;
    /** Ticks since boot on Linux, the start's date elsewhere: the same for the whole life of a process. */
    readonly startTime: string;
}

const POLL_MILLISECONDS = 25;

/** The identity of a running process, or `undefined` where there is none with this pid, or only its zombie. */
export function identityOf(pid: number): ProcessIdentity | undefined {
    const startTime = process.platform === "linux" ? startTimeByProc(pid) : startTimeByPs(pid);
    return startTime === undefined ? undefined : { pid, startTime };
}

/** Whether that very process still runs. */
export function isAlive({ pid, startTime }: ProcessIdentity): boolean {
    return identityOf(pid)?.startTime === startTime;
}

/** Waits until a process has gone. Resolves to whether it went in time. */
export async function waitForExit(identity: ProcessIdentity, timeoutMilliseconds: number): Promise<boolean> {
    const deadline = Date.now() + timeoutMilliseconds;
    while (isAlive(identity)) {
        if (Date.now() > deadline) return false;
        await sleep(POLL_MILLISECONDS);
    }
    return true;
}

function startTimeByProc(pid: number): string | undefined {
    try {
        const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
        // The second field is the command in parentheses and may hold both spaces and parentheses.
        const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        return fields[0] === "Z" ? undefined : fields[19];
    } catch {
        return undefined; // It has gone.
    }
}

function startTimeByPs(pid: number): string | undefined {
    try {
        const started = execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim();
        return started === "" ? undefined : started;
    } catch {
        return undefined; // It has gone.
    }
}
