import type { ClientBase } from "pg";
import { PAIRS, type Pair } from "../../config/pairs";
import type { Bars } from "../../data/bars";
import { marketMinute } from "../../features/time/calendar";

type BarsByPair = ReadonlyMap<Pair, Bars>;

const PRICES = ["open", "high", "low", "close"] as const;
const COLUMNS = ["timestamps", ...PRICES, "volume"] as const;

/**
 * Bars without those that no feature may see: out of trading hours, a price that is not above 0, high below low. A feed
 * that writes such a bar spoils one pair's minute, not everybody's.
 */
export function usableBars(all: BarsByPair): { bars: BarsByPair; refused: ReadonlyMap<Pair, number> } {
    const bars = new Map<Pair, Bars>();
    const refused = new Map<Pair, number>();
    for (const [pair, each] of all) {
        const isKept = Array.from(each.timestamps, (_, row) => isUsable(each, row));
        const count = isKept.filter((kept) => !kept).length;
        if (count > 0) refused.set(pair, count);
        bars.set(
            pair,
            count === 0 ? each : mapColumns(each, (column) => column.filter((_, row) => isKept[row])),
        );
    }
    return { bars, refused };
}

function isUsable({ timestamps, open, high, low, close, volume, spread }: Bars, row: number): boolean {
    const [top, bottom] = [high[row] ?? NaN, low[row] ?? NaN];
    const arePrices = bottom > 0 && top < Infinity;
    const isInside = (price = NaN) => price >= bottom && price <= top;
    const isAmount = (amount = NaN) => amount >= 0 && amount < Infinity;
    return (
        marketMinute(timestamps[row] ?? NaN) !== undefined &&
        arePrices &&
        isInside(open[row]) &&
        isInside(close[row]) &&
        isAmount(volume[row]) &&
        (spread === undefined || isAmount(spread[row]))
    );
}

/** The newest bar of each pair before an instant (ms UTC); pairs without one are not in it. */
export async function lastBarsBefore(client: ClientBase, ms: number): Promise<BarsByPair> {
    const { rows } = await client.query<LastBar>(
        `select wanted.pair, (extract(epoch from ts_utc) * 1000)::float8 as ms,
                open, high, low, close, volume, spread
           from unnest($1::text[]) as wanted (pair)
          cross join lateral (select * from bars
                               where bars.pair = wanted.pair and ts_utc < $2
                               order by ts_utc desc limit 1) as last`,
        [PAIRS, new Date(ms)],
    );
    return new Map(rows.map((row) => [row.pair, barsOfOne(row)]));
}

type LastBar = Readonly<Record<(typeof PRICES)[number] | "volume" | "ms", number>> & {
    readonly pair: Pair;
    readonly spread: number | null;
};

function barsOfOne({ pair, ms, open, high, low, close, volume, spread }: LastBar): Bars {
    return {
        ...{ pair, source: "bars", closedHoursDropped: 0 },
        timestamps: Float64Array.of(ms),
        ...{ open: Float64Array.of(open), high: Float64Array.of(high), low: Float64Array.of(low) },
        ...{ close: Float64Array.of(close), volume: Float64Array.of(volume) },
        spread: spread === null ? undefined : Float64Array.of(spread),
    };
}

/** The first instant (ms UTC) from one on at which two states of a pair's bars differ; Infinity where they are the same. */
export function firstDifferenceMs(before: Bars | undefined, after: Bars | undefined, fromMs: number): number {
    let [i, j] = [startOf(before, fromMs), startOf(after, fromMs)];
    while (before && after && i < before.timestamps.length && isSameBar(before, i, after, j)) {
        i++;
        j++;
    }
    return Math.min(before?.timestamps[i] ?? Infinity, after?.timestamps[j] ?? Infinity);
}

function startOf(bars: Bars | undefined, fromMs: number): number {
    return bars === undefined ? 0 : lowerBound(bars.timestamps, fromMs);
}

function isSameBar(a: Bars, i: number, b: Bars, j: number): boolean {
    return COLUMNS.every((name) => a[name][i] === b[name][j]) && a.spread?.[i] === b.spread?.[j];
}

/** The bars of each pair, the first ones before the second. A pair whose bars partly lack a spread has none. */
export function joinedBars(first: BarsByPair, second: BarsByPair): BarsByPair {
    const joined = new Map<Pair, Bars>();
    for (const pair of PAIRS) {
        const parts = [first.get(pair), second.get(pair)].filter((each) => each !== undefined);
        const [head, tail] = parts.filter(({ timestamps }) => timestamps.length > 0);
        if (head === undefined) continue;
        joined.set(pair, tail === undefined ? head : joinTwo(head, tail));
    }
    return joined;
}

function joinTwo(head: Bars, tail: Bars): Bars {
    const spread = head.spread && tail.spread ? concatenated(head.spread, tail.spread) : undefined;
    const columns = COLUMNS.map((name) => [name, concatenated(head[name], tail[name])]);
    return { ...head, ...(Object.fromEntries(columns) as Pick<Bars, (typeof COLUMNS)[number]>), spread };
}

function concatenated(head: Float64Array, tail: Float64Array): Float64Array {
    const whole = new Float64Array(head.length + tail.length);
    whole.set(head);
    whole.set(tail, head.length);
    return whole;
}

/** The bars of some rows. */
export function cutBars(bars: Bars, from: number, to: number): Bars {
    return mapColumns(bars, (column) => column.subarray(from, to));
}

function mapColumns(bars: Bars, change: (column: Float64Array) => Float64Array): Bars {
    const columns = COLUMNS.map((name) => [name, change(bars[name])]);
    const spread = bars.spread && change(bars.spread);
    return { ...bars, ...(Object.fromEntries(columns) as Pick<Bars, (typeof COLUMNS)[number]>), spread };
}

/** How many ascending numbers are below a bound. */
export function lowerBound(values: Float64Array, bound: number): number {
    let [low, high] = [0, values.length];
    while (low < high) {
        const middle = (low + high) >> 1;
        if ((values[middle] ?? NaN) < bound) low = middle + 1;
        else high = middle;
    }
    return low;
}
