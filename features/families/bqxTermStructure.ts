import { BQX_SCALE_WINDOW, BQX_WINDOWS } from "../catalogue/bases";
import type { Emit } from "../family";
import { rollingMeanStd } from "../kernels/moments";
import { at, earlier } from "../kernels/span";
import { bqx, EPSILON } from "../shared";
import type { PairContext } from "../slice";
import { standardised } from "./correlations";

/** The windows lie so far apart. */
const STEP_MINUTES = 15;

/**
 * Least squares of the terms on their place -2, -1, 0, 1, 2: weights of the line's slope, and of the parabola's second
 * difference (orthogonal polynomials on five points).
 */
const SLOPE = [-2, -1, 0, 1, 2].map((weight) => weight / (10 * STEP_MINUTES));
const CURVATURE = [2, -1, -2, -1, 2].map((weight) => weight / (7 * STEP_MINUTES ** 2));

/**
 * The term structure of bqx is bqx_W / W over the five windows: how far the rate stands below the mean of its last W
 * minutes. Its slope and curvature per minute of W, whether it is inverted (the short end further from 0 than the long
 * one) and how unusual its slope is.
 */
export function emitTermStructure(context: PairContext, emit: Emit): void {
    const { span } = context;
    const wide = earlier(span, BQX_SCALE_WINDOW - 1);
    const terms = BQX_WINDOWS.map((window) => context.series(bqx(window), wide.from));
    const [shortest] = terms;
    const longest = terms.at(-1);
    if (!shortest || !longest) throw new Error("bqx has no windows");
    const slope = combination(terms, SLOPE, context.scratch(), wide);
    emit("bqx_term_slope", slope);
    emit("bqx_term_curvature", combination(terms, CURVATURE, context.scratch(), span));
    const inverted = context.scratch();
    const ratio = Math.max(...BQX_WINDOWS) / Math.min(...BQX_WINDOWS);
    for (let row = span.from; row < span.to; row++) {
        // A rate that moved only now stands below all its means alike.
        const excess = Math.abs(at(shortest, row)) * ratio - Math.abs(at(longest, row));
        inverted[row] = Number.isNaN(excess) ? NaN : Number(excess > EPSILON.bqx);
    }
    emit("bqx_term_inverted", inverted);
    const mean = context.scratch();
    const std = context.scratch();
    rollingMeanStd(slope, BQX_SCALE_WINDOW, mean, std, span);
    emit("bqx_term_steepness_z_240", standardised(slope, mean, std, SLOPE_EPSILON, context.scratch(), span));
}

const SLOPE_EPSILON = EPSILON.bqx / Math.max(...BQX_WINDOWS);

/** Weighted sum of bqx_W / W. */
function combination(
    terms: readonly Float64Array[],
    weights: readonly number[],
    output: Float64Array,
    { from, to }: PairContext["span"],
): Float64Array {
    output.fill(0, from, to);
    terms.forEach((values, index) => {
        const weight = (weights[index] ?? NaN) / (BQX_WINDOWS[index] ?? NaN);
        for (let row = from; row < to; row++) output[row] = at(output, row) + weight * at(values, row);
    });
    return output;
}
