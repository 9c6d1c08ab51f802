import { rollingEma } from "./ema";
import { rollingRange } from "./extremes";
import { at, earlier, type Span } from "./span";
import { rollingMean } from "./sums";

/** Bars of one length; the close lies between the low and the high. */
export interface PriceBars {
    readonly high: Float64Array;
    readonly low: Float64Array;
    readonly close: Float64Array;
}

/** A buffer to work in. */
export type Scratch = () => Float64Array;

/** values(t) - values(t - lag); NaN in the first rows. */
export function changes(
    values: Float64Array,
    lag: number,
    output: Float64Array,
    { from, to }: Span,
): Float64Array {
    const first = Math.max(from, lag);
    output.fill(NaN, from, Math.min(first, to));
    for (let row = first; row < to; row++) output[row] = at(values, row) - at(values, row - lag);
    return output;
}

export function absolute(values: Float64Array, output: Float64Array, { from, to }: Span): Float64Array {
    for (let row = from; row < to; row++) output[row] = Math.abs(at(values, row));
    return output;
}

/** The bar's range, widened to the close before it (Wilder 1978). */
export function trueRange(
    { high, low, close }: PriceBars,
    output: Float64Array,
    { from, to }: Span,
): Float64Array {
    const first = Math.max(from, 1);
    output.fill(NaN, from, Math.min(first, to));
    for (let row = first; row < to; row++) {
        const before = at(close, row - 1);
        output[row] = Math.max(at(high, row), before) - Math.min(at(low, row), before);
    }
    return output;
}

/** Changes of a series with their sizes; RSI and TSI read both. */
export interface Changes {
    readonly change: Float64Array;
    readonly size: Float64Array;
}

/**
 * Wilder's relative strength index, 0 to 100. With g and l the smoothed gains and losses, 100 g / (g + l) is
 * 50 + 50 (g - l) / (g + l), and g - l smooths the change as g + l its size. NaN where nothing changed.
 */
export function rollingRsi(
    { change, size }: Changes,
    decay: number,
    window: number,
    epsilon: number,
    output: Float64Array,
    span: Span,
    scratch: Float64Array,
): Float64Array {
    rollingEma(change, decay, window, output, span);
    rollingEma(size, decay, window, scratch, span);
    for (let row = span.from; row < span.to; row++) {
        const sizes = at(scratch, row);
        output[row] = sizes > epsilon ? 50 + (50 * at(output, row)) / sizes : NaN;
    }
    return output;
}

/** Position of the close in the range of the last `window` bars: 0 at the low, 1 at the high; NaN where it has none. */
export function rollingPosition(
    { high, low, close }: PriceBars,
    window: number,
    epsilon: number,
    output: Float64Array,
    span: Span,
    scratch: Float64Array,
): Float64Array {
    rollingRange(high, low, window, output, scratch, span);
    for (let row = span.from; row < span.to; row++) {
        const lowest = at(scratch, row);
        const range = at(output, row) - lowest;
        output[row] = range > epsilon ? (at(close, row) - lowest) / range : NaN;
    }
    return output;
}

/** Slow stochastic %K, 0 to 100: mean of the last `smoothing` positions in the range. */
export function slowStochastic(
    bars: PriceBars,
    window: number,
    smoothing: number,
    epsilon: number,
    output: Float64Array,
    span: Span,
    take: Scratch,
): Float64Array {
    const fast = rollingPosition(bars, window, epsilon, take(), earlier(span, smoothing - 1), take());
    rollingMean(fast, smoothing, output, span);
    for (let row = span.from; row < span.to; row++) output[row] = 100 * at(output, row);
    return output;
}

/** Positive and negative directional movement (Wilder 1978). */
export interface Movements {
    readonly plus: Float64Array;
    readonly minus: Float64Array;
}

/**
 * Of the two the larger counts, and neither where they are equal: within `epsilon`, as prices are on a grid of ticks and
 * rounding must not decide.
 */
export function directionalMovements(
    { high, low }: PriceBars,
    { plus, minus }: Movements,
    epsilon: number,
    { from, to }: Span,
): void {
    const first = Math.max(from, 1);
    plus.fill(NaN, from, Math.min(first, to));
    minus.fill(NaN, from, Math.min(first, to));
    for (let row = first; row < to; row++) {
        const up = at(high, row) - at(high, row - 1);
        const down = at(low, row - 1) - at(low, row);
        // Of a NaN neither comparison holds; it has to show.
        plus[row] = up > down + epsilon && up > 0 ? up : 0 * up;
        minus[row] = down > up + epsilon && down > 0 ? down : 0 * down;
    }
}

/** Where {@link directionalIndex} writes: +DI, -DI and ADX, 0 to 100. */
export interface Directional {
    readonly plus: Float64Array;
    readonly minus: Float64Array;
    readonly adx: Float64Array;
}

/** Directional indicators and the average of their imbalance, by Wilder's smoothing over `window` bars. */
export function directionalIndex(
    movements: Movements,
    atr: Float64Array,
    decay: number,
    window: number,
    epsilon: number,
    { plus, minus, adx }: Directional,
    span: Span,
    take: Scratch,
): void {
    const wide = earlier(span, window - 1);
    rollingEma(movements.plus, decay, window, plus, wide);
    rollingEma(movements.minus, decay, window, minus, wide);
    const imbalance = take();
    for (let row = wide.from; row < wide.to; row++) {
        const range = at(atr, row);
        const up = range > epsilon ? (100 * at(plus, row)) / range : NaN;
        const down = range > epsilon ? (100 * at(minus, row)) / range : NaN;
        plus[row] = up;
        minus[row] = down;
        imbalance[row] = up + down === 0 ? 0 : (100 * Math.abs(up - down)) / (up + down);
    }
    rollingEma(imbalance, decay, window, adx, span);
}
