import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { readJson, writeFileAtomic } from "../../files";
import { hasEnded, type JobRecord } from "./jobKind";

/** AWS keeps jobs for ever; here the oldest that have ended are dropped. */
const ENDED_JOBS_KEPT = 1000;

const moment = z.number();

const later = ["Completed", "Failed", "Stopping", "Stopped"] as const;
const phases = ["Starting", "Downloading", "Running", "Uploading"] as const;

const recordSchema = z.object({
    kind: z.string(),
    name: z.string(),
    arn: z.string(),
    request: z.record(z.string(), z.unknown()),
    status: z.enum(["InProgress", ...later]),
    createdAt: moment,
    modifiedAt: moment,
    startedAt: moment.optional(),
    endedAt: moment.optional(),
    exitMessage: z.string().optional(),
    failureReason: z.string().optional(),
    // Jobs of an earlier version have none.
    history: z.array(z.object({ state: z.enum([...phases, ...later]), since: moment })).default([]),
    timedOut: z.literal(true).optional(),
    metrics: z.array(z.object({ name: z.string(), value: z.number(), at: moment })).optional(),
});

/** The records of all jobs, in memory and in one file each. */
export class JobStore {
    private readonly records = new Map<string, JobRecord>();

    constructor(private readonly dir: string) {}

    /** Reads what an earlier service has left. */
    load(): void {
        mkdirSync(this.dir, { recursive: true, mode: 0o700 });
        const files = readdirSync(this.dir).filter((file) => file.endsWith(".json"));
        const stored = files.map((file) => recordSchema.parse(readJson(join(this.dir, file))));
        for (const record of stored.sort((a, b) => a.createdAt - b.createdAt))
            this.records.set(keyOf(record.kind, record.name), record);
    }

    /** In the order of their creation. */
    all(): readonly JobRecord[] {
        return [...this.records.values()];
    }

    find(kind: string, name: string): JobRecord | undefined {
        return this.records.get(keyOf(kind, name));
    }

    put(record: JobRecord): JobRecord {
        const key = keyOf(record.kind, record.name);
        writeFileAtomic(this.fileOf(key), JSON.stringify(record));
        this.records.set(key, record);
        this.dropOldest();
        return record;
    }

    private dropOldest(): void {
        const ended = this.all().filter(hasEnded);
        for (const { kind, name } of ended.slice(0, Math.max(0, ended.length - ENDED_JOBS_KEPT))) {
            const key = keyOf(kind, name);
            rmSync(this.fileOf(key), { force: true });
            this.records.delete(key);
        }
    }

    private fileOf(key: string): string {
        return join(this.dir, `${key}.json`);
    }
}

/** Names and kinds have letters, digits and hyphens only, so that the key is a file's name too. */
function keyOf(kind: string, name: string): string {
    return `${kind}.${name}`;
}
