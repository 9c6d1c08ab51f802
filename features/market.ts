import type { Pair } from "../config/pairs";
import { marketMinute } from "./time/calendar";

/** One pair's minutes; index t is the same trading minute in every array of a market. */
export interface Bars {
    readonly open: Float64Array;
    readonly high: Float64Array;
    readonly low: Float64Array;
    readonly close: Float64Array;
    /** Ticks or units traded; 0 in a minute that was filled. All 0 where the source has no volume. */
    readonly volume: Float64Array;
    /** Quoted spread in basis points of the rate; absent where the source has no ask. */
    readonly spreadBp?: Float64Array;
}

/** Where the activity of a minute comes from: the source's volume, or the bar's true range in basis points. */
export type ActivityKind = "volume" | "trueRange";

/** Where the spread comes from: the source's quotes, or the Corwin-Schultz high-low estimate. */
export type SpreadKind = "quoted" | "corwinSchultz";

export type HolidayCountry = "us" | "uk" | "jp";

/**
 * The minutes of all pairs, over the same trading minutes without a hole: a minute without a tick is filled from the
 * last close (open = high = low = close, volume 0), and closed hours have no rows.
 */
export interface Market {
    /** Start of each bar, milliseconds UTC, ascending. */
    readonly timestamps: Float64Array;
    readonly bars: ReadonlyMap<Pair, Bars>;
    readonly activity: ActivityKind;
    readonly spread: SpreadKind;
    /** Whole days from the day of `timestamp` (milliseconds UTC) to the country's next holiday; 0 on a holiday. */
    readonly daysToHoliday: (country: HolidayCountry, timestamp: number) => number;
}

/** Problems listed at most; a broken file has the same one on every row. */
const MAX_PROBLEMS = 20;

/** Throws one error with every problem of a market that features cannot be computed from. */
export function checkMarket(market: Market): void {
    const problems = [...timestampProblems(market.timestamps)];
    for (const [pair, bars] of market.bars) problems.push(...barProblems(pair, bars, market));
    if (problems.length === 0) return;
    const shown = problems.slice(0, MAX_PROBLEMS);
    const more = problems.length > shown.length ? [`and ${problems.length - shown.length} more`] : [];
    throw new Error(`the market cannot be used:\n  ${[...shown, ...more].join("\n  ")}`);
}

function timestampProblems(timestamps: Float64Array): string[] {
    const problems: string[] = [];
    let expected = NaN;
    timestamps.forEach((timestamp, row) => {
        const minute = marketMinute(timestamp);
        if (minute === undefined) {
            problems.push(`row ${row}: ${new Date(timestamp).toISOString()} is outside trading hours`);
        } else if (minute !== expected && row > 0) {
            problems.push(`row ${row}: ${new Date(timestamp).toISOString()} is not the next trading minute`);
        }
        expected = (minute ?? NaN) + 1;
    });
    return problems;
}

function barProblems(pair: Pair, bars: Bars, { timestamps, spread }: Market): string[] {
    const problems: string[] = [];
    if (spread === "quoted" && bars.spreadBp === undefined) {
        problems.push(`${pair}: no spreadBp, though the market's spread is quoted`);
    }
    const columns = Object.entries(bars) as [string, Float64Array][];
    for (const [name, values] of columns) {
        if (values.length !== timestamps.length) {
            problems.push(`${pair}: ${name} has ${values.length} rows, timestamps ${timestamps.length}`);
        }
        const isPrice = name !== "volume" && name !== "spreadBp";
        const row = values.findIndex((value) => !(isPrice ? value > 0 : value >= 0) || value === Infinity);
        if (row >= 0) {
            const allowed = isPrice ? "above 0" : "0 or more";
            problems.push(`${pair}: ${name} must be ${allowed}, got ${values[row]} in row ${row}`);
        }
    }
    const upsideDown = bars.high.findIndex((high, row) => high < (bars.low[row] ?? NaN));
    if (upsideDown >= 0) problems.push(`${pair}: high is below low in row ${upsideDown}`);
    return problems;
}
