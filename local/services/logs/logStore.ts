import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { readRecord } from "../protocol/records";
import { AwsError, type ServiceContext } from "../service";
import { fileNameOf, type NewEvent, StreamFile } from "./streamFile";

export const LOG_GROUP_TYPE = "aws:cloudwatch/logGroup:LogGroup";

const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;
/** A stream above this size loses its older half. */
const STREAM_BYTES_MAX = 10 * 1024 * 1024;
/** A group above this size loses the streams that were written to least recently. */
const GROUP_BYTES_MAX = 50 * 1024 * 1024;

const settingsSchema = z.object({
    logGroupClass: z.string().default("STANDARD"),
    /** 0 is for ever. */
    retentionInDays: z.number().default(0),
});
/** What a group has that was not deployed. */
const DEFAULTS = settingsSchema.parse({});

/** A log group: deployed, or made by what has logged to it, as Lambda makes groups. */
export interface LogGroup extends z.output<typeof settingsSchema> {
    readonly name: string;
    /** Milliseconds since 1970; undefined for a deployed one that holds nothing. */
    readonly createdAt: number | undefined;
    readonly bytes: number;
    readonly streams: readonly StreamFile[];
}

/** All log groups of a stack. */
export class LogStore {
    private readonly streams = new Map<string, Map<string, StreamFile>>();

    constructor(
        private readonly context: ServiceContext,
        private readonly now: () => number,
    ) {}

    /** Takes up what an earlier run has left. */
    open(): void {
        this.streams.clear();
        for (const name of readdirSync(this.context.dataDir)) {
            const path = join(this.context.dataDir, name);
            const stream = name.endsWith(".jsonl") ? StreamFile.open(path) : undefined;
            if (stream === undefined) rmSync(path);
            else this.add(stream);
        }
        this.tidy();
    }

    /** All groups in the order of their names. */
    groups(): LogGroup[] {
        const deployed = this.context.resources.ofType(LOG_GROUP_TYPE).map(({ id }) => id);
        return [...new Set([...deployed, ...this.streams.keys()])].sort().map((name) => this.describe(name));
    }

    /** @throws AwsError `ResourceNotFoundException` where there is none of this name */
    group(name: string): LogGroup {
        if (!this.streams.has(name) && this.context.resources.get(LOG_GROUP_TYPE, name) === undefined)
            throw notFound("log group");
        return this.describe(name);
    }

    /** @throws AwsError `ResourceNotFoundException` */
    stream(group: string, name: string): StreamFile {
        const found = this.group(group).streams.find((stream) => stream.name === name);
        if (found === undefined) throw notFound("log stream");
        return found;
    }

    /** The stream of this name, made where there is none; and its group with it. */
    ensureStream(group: string, name: string): StreamFile {
        const found = this.streams.get(group)?.get(name);
        if (found !== undefined) return found;
        const header = { group, stream: name, createdAt: this.now() };
        const stream = StreamFile.create(join(this.context.dataDir, fileNameOf(group, name)), header);
        this.add(stream);
        return stream;
    }

    append(stream: StreamFile, events: readonly NewEvent[]): void {
        stream.append(events, this.now());
        if (stream.bytes > STREAM_BYTES_MAX) stream.cut(-Infinity, STREAM_BYTES_MAX / 2);
    }

    /** Events of before this moment (milliseconds since 1970) are kept no longer. */
    oldestKept({ retentionInDays }: LogGroup): number {
        return retentionInDays === 0 ? -Infinity : this.now() - retentionInDays * DAY_MILLISECONDS;
    }

    /** Drops what is older than its group's retention or more than a group may hold. */
    tidy(): void {
        for (const name of [...this.streams.keys()]) {
            const group = this.describe(name);
            for (const stream of group.streams) stream.cut(this.oldestKept(group), STREAM_BYTES_MAX);
            let { bytes } = this.describe(name);
            const byAge = [...group.streams].sort((a, b) => lastUsed(a) - lastUsed(b));
            for (const stream of byAge) {
                // As on AWS a stream outlives its events; but a worker's stream is never written to again.
                const isOver =
                    stream.summary.lastEventAt === undefined && lastUsed(stream) < this.oldestKept(group);
                if (bytes <= GROUP_BYTES_MAX && !isOver) continue;
                bytes -= stream.bytes;
                this.remove(stream);
            }
        }
    }

    /** Forgets a group with all it holds. */
    removeGroup(name: string): void {
        for (const stream of this.streams.get(name)?.values() ?? []) this.remove(stream);
        this.streams.delete(name);
    }

    private add(stream: StreamFile): void {
        const streams = this.streams.get(stream.group) ?? new Map<string, StreamFile>();
        this.streams.set(stream.group, streams.set(stream.name, stream));
    }

    private remove(stream: StreamFile): void {
        rmSync(join(this.context.dataDir, fileNameOf(stream.group, stream.name)), { force: true });
        this.streams.get(stream.group)?.delete(stream.name);
    }

    private describe(name: string): LogGroup {
        const record = this.context.resources.get(LOG_GROUP_TYPE, name);
        const streams = [...(this.streams.get(name)?.values() ?? [])];
        const created = streams.map(({ summary }) => summary.createdAt);
        return {
            name,
            createdAt: created.length === 0 ? undefined : Math.min(...created),
            ...(record === undefined ? DEFAULTS : readRecord(settingsSchema, record)),
            bytes: streams.reduce((sum, { bytes }) => sum + bytes, 0),
            streams,
        };
    }
}

function lastUsed({ summary }: StreamFile): number {
    return summary.lastIngestedAt ?? summary.createdAt;
}

function notFound(what: string): AwsError {
    return new AwsError("ResourceNotFoundException", `The specified ${what} does not exist.`);
}
