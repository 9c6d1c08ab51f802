import { BOLLINGER_WINDOWS } from "../catalogue/bqxStatistics";
import { defineFamily } from "../family";
import { rollingMeanStd } from "../kernels/moments";
import { at } from "../kernels/span";
import { bqx, BQX_SCALE_STD, EPSILON } from "../shared";

/** Half the width of the bands, in standard deviations of their window (Bollinger 2001). */
const BAND_WIDTH = 2;

/** Bands of bqx_15; levels in its trailing 240-minute standard deviations, as bqx has no level to divide by. */
export const bollingerBqx = defineFamily({
    name: "bollinger bqx",
    compute(context, emit) {
        const { span } = context;
        const take = () => context.scratch();
        const [middle, std, upper, lower, bandwidth, percentB] = [
            take(),
            take(),
            take(),
            take(),
            take(),
            take(),
        ];
        const scale = context.series(BQX_SCALE_STD, span.from);
        for (const window of BOLLINGER_WINDOWS) {
            const values = context.series(bqx(15), span.from - window + 1);
            rollingMeanStd(values, window, middle, std, span);
            for (let row = span.from; row < span.to; row++) {
                const half = BAND_WIDTH * at(std, row);
                const mean = at(middle, row);
                const unit = at(scale, row) > EPSILON.bqx ? at(scale, row) : NaN;
                upper[row] = (mean + half) / unit;
                middle[row] = mean / unit;
                lower[row] = (mean - half) / unit;
                bandwidth[row] = (2 * half) / unit;
                percentB[row] = half > EPSILON.bqx ? (at(values, row) - mean + half) / (2 * half) : NaN;
            }
            for (const [term, column] of Object.entries({ upper, middle, lower, bandwidth })) {
                emit(`bollinger_${term}_bqx_${window}`, column);
            }
            emit(`bollinger_percent_b_bqx_${window}`, percentB);
        }
    },
});
