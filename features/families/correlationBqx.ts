import { PAIRS } from "../../config/pairs";
import { BQX_DEFAULT, BQX_SCALE_WINDOW } from "../catalogue/bases";
import { LEAD_MINUTES, PANEL_WINDOWS, SHORTER_BQX } from "../catalogue/correlation";
import { defineFamily, type Emit } from "../family";
import { correlationOf, rollingComoments } from "../kernels/comoments";
import { rollingMeanStd } from "../kernels/moments";
import { at, earlier } from "../kernels/span";
import { arrayAt, commonFactor, FACTOR, ownStrengths, pairwiseCorrelation } from "../marketSeries";
import { bqx, EPSILON, signOf } from "../shared";
import type { PairContext } from "../slice";
import { emitTermStructure } from "./bqxTermStructure";
import { comomentBuffers, lagged, residualStd, standardised } from "./correlations";

/** Correlations over one window of an hour, where the column's name gives none. */
const HOUR = 60;

/** The pair's bqx windows against each other, and its bqx_15 against the panel and its own two currencies. */
export const correlationBqx = defineFamily({
    name: "correlation bqx",
    compute(context, emit) {
        emitShorterWindows(context, emit);
        emitTermStructure(context, emit);
        for (const window of PANEL_WINDOWS) emitPanel(context, window, emit);
        emitSignShare(context, emit);
        emitDecoupling(context, emit);
        emitStrengths(context, emit);
    },
});

function emitShorterWindows(context: PairContext, emit: Emit): void {
    const { span } = context;
    const long = context.series(bqx(60), span.from - HOUR + 1);
    const comoments = comomentBuffers(context);
    const output = context.scratch();
    for (const window of SHORTER_BQX) {
        rollingComoments(context.series(bqx(window), span.from - HOUR + 1), long, HOUR, comoments, span);
        correlationOf(comoments, EPSILON.bqx, EPSILON.bqx, output, span);
        emit(`bqx_${window}_correlation_bqx_60_60`, output);
    }
}

function emitPanel(context: PairContext, window: (typeof PANEL_WINDOWS)[number], emit: Emit): void {
    const { slice, span } = context;
    const share = systematicShare(context, window, 0);
    emit(`systematic_share_bqx_${window}`, share);
    const deviation = context.scratch();
    const values = context.series(bqx(BQX_DEFAULT), span.from - window + 1);
    rollingMeanStd(values, window, context.scratch(), deviation, span);
    emit(`residual_std_bqx_${window}`, residualStd(share, deviation, context.scratch(), span));
    const panel = slice.group(pairwiseCorrelation("bqx", window), span.from);
    emit(`mean_pairwise_correlation_bqx_${window}`, arrayAt(panel, 0));
    emit(`correlation_dispersion_bqx_${window}`, arrayAt(panel, 1));
}

function systematicShare({ pair, slice, span }: PairContext, window: number, history: number): Float64Array {
    const factor = slice.group(commonFactor("bqx", window), span.from - history);
    return arrayAt(factor, FACTOR.shares + PAIRS.indexOf(pair));
}

/** Share of the 27 other pairs whose bqx has the sign of this one's; NaN where this one has none. */
function emitSignShare(context: PairContext, emit: Emit): void {
    const { slice, span } = context;
    const own = context.series(bqx(BQX_DEFAULT), span.from);
    const output = context.scratch().fill(0, span.from, span.to);
    const sign = (values: Float64Array, row: number) => signOf(at(values, row), EPSILON.bqx);
    const others = PAIRS.filter((pair) => pair !== context.pair);
    for (const other of others) {
        const values = slice.pair(other).series(bqx(BQX_DEFAULT), span.from);
        for (let row = span.from; row < span.to; row++) {
            if (sign(own, row) * sign(values, row) > 0) output[row] = at(output, row) + 1;
        }
    }
    for (let row = span.from; row < span.to; row++) {
        output[row] = Math.abs(sign(own, row)) === 1 ? at(output, row) / others.length : NaN;
    }
    emit("bqx_sign_share", output);
}

/** How far the share of the pair's bqx that is its own, not the panel's, stands above its mean of four hours. */
function emitDecoupling(context: PairContext, emit: Emit): void {
    const { span } = context;
    const wide = earlier(span, BQX_SCALE_WINDOW - 1);
    const systematic = systematicShare(context, HOUR, BQX_SCALE_WINDOW - 1);
    const own = context.scratch();
    for (let row = wide.from; row < wide.to; row++) own[row] = 1 - at(systematic, row);
    const mean = context.scratch();
    const std = context.scratch();
    rollingMeanStd(own, BQX_SCALE_WINDOW, mean, std, span);
    emit("bqx_decoupling_z_240", standardised(own, mean, std, SHARE_EPSILON, context.scratch(), span));
}

/** Below this a share does not vary. */
const SHARE_EPSILON = 1e-9;

/** The pair's bqx against the strength of each of its currencies: at the same minute, and some minutes before. */
function emitStrengths(context: PairContext, emit: Emit): void {
    const { span } = context;
    const history = Math.max(...PANEL_WINDOWS) - 1;
    const own = context.series(bqx(BQX_DEFAULT), span.from - history);
    const sides = ownStrengths(context, "bqx", span.from - history);
    const before = context.scratch();
    const comoments = comomentBuffers(context);
    const output = context.scratch();
    const correlation = (strength: Float64Array, window: number) => {
        rollingComoments(own, strength, window, comoments, span);
        correlationOf(comoments, EPSILON.bqx, EPSILON.bqx, output, span);
        return output;
    };
    for (const side of ["base", "quote"] as const) {
        for (const window of PANEL_WINDOWS) {
            emit(`bqx_strength_correlation_${side}_${window}`, correlation(sides[side], window));
        }
        for (const lag of LEAD_MINUTES) {
            lagged(sides[side], lag, before, earlier(span, HOUR - 1));
            emit(`bqx_lead_lag_${side}_${lag}`, correlation(before, HOUR));
        }
    }
}
