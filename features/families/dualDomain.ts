import { CROSS_LAGS } from "../catalogue/dualDomain";
import { defineFamily, type Emit } from "../family";
import { correlationOf, rollingComoments } from "../kernels/comoments";
import { at, earlier } from "../kernels/span";
import {
    bqx,
    BQX_CHANGE,
    BQX_VOLATILITY_240,
    BQX_VOLATILITY_30,
    EPSILON,
    LOG_RETURN,
    RATE_IDX,
    safeRatio,
    signedRatio,
    VOLATILITY_240,
    VOLATILITY_30,
} from "../shared";
import type { PairContext } from "../slice";
import { comomentBuffers } from "./correlations";
import { emitBands } from "./dualDomainBands";
import { termsOf } from "./regression/terms";

/** A coupling weaker than this counts as none. */
const COUPLED = 0.3;

/** Minutes over which r and the change of bqx are correlated. */
const CROSS_WINDOW = 60;

/** How rate_idx and bqx_15 move together. */
export const dualDomainComparison = defineFamily({
    name: "dual-domain comparison",
    compute(context, emit) {
        emitRegressions(context, emit);
        emitCoupling(context, emit);
        emitTermGaps(context, emit);
        emitCrossCorrelations(context, emit);
        emitVolatilities(context, emit);
        emitBands(context, emit);
    },
});

/** Straight lines of each domain on the other over 30 minutes; x is rate_idx, y is bqx_15. */
function emitRegressions(context: PairContext, emit: Emit): void {
    const { span } = context;
    const window = 30;
    const rate = context.series(RATE_IDX, span.from - window + 1);
    const momentum = context.series(bqx(15), span.from - window + 1);
    const moments = comomentBuffers(context);
    rollingComoments(rate, momentum, window, moments, span);
    const take = () => context.scratch();
    const [r2, rateBeta, rateZ, bqxBeta, bqxZ, decoupled] = [take(), take(), take(), take(), take(), take()];
    for (let row = span.from; row < span.to; row++) {
        const [vx, vy] = [at(moments.varianceX, row), at(moments.varianceY, row)];
        const cov = at(moments.covariance, row);
        const usable = Math.sqrt(vx) > EPSILON.index && Math.sqrt(vy) > EPSILON.bqx;
        const share = usable ? Math.min(1, (cov * cov) / (vx * vy)) : NaN;
        const dx = at(rate, row) - at(moments.meanX, row);
        const dy = at(momentum, row) - at(moments.meanY, row);
        rateBeta[row] = usable ? signedRatio(cov, vy, 0) : NaN;
        bqxBeta[row] = usable ? cov / vx : NaN;
        r2[row] = share;
        rateZ[row] = safeRatio(dx - (cov / vy) * dy, Math.sqrt(vx * (1 - share)), EPSILON.index);
        bqxZ[row] = safeRatio(dy - (cov / vx) * dx, Math.sqrt(vy * (1 - share)), EPSILON.bqx);
        decoupled[row] = Number.isNaN(share) ? share : Number(share < COUPLED * COUPLED);
    }
    emit("dual_beta_rate_on_bqx_30", rateBeta);
    emit("dual_r2_30", r2);
    emit("dual_residual_z_rate_30", rateZ);
    emit("dual_beta_bqx_on_rate_30", bqxBeta);
    emit("dual_residual_z_bqx_30", bqxZ);
    emit("dual_decoupled_30", decoupled);
}

