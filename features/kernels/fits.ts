import { at, blockStart, type Span } from "./span";

const tails0 = new Float64Array(8192);
const tails1 = new Float64Array(8192);
const tails2 = new Float64Array(8192);
const tailsY = new Float64Array(8192);

/** Sums over the last W values y, with x = 0 at t and counted backwards, y measured from y(t). */
export interface PolynomialSums {
    /** Sum of y - y(t). */
    readonly s0: Float64Array;
    /** Sum of x (y - y(t)). */
    readonly s1: Float64Array;
    /** Sum of x^2 (y - y(t)). */
    readonly s2: Float64Array;
    /** Sum of (y - y(t))^2. */
    readonly yy: Float64Array;
}

/**
 * The sums that least squares of degree 2 needs. In a block (see sums.ts) they are taken around its first row and its
 * first value, then moved to t: that is exact algebra on small numbers, as both lie within one window.
 */
export function rollingPolynomialSums(
    values: Float64Array,
    window: number,
    { s0, s1, s2, yy }: PolynomialSums,
    span: Span,
): void {
    const { origin, from, to } = span;
    const { sumX, sumXX } = powerSums(window);
    for (let block = blockStart(origin, from, window); block < to; block += window) {
        const start = Math.max(from, block);
        const first = Math.max(start, window - 1);
        const last = Math.min(to, block + window);
        if (first > start)
            for (const output of [s0, s1, s2, yy]) output.fill(NaN, start, Math.min(first, last));
        if (first >= last) continue;
        const centre = at(values, block);
        let sum0 = 0;
        let sum1 = 0;
        let sum2 = 0;
        let sumY = 0;
        tails0[0] = tails1[0] = tails2[0] = tailsY[0] = 0;
        for (let row = block - 1; row > first - window; row--) {
            const place = row - block;
            const value = at(values, row) - centre;
            const moment = place * value;
            tails0[-place] = sum0 += value;
            tails1[-place] = sum1 += moment;
            tails2[-place] = sum2 += place * moment;
            tailsY[-place] = sumY += value * value;
        }
        sum0 = sum1 = sum2 = sumY = 0;
        for (let row = block; row < last; row++) {
            const place = row - block;
            const value = at(values, row) - centre;
            const moment = place * value;
            sum0 += value;
            sum1 += moment;
            sum2 += place * moment;
            sumY += value * value;
            if (row < first) continue;
            const before = window - 1 - place;
            const total0 = sum0 + at(tails0, before);
            const total1 = sum1 + at(tails1, before);
            const total2 = sum2 + at(tails2, before);
            s0[row] = total0 - window * value;
            s1[row] = total1 - place * total0 - sumX * value;
            s2[row] = total2 - 2 * place * total1 + place * place * total0 - sumXX * value;
            yy[row] = sumY + at(tailsY, before) - 2 * value * total0 + window * value * value;
        }
    }
}

/** Sums of x and x^2 over x = 0, -1, ..., -(window - 1). */
export function powerSums(window: number): { sumX: number; sumXX: number } {
    const n = window;
    return { sumX: (-n * (n - 1)) / 2, sumXX: ((n - 1) * n * (2 * n - 1)) / 6 };
}

/**
 * Slope per row and r2 of the straight line through the last `window` values; r2 is NaN where the values' standard
 * deviation is not above `epsilon`.
 */
export function rollingLine(
    values: Float64Array,
    window: number,
    slope: Float64Array,
    r2: Float64Array,
    epsilon: number,
    span: Span,
): void {
    const { origin, from, to } = span;
    const sumXX = ((window * window - 1) * window) / 12;
    const least = window * epsilon * epsilon;
    for (let block = blockStart(origin, from, window); block < to; block += window) {
        const start = Math.max(from, block);
        const first = Math.max(start, window - 1);
        const last = Math.min(to, block + window);
        if (first > start) slope.fill(NaN, start, Math.min(first, last));
        if (first > start) r2.fill(NaN, start, Math.min(first, last));
        if (first >= last) continue;
        const centre = at(values, block);
        let sum0 = 0;
        let sum1 = 0;
        let sumY = 0;
        tails0[0] = tails1[0] = tailsY[0] = 0;
        for (let row = block - 1; row > first - window; row--) {
            const value = at(values, row) - centre;
            tails0[block - row] = sum0 += value;
            tails1[block - row] = sum1 += (row - block) * value;
            tailsY[block - row] = sumY += value * value;
        }
        sum0 = sum1 = sumY = 0;
        for (let row = block; row < last; row++) {
            const value = at(values, row) - centre;
            sum0 += value;
            sum1 += (row - block) * value;
            sumY += value * value;
            if (row < first) continue;
            const before = block + window - 1 - row;
            const total0 = sum0 + at(tails0, before);
            // The middle of the window, counted from the block's first row.
            const middle = row - block - (window - 1) / 2;
            const sxy = sum1 + at(tails1, before) - middle * total0;
            const syy = sumY + at(tailsY, before) - (total0 * total0) / window;
            slope[row] = sxy / sumXX;
            r2[row] = syy > least ? Math.min(1, (sxy * sxy) / (sumXX * syy)) : NaN;
        }
    }
}
