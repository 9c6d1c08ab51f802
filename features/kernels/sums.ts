import { at, blockStart, type Span } from "./span";

/**
 * tails[n] is the sum of the n values before the block. Kernels are synchronous, so one buffer serves all calls.
 *
 * All rolling kernels work in blocks as long as their window (van Herk 1992, Gil and Werman 1993, for maxima): a window
 * that ends inside a block is a tail of the block before plus a head of this one. Tails are summed backwards once per
 * block, heads forwards as rows pass. Nothing is ever subtracted, so nothing drifts; a NaN is forgotten as soon as the
 * window has left it; and the bits depend on the window's values and its absolute minutes alone.
 */
const tails = new Float64Array(8192);

/** Sum of the last `window` values; NaN where the window is not full. */
export function rollingSum(values: Float64Array, window: number, output: Float64Array, span: Span): void {
    const { origin, from, to } = span;
    for (let block = blockStart(origin, from, window); block < to; block += window) {
        const start = Math.max(from, block);
        const first = Math.max(start, window - 1);
        const last = Math.min(to, block + window);
        if (first > start) output.fill(NaN, start, Math.min(first, last));
        if (first >= last) continue;
        let tail = 0;
        const lowest = first - window + 1;
        tails[0] = 0;
        for (let row = block - 1; row >= lowest; row--) {
            tail += at(values, row);
            tails[block - row] = tail;
        }
        let head = 0;
        for (let row = block; row < first; row++) head += at(values, row);
        for (let row = first; row < last; row++) {
            head += at(values, row);
            output[row] = head + at(tails, block + window - 1 - row);
        }
    }
}

/**
 * Mean of the last `window` values; NaN where the window is not full. Centred on the first value of the block, which is
 * in every window of the block, so that a small change of a large level keeps its digits.
 */
export function rollingMean(values: Float64Array, window: number, output: Float64Array, span: Span): void {
    const { origin, from, to } = span;
    for (let block = blockStart(origin, from, window); block < to; block += window) {
        const start = Math.max(from, block);
        const first = Math.max(start, window - 1);
        const last = Math.min(to, block + window);
        if (first > start) output.fill(NaN, start, Math.min(first, last));
        if (first >= last) continue;
        const centre = at(values, block);
        let tail = 0;
        const lowest = first - window + 1;
        tails[0] = 0;
        for (let row = block - 1; row >= lowest; row--) {
            tail += at(values, row) - centre;
            tails[block - row] = tail;
        }
        let head = 0;
        for (let row = block; row < first; row++) head += at(values, row) - centre;
        for (let row = first; row < last; row++) {
            head += at(values, row) - centre;
            output[row] = centre + (head + at(tails, block + window - 1 - row)) / window;
        }
    }
}
