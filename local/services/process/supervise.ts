import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../../errors";
import { boundLog, openLog, tailOf } from "./logFile";
import { recordPid, type StopManner } from "./pidFile";

/** A user to run a child as. */
export interface Owner {
    readonly uid: number;
    readonly gid: number;
}

/** A child process, and what its supervisor must know of it. */
export interface ProcessPlan {
    /** What a person calls it: `PostgreSQL`. */
    readonly title: string;
    readonly command: string;
    /** Never a secret: every user of the machine can read them. */
    readonly args: readonly string[];
    readonly cwd: string;
    readonly env: Readonly<Record<string, string>>;
    /** Another user to run it as; only root can. @default the supervisor's own user */
    readonly owner?: Owner;
    readonly logFile: string;
    /** Where it is noted, so that `stopRecorded` finds it if the supervisor is killed. */
    readonly pidFile: string;
    readonly stop: StopManner;
    /** Resolves once the child serves, rejects while it does not. Must have a deadline of its own. */
    ready(): Promise<unknown>;
    readonly readyMilliseconds: number;
}

/** More deaths than this within a minute: restarting does not help, a person must look. */
const RESTARTS_PER_MINUTE = 5;
const MINUTE_MILLISECONDS = 60_000;
/** Before the first restart; doubles with each further death in the same minute. */
const BACKOFF_MILLISECONDS = 200;
const PROBE_MILLISECONDS = 50;

/** Starts a child, waits until it serves, restarts it when it dies by itself, and stops it. */
export class SupervisedProcess {
    private child: ChildProcess | undefined;
    private problemText: string | undefined = "It is not running.";
    private revival: Promise<void> = Promise.resolve();
    private deaths: number[] = [];
    private life = new AbortController();
    private logTimer: NodeJS.Timeout | undefined;

    constructor(
        private readonly plan: ProcessPlan,
        private readonly log: (message: string) => void,
    ) {}

    /** One sentence on why the child does not serve; nothing while it does. */
    get problem(): string | undefined {
        return this.problemText;
    }

    /** The running child's pid. */
    get pid(): number | undefined {
        return this.child?.pid;
    }

    /** @throws Error with the end of the log where the child ends, or does not serve in time. */
    async start(): Promise<void> {
        this.life = new AbortController();
        this.deaths = [];
        await this.launch();
        this.problemText = undefined;
        this.logTimer = setInterval(() => boundLog(this.plan.logFile), MINUTE_MILLISECONDS);
        this.logTimer.unref();
    }

    /** Stops the child for good: by its signal, after its deadline by SIGKILL. Safe to call twice. */
    async stop(): Promise<void> {
        this.life.abort();
        clearInterval(this.logTimer);
        if (this.child !== undefined) await this.end(this.child);
        await this.revival;
        this.problemText = "It is not running.";
        rmSync(this.plan.pidFile, { force: true });
    }

    private async launch(): Promise<void> {
        const { title, logFile, readyMilliseconds } = this.plan;
        const child = await this.spawn();
        const exited = once(child, "exit").then(() => "exited" as const);
        const deadline = Date.now() + readyMilliseconds;
        for (;;) {
            const served = this.plan.ready().then(
                () => "served" as const,
                (error: unknown) => error,
            );
            const outcome = await Promise.race([served, exited]);
            if (outcome === "served") break;
            const hasEnded = outcome === "exited" || child.exitCode !== null || child.signalCode !== null;
            if (!hasEnded && Date.now() < deadline) {
                await Promise.race([sleep(PROBE_MILLISECONDS), exited]);
                continue;
            }
            if (!hasEnded) await this.end(child);
            const story = hasEnded
                ? `ended at its start ${endOf(child)}`
                : `did not serve within ${readyMilliseconds / 1000} s (${String(outcome)})`;
            throw new Error(`${title} ${story}. The end of ${logFile}:\n${tailOf(logFile)}`);
        }
        child.once("exit", () => {
            this.revival = this.revive(child);
        });
        if (child.exitCode !== null || child.signalCode !== null) this.revival = this.revive(child);
    }

    private async spawn(): Promise<ChildProcess> {
        const { title, command, args, cwd, env, owner, logFile, pidFile } = this.plan;
        const log = openLog(logFile);
        // A group of its own: Ctrl-C at a terminal must reach the supervisor alone, which stops its children in order.
        const child = spawn(command, args, {
            ...{ cwd, env, ...owner, detached: true },
            stdio: ["ignore", log, log],
        });
        closeSync(log);
        this.child = child;
        if (child.pid !== undefined) recordPid(pidFile, child.pid);
        else {
            const [error] = (await once(child, "error")) as [Error];
            throw new Error(`${title} cannot be started: ${error.message}`, { cause: error });
        }
        return child;
    }

    /** Starts again, a bounded number of times, what has ended without being asked to. */
    private async revive(dead: ChildProcess): Promise<void> {
        const { title, logFile } = this.plan;
        let reason = `${title} ended by itself ${endOf(dead)}`;
        while (!this.life.signal.aborted) {
            this.deaths = [...this.deaths.filter((at) => at > Date.now() - MINUTE_MILLISECONDS), Date.now()];
            if (this.deaths.length > RESTARTS_PER_MINUTE) {
                this.problemText = `${reason}. ${RESTARTS_PER_MINUTE} restarts within a minute did not help; see ${logFile}.`;
                this.log(this.problemText);
                return;
            }
            this.problemText = `${reason}; it is being restarted.`;
            this.log(this.problemText);
            try {
                await sleep(BACKOFF_MILLISECONDS * 2 ** (this.deaths.length - 1), undefined, {
                    signal: this.life.signal,
                });
                // `stop` may have come between the end of the sleep and this line; nothing comes between it and the spawn.
                this.life.signal.throwIfAborted();
                await this.launch();
                this.problemText = undefined;
                this.log(`${title} serves again.`);
                return;
            } catch (error) {
                reason = messageOf(error);
            }
        }
    }

    private async end(child: ChildProcess): Promise<void> {
        if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
        const exited = once(child, "exit");
        child.kill(this.plan.stop.signal);
        const timer = setTimeout(() => {
            this.log(`${this.plan.title} did not stop in ${this.plan.stop.milliseconds} ms and is killed.`);
            child.kill("SIGKILL");
        }, this.plan.stop.milliseconds);
        await exited;
        clearTimeout(timer);
    }
}

function endOf({ exitCode, signalCode }: ChildProcess): string {
    return signalCode === null ? `with code ${String(exitCode)}` : `by ${signalCode}`;
}
