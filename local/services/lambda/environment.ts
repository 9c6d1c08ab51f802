import { spawn, type ChildProcess } from "node:child_process";
import type { LogPlan } from "./invocationLog";
import {
    LINE_BREAK,
    MARK,
    type ErrorBody,
    type InvokeMessage,
    type RuntimeMessage,
} from "./runtime/messages";

/** Everything that an execution environment is started with. Two with equal plans can stand in for each other. */
export interface EnvironmentPlan {
    readonly functionName: string;
    /** Path of the bundled runtime/bootstrap.ts. */
    readonly bootstrap: string;
    /** Folder of the unpacked code. */
    readonly taskRoot: string;
    readonly memoryMb: number;
    readonly timeoutSeconds: number;
    readonly log: LogPlan;
    /** All that the process finds in its environment, but for the name of its log stream. */
    readonly variables: Readonly<Record<string, string>>;
}

/** How an invocation ended. */
export interface Outcome {
    readonly status: "success" | "error" | "timeout";
    /** What the handler returned, as JSON; where it failed, nothing. */
    readonly payload?: string;
    readonly error?: ErrorBody;
    readonly durationMs: number;
    readonly maxMemoryMb: number;
}

/** Lambda gives the code outside of the handler at least this long. */
const INIT_SECONDS_AT_LEAST = 10;
/** The rest is for what V8 does not count, so that it collects before the process is ended. */
const HEAP_SHARE = 0.9;
/** The largest event that CloudWatch Logs takes. A line that never ends is cut there. */
const LINE_CHARACTERS_AT_MOST = 262_144;

const SIGNAL_NAMES: Readonly<Record<string, string>> = {
    SIGABRT: "aborted",
    SIGKILL: "killed",
    SIGSEGV: "segmentation fault",
    SIGTERM: "terminated",
};

/** A process that has loaded a function's handler. It answers one event after another until it fails or is retired. */
export class ExecutionEnvironment {
    private readonly child: ChildProcess;
    /** Resolves to why, in Lambda's words. */
    private readonly exited: Promise<string>;
    private readonly loaded: Promise<RuntimeMessage>;
    private state: "idle" | "busy" | "retired" = "idle";
    private isOverdue = false;
    private maxMemoryMb = 0;
    private text = "";
    private onMark: (requestId: string) => void = () => undefined;

    /**
     * @param logStream its stream in the function's log group
     * @param log takes each line of the output
     */
    constructor(
        readonly plan: EnvironmentPlan,
        logStream: string,
        private readonly log: (line: string) => void,
    ) {
        const { bootstrap, taskRoot, memoryMb, variables } = plan;
        const heap = `--max-old-space-size=${Math.floor(memoryMb * HEAP_SHARE)}`;
        this.child = spawn(process.execPath, [heap, bootstrap, String(process.pid)], {
            cwd: taskRoot,
            env: { ...variables, AWS_LAMBDA_LOG_STREAM_NAME: logStream },
            stdio: ["ignore", "pipe", "pipe", "ipc"],
            detached: true, // A group of its own, so that what it starts ends with it.
        });
        for (const output of [this.child.stdout, this.child.stderr])
            output?.setEncoding("utf8").on("data", (chunk: string) => this.take(chunk));
        this.loaded = new Promise((resolve) => this.child.once("message", resolve));
        this.child.on("message", ({ maxMemoryMb }: RuntimeMessage) => (this.maxMemoryMb = maxMemoryMb));
        this.exited = this.watchExit();
    }

    get isIdle(): boolean {
        return this.state === "idle";
    }

    get isBusy(): boolean {
        return this.state === "busy";
    }

    /** Resolves once the process has gone. */
    async gone(): Promise<void> {
        await this.exited;
    }

    /** Keeps it for one invocation; the others see it busy until that has ended. */
    claim(): void {
        this.state = "busy";
    }

    /** Waits until the handler is loaded, or could not be: `invoke` tells what went wrong. */
    async init(): Promise<void> {
        const seconds = Math.max(INIT_SECONDS_AT_LEAST, this.plan.timeoutSeconds);
        await this.within(seconds, Promise.race([this.loaded, this.exited]));
    }

