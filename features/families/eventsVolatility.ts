import { GARCH_WINDOW } from "../catalogue/events";
import type { Emit } from "../family";
import { emaDecay, RECURSIVE_SPAN, rollingEma } from "../kernels/ema";
import { rollingMeanStd } from "../kernels/moments";
import { rollingRank } from "../kernels/ranks";
import { at, earlier } from "../kernels/span";
import { EPSILON, LOG_RETURN, regime, safeRatio, VOLATILITY_20, VOLATILITY_60 } from "../shared";
import type { PairContext } from "../slice";

/** Minutes over which a change of regime is looked for. */
const TRANSITION_MINUTES = 5;
/** Deviation of the last 20 minutes against the last 60 that counts as expansion, and as compression. */
const EXPANSION = 1.25;
const COMPRESSION = 0.75;
const ACCELERATION_MINUTES = 10;
const EWMA_PERIOD = 30;

export function emitVolatility(context: PairContext, emit: Emit): void {
    emitRegimes(context, emit);
    emitMovements(context, emit);
    emitForecasts(context, emit);
}

function emitRegimes(context: PairContext, emit: Emit): void {
    const { span } = context;
    const brief = context.series(regime(VOLATILITY_20, EPSILON.ratio), span.from - TRANSITION_MINUTES);
    const transition = context.scratch();
    emit("volatility_regime_60", context.series(regime(VOLATILITY_60, EPSILON.ratio), span.from));
    emit("volatility_regime_20", brief);
    for (let row = span.from; row < span.to; row++) {
        const before = row < TRANSITION_MINUTES ? NaN : at(brief, row - TRANSITION_MINUTES);
        transition[row] = at(brief, row) - before;
    }
    emit("volatility_transition_20", transition);
}

function emitMovements(context: PairContext, emit: Emit): void {
    const { span } = context;
    const brief = context.series(VOLATILITY_20, span.from - 239);
    const long = context.series(VOLATILITY_60, span.from);
    const take = () => context.scratch();
    const [mean, z, acceleration, expansion, compression] = [take(), take(), take(), take(), take()];
    rollingMeanStd(brief, 240, mean, z, span);
    const lag = ACCELERATION_MINUTES;
    for (let row = span.from; row < span.to; row++) {
        const now = at(brief, row);
        z[row] = safeRatio(now - at(mean, row), at(z, row), EPSILON.ratio);
        const bend = row < 2 * lag ? NaN : now - 2 * at(brief, row - lag) + at(brief, row - 2 * lag);
        acceleration[row] = safeRatio(bend, at(long, row), EPSILON.ratio);
        const [own, other] = [now, at(long, row)];
        expansion[row] = Number.isNaN(own + other) ? NaN : Number(own > EXPANSION * other);
        compression[row] = Number.isNaN(own + other) ? NaN : Number(own < COMPRESSION * other);
    }
    emit("volatility_z_20", z);
    emit("volatility_acceleration_20", acceleration);
    emit("volatility_expansion", expansion);
    emit("volatility_compression", compression);
    rollingRank(brief, 100, EPSILON.ratio, z, span);
    emit("volatility_percentile_100", z);
}

/** Volatility that is expected next: exponentially weighted (RiskMetrics 1996), and by GARCH(1,1) (Bollerslev 1986). */
function emitForecasts(context: PairContext, emit: Emit): void {
    const { span } = context;
    const wide = earlier(span, GARCH_WINDOW - 1);
    const returns = context.series(LOG_RETURN, wide.from);
    const [squares, output] = [context.scratch(), context.scratch()];
    for (let row = wide.from; row < wide.to; row++) squares[row] = at(returns, row) * at(returns, row);
    rollingEma(squares, emaDecay(EWMA_PERIOD), RECURSIVE_SPAN * EWMA_PERIOD, output, span);
    for (let row = span.from; row < span.to; row++) output[row] = Math.sqrt(at(output, row));
    emit("volatility_ewma_30", output);
    const { omega, alpha, beta } = context.parameters.garch;
    // The recursion unrolled over a window: beta^i (omega + alpha r^2), with the long-run variance before it.
    rollingEma(squares, beta, GARCH_WINDOW, output, span);
    const weights = (1 - beta ** GARCH_WINDOW) / (1 - beta);
    const start = beta ** GARCH_WINDOW * (omega / (1 - alpha - beta));
    for (let row = span.from; row < span.to; row++) {
        output[row] = Math.sqrt(weights * (omega + alpha * at(output, row)) + start);
    }
    emit("volatility_garch", output);
}
