import { AVERAGE_SLOPE_MINUTES, MOVING_AVERAGE_WINDOWS } from "../catalogue/movingAverages";
import { defineFamily } from "../family";
import { emaDecay, RECURSIVE_SPAN, rollingEma } from "../kernels/ema";
import { at, earlier, type Span } from "../kernels/span";
import { rollingMean } from "../kernels/sums";

/** rate / average - 1, and the relative change of the average per minute. */
export const movingAverages = defineFamily({
    name: "moving averages",
    compute(context, emit) {
        const { span } = context;
        const { close } = context.bars;
        const wide = earlier(span, AVERAGE_SLOPE_MINUTES);
        const average = context.scratch();
        const output = context.scratch();
        for (const window of MOVING_AVERAGE_WINDOWS) {
            rollingMean(close, window, average, wide);
            emit(`rate_sma_distance_${window}`, distance(close, average, output, span));
            emit(`rate_sma_slope_${window}`, slope(average, output, span));
            rollingEma(close, emaDecay(window), RECURSIVE_SPAN * window, average, wide);
            emit(`rate_ema_distance_${window}`, distance(close, average, output, span));
            emit(`rate_ema_slope_${window}`, slope(average, output, span));
        }
    },
});

function distance(rate: Float64Array, average: Float64Array, output: Float64Array, span: Span): Float64Array {
    for (let row = span.from; row < span.to; row++) output[row] = at(rate, row) / at(average, row) - 1;
    return output;
}

function slope(average: Float64Array, output: Float64Array, { from, to }: Span): Float64Array {
    const lag = AVERAGE_SLOPE_MINUTES;
    const first = Math.max(from, lag);
    output.fill(NaN, from, Math.min(first, to));
    for (let row = first; row < to; row++) {
        output[row] = (at(average, row) / at(average, row - lag) - 1) / lag;
    }
    return output;
}
