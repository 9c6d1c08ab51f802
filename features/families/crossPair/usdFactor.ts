import { USD_FACTOR_CHANGES } from "../../catalogue/crossPair";
import type { Emit } from "../../family";
import { rollingLine } from "../../kernels/fits";
import { rollingMeanStd } from "../../kernels/moments";
import { at, earlier } from "../../kernels/span";
import { rollingSum } from "../../kernels/sums";
import { arrayAt } from "../../marketSeries";
import type { SeriesDefinition } from "../../series";
import { EPSILON, LOG_RETURN } from "../../shared";
import type { MarketSlice, PairContext } from "../../slice";
import { standardised } from "../correlations";
import { fittedAcross } from "./parameters";

const SUM_WINDOW = 240;
const VOLATILITY_WINDOW = 30;
const Z_WINDOW = 60;
const SLOPE_WINDOW = 20;

/** First principal component of the seven majors' r, with the loadings of the training split. */
const USD_FACTOR: SeriesDefinition<MarketSlice> = {
    key: "usd_factor",
    width: 1,
    compute(slice, [output], { from, to }) {
        if (!output) return;
        output.fill(0, from, to);
        for (const [pair, loading] of fittedAcross(slice).usdLoadings) {
            const returns = slice.pair(pair).series(LOG_RETURN, from);
            for (let row = from; row < to; row++) output[row] = at(output, row) + loading * at(returns, row);
        }
    },
};

/** Names of the columns in the order of the arrays of {@link USD_COLUMNS}. */
const NAMES = [
    `usd_factor_sum_${SUM_WINDOW}`,
    `usd_factor_volatility_${VOLATILITY_WINDOW}`,
    `usd_factor_z_${Z_WINDOW}`,
    `usd_factor_slope_${SLOPE_WINDOW}`,
    ...USD_FACTOR_CHANGES.map((minutes) => `usd_factor_change_${minutes}`),
];

/** They are the same for every pair. Level, z and slope are those of the factor's sum over 240 minutes. */
const USD_COLUMNS: SeriesDefinition<MarketSlice> = {
    key: "usd_factor_columns",
    width: NAMES.length,
    compute(slice, [sum, volatility, z, slope, ...changes], span) {
        if (!sum || !volatility || !z || !slope) return;
        const wide = earlier(span, Z_WINDOW - 1);
        const [factor] = slice.group(USD_FACTOR, wide.from - SUM_WINDOW + 1);
        if (!factor) return;
        const { scratch } = slice.workspaces;
        const [level, mean, std, unused] = [scratch.take(), scratch.take(), scratch.take(), scratch.take()];
        rollingSum(factor, SUM_WINDOW, level, wide);
        sum.set(level.subarray(span.from, span.to), span.from);
        rollingMeanStd(factor, VOLATILITY_WINDOW, mean, volatility, span);
        rollingMeanStd(level, Z_WINDOW, mean, std, span);
        standardised(level, mean, std, EPSILON.ratio, z, span);
        rollingLine(level, SLOPE_WINDOW, slope, unused, EPSILON.ratio, span);
        USD_FACTOR_CHANGES.forEach((minutes, i) => rollingSum(factor, minutes, arrayAt(changes, i), span));
    },
};

/** The dollar against the other majors, as one factor. */
export function emitUsdFactor({ slice, span }: PairContext, emit: Emit): void {
    const columns = slice.group(USD_COLUMNS, span.from);
    NAMES.forEach((name, index) => emit(name, arrayAt(columns, index)));
}
