import { randomUUID } from "node:crypto";
import { messageOf } from "../../errors";
import type { MetricRecorder } from "../cloudwatch";
import type { LogSink } from "../logs";
import { AwsError, type ServiceContext } from "../service";
import { readDefinition } from "./definition";
import { Execution, PAYLOAD_BYTES_MAX } from "./execution";
import { ExecutionLog } from "./executionLog";
import type { ExecutionRecord, ExecutionStore, Outcome } from "./executionStore";
import type { HistoryEvent, NewEvent } from "./history";
import { findMachine, machinesOf, readMachine, type Machine } from "./machines";
import type { createTasks, Json } from "./tasks";

/** AWS ends an execution whose history has as many events. */
const EVENTS_MAX = 25_000;
const STACK_STOPPED: Outcome = {
    status: "ABORTED",
    error: "LocalStack.Stopped",
    cause: "The local stack was stopped or has ended while the execution ran.",
};
const MACHINE_DELETED = "The state machine was deleted.";

const METRIC_OF_STATUS = {
    SUCCEEDED: "ExecutionsSucceeded",
    FAILED: "ExecutionsFailed",
    TIMED_OUT: "ExecutionsTimedOut",
    ABORTED: "ExecutionsAborted",
} as const;

const EVENT_OF_STATUS = {
    SUCCEEDED: "ExecutionSucceeded",
    FAILED: "ExecutionFailed",
    TIMED_OUT: "ExecutionTimedOut",
    ABORTED: "ExecutionAborted",
} as const;

type EndStatus = keyof typeof METRIC_OF_STATUS;

/** An execution that runs. */
interface Running {
    readonly execution: Execution;
    readonly done: Promise<void>;
    readonly log: ExecutionLog;
    events: number;
    /** What its end is to be where it is ended early. */
    verdict?: Outcome;
}

/** Starts, stops and keeps executions. */
export class Executions {
    private readonly running = new Map<string, Running>();

    constructor(
        private readonly context: ServiceContext,
        private readonly store: ExecutionStore,
        private readonly taskOf: ReturnType<typeof createTasks>,
        private readonly sinks: { readonly metrics: MetricRecorder; readonly logs: LogSink },
    ) {}

    /** What ran when an earlier service ended is ABORTED: not its own states have ended it. */
    start(): void {
        this.store.load();
        for (const record of this.store.all().filter(({ status }) => status === "RUNNING")) {
            const events = this.store.historyOf(record.arn).length;
            const machine = machinesOf(this.context).find(({ id }) => id === record.stateMachineArn);
            const log = machine && this.logOf(readMachine(machine), record);
            this.end(record, STACK_STOPPED, events, log);
        }
    }

    async stop(): Promise<void> {
        for (const arn of this.running.keys()) {
            this.endEarly(arn, STACK_STOPPED);
        }
        await Promise.all([...this.running.values()].map(({ done }) => done));
    }

    all(): readonly ExecutionRecord[] {
        return this.store.all();
    }

    /** @throws AwsError as AWS does for an ARN that no execution has */
    find(arn: string): ExecutionRecord {
        const record = this.store.get(arn);
        if (record !== undefined) return record;
        throw new AwsError("ExecutionDoesNotExist", `Execution Does Not Exist: '${arn}'`);
    }

    /** The newest at the end. */
    historyOf(arn: string): readonly HistoryEvent[] {
        return this.store.historyOf(this.find(arn).arn);
    }

    /**
     * Starts an execution. One of the same name and input that still runs is answered with, as on AWS.
     * @throws AwsError `ExecutionAlreadyExists` for another of the same name, `InvalidExecutionInput`
     */
    begin(stateMachineArn: string, input: string, name: string = randomUUID()): ExecutionRecord {
        const machine = findMachine(this.context, stateMachineArn);
        const value = parseInput(input);
        const arn = `${machine.arn.replace(":stateMachine:", ":execution:")}:${name}`;
        const known = this.store.get(arn);
        if (known !== undefined) {
            if (known.status === "RUNNING" && known.input === input) return known;
            throw new AwsError("ExecutionAlreadyExists", `Execution Already Exists: '${arn}'`);
        }
        const record: ExecutionRecord = {
            ...{ arn, stateMachineArn: machine.arn, name, input },
            ...{ status: "RUNNING", startedAt: Date.now() },
        };
        this.store.put(record);
        this.metric(record, "ExecutionsStarted", 1, "Count");
        this.run(machine, record, value);
        return record;
    }