    /** Answers one event. Never rejects: what goes wrong is the outcome. */
    async invoke(message: Omit<InvokeMessage, "deadline">): Promise<Outcome> {
        const { timeoutSeconds, memoryMb } = this.plan;
        const startedAt = performance.now();
        const deadline = Date.now() + timeoutSeconds * 1000;
        const answer = await this.within(timeoutSeconds, this.ask({ ...message, deadline }));
        const durationMs = performance.now() - startedAt;
        const maxMemoryMb = Math.min(this.maxMemoryMb, memoryMb);
        if (typeof answer !== "string") {
            if (answer.type === "failed") this.state = "retired";
            return { ...outcomeOf(answer), durationMs, maxMemoryMb };
        }
        const common = { durationMs, maxMemoryMb: answer.endsWith("killed") ? memoryMb : maxMemoryMb };
        if (!this.isOverdue)
            return { ...common, status: "error", error: failure("Runtime.ExitError", message, answer) };
        const text = `Task timed out after ${timeoutSeconds.toFixed(2)} seconds`;
        return {
            ...common,
            maxMemoryMb,
            status: "timeout",
            error: failure("Sandbox.Timedout", message, text),
        };
    }

    /** Gives it back after `invoke`. */
    release(): void {
        if (this.state === "busy") this.state = "idle";
    }

    /** Ends it now, whatever it is doing. */
    kill(): void {
        this.state = "retired";
        this.end();
    }

    /** @returns the answer, or why the process ended without one */
    private async ask(message: InvokeMessage): Promise<RuntimeMessage | string> {
        const first = await Promise.race([this.loaded, this.exited]);
        if (typeof first === "string" || first.type === "failed") return first;
        const answered = new Promise<RuntimeMessage>((resolve) => this.child.once("message", resolve));
        const marked = new Promise<void>((resolve) => {
            this.onMark = (requestId) => {
                if (requestId === message.requestId) resolve();
            };
        });
        this.child.send(message, (error) => {
            if (error !== null) this.end(); // It has just ended, or is about to.
        });
        // The mark comes with the output: all lines of the request are read before its answer counts.
        const complete = Promise.all([answered, marked]).then(([answer]) => answer);
        return Promise.race([complete, this.exited]);
    }

    private async within<Result>(seconds: number, task: Promise<Result>): Promise<Result> {
        const timer = setTimeout(() => {
            this.isOverdue = true;
            this.end();
        }, seconds * 1000);
        return task.finally(() => clearTimeout(timer));
    }

    private watchExit(): Promise<string> {
        return new Promise((resolve) => {
            this.child.once("error", (error) => {
                this.state = "retired";
                resolve(`Runtime could not be started: ${error.message}`);
            });
            this.child.once("exit", () => {
                this.state = "retired";
                this.killGroup(); // What it has started would hold its output open.
            });
            this.child.once("close", (code, signal) => {
                if (this.text !== "") this.log(this.text);
                resolve(exitText(code, signal));
            });
        });
    }

    private end(): void {
        // Once it has gone, its number may be another process's.
        if (this.child.exitCode === null && this.child.signalCode === null) this.killGroup();
    }

    private killGroup(): void {
        if (this.child.pid === undefined) return;
        try {
            process.kill(-this.child.pid, "SIGKILL");
        } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
        }
    }

    /** Cuts the output into lines and marks. What follows the last line's end waits for its own. */
    private take(chunk: string): void {
        const pieces = (this.text + chunk).split(new RegExp(`\n|(?=${MARK})`));
        const rest = pieces.pop() ?? "";
        this.text = rest.length > LINE_CHARACTERS_AT_MOST ? "" : rest;
        if (this.text !== rest) pieces.push(rest);
        for (const piece of pieces) {
            if (piece.startsWith(MARK)) this.onMark(piece.slice(MARK.length));
            else if (piece !== "") this.log(piece.replaceAll(LINE_BREAK, "\n"));
        }
    }
}

function outcomeOf(answer: RuntimeMessage): Pick<Outcome, "status" | "payload" | "error"> {
    if (answer.type === "result") return { status: "success", payload: answer.payload };
    return { status: "error", error: "error" in answer ? answer.error : undefined };
}

function failure(errorType: string, { requestId }: { requestId: string }, text: string): ErrorBody {
    return { errorType, errorMessage: `RequestId: ${requestId} Error: ${text}` };
}

function exitText(code: number | null, signal: NodeJS.Signals | null): string {
    if (signal !== null) return `Runtime exited with error: signal: ${SIGNAL_NAMES[signal] ?? signal}`;
    return code === 0
        ? "Runtime exited without providing a reason"
        : `Runtime exited with error: exit status ${String(code)}`;
}
