import { at, blockStart, type Span } from "./span";

const tails = { first: new Float64Array(8192), second: new Float64Array(8192) };
const higher = { third: new Float64Array(8192), fourth: new Float64Array(8192) };

/** Variance of `count` values from their centred sums; rounding may leave a little less than 0. */
const varianceOf = (first: number, second: number, count: number): number =>
    Math.max(0, (second - (first * first) / count) / count);

/**
 * Mean and standard deviation (n in the denominator) of the last `window` values. Centred on a value that is in every
 * window of the block (see sums.ts), so that a flat window has a deviation of exactly 0.
 */
export function rollingMeanStd(
    values: Float64Array,
    window: number,
    mean: Float64Array,
    std: Float64Array,
    span: Span,
): void {
    const { first: tails1, second: tails2 } = tails;
    const { origin, from, to } = span;
    for (let block = blockStart(origin, from, window); block < to; block += window) {
        const start = Math.max(from, block);
        const first = Math.max(start, window - 1);
        const last = Math.min(to, block + window);
        if (first > start) mean.fill(NaN, start, Math.min(first, last));
        if (first > start) std.fill(NaN, start, Math.min(first, last));
        if (first >= last) continue;
        const centre = at(values, block);
        let sum = 0;
        let squares = 0;
        const lowest = first - window + 1;
        tails1[0] = tails2[0] = 0;
        for (let row = block - 1; row >= lowest; row--) {
            const value = at(values, row) - centre;
            tails1[block - row] = sum += value;
            tails2[block - row] = squares += value * value;
        }
        sum = squares = 0;
        for (let row = block; row < last; row++) {
            const value = at(values, row) - centre;
            sum += value;
            squares += value * value;
            if (row < first) continue;
            const before = block + window - 1 - row;
            const total = sum + at(tails1, before);
            mean[row] = centre + total / window;
            std[row] = Math.sqrt(varianceOf(total, squares + at(tails2, before), window));
        }
    }
}

/** Where {@link rollingShape} writes. */
export interface Shape {
    readonly mean: Float64Array;
    readonly std: Float64Array;
    readonly skew: Float64Array;
    /** Excess over the normal distribution's 3. */
    readonly kurtosis: Float64Array;
}

/**
 * Mean, standard deviation, skewness and excess kurtosis (population forms m3 / m2^1.5 and m4 / m2^2 - 3) of the last
 * `window` values; the latter two are NaN where the deviation is not above `epsilon`.
 */
export function rollingShape(
    values: Float64Array,
    window: number,
    { mean, std, skew, kurtosis }: Shape,
    epsilon: number,
    span: Span,
): void {
    const { first: tails1, second: tails2 } = tails;
    const { third: tails3, fourth: tails4 } = higher;
    const { origin, from, to } = span;
    for (let block = blockStart(origin, from, window); block < to; block += window) {
        const start = Math.max(from, block);
        const first = Math.max(start, window - 1);
        const last = Math.min(to, block + window);
        if (first > start)
            for (const output of [mean, std, skew, kurtosis]) output.fill(NaN, start, Math.min(first, last));
        if (first >= last) continue;
        const centre = at(values, block);
        let sum1 = 0;
        let sum2 = 0;
        let sum3 = 0;
        let sum4 = 0;
        const lowest = first - window + 1;
        tails1[0] = tails2[0] = tails3[0] = tails4[0] = 0;
        for (let row = block - 1; row >= lowest; row--) {
            const value = at(values, row) - centre;
            const square = value * value;
            tails1[block - row] = sum1 += value;
            tails2[block - row] = sum2 += square;
            tails3[block - row] = sum3 += square * value;
            tails4[block - row] = sum4 += square * square;
        }
        sum1 = sum2 = sum3 = sum4 = 0;
        for (let row = block; row < last; row++) {
            const value = at(values, row) - centre;
            const square = value * value;
            sum1 += value;
            sum2 += square;
            sum3 += square * value;
            sum4 += square * square;
            if (row < first) continue;
            const before = block + window - 1 - row;
            const m = (sum1 + at(tails1, before)) / window;
            const raw2 = (sum2 + at(tails2, before)) / window;
            const raw3 = (sum3 + at(tails3, before)) / window;
            const raw4 = (sum4 + at(tails4, before)) / window;
            const variance = Math.max(0, raw2 - m * m);
            const deviation = Math.sqrt(variance);
            const usable = deviation > epsilon;
            mean[row] = centre + m;
            std[row] = deviation;
            skew[row] = usable ? (raw3 - 3 * m * raw2 + 2 * m * m * m) / (variance * deviation) : NaN;
            kurtosis[row] = usable
                ? (raw4 - 4 * m * raw3 + 6 * m * m * raw2 - 3 * m * m * m * m) / (variance * variance) - 3
                : NaN;
        }
    }
}
