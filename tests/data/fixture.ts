import { readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { crc32, deflateRawSync, gzipSync } from "node:zlib";
import type { Pair } from "../../config/pairs";
import type { Bars } from "../../data/bars";
import { CSV_HEADER } from "../../data/csv";
import { DataError } from "../../data/report";
import { refusalOf } from "../support/refusal";

/** A folder of real bars, where there is one. */
export const REAL_BARS = process.env.BQX_REAL_BARS;

/** Holidays are not this folder's. */
export const daysToHoliday = (): number => NaN;

/** HistData zips beside the folder of real bars, one folder deep. */
export function realZips(): string[] {
    if (REAL_BARS === undefined) return [];
    const parent = dirname(REAL_BARS);
    return readdirSync(parent, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .flatMap(({ name }) => readdirSync(join(parent, name)).map((file) => join(parent, name, file)))
        .filter((path) => path.endsWith(".zip"));
}

/** Writes a file of this project's and returns its path. */
export function csvFile(path: string, rows: readonly string[], header = CSV_HEADER): string {
    const text = [header, ...rows, ""].join("\n");
    writeFileSync(path, path.endsWith(".gz") ? gzipSync(text) : text);
    return path;
}

export interface ZipEntry {
    name: string;
    text: string;
    method?: 0 | 8 | 14;
    flags?: number;
    /** What the directory says, where it does not say the truth. */
    bytes?: number;
    crc?: number;
}

/** A zip file's bytes: for each entry a local header with an extra field, then the directory and its end. */
export function zipOf(entries: readonly ZipEntry[]): Buffer {
    const parts: Buffer[] = [];
    const directory: Buffer[] = [];
    let at = 0;
    for (const { name, text, method = 8, flags = 0, bytes = text.length, crc = crc32(text) } of entries) {
        const packed = method === 0 ? Buffer.from(text) : deflateRawSync(text);
        const local = Buffer.alloc(30 + name.length + 4);
        local.writeUInt32LE(0x04034b50, 0);
        local.writeUInt16LE(name.length, 26);
        local.writeUInt16LE(4, 28);
        local.write(name, 30);
        const entry = Buffer.alloc(46 + name.length);
        entry.writeUInt32LE(0x02014b50, 0);
        entry.writeUInt16LE(flags, 8);
        entry.writeUInt16LE(method, 10);
        entry.writeUInt32LE(crc, 16);
        entry.writeUInt32LE(packed.length, 20);
        entry.writeUInt32LE(bytes, 24);
        entry.writeUInt16LE(name.length, 28);
        entry.writeUInt32LE(at, 42);
        entry.write(name, 46);
        parts.push(local, packed);
        directory.push(entry);
        at += local.length + packed.length;
    }
    const end = Buffer.alloc(22);
    end.writeUInt32LE(0x06054b50, 0);
    end.writeUInt32LE(Buffer.concat(directory).length, 12);
    end.writeUInt32LE(at, 16);
    return Buffer.concat([...parts, ...directory, end]);
}

/** Bars at the given minutes, each with its close; open, high and low stand around it. */
export function barsAt(
    pair: Pair,
    closes: readonly (readonly [time: string, close: number])[],
    { volume = 0, spread }: { volume?: number; spread?: number } = {},
): Bars {
    const column = (value: (close: number) => number) =>
        Float64Array.from(closes, ([, close]) => value(close));
    return {
        pair,
        source: `${pair}.csv`,
        timestamps: Float64Array.from(closes, ([time]) => Date.parse(time)),
        open: column((close) => close - 0.25),
        high: column((close) => close + 0.5),
        low: column((close) => close - 0.5),
        close: column((close) => close),
        volume: column(() => volume),
        spread: spread === undefined ? undefined : column(() => spread),
        closedHoursDropped: 0,
    };
}

/** The lines of the report that a reading is refused with. */
export async function problemsOf(reading: Promise<unknown>): Promise<string[]> {
    const error = await refusalOf(reading);
    if (!(error instanceof DataError)) throw error;
    return error.message.split("\n").slice(1);
}
