import { STATISTICS_SERIES, STATISTICS_WINDOWS } from "../catalogue/bqxStatistics";
import { defineFamily } from "../family";
import { rollingRange } from "../kernels/extremes";
import { rollingShape } from "../kernels/moments";
import { at } from "../kernels/span";
import { bqx, EPSILON } from "../shared";

/** Moments and extremes of bqx_15 and bqx_60. */
export const statisticsBqx = defineFamily({
    name: "statistics bqx",
    compute(context, emit) {
        const { span } = context;
        const take = () => context.scratch();
        const shape = { mean: take(), std: take(), skew: take(), kurtosis: take() };
        const [max, min, range, z] = [take(), take(), take(), take()];
        for (const series of STATISTICS_SERIES) {
            for (const window of STATISTICS_WINDOWS) {
                const values = context.series(bqx(series), span.from - window + 1);
                rollingShape(values, window, shape, EPSILON.bqx, span);
                rollingRange(values, values, window, max, min, span);
                for (let row = span.from; row < span.to; row++) {
                    const std = at(shape.std, row);
                    range[row] = at(max, row) - at(min, row);
                    z[row] = std > EPSILON.bqx ? (at(values, row) - at(shape.mean, row)) / std : NaN;
                }
                for (const [term, column] of Object.entries({ ...shape, max, min, range, z })) {
                    emit(`bqx_${series}_${term}_${window}`, column);
                }
            }
        }
    },
});
