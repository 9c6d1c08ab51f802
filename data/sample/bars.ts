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
    readonly stretches: readonly { segment: Segment; paths: ReadonlyMap<Currency, Path> }[];
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
    const names = ["timestamps", "open", "high", "low", "close", "volume", "spread"] as const;
    const columns = names.map(() => new Column());
    const { least, most } = MISSING_SHARE;
    const missing = least + (most - least) * new Random(seed, pair).uniform();
    for (const { segment, paths } of stretches) {
        const [base, quote] = [paths.get(pair.slice(0, 3) as Currency), paths.get(pair.slice(3) as Currency)];
        if (base === undefined || quote === undefined) throw new Error(`${pair} has no path`);
        const random = new Random(seed, `${pair}/${segment.to.date}`);
        const quoter = new Quoter(pair, base, quote, segment, random);
        const quietness = segment.liveliness.map((value) => 1 / (0.5 + value));
        const usual = quietness.reduce((sum, value) => sum + value, 0) / quietness.length;
        segment.timestamps.forEach((ms, i) => {
            const row = [ms, ...quoter.minute(i)];
            const hasTick = random.uniform() >= (missing * (quietness[i] ?? NaN)) / usual;
            if (hasTick) columns.forEach((column, k) => column.push(row[k] ?? NaN));
        });
    }
    const values = Object.fromEntries(names.map((name, k) => [name, columns[k]?.values()]));
    return {
        ...(values as Pick<Bars, Exclude<(typeof names)[number], "spread">> & { spread: Float64Array }),
        ...{ pair, source: "simulated", closedHoursDropped: 0 },
    };
}

/** Turns the prices of two currencies into quotes of a pair. */
class Quoter {
    readonly #scale: number;
    readonly #usualSpread: number;

    constructor(
        private readonly pair: Pair,
        private readonly base: Path,
        private readonly quote: Path,
        private readonly segment: Segment,
        private readonly random: Random,
    ) {
        this.#scale = 10 ** decimalsOf(pair);
        const [base3, quote3] = [pair.slice(0, 3) as Currency, pair.slice(3) as Currency];
        this.#usualSpread = (SPREAD_BASIS_POINTS[base3] + SPREAD_BASIS_POINTS[quote3]) * BASIS_POINT;
    }

    /** Open, high, low, close, volume and spread of a minute of the segment. */
    minute(i: number): [number, number, number, number, number, number] {
        const { segment, random } = this;
        const variance = (this.base.variance[i] ?? NaN) + (this.quote.variance[i] ?? NaN);
        const deviation = Math.sqrt(variance);
        // The weekend's move comes before the first quote.
        const before = i === segment.weekOpensAt ? i : i - 1;
        const start = this.#log(before) + CROSS_NOISE * random.normal();
        const end = this.#log(i) + CROSS_NOISE * random.normal();
        const [open, close] = [this.#rounded(start), this.#rounded(end)];
        const high = this.#rounded(extreme(start, end, variance, random.uniform(), 1));
        const low = this.#rounded(extreme(start, end, variance, random.uniform(), -1));
        const liveliness = deviation / USUAL_MINUTE_VOLATILITY;
        const volume = Math.ceil(USUAL_TICKS * liveliness * Math.exp(0.5 * random.normal()));
        const thin = 0.8 + 0.2 / (segment.liveliness[i] ?? NaN);
        const width = this.#usualSpread * (thin + 0.2 * liveliness) * Math.exp(0.15 * random.normal());
        const spread = Math.max(1 / this.#scale, this.#rounded(close * width));
        return [open, Math.max(high, open, close), Math.min(low, open, close), close, volume, spread];
    }

    /** Logarithm of the pair's price at the end of a minute; before the first stands the fixing. */
    #log(i: number): number {
        const { from } = this.segment;
        const { pair } = this;
        if (i < 0) return from.log[pair.slice(3) as Currency] - from.log[pair.slice(0, 3) as Currency];
        return (this.quote.log[i] ?? NaN) - (this.base.log[i] ?? NaN);
    }

    #rounded(value: number): number {
        return Math.round((value < 1e-3 || this.#scale > 0 ? value : value) * this.#scale) / this.#scale;
    }
}

/**
 * A draw of the highest (side 1) or lowest (side -1) point of a Brownian path whose ends are known. The law of that point is
 * known in closed form (Karatzas and Shreve, "Brownian Motion and Stochastic Calculus", section 4.3), so that no steps
 * within the minute are needed.
 */
function extreme(start: number, end: number, variance: number, uniform: number, side: 1 | -1): number {
    const move = end - start;
    return (start + end + side * Math.sqrt(move * move - 2 * variance * Math.log(uniform))) / 2;
}
