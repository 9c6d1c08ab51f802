import { defineSeries } from "../../family";
import { at } from "../../kernels/span";

/**
 * Least activity that a logarithm sees: 0.01 basis points of range. About 1 % of real minutes and every filled one have
 * a range of 0. Volumes are whole numbers, so it changes nothing else.
 */
const ACTIVITY_FLOOR = 0.01;

/** Below this a mean of activity, or its deviation, counts as 0. */
export const ACTIVITY_EPSILON = 1e-9;

/** Activity of a minute: volume, or the true range in basis points where the source has no volume. */
export const ACTIVITY = defineSeries("activity", ({ bars, slice }, output, { from, to }) => {
    const { high, low, close, volume } = bars;
    for (let row = from; row < to; row++) {
        if (row === 0) {
            // A range is true only after a close; volume is as old, so that the warm-up is the same for either.
            output[row] = NaN;
        } else if (slice.market.activity === "volume") {
            output[row] = at(volume, row);
        } else {
            const before = at(close, row - 1);
            const range = Math.max(at(high, row), before) - Math.min(at(low, row), before);
            output[row] = (10_000 * range) / before;
        }
    }
});

/** Logarithm of the activity, floored. */
export const LOG_ACTIVITY = defineSeries("log_activity", (context, output, { from, to }) => {
    const activity = context.series(ACTIVITY, from);
    // Math.max keeps a NaN.
    for (let row = from; row < to; row++) output[row] = Math.log(Math.max(ACTIVITY_FLOOR, at(activity, row)));
});
