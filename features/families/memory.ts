import { BQX_IN_PLACE_OF_LAG, BQX_MEMORY_LAGS, MEMORY_LAGS } from "../catalogue/memory";
import { defineFamily } from "../family";
import { at, type Span } from "../kernels/span";
import { bqx, LOG_RETURN } from "../shared";

/** Changes of rate_idx, bqx_15 and r at lags. */
export const memory = defineFamily({
    name: "memory",
    compute(context, emit) {
        const { span } = context;
        const { close } = context.bars;
        const output = context.scratch();
        const returns = context.series(LOG_RETURN, span.from - Math.max(...MEMORY_LAGS));
        for (const lag of MEMORY_LAGS) {
            const inPlace = BQX_IN_PLACE_OF_LAG.get(lag);
            if (inPlace === undefined) {
                emit(`rate_change_since_lag_${lag}`, relativeChange(close, lag, output, span));
            } else {
                emit(`bqx_${inPlace}`, context.series(bqx(inPlace), span.from));
            }
            emit(`return_lag_${lag}`, lagged(returns, lag, output, span));
        }
        const momentum = context.series(bqx(15), span.from - Math.max(...BQX_MEMORY_LAGS));
        for (const lag of BQX_MEMORY_LAGS) emit(`bqx_15_lag_${lag}`, lagged(momentum, lag, output, span));
    },
});

function relativeChange(
    values: Float64Array,
    lag: number,
    output: Float64Array,
    { from, to }: Span,
): Float64Array {
    const first = Math.max(from, lag);
    output.fill(NaN, from, Math.min(first, to));
    for (let row = first; row < to; row++) output[row] = at(values, row) / at(values, row - lag) - 1;
    return output;
}

function lagged(values: Float64Array, lag: number, output: Float64Array, { from, to }: Span): Float64Array {
    const first = Math.min(Math.max(from, lag), to);
    output.fill(NaN, from, first);
    if (first < to) output.set(values.subarray(first - lag, to - lag), first);
    return output;
}