    /** Ends an execution, as StopExecution does; one that has ended stays as it is. @returns its record */
    async stopExecution(arn: string, error?: string, cause?: string): Promise<ExecutionRecord> {
        const { arn: known } = this.find(arn);
        this.endEarly(known, { status: "ABORTED", error, cause });
        await this.running.get(known)?.done;
        return this.find(known);
    }

    /** Ends and forgets the executions of a state machine that goes. */
    async removeMachine(stateMachineArn: string): Promise<void> {
        const own = this.store.all().filter((record) => record.stateMachineArn === stateMachineArn);
        for (const { arn } of own) {
            await this.stopExecution(arn, undefined, MACHINE_DELETED);
            this.store.remove(arn);
        }
    }

    private run(machine: Machine, record: ExecutionRecord, input: Json): void {
        const { arn, name } = record;
        const log = this.logOf(machine, record);
        const started = { input: record.input, roleArn: machine.roleArn };
        this.add(arn, log, {
            ...{ id: 1, type: "ExecutionStarted", timestamp: record.startedAt, details: started },
        });
        const execution = new Execution({
            definition: readDefinition(machine.definition),
            input,
            context: {
                Execution: { Id: arn, Name: name, RoleArn: machine.roleArn },
                StateMachine: { Id: machine.arn, Name: machine.name },
            },
            region: this.context.region,
            taskOf: this.taskOf,
            record: (event) => this.record(arn, event),
        });
        const done = execution.outcome().then((outcome) => {
            const { verdict, events } = this.running.get(arn) ?? { events: 1 };
            this.running.delete(arn);
            this.end(record, verdict ?? outcome, events, log);
        });
        done.catch((error: unknown) => this.context.log(`${arn}: ${messageOf(error)}`));
        this.running.set(arn, { execution, done, log, events: 1 });
    }

    private record(arn: string, event: NewEvent): void {
        const running = this.running.get(arn);
        // A task that was told to stop may still report; the execution's last event stays the last.
        if (running === undefined) return;
        running.events++;
        this.add(arn, running.log, { ...event, id: running.events });
        if (running.events >= EVENTS_MAX - 1) {
            const cause = `The execution reached the maximum number of history events (${EVENTS_MAX}).`;
            this.endEarly(arn, { status: "FAILED", error: "States.Runtime", cause });
        }
    }

    private endEarly(arn: string, verdict: Outcome): void {
        const running = this.running.get(arn);
        if (running === undefined || running.verdict !== undefined) return;
        running.verdict = verdict;
        running.execution.abort();
    }

    private logOf(machine: Machine, { arn, startedAt }: ExecutionRecord): ExecutionLog {
        return new ExecutionLog(this.sinks.logs, machine, arn, startedAt);
    }

    private add(arn: string, log: ExecutionLog | undefined, event: HistoryEvent): void {
        this.store.addEvent(arn, event);
        log?.add(event);
    }

    private end(record: ExecutionRecord, outcome: Outcome, events: number, log?: ExecutionLog): void {
        const endedAt = Date.now();
        const { output, error, cause } = outcome;
        const status = outcome.status as EndStatus;
        const details = status === "SUCCEEDED" ? { output } : { error, cause };
        const event = { id: events + 1, type: EVENT_OF_STATUS[status], timestamp: endedAt, details };
        this.add(record.arn, log, event);
        this.store.put({ ...record, ...outcome, endedAt });
        this.metric(record, METRIC_OF_STATUS[status], 1, "Count");
        this.metric(record, "ExecutionTime", endedAt - record.startedAt, "Milliseconds");
        if (status !== "SUCCEEDED") {
            this.context.log(
                `execution ${record.arn} ${status}: ${error ?? ""} ${(cause ?? "").slice(0, 500)}`,
            );
        }
    }

    private metric(
        { stateMachineArn }: ExecutionRecord,
        name: string,
        value: number,
        unit: "Count" | "Milliseconds",
    ): void {
        this.sinks.metrics.record("AWS/States", name, { StateMachineArn: stateMachineArn }, value, unit);
    }
}

function parseInput(text: string): Json {
    if (Buffer.byteLength(text) > PAYLOAD_BYTES_MAX) {
        throw new AwsError("InvalidExecutionInput", `The input is larger than ${PAYLOAD_BYTES_MAX} bytes.`);
    }
    try {
        return JSON.parse(text) as Json;
    } catch {
        throw new AwsError("InvalidExecutionInput", "Invalid State Machine Execution Input: it is not JSON.");
    }
}
