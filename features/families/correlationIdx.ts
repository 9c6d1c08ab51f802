import { PAIRS } from "../../config/pairs";
import { REGIME_WINDOW } from "../catalogue/bases";
import { CORRELATION_WINDOWS, CURRENCIES, PANEL_WINDOWS } from "../catalogue/correlation";
import { defineFamily, type Emit } from "../family";
import { correlationOf, rollingComoments } from "../kernels/comoments";
import { rollingTercile } from "../kernels/ranks";
import { at } from "../kernels/span";
import {
    arrayAt,
    commonFactor,
    FACTOR,
    pairwiseCorrelation,
    strengths,
    strengthVolume,
} from "../marketSeries";
import { EPSILON, LOG_RETURN, VOLATILITY_240, VOLATILITY_60 } from "../shared";
import type { PairContext } from "../slice";
import { comomentBuffers, residualStd } from "./correlations";

const DEVIATION = { 60: VOLATILITY_60, 240: VOLATILITY_240 } as const;

/** The pair's r against the currencies' strengths and against what all 28 pairs have in common. */
export const correlationIdx = defineFamily({
    name: "correlation idx",
    compute(context, emit) {
        emitStrengths(context, emit);
        emitPanel(context, emit);
        for (const window of PANEL_WINDOWS) emitFactor(context, window, emit);
        emitBreakout(context, 20, 60, emit);
        emitBreakout(context, 60, 240, emit);
        emitRegime(context, emit);
    },
});

function emitStrengths(context: PairContext, emit: Emit): void {
    const { span } = context;
    const longest = Math.max(...CORRELATION_WINDOWS);
    const returns = context.series(LOG_RETURN, span.from - longest + 1);
    const all = context.slice.group(strengths("idx"), span.from - longest + 1);
    const comoments = comomentBuffers(context);
    const output = context.scratch();
    CURRENCIES.forEach((currency, index) => {
        for (const window of CORRELATION_WINDOWS) {
            rollingComoments(returns, arrayAt(all, index), window, comoments, span);
            correlationOf(comoments, EPSILON.ratio, EPSILON.ratio, output, span);
            emit(`strength_correlation_${currency}_${window}`, output);
        }
    });
}

function emitPanel(context: PairContext, emit: Emit): void {
    for (const window of CORRELATION_WINDOWS) {
        const panel = context.slice.group(pairwiseCorrelation("idx", window), context.span.from);
        emit(`mean_pairwise_correlation_idx_${window}`, arrayAt(panel, 0));
        emit(`correlation_dispersion_idx_${window}`, arrayAt(panel, 1));
    }
}

function emitFactor(context: PairContext, window: (typeof PANEL_WINDOWS)[number], emit: Emit): void {
    const { slice, span } = context;
    const factor = slice.group(commonFactor("idx", window), span.from);
    emit(`largest_eigenvalue_share_${window}`, arrayAt(factor, FACTOR.eigenvalueShare));
    emit(`eigenvalue_ratio_${window}`, arrayAt(factor, FACTOR.eigenvalueRatio));
    const share = arrayAt(factor, FACTOR.shares + PAIRS.indexOf(context.pair));
    emit(`systematic_share_idx_${window}`, share);
    const deviation = context.series(DEVIATION[window], span.from);
    emit(`residual_std_idx_${window}`, residualStd(share, deviation, context.scratch(), span));
    const volume = slice.group(strengthVolume(window), span.from);
    emit(`strength_log_determinant_${window}`, arrayAt(volume, 0));
    emit(`strength_log_trace_${window}`, arrayAt(volume, 1));
}

/** By how much the mean correlation of a short window exceeds that of a longer one. */
function emitBreakout(context: PairContext, short: number, long: number, emit: Emit): void {
    const { slice, span } = context;
    const one = arrayAt(slice.group(pairwiseCorrelation("idx", short), span.from), 0);
    const other = arrayAt(slice.group(pairwiseCorrelation("idx", long), span.from), 0);
    const output = context.scratch();
    for (let row = span.from; row < span.to; row++) output[row] = at(one, row) - at(other, row);
    emit(`mean_correlation_breakout_${short}_${long}`, output);
}

/** Tercile of the mean correlation among its own last day. */
function emitRegime(context: PairContext, emit: Emit): void {
    const { slice, span } = context;
    const panel = slice.group(pairwiseCorrelation("idx", 60), span.from - REGIME_WINDOW + 1);
    const output = context.scratch();
    rollingTercile(arrayAt(panel, 0), REGIME_WINDOW, EPSILON.score, output, span);
    emit("correlation_regime_60", output);
}
