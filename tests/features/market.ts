import { type Pair, PAIRS } from "../../config/pairs";
import { marketMinute } from "../../features/time/calendar";
import type { Bars, Market } from "../../features/market";
import type { FeatureParameters, PairParameters } from "../../features/parameters";

const MINUTE_MS = 60_000;

/** A Wednesday before a month's end, in summer time on both sides of the Atlantic. */
const START = Date.UTC(2017, 5, 28, 3);

/** Numbers in [0, 1), always the same ones (Mulberry32). */
export function randomNumbers(seed: number): () => number {
    let state = seed;
    return () => {
        state = (state + 0x6d2b79f5) | 0;
        let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
        mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
    };
}

/** Standard normal numbers (Box and Muller). */
export function normalNumbers(seed: number): () => number {
    const random = randomNumbers(seed);
    return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Trading minutes from a moment on. */
export function tradingMinutes(rows: number, start = START): Float64Array {
    const timestamps = new Float64Array(rows);
    let timestamp = start;
    for (let row = 0; row < rows; timestamp += MINUTE_MS) {
        if (marketMinute(timestamp) !== undefined) timestamps[row++] = timestamp;
    }
    return timestamps;
}

/** Bars of a random walk with changing volatility, jumps, flat minutes and rounding to 0.1 pip. */
export function simulatedBars(rows: number, seed: number, level = 1.2): Bars {
    const normal = normalNumbers(seed);
    const random = randomNumbers(seed + 1);
    const column = () => new Float64Array(rows);
    const bars = { open: column(), high: column(), low: column(), close: column(), volume: column() };
    const tick = level / 120_000;
    const rounded = (price: number) => Math.round(price / tick) * tick;
    let price = level;
    for (let row = 0; row < rows; row++) {
        const open = rounded(price);
        const isQuiet = random() < 0.02;
        const sigma = 0.0001 * (1 + 0.8 * Math.sin(row / 300) + 0.3 * Math.sin(row / 17));
        const jump = random() < 0.003 ? 8 : 1;
        if (!isQuiet) price *= Math.exp(sigma * jump * normal());
        const close = isQuiet ? open : rounded(price);
        const reach = isQuiet ? 0 : Math.abs(sigma * level * normal());
        bars.open[row] = open;
        bars.close[row] = close;
        bars.high[row] = Math.max(open, close, rounded(Math.max(open, close) + reach));
        bars.low[row] = Math.min(open, close, rounded(Math.min(open, close) - reach * random()));
        bars.volume[row] = isQuiet ? 0 : Math.ceil(100 * random() * (1 + jump));
    }
    return bars;
}

/** A small market, the same for the same arguments. */
export function simulatedMarket(rows: number, pairs: readonly Pair[] = ["eurusd"], seed = 1): Market {
    return {
        timestamps: tradingMinutes(rows),
        bars: new Map(
            pairs.map((pair, index) => [pair, simulatedBars(rows, seed + 10 * index, 1.2 + index / 10)]),
        ),
        activity: "trueRange",
        spread: "corwinSchultz",
        daysToHoliday: (country, timestamp) =>
            (Math.floor(timestamp / (1440 * MINUTE_MS)) + { us: 1, uk: 2, jp: 3 }[country]) % 30,
    };
}

export const PARAMETERS: FeatureParameters = {
    pairs: new Map<Pair, PairParameters>(
        PAIRS.map((pair) => [pair, { baseRate: 1.2, garch: { omega: 1e-10, alpha: 0.06, beta: 0.92 } }]),
    ),
};

/** The market's first rows. */
export function firstRows(market: Market, rows: number): Market {
    return cutMarket(market, 0, rows);
}

export function cutMarket(market: Market, from: number, to: number): Market {
    const cut = (values: Float64Array) => values.subarray(from, to);
    return {
        ...market,
        timestamps: cut(market.timestamps),
        bars: new Map(
            Array.from(market.bars, ([pair, { open, high, low, close, volume, spreadBp }]) => [
                pair,
                {
                    open: cut(open),
                    high: cut(high),
                    low: cut(low),
                    close: cut(close),
                    volume: cut(volume),
                    ...(spreadBp === undefined ? {} : { spreadBp: cut(spreadBp) }),
                },
            ]),
        ),
    };
}
