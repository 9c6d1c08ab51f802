import { at, blockStart, type Span } from "./span";

/** Place of row i, column j <= i in the packed lower triangle of a symmetric matrix. */
export const packedIndex = (i: number, j: number): number => (i * (i + 1)) / 2 + j;

/** tails[n * width ...] holds the sums of the n rows before the block; grows to the largest matrix asked for. */
let tails = new Float64Array(0);

/**
 * Calls `visit` for every row of the span with the covariances (n in the denominator) of the last `window` values of
 * several series: a packed lower triangle, all NaN where the window is not full. In blocks and centred (see sums.ts). No
 * chunk of rows could hold all its matrices, so each replaces the one before: `visit` keeps what it needs. It may write
 * over a matrix that is not NaN, and must not start another pass.
 */
export function rollingCovariances(
    series: readonly Float64Array[],
    window: number,
    span: Span,
    visit: (row: number, covariances: Float64Array) => void,
): void {
    const { origin, from, to } = span;
    const covariances = new Float64Array(packedIndex(series.length, 0)).fill(NaN);
    const sums = new Sums(series);
    const { width } = sums;
    if (tails.length < window * width) tails = new Float64Array(window * width);
    for (let row = from; row < Math.min(to, window - 1); row++) visit(row, covariances);
    for (let block = blockStart(origin, from, window); block < to; block += window) {
        const first = Math.max(from, block, window - 1);
        const last = Math.min(to, block + window);
        if (first >= last) continue;
        sums.start(block);
        tails.fill(0, 0, width);
        for (let row = block - 1; row > first - window; row--) {
            sums.add(row);
            tails.set(sums.values, (block - row) * width);
        }
        sums.start(block);
        for (let row = block; row < last; row++) {
            sums.add(row);
            if (row < first) continue;
            sums.covariances((block + window - 1 - row) * width, window, covariances);
            visit(row, covariances);
        }
    }
}

/** Sums and sums of products of several series, measured from their values at a block's first row. */
class Sums {
    /** The packed products, then the plain sums. */
    readonly values: Float64Array;
    readonly width: number;
    private readonly count: number;
    private readonly products: number;
    private readonly centres: Float64Array;
    private readonly current: Float64Array;

    constructor(private readonly series: readonly Float64Array[]) {
        this.count = series.length;
        this.products = packedIndex(this.count, 0);
        this.width = this.products + this.count;
        this.values = new Float64Array(this.width);
        this.centres = new Float64Array(this.count);
        this.current = new Float64Array(this.count);
    }

    start(block: number): void {
        this.series.forEach((values, i) => (this.centres[i] = at(values, block)));
        this.values.fill(0);
    }

    add(row: number): void {
        const { series, count, products, values, centres, current } = this;
        let place = 0;
        for (let i = 0; i < count; i++) {
            const value = at(series[i] as Float64Array, row) - at(centres, i);
            current[i] = value;
            values[products + i] = at(values, products + i) + value;
            for (let j = 0; j <= i; j++, place++) {
                values[place] = at(values, place) + value * at(current, j);
            }
        }
    }

    /** Covariances of these sums together with those in `tails` from `tail` on. */
    covariances(tail: number, window: number, output: Float64Array): void {
        const { count, products, values, current: means } = this;
        let place = 0;
        for (let i = 0; i < count; i++) {
            const sum = products + i;
            const mean = (at(values, sum) + at(tails, tail + sum)) / window;
            means[i] = mean;
            for (let j = 0; j <= i; j++, place++) {
                output[place] = (at(values, place) + at(tails, tail + place)) / window - mean * at(means, j);
            }
            // Rounding may leave a little less than 0.
            output[place - 1] = Math.max(0, at(output, place - 1));
        }
    }
}
