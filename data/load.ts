import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Pair } from "../config/pairs";
import type { Bars } from "./bars";
import { collecting, filesOf, NAMES_ALLOWED, overlapsOf, readBarsFile, spanOf } from "./files";
import { fillMarket, type FilledMarket, type FillOptions } from "./fill";
import type { HistdataZone } from "./histdata";
import { originOf, type Origin } from "./manifest";
import { DataError, wholeProblem, type Problem } from "./report";
import { ALL_TIME } from "./rows";

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

/**
 * Reads a folder of bars, CSV and HistData zips, several for a pair where each continues the one before. Holds the bars,
 * one chunk of one file, and the market: about 110 bytes for each pair and minute.
 * @throws DataError listing every problem of all files; then nothing is returned
 */
export async function loadMarket(folder: string, options: LoadOptions): Promise<LoadedMarket> {
    const problems: Problem[] = [];
    const origin = originOf(folder, problems);
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
            const bars = await collecting(problems, () =>
                readBarsFile(path, pair, range, options.histdataZone),
            );
            if (bars !== undefined) parts.push(bars);
        }
        read.push(...joined(parts, problems));
    }
    if (problems.length > 0 || origin === undefined) throw new DataError(problems);
    return { ...fillMarket(read, options), origin };
}

/** The files of one pair as one, in order of time; none where they overlap, which is a problem. */
function joined(parts: readonly Bars[], problems: Problem[]): Bars[] {
    const sorted = parts
        .filter(({ timestamps }) => timestamps.length > 0)
        .sort((a, b) => (a.timestamps[0] ?? 0) - (b.timestamps[0] ?? 0));
    const [first] = sorted;
    if (first === undefined || sorted.length === 1) return first === undefined ? parts.slice(0, 1) : sorted;
    problems.push(...overlapsOf(sorted.map(spanOf).filter((span) => span !== undefined)));
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
