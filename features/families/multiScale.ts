import { SCALE_RECURSIVE_SPAN as SPAN, SCALES } from "../catalogue/multiScale";
import { defineFamily, type Emit } from "../family";
import { rollingLine } from "../kernels/fits";
import { at } from "../kernels/span";
import { rollingMean } from "../kernels/sums";
import type { Short } from "../marketSeries";
import {
    bqx,
    BQX_SCALE_STD,
    BQX_VOLATILITY_20,
    EPSILON,
    regime,
    safeRatio,
    signOf,
    VOLATILITY_20,
} from "../shared";
import type { PairContext } from "../slice";
import {
    atrPercent,
    bollingerWidth,
    emaDistance,
    lineR2,
    lineSlope,
    macd,
    type MinuteBars,
    rsi,
    slope,
    sma,
    smaDistance,
} from "./bars/indicators";
import { barVolatility } from "./bars/series";
import { type BarTable, emitOnBars, rateMinutes } from "./bars/table";

type Scale = (typeof SCALES)[number];

/** Bars whose move is the trend. */
const TREND_BARS = 8;

/** Bars of history: EMA 20. */
const HISTORY = SPAN * 20;

const tableOf = (minutes: Scale): BarTable => ({
    minutes,
    history: HISTORY,
    columns: {
        sma_distance_10: smaDistance(10),
        ema_distance_20: emaDistance(20, SPAN),
        rsi_14: rsi(14, SPAN),
        macd_line_6_13: macd(6, 13, undefined, SPAN),
        macd_histogram_6_13_5: macd(6, 13, 5, SPAN),
        atr_percent_14: atrPercent(14, SPAN),
        bollinger_width_20: bollingerWidth(20),
        [`slope_${TREND_BARS}`]: slope(TREND_BARS),
        [`r2_${TREND_BARS}`]: lineR2(TREND_BARS),
    },
    parts: { sma: sma(10), trend: lineSlope(TREND_BARS) },
});

const VOLATILITY = {
    idx: { minute: VOLATILITY_20, 30: barVolatility("idx", 30, 20), 60: barVolatility("idx", 60, 20) },
    bqx: { minute: BQX_VOLATILITY_20, 30: barVolatility("bqx", 30, 20), 60: barVolatility("bqx", 60, 20) },
} as const;

/** Indicators on trailing 30- and 60-minute bars of both domains. */
export const multiScale = defineFamily({
    name: "multi-scale",
    compute(context, emit) {
        for (const short of ["idx", "bqx"] as const) {
            const source = sourceOf(context, short);
            for (const minutes of SCALES) emitScale(context, short, source, minutes, emit);
        }
    },
});

function sourceOf(context: PairContext, short: Short): MinuteBars {
    const from = context.span.from - (HISTORY + 1) * Math.max(...SCALES);
    if (short === "idx") return rateMinutes(context, from);
    const values = context.series(bqx(15), from);
    const scale = context.series(BQX_SCALE_STD, context.span.from);
    return { close: values, high: values, low: values, isRate: false, scale, epsilon: EPSILON.bqx };
}

function emitScale(context: PairContext, short: Short, source: MinuteBars, minutes: Scale, emit: Emit): void {
    const onBars = emitOnBars(context, source, tableOf(minutes), short, emit);
    emitAgainstMinutes(context, short, source, minutes, onBars, emit);
    emitRegimes(context, short, minutes, emit);
}

/** The bars' average, volatility and trend against those of single minutes. */
function emitAgainstMinutes(
    context: PairContext,
    short: Short,
    { close, scale, epsilon }: MinuteBars,
    minutes: Scale,
    onBars: (indicator: string) => Float64Array,
    emit: Emit,
): void {
    const { span } = context;
    const take = () => context.scratch();
    const [average, slopes, r2] = [take(), take(), take()];
    const [volatilities, agreement, dominance] = [take(), take(), take()];
    const barAverage = onBars("sma");
    const barSlope = onBars("trend");
    const barVolatilities = context.series(VOLATILITY[short][minutes], span.from);
    const minuteVolatilities = context.series(VOLATILITY[short].minute, span.from);
    rollingMean(close, 10, average, span);
    rollingLine(close, TREND_BARS, slopes, r2, epsilon, span);
    const moved = (row: number, lag: number) => {
        if (row < lag) return NaN;
        const [now, before] = [at(close, row), at(close, row - lag)];
        return Math.abs(short === "idx" ? Math.log(now / before) : now - before);
    };
    for (let row = span.from; row < span.to; row++) {
        const gap = at(barAverage, row) - at(average, row);
        average[row] = scale === undefined ? gap / at(average, row) : safeRatio(gap, at(scale, row), epsilon);
        const [long, brief] = [at(barVolatilities, row), at(minuteVolatilities, row)];
        volatilities[row] = safeRatio(long, Math.sqrt(minutes) * brief, EPSILON.ratio);
        agreement[row] = signOf(at(barSlope, row), epsilon) * signOf(at(slopes, row), epsilon);
        const own = safeRatio(moved(row, TREND_BARS * minutes), long, EPSILON.ratio);
        const other = safeRatio(moved(row, TREND_BARS), brief, EPSILON.ratio);
        dominance[row] = safeRatio(own, own + other, EPSILON.ratio);
    }
    emit(`m${minutes}_volatility_${short}_20`, barVolatilities);
    emit(`m${minutes}_sma_ratio_1m_${short}_10`, average);
    emit(`m${minutes}_volatility_ratio_1m_${short}_20`, volatilities);
    emit(`m${minutes}_trend_agreement_${short}_8`, agreement);
    emit(`m${minutes}_dominance_${short}_20`, dominance);
}

/** Whether the bars' volatility lies in the same tercile of the last 1,440 minutes as that of single minutes. */
function emitRegimes(context: PairContext, short: Short, minutes: Scale, emit: Emit): void {
    const { span } = context;
    const bars = context.series(regime(VOLATILITY[short][minutes], EPSILON.ratio), span.from);
    const single = context.series(regime(VOLATILITY[short].minute, EPSILON.ratio), span.from);
    const output = context.scratch();
    for (let row = span.from; row < span.to; row++) {
        const [one, two] = [at(bars, row), at(single, row)];
        output[row] = Number.isNaN(one + two) ? NaN : Number(one === two);
    }
    emit(`m${minutes}_regime_agreement_${short}_20`, output);
}
