import type { LogSink } from "../logs";
import type { HistoryEvent } from "./history";
import type { Machine } from "./machines";

/** Which events a machine logs, by its level. */
const LOGGED: Readonly<Record<string, RegExp>> = {
    ALL: /./,
    ERROR: /(Failed|TimedOut|Aborted)$|^FailStateEntered$/,
    FATAL: /^Execution(Failed|TimedOut|Aborted)$/,
};

/** Details that hold what the states work on: told only where includeExecutionData is set. */
const DATA = ["input", "output", "parameters"];

/** Writes an execution's events into its machine's log group, as the machine's loggingConfiguration says. */
export class ExecutionLog {
    private readonly stream: string;

    constructor(
        private readonly logs: LogSink,
        private readonly machine: Machine,
        private readonly executionArn: string,
        startedAt: number,
    ) {
        const minute = new Date(startedAt).toISOString().slice(0, 16).replaceAll(/[T:]/g, "-");
        this.stream = `states/${machine.name}/${minute}/${executionArn.slice(executionArn.lastIndexOf(":") + 1)}`;
    }

    add({ id, type, timestamp, details = {} }: HistoryEvent): void {
        const {
            level = "OFF",
            logDestination,
            includeExecutionData = false,
        } = this.machine.loggingConfiguration ?? {};
        if (logDestination === undefined || LOGGED[level]?.test(type) !== true) return;
        const told = Object.entries(details).filter(([name]) => includeExecutionData || !DATA.includes(name));
        const line = {
            id: String(id),
            type,
            details: Object.fromEntries(told),
            previous_event_id: String(id - 1),
            event_timestamp: String(timestamp),
            execution_arn: this.executionArn,
        };
        const group = logDestination.replace(/^.*:log-group:/, "").replace(/:\*$/, "");
        this.logs.append(group, this.stream, JSON.stringify(line), new Date(timestamp));
    }
}
