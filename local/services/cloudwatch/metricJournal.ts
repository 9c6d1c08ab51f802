import { closeSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { ServiceContext } from "../service";
import { MAX_METRICS, RETENTION_MILLISECONDS, type MetricPoint, type MetricStore } from "./metricStore";

/** Above this size the journal is written anew, with aged values summed up. */
const MAX_APPENDED_BYTES = 4 * 1024 * 1024;

const FILE = /^points-(\d+)\.jsonl$/;

/**
 * Keeps the metric store on disk: one file of JSON lines, a point each, that only grows. From time to time it is
 * replaced by a file of the next number that holds the store as it is then; the highest number is the one in force.
 */
export class MetricJournal {
    private generation = 0;
    private file?: number;
    private appendedBytes = 0;
    private isFull = false;

    constructor(
        private readonly context: ServiceContext,
        private readonly store: MetricStore,
        private readonly now: () => number,
    ) {}

    /** Fills the store with what an earlier run has left. */
    open(): void {
        const generations = readdirSync(this.context.dataDir).map((name) =>
            Number(FILE.exec(name)?.[1] ?? -1),
        );
        this.generation = Math.max(0, ...generations);
        if (generations.includes(this.generation))
            this.replay(readFileSync(this.path(this.generation), "utf8"));
        this.compact();
        for (const old of generations.filter((each) => each >= 0)) rmSync(this.path(old), { force: true });
    }

    close(): void {
        if (this.file !== undefined) closeSync(this.file);
        this.file = undefined;
    }

    /** Adds points to the store and to the disk; answers how many found no room. */
    add(points: readonly MetricPoint[]): number {
        const accepted = points.filter((point) => this.store.add(point));
        if (this.file !== undefined && accepted.length > 0) {
            const lines = accepted.map(toLine).join("");
            writeSync(this.file, lines);
            this.appendedBytes += lines.length;
        }
        if (this.appendedBytes > MAX_APPENDED_BYTES) this.compact();
        const refused = points.length - accepted.length;
        if (refused > 0 && !this.isFull) {
            this.context.log(`no room for more than ${MAX_METRICS} metrics: values of new ones are dropped`);
        }
        this.isFull ||= refused > 0;
        return refused;
    }

    private compact(): void {
        this.store.rollUp(this.now());
        const next = this.path(this.generation + 1);
        const file = openSync(`${next}.tmp`, "w", 0o600);
        for (const lines of inChunks(this.store.points(), 1000)) writeSync(file, lines.map(toLine).join(""));
        // From here on the new file is the one in force; a crash before leaves the old one.
        renameSync(`${next}.tmp`, next);
        this.close();
        rmSync(this.path(this.generation), { force: true });
        this.generation++;
        this.file = file;
        this.appendedBytes = 0;
    }

    private replay(content: string): void {
        const oldest = this.now() - RETENTION_MILLISECONDS;
        for (const line of content.split("\n")) {
            const point = parseLine(line);
            if (point !== undefined && point.at >= oldest) this.store.add(point);
        }
    }

    private path(generation: number): string {
        return join(this.context.dataDir, `points-${generation}.jsonl`);
    }
}

function toLine(point: MetricPoint): string {
    return `${JSON.stringify(point)}\n`;
}

function parseLine(line: string): MetricPoint | undefined {
    try {
        return JSON.parse(line) as MetricPoint;
    } catch {
        // The last line may be cut short where the machine stopped in the middle of a write.
        return undefined;
    }
}

function* inChunks<Item>(items: Iterable<Item>, size: number): Generator<Item[]> {
    let chunk: Item[] = [];
    for (const item of items) {
        chunk.push(item);
        if (chunk.length < size) continue;
        yield chunk;
        chunk = [];
    }
    yield chunk;
}
