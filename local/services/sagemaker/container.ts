import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { constants } from "node:os";
import type { Readable } from "node:stream";
import { recordPid } from "../process/pidFile";
import { JobFailure } from "./failure";

/** One process in place of a container. */
export interface ContainerPlan {
    readonly command: readonly string[];
    readonly cwd: string;
    /** All of it: nothing of the service's own environment is handed on. */
    readonly env: Readonly<Record<string, string>>;
    /** Where the process is noted while it runs, so that a later service can end what a killed one has left. */
    readonly pidFile: string;
    /** Time between SIGTERM and SIGKILL. */
    readonly graceMilliseconds: number;
    readonly onLine: (line: string) => void;
}

/** How a process is ended before its time. */
export interface Ending {
    /** Aborts to ask it: SIGTERM, and SIGKILL once the grace is over. */
    readonly stop: AbortSignal;
    /** Aborts to end it at once. */
    readonly kill: AbortSignal;
}

/** Longer lines are cut in pieces, as CloudWatch Logs takes no longer events. */
const LINE_CHARACTERS_MAX = 200_000;
/** What a shell answers for a process that a signal has ended: 137 for SIGKILL. */
const SIGNAL_EXIT_CODE = 128;

/**
 * Runs a process until it ends, by itself or because it is ended.
 * @returns its exit code, counted as Docker does where a signal has ended it
 * @throws JobFailure where it cannot be started
 */
export async function runContainer(plan: ContainerPlan, ending: Ending): Promise<number> {
    ending.stop.throwIfAborted();
    const [program = "", ...args] = plan.command;
    // A group of its own: with the process ends all that it has started, as with a container.
    const child = spawn(program, args, {
        cwd: plan.cwd,
        env: plan.env,
        detached: true,
        stdio: ["ignore", "pipe", "pipe"],
    });
    const { pid } = child;
    if (pid === undefined) {
        const [error] = (await once(child, "error")) as [Error];
        const problem = `The image's command "${plan.command.join(" ")}" cannot be started: ${error.message}`;
        throw new JobFailure("ClientError", problem, { cause: error });
    }
    recordPid(plan.pidFile, pid);
    const cancel = endEarly(child, pid, plan, ending);
    try {
        const exited = once(child, "exit").then((exit) => {
            killGroup(pid); // Else a child of its own would keep the streams open.
            return exit as [number | null, NodeJS.Signals | null];
        });
        const streams = [child.stdout, child.stderr].map((stream) => readLines(stream, plan.onLine));
        const [[code, name]] = await Promise.all([exited, ...streams]);
        return code ?? SIGNAL_EXIT_CODE + (name === null ? 0 : constants.signals[name]);
    } catch (error) {
        killGroup(pid);
        throw error;
    } finally {
        cancel();
        rmSync(plan.pidFile, { force: true });
    }
}

/** @returns what takes back the wish */
function endEarly(
    child: ChildProcess,
    pid: number,
    { graceMilliseconds, onLine }: ContainerPlan,
    { stop, kill }: Ending,
): () => void {
    let timer: NodeJS.Timeout | undefined;
    const onKill = () => killGroup(pid);
    const onStop = () => {
        child.kill("SIGTERM");
        timer = setTimeout(() => {
            onLine(`The process did not end within ${graceMilliseconds} ms of SIGTERM and is killed.`);
            onKill();
        }, graceMilliseconds);
    };
    stop.addEventListener("abort", onStop, { once: true });
    kill.addEventListener("abort", onKill, { once: true });
    return () => {
        clearTimeout(timer);
        stop.removeEventListener("abort", onStop);
        kill.removeEventListener("abort", onKill);
    };
}

function killGroup(pid: number): void {
    try {
        process.kill(-pid, "SIGKILL");
    } catch (error) {
        // It has gone; macOS says EPERM while its zombie is left.
        if (!["ESRCH", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    }
}

async function readLines(stream: Readable, onLine: (line: string) => void): Promise<void> {
    let rest = "";
    stream.setEncoding("utf8");
    for await (const text of stream as AsyncIterable<string>) {
        const lines = (rest + text).split(/\r?\n/);
        rest = lines.pop() ?? "";
        lines.forEach(onLine);
        while (rest.length > LINE_CHARACTERS_MAX) {
            onLine(rest.slice(0, LINE_CHARACTERS_MAX));
            rest = rest.slice(LINE_CHARACTERS_MAX);
        }
    }
    if (rest !== "") onLine(rest);
}
