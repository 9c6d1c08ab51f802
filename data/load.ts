import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { PAIRS, type Pair } from "../config/pairs";
import type { Bars } from "./bars";
import { readCsv } from "./csv";
import { fillMarket, type FilledMarket, type FillOptions } from "./fill";
import { readHistdata, type HistdataZone } from "./histdata";
import { MANIFEST_FILE, originOf, type Origin } from "./manifest";
import { DataError, wholeProblem, type Problem } from "./report";
import { ALL_TIME, type TimeRange } from "./rows";

export interface LoadOptions extends FillOptions {
    /** Pairs wanted, each of which must be there. @default those that the folder has files of */
    readonly pairs?: readonly Pair[];
    /** First instant wanted, ms UTC. @default the first bar */
    readonly fromMs?: number;
    /** First instant no longer wanted, ms UTC. @default after the last bar */
    readonly toMs?: number;
    /** The clock of HistData's times. @default America/New_York, which its files follow */
    readonly histdataZone?: HistdataZone;
}

export interface LoadedMarket extends FilledMarket {
    readonly origin: Origin;
}

const CSV_NAME = /^([a-z]{6})\.csv(\.gz)?$/;
const HISTDATA_NAME = /^HISTDATA_COM_ASCII_([A-Z]{6})_M1_?\d{4}(\d\d)?\.zip$/;
/** Names that must be one of the above; any other is not taken for bars. */
const DATA_NAME = /\.(csv|csv\.gz|zip)$/i;
const NAMES_ALLOWED =
    "<pair>.csv, <pair>.csv.gz or HISTDATA_COM_ASCII_<PAIR>_M1_<yyyymm>.zip of one of the 28 pairs";

/**
 * Reads a folder of bars, CSV and HistData zips, several for a pair where each continues the one before. Holds the bars,
 * one chunk of one file, and the market: about 110 bytes for each pair and minute.
 * @throws DataError listing every problem of all files; then nothing is returned
 */
export async function loadMarket(folder: string, options: LoadOptions): Promise<LoadedMarket> {
    const problems: Problem[] = [];
    const origin = originOf(folder);
    if (origin === undefined) {
        problems.push(wholeProblem(MANIFEST_FILE, "not usable", "other content", 'JSON with "origin"'));
    }
    const files = filesOf(await readdir(folder), problems);
    const { pairs = [...files.keys()], fromMs, toMs } = options;
    const range = { fromMs: fromMs ?? ALL_TIME.fromMs, toMs: toMs ?? ALL_TIME.toMs };
    if (pairs.length === 0) problems.push(wholeProblem(basename(folder), "no bars", "none", NAMES_ALLOWED));
    const read: Bars[] = [];
    for (const pair of pairs) {
        const names = files.get(pair) ?? [];
        if (names.length === 0)
            problems.push(wholeProblem(basename(folder), `no file of ${pair}`, "none", NAMES_ALLOWED));
        const parts: Bars[] = [];
        for (const name of names) {
            const path = join(folder, name);
            const bars = await collecting(problems, () => readFile(path, pair, range, options.histdataZone));
            if (bars !== undefined) parts.push(bars);
        }
        read.push(...joined(parts, problems));
    }
    if (problems.length > 0 || origin === undefined) throw new DataError(problems);
    return { ...fillMarket(read, options), origin };
}

/** The names of the folder's files of bars, by pair. */
function filesOf(names: readonly string[], problems: Problem[]): Map<Pair, string[]> {
    const files = new Map<Pair, string[]>();
    for (const name of names.filter((each) => DATA_NAME.test(each)).sort()) {
        const code = (CSV_NAME.exec(name) ?? HISTDATA_NAME.exec(name))?.[1]?.toLowerCase();
        const pair = PAIRS.find((each) => each === code);
        if (pair === undefined)
            problems.push(wholeProblem(name, "not a file of a pair", name, NAMES_ALLOWED));
        else files.set(pair, [...(files.get(pair) ?? []), name]);
    }
    return files;
}

function readFile(
    path: string,
    pair: Pair,
    range: TimeRange,
    zone: HistdataZone = "America/New_York",
): Promise<Bars> {
    return path.endsWith(".zip") ? readHistdata(path, pair, zone, range) : readCsv(path, pair, range);
}

/** Goes on to the next file after a refusal, so that one report covers all. */
async function collecting(problems: Problem[], read: () => Promise<Bars>): Promise<Bars | undefined> {
    try {
        return await read();
    } catch (error) {
        if (!(error instanceof DataError)) throw error;
        problems.push(...error.problems);
        return undefined;
    }
}

/** The files of one pair as one, in order of time; none where they overlap, which is a problem. */
function joined(parts: readonly Bars[], problems: Problem[]): Bars[] {
    const sorted = parts
        .filter(({ timestamps }) => timestamps.length > 0)
        .sort((a, b) => (a.timestamps[0] ?? 0) - (b.timestamps[0] ?? 0));
    const [first] = sorted;
    if (first === undefined || sorted.length === 1) return first === undefined ? parts.slice(0, 1) : sorted;
    for (const [i, part] of sorted.slice(1).entries()) {
        const before = sorted[i];
        if (before === undefined || (before.timestamps.at(-1) ?? NaN) < (part.timestamps[0] ?? NaN)) continue;
        problems.push(
            wholeProblem(part.source, "overlaps another file", before.source, "files that follow each other"),
        );
    }
    const whole = (column: (bars: Bars) => Float64Array | undefined) => concatenated(sorted.map(column));
    const every = (column: (bars: Bars) => Float64Array) =>
        concatenated(sorted.map(column)) ?? new Float64Array();
    return [
        {
            pair: first.pair,
            source: sorted.map(({ source }) => source).join(" + "),
            timestamps: every(({ timestamps }) => timestamps),
            open: every(({ open }) => open),
            high: every(({ high }) => high),
            low: every(({ low }) => low),
            close: every(({ close }) => close),
            volume: every(({ volume }) => volume),
            spread: whole(({ spread }) => spread),
            closedHoursDropped: sorted.reduce((sum, { closedHoursDropped }) => sum + closedHoursDropped, 0),
        },
    ];
}

/** Undefined where one of the parts is missing. */
function concatenated(parts: readonly (Float64Array | undefined)[]): Float64Array | undefined {
    const present = parts.filter((part) => part !== undefined);
    if (present.length < parts.length) return undefined;
    const whole = new Float64Array(present.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of present) {
        whole.set(part, at);
        at += part.length;
    }
    return whole;
}
