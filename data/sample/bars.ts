import type { Pair } from "../../config/pairs";
import { Column, type Bars } from "../bars";
import type { Currency, Fixing } from "./fixings";
import { pathsOf, segmentBetween, type Path, type Segment } from "./paths";
import { Random } from "./random";

const BASIS_POINT = 1e-4;
/** Standard deviation of a quote around what the two currencies' prices say. */
const CROSS_NOISE = 0.3 * BASIS_POINT;
/** A pair's mean share of minutes without a tick lies between these. */
const MISSING_SHARE = { least: 0.012, most: 0.026 };
/** Ticks in a minute of usual volatility. */
const USUAL_TICKS = 60;
/** Volatility of a minute at which spread and tick count are the usual ones. */
const USUAL_MINUTE_VOLATILITY = BASIS_POINT;
/** A currency's part in the spread of its pairs, in quiet markets, basis points. */
const SPREAD_BASIS_POINTS: Readonly<Record<Currency, number>> = {
    aud: 0.5,
    cad: 0.6,
    chf: 0.6,
    eur: 0.3,
    gbp: 0.5,
    jpy: 0.4,
    nzd: 0.8,
    usd: 0.2,
};

/** A stretch of the simulated market, before it is quoted pair by pair. */
export interface Simulation {
    readonly seed: number;
    readonly stretches: readonly Stretch[];
}

interface Stretch {
    readonly segment: Segment;
    readonly paths: ReadonlyMap<Currency, Path>;
}

/** Simulates the market between fixings. The days of any part are the same bits as in the whole. */
export function simulate(fixings: readonly Fixing[], seed: number): Simulation {
    const stretches = fixings.slice(1).map((to, i) => {
        const segment = segmentBetween(fixings[i] ?? to, to);
        return { segment, paths: pathsOf(segment, seed) };
    });
    return { seed, stretches };
}

/** Decimals of a pair's quotes: a tenth of a pip. */
export function decimalsOf(pair: Pair): number {
    return pair.endsWith("jpy") ? 3 : 5;
}

/** One pair's bars, of mid quotes; minutes without a tick have none. */
export function simulatedBars({ seed, stretches }: Simulation, pair: Pair): Bars {
    const timestamps = new Column();
    const [open, high, low, close] = [new Column(), new Column(), new Column(), new Column()];
    const [volume, spread] = [new Column(), new Column()];
    const columns = [open, high, low, close, volume, spread];
    const { least, most } = MISSING_SHARE;
    const missing = least + (most - least) * new Random(seed, pair).uniform();
    for (const stretch of stretches) {
        const { segment } = stretch;
        const random = new Random(seed, `${pair}/${segment.to.date}`);
        const prices = pricesOf(pair, stretch);
        const quietness = segment.liveliness.map((value) => 1 / (0.5 + value));
        const usual = quietness.reduce((sum, value) => sum + value, 0) / quietness.length;
        segment.timestamps.forEach((ms, i) => {
            const values = minuteOf(pair, prices, segment, i, random);
            if (random.uniform() < (missing * at(quietness, i)) / usual) return;
            timestamps.push(ms);
            columns.forEach((column, k) => column.push(values[k] ?? NaN));
        });
    }
    return {
        ...{ pair, source: "simulated", closedHoursDropped: 0, timestamps: timestamps.values() },
        ...{ open: open.values(), high: high.values(), low: low.values(), close: close.values() },
        ...{ volume: volume.values(), spread: spread.values() },
    };
}

/** A pair's price over a segment, before it is quoted. */
interface Prices {
    /** Logarithm of the price at the fixing before the segment. */
    readonly before: number;
    /** The same at the end of each minute. */
    readonly log: Float64Array;
    readonly variance: Float64Array;
    /** Spread in an ordinary minute, as a share of the price. */
    readonly usualSpread: number;
}

function pricesOf(pair: Pair, { segment, paths }: Stretch): Prices {
    const [base, quote] = [pair.slice(0, 3) as Currency, pair.slice(3) as Currency];
    const [basePath, quotePath] = [paths.get(base), paths.get(quote)];
    if (basePath === undefined || quotePath === undefined) throw new Error(`${pair} has no path`);
    return {
        before: segment.from.log[quote] - segment.from.log[base],
        log: quotePath.log.map((value, i) => value - at(basePath.log, i)),
        variance: quotePath.variance.map((value, i) => value + at(basePath.variance, i)),
        usualSpread: (SPREAD_BASIS_POINTS[base] + SPREAD_BASIS_POINTS[quote]) * BASIS_POINT,
    };
}

/** Open, high, low, close, volume and spread of a minute. */
function minuteOf(pair: Pair, prices: Prices, segment: Segment, i: number, random: Random): number[] {
    const scale = 10 ** decimalsOf(pair);
    const quoted = (log: number) => Math.round(Math.exp(log) * scale) / scale;
    const variance = at(prices.variance, i);
    // The weekend's move comes before the first quote of the week.
    const start =
        i === segment.weekOpensAt ? at(prices.log, i) : i === 0 ? prices.before : at(prices.log, i - 1);
    const from = start + CROSS_NOISE * random.normal();
    const to = at(prices.log, i) + CROSS_NOISE * random.normal();
    const [open, close] = [quoted(from), quoted(to)];
    const high = Math.max(open, close, quoted(extreme(from, to, variance, random.uniform(), 1)));
    const low = Math.min(open, close, quoted(extreme(from, to, variance, random.uniform(), -1)));
    const pace = Math.sqrt(variance) / USUAL_MINUTE_VOLATILITY;
    const volume = Math.ceil(USUAL_TICKS * pace * Math.exp(0.5 * random.normal()));
    const width = 0.8 + 0.2 / at(segment.liveliness, i) + 0.2 * pace; // Wide in thin and in nervous markets.
    const spread = close * prices.usualSpread * width * Math.exp(0.15 * random.normal());
    return [open, high, low, close, volume, Math.max(1, Math.round(spread * scale)) / scale];
}

/**
 * A draw of the highest (side 1) or lowest (side -1) point of a Brownian path whose ends are known (Glasserman, "Monte Carlo
 * Methods in Financial Engineering", 2003, section 6.4), so that no steps within the minute are needed.
 */
function extreme(start: number, end: number, variance: number, uniform: number, side: 1 | -1): number {
    const move = end - start;
    return (start + end + side * Math.sqrt(move * move - 2 * variance * Math.log(uniform))) / 2;
}

function at(values: Float64Array, i: number): number {
    return values[i] ?? NaN;
}
