import {
    BQX_BAR_MINUTES,
    BQX_DEFAULT,
    BQX_SCALE_WINDOW,
    BQX_WINDOWS,
    REGIME_WINDOW,
} from "./catalogue/bases";
import { defineGroup, defineSeries } from "./family";
import { rollingRange } from "./kernels/extremes";
import { rollingMeanStd } from "./kernels/moments";
import { rollingTercile } from "./kernels/ranks";
import { at } from "./kernels/span";
import { rollingMean } from "./kernels/sums";
import type { SeriesDefinition } from "./series";
import type { Bars } from "./market";
import type { PairContext } from "./slice";

type Definition = SeriesDefinition<PairContext>;

/** 100 x price / rate(base), for one of the bar's prices. */
const indexed = (price: "open" | "high" | "low" | "close"): Definition =>
    defineSeries(`rate_idx_${price}`, ({ bars, parameters }, output, { from, to }) => {
        const prices: Bars[typeof price] = bars[price];
        const scale = 100 / parameters.baseRate;
        for (let row = from; row < to; row++) output[row] = scale * at(prices, row);
    });

export const RATE_IDX = indexed("close");
export const RATE_IDX_HIGH = indexed("high");
export const RATE_IDX_LOW = indexed("low");

/** ln(rate_idx / 100): 0 at the base timestamp of every pair, so that triangles close whatever a rate is quoted in. */
export const LN_RATE = defineSeries("ln_rate", ({ bars: { close }, parameters }, output, { from, to }) => {
    for (let row = from; row < to; row++) output[row] = Math.log(at(close, row) / parameters.baseRate);
});

/** r(t) = ln(rate(t) / rate(t-1)). */
export const LOG_RETURN = defineSeries("log_return", ({ bars: { close } }, output, { from, to }) => {
    for (let row = from; row < to; row++) {
        output[row] = row === 0 ? NaN : Math.log(at(close, row) / at(close, row - 1));
    }
});

/** bqx_W(t) = sum over i = 1..W of (rate(t-i) - rate(t)) / rate(t) = (W + 1) (mean of the W + 1 rates / rate(t) - 1). */
const bqxSeries = (window: number): Definition =>
    defineSeries(`bqx_${window}`, ({ bars: { close } }, output, span) => {
        rollingMean(close, window + 1, output, span);
        for (let row = span.from; row < span.to; row++) {
            const rate = at(close, row);
            output[row] = ((window + 1) * (at(output, row) - rate)) / rate;
        }
    });

const BQX_BY_WINDOW = Object.fromEntries(BQX_WINDOWS.map((window) => [window, bqxSeries(window)])) as Record<
    (typeof BQX_WINDOWS)[number],
    Definition
>;

/** The backward momentum index of a window. */
export const bqx = (window: (typeof BQX_WINDOWS)[number]): Definition => BQX_BY_WINDOW[window];

/** bqx_15(t) - bqx_15(t-1). */
export const BQX_CHANGE = defineSeries("bqx_change", (context, output, { from, to }) => {
    const values = context.series(bqx(BQX_DEFAULT), from - 1);
    for (let row = from; row < to; row++)
        output[row] = row === 0 ? NaN : at(values, row) - at(values, row - 1);
});

/** Extremes of bqx_15 over its trailing 5 minutes: high, low. */
export const BQX_BAR = defineGroup("bqx_bar", 2, (context, [high, low], span) => {
    const values = context.series(bqx(BQX_DEFAULT), span.from - BQX_BAR_MINUTES + 1);
    if (high && low) rollingRange(values, values, BQX_BAR_MINUTES, high, low, span);
});

/** Standard deviation of bqx_15 over its trailing 240 minutes: what bqx's percent forms are divided by. */
export const BQX_SCALE_STD = defineSeries("bqx_scale", (context, output, span) => {
    const values = context.series(bqx(BQX_DEFAULT), span.from - BQX_SCALE_WINDOW + 1);
    rollingMeanStd(values, BQX_SCALE_WINDOW, context.scratch(), output, span);
});

/** Standard deviation of a series of changes over trailing minutes: r for rate_idx, the change of bqx_15 for bqx. */
const volatility = (of: Definition, window: number): Definition =>
    defineSeries(`${of.key}_std_${window}`, (context, output, span) => {
        const changes = context.series(of, span.from - window + 1);
        rollingMeanStd(changes, window, context.scratch(), output, span);
    });

export const VOLATILITY_20 = volatility(LOG_RETURN, 20);
export const VOLATILITY_30 = volatility(LOG_RETURN, 30);
export const VOLATILITY_60 = volatility(LOG_RETURN, 60);
export const VOLATILITY_240 = volatility(LOG_RETURN, 240);
export const BQX_VOLATILITY_20 = volatility(BQX_CHANGE, 20);
export const BQX_VOLATILITY_30 = volatility(BQX_CHANGE, 30);
export const BQX_VOLATILITY_240 = volatility(BQX_CHANGE, 240);

const regimes = new Map<string, Definition>();

/**
 * Tercile of a series within its last 1,440 minutes: 0 low, 1 middle, 2 high; values within `epsilon` are equal. Ranks
 * are dear, so they are shared.
 */
export function regime(of: Definition, epsilon: number): Definition {
    let definition = regimes.get(of.key);
    if (definition === undefined) {
        definition = defineSeries(`${of.key}_regime`, (context, output, span) => {
            const values = context.series(of, span.from - REGIME_WINDOW + 1);
            rollingTercile(values, REGIME_WINDOW, epsilon, output, span);
        });
        regimes.set(of.key, definition);
    }
    return definition;
}

/**
 * Up to these a value that was computed counts as 0, as a denominator and in its sign, and two count as equal. They
 * catch rounding alone, and lie far below what one tick makes; exactly flat windows give exactly 0. None has a scale, so
 * they serve every pair alike.
 */
export const EPSILON = {
    /** Points of rate_idx. */
    index: 1e-9,
    /** Log returns and other ratios of rates. */
    ratio: 1e-11,
    bqx: 1e-11,
    /** Standard scores, correlations and other numbers around 1. */
    score: 1e-9,
} as const;

/** -1, 0 or 1: the sign of a value that is 0 where it is so but for rounding; NaN stays. */
export const signOf = (value: number, epsilon: number): number =>
    Math.abs(value) <= epsilon ? 0 : Math.sign(value);

/** Ratios of signed quantities are clipped to this, either side. */
const RATIO_LIMIT = 1000;

/** numerator / denominator, clipped to +-1,000; NaN where the denominator is not beyond epsilon. */
export function signedRatio(numerator: number, denominator: number, epsilon: number): number {
    if (!(Math.abs(denominator) > epsilon)) return NaN;
    return Math.max(-RATIO_LIMIT, Math.min(RATIO_LIMIT, numerator / denominator));
}

/** numerator / denominator for a denominator that is never negative; NaN where it is not above epsilon. */
export const safeRatio = (numerator: number, denominator: number, epsilon: number): number =>
    denominator > epsilon ? numerator / denominator : NaN;
