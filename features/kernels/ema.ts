import { at, blockStart, type Span } from "./span";

const tails = new Float64Array(8192);

/**
 * Exponential mean of the last `window` values with weights decay^age, renormalised to sum 1; NaN where the window is
 * not full. A finite window, because a recursion from the first bar on would make every value depend on where the data
 * began. In blocks like the other kernels (see sums.ts).
 */
export function rollingEma(
    values: Float64Array,
    decay: number,
    window: number,
    output: Float64Array,
    span: Span,
): void {
    const { origin, from, to } = span;
    const scale = (1 - decay) / (1 - decay ** window);
    for (let block = blockStart(origin, from, window); block < to; block += window) {
        const start = Math.max(from, block);
        const first = Math.max(start, window - 1);
        const last = Math.min(to, block + window);
        if (first > start) output.fill(NaN, start, Math.min(first, last));
        if (first >= last) continue;
        let tail = 0;
        let weight = 1;
        const lowest = first - window + 1;
        tails[0] = 0;
        for (let row = block - 1; row >= lowest; row--) {
            tail += weight * at(values, row);
            weight *= decay;
            tails[block - row] = tail;
        }
        let head = 0;
        weight = 1;
        for (let row = block; row < first; row++) {
            head = at(values, row) + decay * head;
            weight *= decay;
        }
        for (let row = first; row < last; row++) {
            head = at(values, row) + decay * head;
            weight *= decay;
            output[row] = scale * (head + weight * at(tails, block + window - 1 - row));
        }
    }
}

/** Decay of a `period`-bar EMA: alpha = 2 / (period + 1). */
export const emaDecay = (period: number): number => (period - 1) / (period + 1);

/** Decay of Wilder's smoothing over `period` bars: alpha = 1 / period. */
export const wilderDecay = (period: number): number => (period - 1) / period;

/** Bars that a recursive filter of a period reads on bars of up to 15 minutes. */
export const RECURSIVE_SPAN = 10;
