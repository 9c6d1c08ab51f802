import { timestampsFrom } from "../../../features/time/calendar";
import type { Market } from "../../../features/market";
import type { FeatureParameters } from "../../../features/parameters";

/** The family needs none, but an engine does. */
export const PARAMETERS: FeatureParameters = {
    pairs: new Map([["eurusd", { baseRate: 1.1, garch: { omega: 1e-9, alpha: 0.1, beta: 0.8 } }]]),
};

/** Values near a normal distribution's, the same for the same seed. */
export function noise(length: number, seed: number): Float64Array {
    let state = (seed * 2_654_435_761 + 12_345) >>> 0;
    const uniform = () => {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        return state / 2 ** 32;
    };
    return Float64Array.from({ length }, () => uniform() + uniform() + uniform() + uniform() - 2);
}

/** A market of eurusd alone with these closes, one per trading minute. */
export function marketOf(close: Float64Array, firstMinute = 18_000_123): Market {
    const zero = new Float64Array(close.length);
    const bars = { open: close, high: close, low: close, close, volume: zero };
    return {
        timestamps: timestampsFrom(firstMinute, close.length),
        bars: new Map([["eurusd", bars]]),
        activity: "trueRange",
        spread: "corwinSchultz",
        daysToHoliday: () => NaN,
    };
}

/** A random walk with some cycles in it. */
export function walk(length: number, seed: number): Float64Array {
    let logarithm = 0;
    return noise(length, seed).map((step, row) => {
        logarithm += 1e-4 * (step + 0.1 * Math.sin(row / 4));
        return 1.1 * Math.exp(logarithm);
    });
}

/** The same market without the rows outside [from, to). */
export function cutMarket(market: Market, from: number, to: number): Market {
    const cut = (values: Float64Array) => values.slice(from, to);
    return {
        ...market,
        timestamps: cut(market.timestamps),
        bars: new Map(
            Array.from(market.bars, ([pair, { open, high, low, close, volume }]) => [
                pair,
                { open: cut(open), high: cut(high), low: cut(low), close: cut(close), volume: cut(volume) },
            ]),
        ),
    };
}
