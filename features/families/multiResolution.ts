import { BAR_RETURN_ENDS } from "../catalogue/multiResolution";
import { defineFamily, type Emit } from "../family";
import { RECURSIVE_SPAN } from "../kernels/ema";
import { at, earlier } from "../kernels/span";
import { rollingMean } from "../kernels/sums";
import {
    EPSILON,
    LOG_RETURN,
    RATE_IDX,
    RATE_IDX_HIGH,
    RATE_IDX_LOW,
    regime,
    safeRatio,
    VOLATILITY_20,
} from "../shared";
import type { PairContext } from "../slice";
import { adx, stochastic } from "./bars/directional";
import {
    atrPercent,
    bollingerWidth,
    emaDistance,
    lineR2,
    macd,
    onTrailingBars,
    rsi,
    slope,
    sma,
    smaDistance,
} from "./bars/indicators";
import { barReturn, barVolatility } from "./bars/series";

/** Standard deviations of the bars before it beyond which a bar is a jump. */
const JUMP_SIGMA = 2.5;
const JUMP_BARS = 12;

/** Bars of history: MACD 26 with its signal 9, and MACD 26. */
const HISTORY_5M = RECURSIVE_SPAN * (26 + 9);
const HISTORY_15M = RECURSIVE_SPAN * 26;

const RETURN_5M = barReturn("idx", 5);
const RETURN_15M = barReturn("idx", 15);
const VOLATILITY_5M = barVolatility("idx", 5, 20);
const VOLATILITY_15M = barVolatility("idx", 15, 12);

const INDICATORS_5M = {
    m5_sma_distance_10: smaDistance(10),
    m5_ema_distance_20: emaDistance(20, RECURSIVE_SPAN),
    m5_rsi_14: rsi(14, RECURSIVE_SPAN),
    m5_macd_line_12_26: macd(12, 26, undefined, RECURSIVE_SPAN),
    m5_macd_histogram_12_26_9: macd(12, 26, 9, RECURSIVE_SPAN),
    m5_atr_percent_14: atrPercent(14, RECURSIVE_SPAN),
    m5_bollinger_width_20: bollingerWidth(20),
    m5_stochastic_k_14: stochastic(14),
    m5_adx_14: adx(14),
    m5_slope_12: slope(12),
    m5_r2_12: lineR2(12),
};

const INDICATORS_15M = {
    m15_sma_distance_8: smaDistance(8),
    m15_rsi_14: rsi(14, RECURSIVE_SPAN),
    m15_macd_line_12_26: macd(12, 26, undefined, RECURSIVE_SPAN),
    m15_atr_percent_14: atrPercent(14, RECURSIVE_SPAN),
    m15_slope_8: slope(8),
};

/** Indicators on trailing 5- and 15-minute bars of rate_idx. */
export const multiResolution = defineFamily({
    name: "multi-resolution",
    compute(context, emit) {
        const { span } = context;
        const from = span.from - HISTORY_15M * 15 - 15;
        const source = {
            close: context.series(RATE_IDX, from),
            high: context.series(RATE_IDX_HIGH, from),
            low: context.series(RATE_IDX_LOW, from),
            isRate: true,
            scale: undefined,
            epsilon: EPSILON.index,
        };
        const sma5 = { sma: sma(10) };
        const sma15 = { sma: sma(8) };
        const five = onTrailingBars(context, source, 5, HISTORY_5M, { ...INDICATORS_5M, ...sma5 });
        const fifteen = onTrailingBars(context, source, 15, HISTORY_15M, { ...INDICATORS_15M, ...sma15 });
        for (const name of Object.keys(INDICATORS_5M)) emit(name, columnIn(five, name));
        for (const name of Object.keys(INDICATORS_15M)) emit(name, columnIn(fifteen, name));
        emitVolatility(context, emit);
        emitJumps(context, emit);
        emitAverages(context, columnIn(five, "sma"), columnIn(fifteen, "sma"), emit);
        emitSigns(context, columnIn(five, "m5_slope_12"), columnIn(fifteen, "m15_slope_8"), emit);
    },
});

export function columnIn(columns: ReadonlyMap<string, Float64Array>, name: string): Float64Array {
    const column = columns.get(name);
    if (column === undefined) throw new Error(`no indicator is called ${name}`);
    return column;
}

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
    emit("m5_volatility_regime_20", context.series(regime(VOLATILITY_5M), span.from));
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
        agreement[row] = Math.sign(at(five, row)) * Math.sign(at(fifteen, row));
        let sum = 0;
        for (const values of returns) sum += Math.sign(at(values, row));
        cascade[row] = sum;
    }
    emit("trend_agreement_5m_15m", agreement);
    emit("sign_cascade_1m_5m_15m", cascade);
}
