import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import type { Pair } from "../config/pairs";
import type { Bars } from "./bars";
import { FileProblems } from "./report";
import { readBars, type RowFormat, type TimeRange } from "./rows";
import { dayStartMs, instantOf } from "./time";

/** First line of this project's files; the spread (ask - bid) may be left out where it is not known. */
export const CSV_HEADER = "ts_utc,open,high,low,close,volume";
export const CSV_HEADER_WITH_SPREAD = `${CSV_HEADER},spread`;

const TIME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):00Z$/;

/**
 * Reads a file of this project: gzipped where its name ends in .gz, comma-separated, UTC, one row for each minute with a
 * tick. Holds the bars and one chunk of the file.
 * @throws DataError listing every problem of the file
 */
export async function readCsv(path: string, pair: Pair, range?: TimeRange): Promise<Bars> {
    const problems = new FileProblems(basename(path));
    const bars = await readBars(textOf(path), pair, csvFormat(), problems, range);
    problems.throwIfAny();
    return bars;
}

/** Bars as lines of this project's files, without the header and with a line end each; rows `from` to before `to`. */
export function csvRows(bars: Bars, from: number, to: number, decimals: number): string {
    const { timestamps, open, high, low, close, volume, spread } = bars;
    let text = "";
    for (let i = from; i < to; i++) {
        const prices = [open, high, low, close].map((column) => column[i]?.toFixed(decimals));
        const time = new Date(timestamps[i] ?? NaN).toISOString().replace(".000Z", "Z");
        const end = spread === undefined ? "" : `,${spread[i]?.toFixed(decimals) ?? ""}`;
        text += `${time},${prices.join(",")},${volume[i] ?? ""}${end}\n`;
    }
    return text;
}

function textOf(path: string): AsyncIterable<Uint8Array> {
    const file = createReadStream(path, { highWaterMark: 1 << 18 });
    if (!path.endsWith(".gz")) return file;
    // The callback is the stream's error handler; the reader gets the same error from its loop.
    return pipeline(file, createGunzip({ chunkSize: 1 << 18 }), () => undefined);
}

function csvFormat(): RowFormat {
    const dayMs = dayStartMs();
    return {
        delimiter: ",",
        headers: [CSV_HEADER, CSV_HEADER_WITH_SPREAD],
        timeForm: "a whole minute in UTC, such as 2017-07-03T08:15:00Z",
        timestampOf: (field) => instantOf(TIME.exec(field), dayMs),
    };
}
