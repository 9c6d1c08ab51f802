import { createHash } from "node:crypto";
import { appendFileSync, readFileSync } from "node:fs";
import { writeFileAtomic } from "../../files";

/** One event of a stream. */
export interface LogEvent {
    /** Milliseconds since 1970. */
    readonly timestamp: number;
    /** When it came in, in milliseconds since 1970. */
    readonly ingestedAt: number;
    readonly message: string;
    /** 56 digits, as AWS's: ids of a group rise with time, and within a moment by stream and order. */
    readonly id: string;
}

export type NewEvent = Pick<LogEvent, "timestamp" | "message">;

/** What is asked of a stream. */
export interface StreamSummary {
    readonly name: string;
    readonly createdAt: number;
    readonly firstEventAt: number | undefined;
    readonly lastEventAt: number | undefined;
    readonly lastIngestedAt: number | undefined;
}

/** The file's first line. */
interface Header {
    readonly group: string;
    readonly stream: string;
    readonly createdAt: number;
}

/** Timestamp, ingestion time, number within the stream, message. */
type Line = readonly [timestamp: number, ingestedAt: number, number: number, message: string];

/** One log stream: a file of JSON lines that only grows, until it is cut. What is asked often is kept in memory. */
export class StreamFile {
    private firstEventAt: number | undefined;
    private lastEventAt: number | undefined;
    private lastIngestedAt: number | undefined;
    private nextNumber = 0;
    private sizeBytes = 0;

    private constructor(
        private readonly path: string,
        private readonly header: Header,
    ) {}

    static create(path: string, header: Header): StreamFile {
        const content = toText(header);
        writeFileAtomic(path, content);
        const file = new StreamFile(path, header);
        file.sizeBytes = Buffer.byteLength(content);
        return file;
    }

    /** Takes up a file that an earlier run has left; undefined where it is not a stream's. */
    static open(path: string): StreamFile | undefined {
        const content = readFileSync(path, "utf8");
        // Where the machine stopped in the middle of a write the last line is cut short; the next one must not join it.
        if (!content.endsWith("\n")) appendFileSync(path, "\n");
        const [first = "", ...lines] = content.split("\n");
        const header = parse(first) as Header | undefined;
        if (header === undefined) return undefined;
        const file = new StreamFile(path, header);
        file.note(parseLines(lines));
        file.sizeBytes = Buffer.byteLength(content);
        return file;
    }

    get group(): string {
        return this.header.group;
    }

    get name(): string {
        return this.header.stream;
    }

    get bytes(): number {
        return this.sizeBytes;
    }

    get summary(): StreamSummary {
        const { firstEventAt, lastEventAt, lastIngestedAt } = this;
        return {
            name: this.name,
            createdAt: this.header.createdAt,
            firstEventAt,
            lastEventAt,
            lastIngestedAt,
        };
    }

    append(events: readonly NewEvent[], ingestedAt: number): void {
        const lines = events.map(({ timestamp, message }, i): Line => [
            timestamp,
            ingestedAt,
            this.nextNumber + i,
            message,
        ]);
        const content = lines.map(toText).join("");
        appendFileSync(this.path, content);
        this.sizeBytes += Buffer.byteLength(content);
        this.note(lines);
    }

    /** All events, in the order in which they came. */
    read(): LogEvent[] {
        const digits = BigInt(`0x${hashOf(this.name).slice(0, 16)}`)
            .toString()
            .padStart(20, "0");
        return this.lines().map(([timestamp, ingestedAt, number, message]) => ({
            timestamp,
            ingestedAt,
            message,
            id: `${String(timestamp).padStart(14, "0")}${digits}${String(number).padStart(22, "0")}`,
        }));
    }

    /** Drops what is older than a moment, and the oldest of what is more than a number of bytes. */
    cut(oldestMs: number, bytesMax: number): void {
        if (this.sizeBytes <= bytesMax && (this.firstEventAt === undefined || this.firstEventAt >= oldestMs))
            return;
        let bytes = 0;
        const kept = this.lines()
            .filter(([timestamp]) => timestamp >= oldestMs)
            .reverse()
            .filter((line) => (bytes += Buffer.byteLength(toText(line))) <= bytesMax)
            .reverse();
        const content = [this.header, ...kept].map(toText).join("");
        writeFileAtomic(this.path, content);
        this.sizeBytes = Buffer.byteLength(content);
        [this.firstEventAt, this.lastEventAt] = [undefined, undefined];
        this.note(kept);
    }

    private lines(): Line[] {
        return parseLines(readFileSync(this.path, "utf8").split("\n").slice(1));
    }

    private note(lines: readonly Line[]): void {
        for (const [timestamp, ingestedAt, number] of lines) {
            this.firstEventAt = Math.min(timestamp, this.firstEventAt ?? timestamp);
            this.lastEventAt = Math.max(timestamp, this.lastEventAt ?? timestamp);
            this.lastIngestedAt = ingestedAt;
            this.nextNumber = Math.max(this.nextNumber, number + 1);
        }
    }
}

/** A file name for any log stream: readable, and different for different streams. */
export function fileNameOf(group: string, stream: string): string {
    const readable = `${group}-${stream}`.replace(/[^\w.]+/g, "-").slice(0, 120);
    return `${readable}-${hashOf(`${group}\n${stream}`).slice(0, 12)}.jsonl`;
}

function toText(line: Header | Line): string {
    return `${JSON.stringify(line)}\n`;
}

function parseLines(texts: readonly string[]): Line[] {
    return texts.map((text) => parse(text) as Line | undefined).filter((line) => line !== undefined);
}

function parse(text: string): unknown {
    try {
        return JSON.parse(text);
    } catch {
        return undefined;
    }
}

function hashOf(text: string): string {
    return createHash("sha256").update(text).digest("hex");
}
