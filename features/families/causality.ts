import { BQX_WINDOWS } from "../catalogue/bases";
import { CAUSALITY_WINDOW } from "../catalogue/causality";
import { defineFamily, type Emit } from "../family";
import { rollingRange } from "../kernels/extremes";
import { rollingLine } from "../kernels/fits";
import { rollingMeanStd } from "../kernels/moments";
import { at, earlier } from "../kernels/span";
import { bqx, EPSILON, RATE_IDX, regime, signOf, VOLATILITY_60 } from "../shared";
import type { PairContext } from "../slice";

/** The causality columns that are not among the 1,080. */
export const causality = defineFamily({
    name: "causality",
    compute(context, emit) {
        emitHour(context, emit);
        emitAggregate(context, emit);
        emitRate(context, emit);
    },
});

/** bqx_60 over the last 60 minutes. */
function emitHour(context: PairContext, emit: Emit): void {
    const { span } = context;
    const window = CAUSALITY_WINDOW;
    const values = context.series(bqx(60), span.from - window);
    const [one, two] = [context.scratch(), context.scratch()];
    rollingRange(values, values, window, one, two, span);
    emit("w60_bqx_60_max", one);
    emit("w60_bqx_60_min", two);
    rollingMeanStd(values, window, one, two, span);
    emit("w60_bqx_60_mean", one);
    emit("w60_bqx_60_std", two);
    emit("w60_bqx_60_endpoint", values);
    for (let row = span.from; row < span.to; row++) {
        one[row] = row < window ? NaN : at(values, row) - at(values, row - window);
    }
    emit("w60_bqx_60_return", one);
}

/** The five bqx of now: moments, extremes, agreement of signs; and how their mean moved over 60 minutes. */
function emitAggregate(context: PairContext, emit: Emit): void {
    const { span } = context;
    const window = CAUSALITY_WINDOW;
    const wide = earlier(span, window);
    const series = BQX_WINDOWS.map((each) => context.series(bqx(each), wide.from));
    const take = () => context.scratch();
    const [mean, max, min, std] = [take(), take(), take(), take()];
    const [range, alignment, change, output] = [take(), take(), take(), take()];
    const count = series.length;
    for (let row = wide.from; row < wide.to; row++) {
        let [sum, squares, signs, highest, lowest] = [0, 0, 0, -Infinity, Infinity];
        for (const values of series) {
            const value = at(values, row);
            sum += value;
            squares += value * value;
            signs += signOf(value, EPSILON.bqx);
            highest = Math.max(highest, value);
            lowest = Math.min(lowest, value);
        }
        mean[row] = sum / count;
        std[row] = Math.sqrt(Math.max(0, (squares - (sum * sum) / count) / count));
        alignment[row] = signs / count;
        max[row] = highest;
        min[row] = lowest;
        range[row] = highest - lowest;
        change[row] = row === wide.from ? NaN : at(mean, row) - at(mean, row - 1);
    }
    for (const [name, values] of Object.entries({ mean, max, min, std, range }))
        emit(`agg_bqx_${name}`, values);
    emit("momentum_alignment", alignment);
    rollingMeanStd(change, window, output, std, span);
    emit("agg_bqx_volatility", std);
    for (let row = span.from; row < span.to; row++) {
        output[row] = row < window ? NaN : at(mean, row) - at(mean, row - window);
    }
    emit("agg_bqx_return", output);
}

/** Regime of the hourly volatility, and r2 of the hour's straight line with the sign of its slope. */
function emitRate(context: PairContext, emit: Emit): void {
    const { span } = context;
    const [slope, r2] = [context.scratch(), context.scratch()];
    emit("volatility_regime", context.series(regime(VOLATILITY_60, EPSILON.ratio), span.from));
    const rate = context.series(RATE_IDX, span.from - CAUSALITY_WINDOW + 1);
    rollingLine(rate, CAUSALITY_WINDOW, slope, r2, EPSILON.index, span);
    for (let row = span.from; row < span.to; row++) {
        r2[row] = signOf(at(slope, row), EPSILON.index) * at(r2, row);
    }
    emit("trend_strength", r2);
}
