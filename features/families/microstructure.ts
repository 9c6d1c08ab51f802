import { SPREAD_ESTIMATES, SPREAD_Z_WINDOW } from "../catalogue/calendar";
import { defineFamily, defineSeries } from "../family";
import { rollingMeanStd } from "../kernels/moments";
import { at, earlier } from "../kernels/span";
import { rollingMean } from "../kernels/sums";
import { regime } from "../shared";

/** Basis points; a spread whose deviation is below this does not vary. */
const SPREAD_EPSILON_BP = 1e-9;

/** 3 - 2 sqrt(2), the estimator's constant. */
const K = 3 - 2 * Math.SQRT2;

/**
 * Corwin and Schultz (2012): the range of two minutes together holds twice the variance of one but the same spread, so
 * the spread is what is left. An estimate below 0 counts as 0.
 */
function corwinSchultzBp(high1: number, low1: number, high2: number, low2: number): number {
    const one = Math.log(high1 / low1);
    const two = Math.log(high2 / low2);
    const beta = one * one + two * two;
    const both = Math.log(Math.max(high1, high2) / Math.min(low1, low2));
    const alpha = (Math.sqrt(2 * beta) - Math.sqrt(beta)) / K - Math.sqrt((both * both) / K);
    const growth = Math.exp(alpha);
    return 10_000 * Math.max(0, (2 * (growth - 1)) / (1 + growth));
}

/** Mean spread in basis points over 31 minutes, which hold 30 two-minute estimates. */
const SPREAD_BP = defineSeries("spread_bp", (context, output, span) => {
    const { high, low, spreadBp } = context.bars;
    if (context.slice.market.spread === "quoted" && spreadBp !== undefined) {
        rollingMean(spreadBp, SPREAD_ESTIMATES + 1, output, span);
        return;
    }
    const estimates = context.scratch();
    const wide = earlier(span, SPREAD_ESTIMATES - 1);
    for (let row = wide.from; row < wide.to; row++) {
        estimates[row] =
            row === 0
                ? NaN
                : corwinSchultzBp(at(high, row - 1), at(low, row - 1), at(high, row), at(low, row));
    }
    rollingMean(estimates, SPREAD_ESTIMATES, output, span);
});

/** The spread, its z and its regime. */
export const microstructure = defineFamily({
    name: "microstructure",
    compute(context, emit) {
        const { span } = context;
        const spread = context.series(SPREAD_BP, span.from - SPREAD_Z_WINDOW + 1);
        emit("spread_bp", spread);
        const mean = context.scratch();
        const z = context.scratch();
        rollingMeanStd(spread, SPREAD_Z_WINDOW, mean, z, span);
        for (let row = span.from; row < span.to; row++) {
            const std = at(z, row);
            z[row] = std > SPREAD_EPSILON_BP ? (at(spread, row) - at(mean, row)) / std : NaN;
        }
        emit(`spread_z_${SPREAD_Z_WINDOW}`, z);
        emit("spread_regime", context.series(regime(SPREAD_BP, SPREAD_EPSILON_BP), span.from));
    },
});
