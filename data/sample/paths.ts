import { minuteIndex, timestampsFrom, WEEK_MINUTES } from "../../features/time/calendar";
import { CURRENCIES, type Currency, type Fixing } from "./fixings";
import { Random } from "./random";
import { liveliness } from "./sessions";

const DAY_MINUTES = 1_440;

/** Standard deviation of a currency's own move in a day of 1,440 trading minutes. */
const DAILY_VOLATILITY: Readonly<Record<Currency, number>> = {
    aud: 0.0042,
    cad: 0.0032,
    chf: 0.0026,
    eur: 0.0024,
    gbp: 0.0031,
    jpy: 0.0048,
    nzd: 0.0045,
    usd: 0.0033,
};

/** Volatility regimes: how the usual volatility is multiplied, and the share of time spent so. */
const REGIMES = [
    { factor: 0.6, share: 0.35 },
    { factor: 1, share: 0.5 },
    { factor: 1.7, share: 0.15 },
];
/** Chance that a minute draws its regime anew; the shares above are what the chain settles at. */
const REGIME_CHANGE = 1 / 240;
/** Chance of a jump in a minute, and its size in standard deviations of the minute: from the least to twice it. */
const JUMP_CHANCE = 1 / 2_000;
const JUMP_SIZE = 6;
/** Standard deviation of the weekend's move, in days' worth of volatility. */
const WEEKEND_VOLATILITY = 0.25;

/** The trading minutes after one fixing, up to and with the next. */
export interface Segment {
    readonly from: Fixing;
    readonly to: Fixing;
    /** Start of each minute, ms UTC. */
    readonly timestamps: Float64Array;
    /** How lively the market is in each minute. */
    readonly liveliness: Float64Array;
    /** The number, within the segment, of the minute that opens a week; -1 where none does. */
    readonly weekOpensAt: number;
}

/** One currency over one segment. */
export interface Path {
    /** Logarithm of a euro's price in the currency at the end of each minute; ends on the fixing. */
    readonly log: Float64Array;
    /** Variance of the currency's own move within each minute, without jumps. */
    readonly variance: Float64Array;
}

export function segmentBetween(from: Fixing, to: Fixing): Segment {
    const first = minuteIndex(from.ms) + 1;
    const timestamps = timestampsFrom(first, minuteIndex(to.ms) - first + 1);
    const weekOpensAt = (WEEK_MINUTES - (first % WEEK_MINUTES)) % WEEK_MINUTES;
    return {
        ...{ from, to, timestamps, liveliness: timestamps.map(liveliness) },
        weekOpensAt: weekOpensAt < timestamps.length ? weekOpensAt : -1,
    };
}

/**
 * All currencies between two fixings. Each has a random walk of its own; a euro's price in a currency moves with both walks
 * and is then bent into a bridge: the gap that is left at the end is taken back over the segment in proportion to variance,
 * so that the path ends on the fixing. All pairs are differences of these, hence without arbitrage.
 */
export function pathsOf(segment: Segment, seed: number): ReadonlyMap<Currency, Path> {
    const walks = new Map(CURRENCIES.map((currency) => [currency, walkOf(currency, segment, seed)]));
    const euro = walks.get("eur");
    if (euro === undefined) throw new Error("The euro has no walk");
    return new Map([...walks].map(([currency, walk]) => [currency, bridged(currency, walk, euro, segment)]));
}

interface Walk {
    /** The currency's own moves, added up. */
    readonly moved: Float64Array;
    /** Variance so far, weekends included. */
    readonly elapsed: Float64Array;
    readonly variance: Float64Array;
}

function walkOf(currency: Currency, { liveliness, weekOpensAt, to }: Segment, seed: number): Walk {
    const random = new Random(seed, `${currency}/${to.date}`);
    const daily = DAILY_VOLATILITY[currency];
    const squares = liveliness.reduce((sum, value) => sum + value * value, 0);
    const unit = daily * Math.sqrt(liveliness.length / DAY_MINUTES / squares);
    const variance = new Float64Array(liveliness.length);
    const moved = new Float64Array(liveliness.length);
    const elapsed = new Float64Array(liveliness.length);
    let [sum, time] = [0, 0];
    let factor = regimeOf(random.uniform());
    liveliness.forEach((value, i) => {
        if (random.uniform() < REGIME_CHANGE) factor = regimeOf(random.uniform());
        const deviation = unit * value * factor;
        const weekend = i === weekOpensAt ? WEEKEND_VOLATILITY * daily : 0;
        sum += deviation * random.normal() + weekend * random.normal();
        if (random.uniform() < JUMP_CHANCE) {
            const size = JUMP_SIZE * (1 + random.uniform()) * deviation;
            sum += random.uniform() < 0.5 ? size : -size;
        }
        variance[i] = deviation * deviation;
        time += deviation * deviation + weekend * weekend;
        moved[i] = sum;
        elapsed[i] = time;
    });
    return { moved, elapsed, variance };
}

/** The regime at a point of the distribution of shares. */
function regimeOf(point: number): number {
    let upTo = 0;
    return REGIMES.find(({ share }) => point < (upTo += share))?.factor ?? 1;
}

function bridged(currency: Currency, walk: Walk, euro: Walk, { from, to }: Segment): Path {
    const end = walk.moved.length - 1;
    const log = new Float64Array(walk.moved.length);
    if (currency === "eur") return { log, variance: walk.variance };
    const at = (own: Float64Array, other: Float64Array, i: number, sign: number) =>
        (own[i] ?? NaN) + sign * (other[i] ?? NaN);
    const gap = to.log[currency] - from.log[currency] - at(walk.moved, euro.moved, end, -1);
    const elapsedInAll = at(walk.elapsed, euro.elapsed, end, 1);
    for (let i = 0; i <= end; i++) {
        const share = at(walk.elapsed, euro.elapsed, i, 1) / elapsedInAll;
        log[i] = from.log[currency] + at(walk.moved, euro.moved, i, -1) + gap * share;
    }
    return { log, variance: walk.variance };
}
