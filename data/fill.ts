import type { Pair } from "../config/pairs";
import type { ActivityKind, Bars as FilledBars, Market, SpreadKind } from "../features/market";
import type { Bars } from "./bars";
import { minuteIndex, timestampsFrom } from "../features/time/calendar";
import { DataError, wholeProblem, type Problem } from "./report";

export interface FillOptions {
    readonly daysToHoliday: Market["daysToHoliday"];
    /** What activity must be. @default volume where the bars of every pair have some, else the true range */
    readonly activity?: ActivityKind;
    /** What the spread must be. @default quoted where the bars of every pair have it, else the estimate */
    readonly spread?: SpreadKind;
}

/** How one pair's bars came onto the axis. */
export interface PairCounts {
    readonly bars: number;
    /** Minutes of the axis that were filled from the close before. */
    readonly filledMinutes: number;
    /** The longest run of them. */
    readonly longestGapMinutes: number;
    /** Bars before the axis begins: another pair had none yet. */
    readonly barsBeforeAxis: number;
    /** Bars that the source had while the market is closed. */
    readonly closedHoursDropped: number;
}

export interface FilledMarket {
    readonly market: Market;
    readonly counts: ReadonlyMap<Pair, PairCounts>;
}

/**
 * Puts the bars of all pairs on one axis of trading minutes, from the first minute in which every pair has had a bar to
 * the last one in which any has. A minute without a tick has open, high, low and close at the last close, volume 0 and the
 * last spread.
 * @throws DataError where bars are missing that the options ask for
 * @throws RangeError for a bar while the market is closed, which readers have dropped
 */
export function fillMarket(sources: readonly Bars[], options: FillOptions): FilledMarket {
    const { activity = activityOf(sources), spread = spreadOf(sources), daysToHoliday } = options;
    const problems = problemsOf(sources, activity, spread);
    if (problems.length > 0) throw new DataError(problems);
    const first = Math.max(...sources.map(({ timestamps }) => minuteIndex(timestamps[0] ?? NaN)));
    const last = Math.max(...sources.map(({ timestamps }) => minuteIndex(timestamps.at(-1) ?? NaN)));
    const length = last - first + 1;
    const bars = new Map<Pair, FilledBars>();
    const counts = new Map<Pair, PairCounts>();
    for (const source of sources) {
        const filled = filledBars(source, first, length, spread);
        bars.set(source.pair, filled.bars);
        counts.set(source.pair, filled.counts);
    }
    const timestamps = timestampsFrom(first, length);
    return { market: { timestamps, bars, activity, spread, daysToHoliday }, counts };
}

/** One kind for all pairs, so that a column means the same whichever pair it is of. */
function activityOf(sources: readonly Bars[]): ActivityKind {
    return sources.every(hasVolume) ? "volume" : "trueRange";
}

function spreadOf(sources: readonly Bars[]): SpreadKind {
    return sources.every(({ spread }) => spread !== undefined) ? "quoted" : "corwinSchultz";
}

function hasVolume({ volume }: Bars): boolean {
    return volume.some((amount) => amount > 0);
}

function problemsOf(sources: readonly Bars[], activity: ActivityKind, spread: SpreadKind): Problem[] {
    const problems: Problem[] = [];
    if (sources.length === 0) problems.push(wholeProblem("the market", "no pairs", "none", "at least one"));
    for (const source of sources) {
        const name = source.source;
        if (source.timestamps.length === 0)
            problems.push(wholeProblem(name, "no bars", "none", "at least one"));
        if (activity === "volume" && !hasVolume(source)) {
            problems.push(wholeProblem(name, "no volume", "0 throughout", 'some, or activity "trueRange"'));
        }
        if (spread === "quoted" && source.spread === undefined) {
            problems.push(
                wholeProblem(name, "no spread", "no such column", 'a column, or spread "corwinSchultz"'),
            );
        }
    }
    return problems;
}

function filledBars(source: Bars, first: number, length: number, spreadKind: SpreadKind) {
    const { timestamps, open, high, low, close, volume, spread } = source;
    const column = () => new Float64Array(length);
    const bars = {
        ...{ open: column(), high: column(), low: column(), close: column(), volume: column() },
        ...(spreadKind === "quoted" ? { spreadBp: column() } : {}),
    };
    let [next, lastClose, lastSpreadBp] = [0, NaN, NaN];
    let [barsBeforeAxis, longestGapMinutes] = [0, 0];
    const fill = (to: number) => {
        for (const prices of [bars.open, bars.high, bars.low, bars.close]) prices.fill(lastClose, next, to);
        bars.spreadBp?.fill(lastSpreadBp, next, to);
        longestGapMinutes = Math.max(longestGapMinutes, to - next);
        next = to;
    };
    timestamps.forEach((ms, i) => {
        const row = minuteIndex(ms) - first;
        if (row >= 0) {
            fill(row);
            bars.open[row] = open[i] ?? NaN;
            bars.high[row] = high[i] ?? NaN;
            bars.low[row] = low[i] ?? NaN;
            bars.close[row] = close[i] ?? NaN;
            bars.volume[row] = volume[i] ?? NaN;
            next = row + 1;
        } else barsBeforeAxis++;
        lastClose = close[i] ?? NaN;
        lastSpreadBp = (1e4 * (spread?.[i] ?? NaN)) / lastClose;
        if (row >= 0 && bars.spreadBp !== undefined) bars.spreadBp[row] = lastSpreadBp;
    });
    fill(length);
    const filledMinutes = length - (timestamps.length - barsBeforeAxis);
    const { closedHoursDropped } = source;
    const counts = {
        bars: timestamps.length,
        filledMinutes,
        longestGapMinutes,
        barsBeforeAxis,
        closedHoursDropped,
    };
    return { bars, counts };
}
