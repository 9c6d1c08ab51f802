import { at, blockStart, type Span } from "./span";

const tailsX = new Float64Array(8192);
const tailsY = new Float64Array(8192);
const tailsXX = new Float64Array(8192);
const tailsXY = new Float64Array(8192);
const tailsYY = new Float64Array(8192);

/** Where {@link rollingComoments} writes; denominators are n. */
export interface Comoments {
    readonly meanX: Float64Array;
    readonly meanY: Float64Array;
    readonly varianceX: Float64Array;
    readonly varianceY: Float64Array;
    readonly covariance: Float64Array;
}

/** Means, variances and covariance of the last `window` values of two series, in blocks and centred (see sums.ts). */
export function rollingComoments(
    xs: Float64Array,
    ys: Float64Array,
    window: number,
    { meanX, meanY, varianceX, varianceY, covariance }: Comoments,
    span: Span,
): void {
    const { origin, from, to } = span;
    const outputs = [meanX, meanY, varianceX, varianceY, covariance];
    for (let block = blockStart(origin, from, window); block < to; block += window) {
        const start = Math.max(from, block);
        const first = Math.max(start, window - 1);
        const last = Math.min(to, block + window);
        if (first > start) for (const output of outputs) output.fill(NaN, start, Math.min(first, last));
        if (first >= last) continue;
        const centreX = at(xs, block);
        const centreY = at(ys, block);
        let sumX = 0;
        let sumY = 0;
        let sumXX = 0;
        let sumXY = 0;
        let sumYY = 0;
        tailsX[0] = tailsY[0] = tailsXX[0] = tailsXY[0] = tailsYY[0] = 0;
        for (let row = block - 1; row > first - window; row--) {
            const x = at(xs, row) - centreX;
            const y = at(ys, row) - centreY;
            tailsX[block - row] = sumX += x;
            tailsY[block - row] = sumY += y;
            tailsXX[block - row] = sumXX += x * x;
            tailsXY[block - row] = sumXY += x * y;
            tailsYY[block - row] = sumYY += y * y;
        }
        sumX = sumY = sumXX = sumXY = sumYY = 0;
        for (let row = block; row < last; row++) {
            const x = at(xs, row) - centreX;
            const y = at(ys, row) - centreY;
            sumX += x;
            sumY += y;
            sumXX += x * x;
            sumXY += x * y;
            sumYY += y * y;
            if (row < first) continue;
            const before = block + window - 1 - row;
            const mx = (sumX + at(tailsX, before)) / window;
            const my = (sumY + at(tailsY, before)) / window;
            meanX[row] = centreX + mx;
            meanY[row] = centreY + my;
            varianceX[row] = Math.max(0, (sumXX + at(tailsXX, before)) / window - mx * mx);
            varianceY[row] = Math.max(0, (sumYY + at(tailsYY, before)) / window - my * my);
            covariance[row] = (sumXY + at(tailsXY, before)) / window - mx * my;
        }
    }
}

/** Correlation from comoments; NaN where one of the standard deviations is not above its epsilon. */
export function correlationOf(
    { varianceX, varianceY, covariance }: Comoments,
    epsilonX: number,
    epsilonY: number,
    output: Float64Array,
    { from, to }: Span,
): void {
    for (let row = from; row < to; row++) {
        const sx = Math.sqrt(at(varianceX, row));
        const sy = Math.sqrt(at(varianceY, row));
        const usable = sx > epsilonX && sy > epsilonY;
        output[row] = usable ? Math.max(-1, Math.min(1, at(covariance, row) / (sx * sy))) : NaN;
    }
}
