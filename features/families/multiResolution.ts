import { BAR_RETURN_ENDS } from "../catalogue/multiResolution";
import { defineFamily, type Emit } from "../family";
import { RECURSIVE_SPAN } from "../kernels/ema";
import { at, earlier } from "../kernels/span";
import { rollingMean } from "../kernels/sums";
import { EPSILON, LOG_RETURN, RATE_IDX, regime, safeRatio, signOf, VOLATILITY_20 } from "../shared";
import type { PairContext } from "../slice";
import { adx, stochastic } from "./bars/directional";
import {
    atrPercent,
    bollingerWidth,
    emaDistance,
    lineR2,
    macd,
    rsi,
    slope,
    sma,
    smaDistance,
} from "./bars/indicators";
import { barReturn, barVolatility } from "./bars/series";
import { type BarTable, emitOnBars, rateMinutes } from "./bars/table";

/** Standard deviations of the bars before it beyond which a bar is a jump. */
const JUMP_SIGMA = 2.5;
const JUMP_BARS = 12;

const RETURN_5M = barReturn("idx", 5);
const RETURN_15M = barReturn("idx", 15);
const VOLATILITY_5M = barVolatility("idx", 5, 20);
const VOLATILITY_15M = barVolatility("idx", 15, 12);

const FIVE: BarTable = {
    minutes: 5,
    // MACD 26 with its signal 9.
    history: RECURSIVE_SPAN * (26 + 9),
    columns: {
        sma_distance_10: smaDistance(10),
        ema_distance_20: emaDistance(20, RECURSIVE_SPAN),
        rsi_14: rsi(14, RECURSIVE_SPAN),
        macd_line_12_26: macd(12, 26, undefined, RECURSIVE_SPAN),
        macd_histogram_12_26_9: macd(12, 26, 9, RECURSIVE_SPAN),
        atr_percent_14: atrPercent(14, RECURSIVE_SPAN),
        bollinger_width_20: bollingerWidth(20),
        stochastic_k_14: stochastic(14),
        adx_14: adx(14),
        slope_12: slope(12),
        r2_12: lineR2(12),
    },
    parts: { sma: sma(10) },
};

const FIFTEEN: BarTable = {
    minutes: 15,
    history: RECURSIVE_SPAN * 26,
    columns: {
        sma_distance_8: smaDistance(8),
        rsi_14: rsi(14, RECURSIVE_SPAN),
        macd_line_12_26: macd(12, 26, undefined, RECURSIVE_SPAN),
        atr_percent_14: atrPercent(14, RECURSIVE_SPAN),
        slope_8: slope(8),
    },
    parts: { sma: sma(8) },
};

/** Indicators on trailing 5- and 15-minute bars of rate_idx. */
export const multiResolution = defineFamily({
    name: "multi-resolution",
    compute(context, emit) {
        const source = rateMinutes(context, context.span.from - (FIFTEEN.history + 1) * FIFTEEN.minutes);
        const five = emitOnBars(context, source, FIVE, undefined, emit);
        const fifteen = emitOnBars(context, source, FIFTEEN, undefined, emit);
        emitVolatility(context, emit);
        emitJumps(context, emit);
        emitAverages(context, five("sma"), fifteen("sma"), emit);
        emitSigns(context, five("slope_12"), fifteen("slope_8"), emit);
    },
});

function emitVolatility(context: PairContext, emit: Emit): void {
    const { span } = context;
    const one = context.series(VOLATILITY_20, span.from);
    const five = context.series(VOLATILITY_5M, span.from);
    const fifteen = context.series(VOLATILITY_15M, span.from);
    const [ratio, ratio15] = [context.scratch(), context.scratch()];
    emit("m5_volatility_20", five);
    emit("m15_volatility_12", fifteen);
    for (let row = span.from; row < span.to; row++) {
        // A random walk's deviation grows with the root of time: 1 means that minutes and bars agree.
        ratio[row] = safeRatio(Math.sqrt(5) * at(one, row), at(five, row), EPSILON.ratio);
        ratio15[row] = safeRatio(Math.sqrt(3) * at(five, row), at(fifteen, row), EPSILON.ratio);
    }
    emit("volatility_ratio_1m_5m_20", ratio);
    emit("volatility_ratio_5m_15m", ratio15);
    emit("m5_volatility_regime_20", context.series(regime(VOLATILITY_5M, EPSILON.ratio), span.from));
}

/** Returns of single bars, and how many of the last twelve were jumps against the bars before them. */
function emitJumps(context: PairContext, emit: Emit): void {
    const { span } = context;
    const wide = earlier(span, (JUMP_BARS - 1) * 5);
    const returns = context.series(RETURN_5M, wide.from);
    const deviation = context.series(VOLATILITY_5M, wide.from - 5);
    const [flags, output] = [context.scratch(), context.scratch()];
    for (let row = wide.from; row < wide.to; row++) {
        const limit = row < 5 ? NaN : JUMP_SIGMA * at(deviation, row - 5);
        flags[row] = Number.isNaN(limit) ? NaN : Number(Math.abs(at(returns, row)) > limit);
    }
    for (let row = span.from; row < span.to; row++) {
        let count = row < (JUMP_BARS - 1) * 5 ? NaN : 0;
        for (let bar = 0; bar < JUMP_BARS && row >= bar * 5; bar++) count += at(flags, row - bar * 5);
        output[row] = count;
    }
    emit(`m5_jump_count_${JUMP_BARS}`, output);
    for (const end of BAR_RETURN_ENDS) {
        for (let row = span.from; row < span.to; row++)
            output[row] = row < end ? NaN : at(returns, row - end);
        emit(`m5_return_ended_${end}`, output);
    }
}

function emitAverages(context: PairContext, five: Float64Array, fifteen: Float64Array, emit: Emit): void {
    const { span } = context;
    const rate = context.series(RATE_IDX, span.from - 9);
    const [one, output] = [context.scratch(), context.scratch()];
    rollingMean(rate, 10, one, span);
    for (let row = span.from; row < span.to; row++) {
        one[row] = at(one, row) / at(five, row) - 1;
        output[row] = at(five, row) / at(fifteen, row) - 1;
    }
    emit("sma_ratio_1m_5m_10", one);
    emit("sma_ratio_5m_15m", output);
}

/** Whether trends agree, and the sum of the signs of the last minute, 5 and 15 minutes. */
function emitSigns(context: PairContext, five: Float64Array, fifteen: Float64Array, emit: Emit): void {
    const { span } = context;
    const returns = [LOG_RETURN, RETURN_5M, RETURN_15M].map((of) => context.series(of, span.from));
    const [agreement, cascade] = [context.scratch(), context.scratch()];
    for (let row = span.from; row < span.to; row++) {
        agreement[row] = signOf(at(five, row), EPSILON.ratio) * signOf(at(fifteen, row), EPSILON.ratio);
        let sum = 0;
        // A return is exactly 0 between equal rates.
        for (const values of returns) sum += Math.sign(at(values, row));
        cascade[row] = sum;
    }
    emit("trend_agreement_5m_15m", agreement);
    emit("sign_cascade_1m_5m_15m", cascade);
}
