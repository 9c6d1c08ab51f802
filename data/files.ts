import { PAIRS, type Pair } from "../config/pairs";
import type { Bars } from "./bars";
import { readCsv } from "./csv";
import { readHistdata, type HistdataZone } from "./histdata";
import { DataError, wholeProblem, type Problem } from "./report";
import type { TimeRange } from "./rows";

const CSV_NAME = /^([a-z]{6})\.csv(\.gz)?$/;
const HISTDATA_NAME = /^HISTDATA_COM_ASCII_([A-Z]{6})_M1_?\d{4}(\d\d)?\.zip$/;
/** Names that must be one of the above; any other is not taken for bars. */
const DATA_NAME = /\.(csv|csv\.gz|zip)$/i;
/** What the name of a file of bars may be, for people. */
export const NAMES_ALLOWED =
    "<pair>.csv, <pair>.csv.gz or HISTDATA_COM_ASCII_<PAIR>_M1_<yyyymm>.zip of one of the 28 pairs";

/** The names of a folder's files of bars, by pair; those of no pair are problems. */
export function filesOf(names: readonly string[], problems: Problem[]): Map<Pair, string[]> {
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

/**
 * Reads one file of a pair's bars, as its name says: CSV or a HistData zip.
 * @param zone the clock of HistData's times. @default America/New_York, which its files follow
 * @throws DataError listing every problem of the file
 */
export function readBarsFile(
    path: string,
    pair: Pair,
    range?: TimeRange,
    zone: HistdataZone = "America/New_York",
): Promise<Bars> {
    return path.endsWith(".zip") ? readHistdata(path, pair, zone, range) : readCsv(path, pair, range);
}

/** Goes on to the next file after a refusal, so that one report covers all. */
export async function collecting(problems: Problem[], read: () => Promise<Bars>): Promise<Bars | undefined> {
    try {
        return await read();
    } catch (error) {
        if (!(error instanceof DataError)) throw error;
        problems.push(...error.problems);
        return undefined;
    }
}

/** The time that one file's bars take up. */
export interface Span {
    readonly source: string;
    /** Start of the first and of the last bar, ms UTC. */
    readonly firstMs: number;
    readonly lastMs: number;
}

/** @returns undefined where there are no bars */
export function spanOf({ source, timestamps }: Bars): Span | undefined {
    const [firstMs, lastMs] = [timestamps[0], timestamps.at(-1)];
    return firstMs === undefined || lastMs === undefined ? undefined : { source, firstMs, lastMs };
}

/** A problem for each file of a pair that begins before the one before it has ended. */
export function overlapsOf(spans: readonly Span[]): Problem[] {
    const sorted = spans.toSorted((a, b) => a.firstMs - b.firstMs);
    return sorted.slice(1).flatMap((span, i) => {
        const before = sorted[i];
        if (before === undefined || before.lastMs < span.firstMs) return [];
        return wholeProblem(
            span.source,
            "overlaps another file",
            before.source,
            "files that follow each other",
        );
    });
}
