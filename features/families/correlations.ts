import type { Comoments } from "../kernels/comoments";
import { at, type Span } from "../kernels/span";
import type { PairContext } from "../slice";

/** Scratch buffers for comoments, free again when the family is done. */
export const comomentBuffers = (context: PairContext): Comoments => ({
    meanX: context.scratch(),
    meanY: context.scratch(),
    varianceX: context.scratch(),
    varianceY: context.scratch(),
    covariance: context.scratch(),
});

/** Standard deviation of what the common factor leaves of a pair. */
export function residualStd(
    share: Float64Array,
    deviation: Float64Array,
    output: Float64Array,
    { from, to }: Span,
): Float64Array {
    for (let row = from; row < to; row++) output[row] = at(deviation, row) * Math.sqrt(1 - at(share, row));
    return output;
}

/** The series as it was `lag` rows before, NaN where that is before the first row; rows from `from` on. */
export function lagged(
    values: Float64Array,
    lag: number,
    output: Float64Array,
    { from, to }: Span,
): Float64Array {
    for (let row = from; row < to; row++) output[row] = row < lag ? NaN : at(values, row - lag);
    return output;
}

/** (value - mean) / standard deviation; NaN where the deviation is not above epsilon. */
export function standardised(
    values: Float64Array,
    mean: Float64Array,
    std: Float64Array,
    epsilon: number,
    output: Float64Array,
    { from, to }: Span,
): Float64Array {
    for (let row = from; row < to; row++) {
        const deviation = at(std, row);
        output[row] = deviation > epsilon ? (at(values, row) - at(mean, row)) / deviation : NaN;
    }
    return output;
}
