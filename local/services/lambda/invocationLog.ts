import type { LogSink } from "../logs";
import type { Outcome } from "./environment";

/** What is answered to a caller who asks for the log. */
const TAIL_CHARACTERS = 4096;

/** What an invocation says of itself at its end. */
export interface Report extends Pick<Outcome, "status" | "durationMs" | "maxMemoryMb" | "error"> {
    readonly memoryMb: number;
    /** Given where the environment was started for it. */
    readonly initMs?: number;
}

/** Where an environment logs to, and how: a part of the function's loggingConfig. */
export interface LogPlan {
    readonly group: string;
    readonly format: string;
    readonly systemLevel: string;
}

/** The log stream of one execution environment, with Lambda's own lines around each invocation. */
export class InvocationLog {
    private tail = "";

    constructor(
        private readonly sink: LogSink,
        private readonly plan: LogPlan,
        private readonly stream: string,
    ) {}

    write(line: string): void {
        this.tail = `${this.tail}${line}\n`.slice(-TAIL_CHARACTERS);
        this.sink.append(this.plan.group, this.stream, line);
    }

    start(requestId: string): void {
        this.tail = "";
        if (this.plan.format === "JSON") this.writeEvent("platform.start", { requestId, version: "$LATEST" });
        else this.write(`START RequestId: ${requestId} Version: $LATEST`);
    }

    /** Writes the last lines of an invocation. @returns the end of its log, as `LogType: Tail` answers it */
    end(requestId: string, report: Report): string {
        if (this.plan.format === "JSON") this.writeEvent("platform.report", reportRecord(requestId, report));
        else {
            const { status, error } = report;
            if (status === "timeout" || error?.errorType === "Runtime.ExitError")
                this.write(`${new Date().toISOString()} ${requestId} ${textOf(error?.errorMessage)}`);
            this.write(`END RequestId: ${requestId}`);
            this.write(`REPORT RequestId: ${requestId}\t${reportText(report)}`);
        }
        const { tail } = this;
        this.tail = "";
        return tail;
    }

    private writeEvent(type: string, record: object): void {
        if (this.plan.systemLevel !== "WARN")
            this.write(JSON.stringify({ time: new Date().toISOString(), type, record }));
    }
}

/** The message without the request, which the line names already. */
function textOf(errorMessage = ""): string {
    return errorMessage.replace(/^RequestId: \S+ Error: /, "");
}

/** Starting an environment is paid for like the rest. */
function billedMs({ durationMs, initMs }: Report): number {
    return Math.ceil(durationMs + (initMs ?? 0));
}

function reportText(report: Report): string {
    const { durationMs, initMs, memoryMb, maxMemoryMb, status, error } = report;
    const ownError = error?.errorType.startsWith("Runtime.") === true;
    return [
        `Duration: ${durationMs.toFixed(2)} ms`,
        `Billed Duration: ${billedMs(report)} ms`,
        `Memory Size: ${memoryMb} MB`,
        `Max Memory Used: ${maxMemoryMb} MB`,
        ...(initMs === undefined ? [] : [`Init Duration: ${initMs.toFixed(2)} ms`]),
        ...(status === "timeout" ? ["Status: timeout"] : []),
        ...(ownError ? ["Status: error", `Error Type: ${error.errorType}`] : []),
    ].join("\t");
}

function reportRecord(requestId: string, report: Report): object {
    const { durationMs, initMs, memoryMb, maxMemoryMb, status, error } = report;
    const metrics = {
        durationMs,
        billedDurationMs: billedMs(report),
        memorySizeMB: memoryMb,
        maxMemoryUsedMB: maxMemoryMb,
        initDurationMs: initMs,
    };
    return { requestId, metrics, status, errorType: error?.errorType };
}
