import { createHash } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { readJson, writeFileAtomic } from "../../files";
import type { HistoryEvent } from "./history";

/** AWS keeps executions for 90 days; here the oldest that have ended are dropped. */
const ENDED_EXECUTIONS_KEPT = 500;

const recordSchema = z.object({
    arn: z.string(),
    stateMachineArn: z.string(),
    name: z.string(),
    status: z.enum(["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"]),
    /** Milliseconds since 1970. */
    startedAt: z.number(),
    endedAt: z.number().optional(),
    /** JSON, as text. */
    input: z.string(),
    output: z.string().optional(),
    error: z.string().optional(),
    cause: z.string().optional(),
});

/** An execution as it is kept on disk. */
export type ExecutionRecord = Readonly<z.output<typeof recordSchema>>;

/** What an execution has become. */
export type Outcome = Pick<ExecutionRecord, "status" | "output" | "error" | "cause">;

/** The executions of all state machines: their records in memory and in one file each, their histories on disk. */
export class ExecutionStore {
    private readonly records = new Map<string, ExecutionRecord>();

    constructor(private readonly dir: string) {}

    /** Reads what an earlier service has left. */
    load(): void {
        mkdirSync(this.dir, { recursive: true, mode: 0o700 });
        const files = readdirSync(this.dir).filter((file) => file.endsWith(".json"));
        const stored = files.map((file) => recordSchema.parse(readJson(join(this.dir, file))));
        for (const record of stored.sort((a, b) => a.startedAt - b.startedAt))
            this.records.set(record.arn, record);
    }

    /** In the order in which they were started. */
    all(): readonly ExecutionRecord[] {
        return [...this.records.values()];
    }

    get(arn: string): ExecutionRecord | undefined {
        return this.records.get(arn);
    }

    put(record: ExecutionRecord): void {
        writeFileAtomic(this.fileOf(record.arn, "json"), JSON.stringify(record));
        this.records.set(record.arn, record);
        const ended = this.all().filter(({ status }) => status !== "RUNNING");
        for (const { arn } of ended.slice(0, Math.max(0, ended.length - ENDED_EXECUTIONS_KEPT)))
            this.remove(arn);
    }

    remove(arn: string): void {
        for (const kind of ["json", "history"] as const) rmSync(this.fileOf(arn, kind), { force: true });
        this.records.delete(arn);
    }

    addEvent(arn: string, event: HistoryEvent): void {
        // The line's end comes first: what a machine that lost power has left of the last line spoils no other.
        appendFileSync(this.fileOf(arn, "history"), `\n${JSON.stringify(event)}`, { mode: 0o600 });
    }

    /** All events of an execution, those left out of which only a part was written. */
    historyOf(arn: string): HistoryEvent[] {
        const path = this.fileOf(arn, "history");
        return existsSync(path) ? readFileSync(path, "utf8").split("\n").flatMap(parseEvent) : [];
    }

    /** Names of executions may hold what file names may not. */
    private fileOf(arn: string, kind: "json" | "history"): string {
        return join(this.dir, `${createHash("sha256").update(arn).digest("hex").slice(0, 32)}.${kind}`);
    }
}

function parseEvent(line: string): HistoryEvent[] {
    try {
        return [JSON.parse(line) as HistoryEvent];
    } catch {
        return [];
    }
}