/** Correlation of the levels over 15 minutes less that over 60, and r2 of the changes over 30. */
function emitCoupling(context: PairContext, emit: Emit): void {
    const { span } = context;
    const rate = context.series(RATE_IDX, span.from - 59);
    const momentum = context.series(bqx(15), span.from - 59);
    const moments = comomentBuffers(context);
    const [brief, long] = [context.scratch(), context.scratch()];
    rollingComoments(rate, momentum, 15, moments, span);
    correlationOf(moments, EPSILON.index, EPSILON.bqx, brief, span);
    rollingComoments(rate, momentum, 60, moments, span);
    correlationOf(moments, EPSILON.index, EPSILON.bqx, long, span);
    for (let row = span.from; row < span.to; row++) brief[row] = at(brief, row) - at(long, row);
    emit("dual_coupling_gap_15_60", brief);
    const returns = context.series(LOG_RETURN, span.from - 29);
    const change = context.series(BQX_CHANGE, span.from - 29);
    rollingComoments(returns, change, 30, moments, span);
    correlationOf(moments, EPSILON.ratio, EPSILON.bqx, long, span);
    for (let row = span.from; row < span.to; row++) long[row] = at(long, row) * at(long, row);
    emit("dual_change_r2_30", long);
}

/** Terms of the 60-minute quadratics in their window's standard deviations, rate_idx less bqx. */
function emitTermGaps(context: PairContext, emit: Emit): void {
    const { span } = context;
    const rate = termsOf(context, "idx", 60, 0);
    const momentum = termsOf(context, "bqx", 60, 0);
    const output = context.scratch();
    for (const term of ["a2", "a1", "b"] as const) {
        for (let row = span.from; row < span.to; row++) {
            const std = at(rate.std, row);
            const mean = at(rate.mean, row);
            // rate_idx's terms were divided by its mean; b is measured from the mean in both.
            const level = term === "b" ? mean : 0;
            const standardised = safeRatio(at(rate[term], row) * mean - level, std, EPSILON.index);
            const bqxLevel = term === "b" ? at(momentum.mean, row) / at(momentum.std, row) : 0;
            output[row] = standardised - (at(momentum[term], row) - bqxLevel);
        }
        emit(`dual_${term}_gap_60`, output);
    }
    for (let row = span.from; row < span.to; row++) output[row] = at(rate.r2, row) - at(momentum.r2, row);
    emit("dual_r2_gap_60", output);
}

/** Correlation of the change of bqx_15 with r some minutes before. */
function emitCrossCorrelations(context: PairContext, emit: Emit): void {
    const { span } = context;
    const longest = Math.max(...CROSS_LAGS);
    const wide = earlier(span, CROSS_WINDOW - 1);
    const change = context.series(BQX_CHANGE, wide.from);
    const returns = context.series(LOG_RETURN, wide.from - longest);
    const moments = comomentBuffers(context);
    const [earlierReturns, output] = [context.scratch(), context.scratch()];
    for (const lag of CROSS_LAGS) {
        for (let row = wide.from; row < wide.to; row++)
            earlierReturns[row] = row < lag ? NaN : at(returns, row - lag);
        rollingComoments(earlierReturns, change, CROSS_WINDOW, moments, span);
        correlationOf(moments, EPSILON.ratio, EPSILON.bqx, output, span);
        emit(`dual_cross_correlation_lag_${lag}`, output);
    }
}

/** Volatility of r against that of the change of bqx_15 over 30 minutes; the gap is of each against its last 240. */
function emitVolatilities(context: PairContext, emit: Emit): void {
    const { span } = context;
    const rate = context.series(VOLATILITY_30, span.from);
    const rateLong = context.series(VOLATILITY_240, span.from);
    const momentum = context.series(BQX_VOLATILITY_30, span.from);
    const momentumLong = context.series(BQX_VOLATILITY_240, span.from);
    const [ratio, gap] = [context.scratch(), context.scratch()];
    for (let row = span.from; row < span.to; row++) {
        ratio[row] = safeRatio(at(rate, row), at(momentum, row), EPSILON.bqx);
        gap[row] =
            safeRatio(at(rate, row), at(rateLong, row), EPSILON.ratio) -
            safeRatio(at(momentum, row), at(momentumLong, row), EPSILON.bqx);
    }
    emit("dual_volatility_ratio_30", ratio);
    emit("dual_volatility_gap_30", gap);
}
