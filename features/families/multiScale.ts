import { SCALE_RECURSIVE_SPAN as SPAN, SCALES } from "../catalogue/multiScale";
import { defineFamily, type Emit } from "../family";
import { rollingLine } from "../kernels/fits";
import { at } from "../kernels/span";
import { rollingMean } from "../kernels/sums";
import {
    bqx,
    BQX_SCALE_STD,
    BQX_VOLATILITY_20,
    EPSILON,
    RATE_IDX,
    RATE_IDX_HIGH,
    RATE_IDX_LOW,
    regime,
    safeRatio,
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
    onTrailingBars,
    rsi,
    slope,
    sma,
    smaDistance,
} from "./bars/indicators";
import { barVolatility } from "./bars/series";
import { columnIn } from "./multiResolution";

type Short = "idx" | "bqx";
type Scale = (typeof SCALES)[number];

/** Bars whose move is the trend. */
const TREND_BARS = 8;

/** Bars of history: EMA 20. */
const HISTORY = SPAN * 20;

/** Indicators by the part of the column's name before and after the domain. */
const INDICATORS = {
    sma_distance: { suffix: "_10", indicator: smaDistance(10) },
    ema_distance: { suffix: "_20", indicator: emaDistance(20, SPAN) },
    rsi: { suffix: "_14", indicator: rsi(14, SPAN) },
    macd_line: { suffix: "_6_13", indicator: macd(6, 13, undefined, SPAN) },
    macd_histogram: { suffix: "_6_13_5", indicator: macd(6, 13, 5, SPAN) },
    atr_percent: { suffix: "_14", indicator: atrPercent(14, SPAN) },
    bollinger_width: { suffix: "_20", indicator: bollingerWidth(20) },
    slope: { suffix: `_${TREND_BARS}`, indicator: slope(TREND_BARS) },
    r2: { suffix: `_${TREND_BARS}`, indicator: lineR2(TREND_BARS) },
} as const;

const BAR_INDICATORS = {
    ...Object.fromEntries(Object.entries(INDICATORS).map(([name, { indicator }]) => [name, indicator])),
    sma: sma(10),
    trend: lineSlope(TREND_BARS),
};

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
    if (short === "idx") {
        return {
            close: context.series(RATE_IDX, from),
            high: context.series(RATE_IDX_HIGH, from),
            low: context.series(RATE_IDX_LOW, from),
            isRate: true,
            scale: undefined,
            epsilon: EPSILON.index,
        };
    }
    const values = context.series(bqx(15), from);
    const scale = context.series(BQX_SCALE_STD, context.span.from);
    return { close: values, high: values, low: values, isRate: false, scale, epsilon: EPSILON.bqx };
}

function emitScale(context: PairContext, short: Short, source: MinuteBars, minutes: Scale, emit: Emit): void {
    const name = (term: string, suffix: string) => `m${minutes}_${term}_${short}${suffix}`;
    const columns = onTrailingBars(context, source, minutes, HISTORY, BAR_INDICATORS);
    for (const [term, { suffix }] of Object.entries(INDICATORS))
        emit(name(term, suffix), columnIn(columns, term));
    emitAgainstMinutes(context, short, source, minutes, columns, emit);
    emitRegimes(context, short, minutes, emit);
}

/** The bars' average, volatility and trend against those of single minutes. */
function emitAgainstMinutes(
    context: PairContext,
    short: Short,
    { close, scale, epsilon }: MinuteBars,
    minutes: Scale,
    columns: ReadonlyMap<string, Float64Array>,
    emit: Emit,
): void {
    const { span } = context;
    const take = () => context.scratch();
    const [average, slopes, r2] = [take(), take(), take()];
    const [volatilities, agreement, dominance] = [take(), take(), take()];
    const barAverage = columnIn(columns, "sma");
    const barSlope = columnIn(columns, "trend");
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
        agreement[row] = Math.sign(at(barSlope, row)) * Math.sign(at(slopes, row));
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
    const bars = context.series(regime(VOLATILITY[short][minutes]), span.from);
    const single = context.series(regime(VOLATILITY[short].minute), span.from);
    const output = context.scratch();
    for (let row = span.from; row < span.to; row++) {
        const [one, two] = [at(bars, row), at(single, row)];
        output[row] = Number.isNaN(one + two) ? NaN : Number(one === two);
    }
    emit(`m${minutes}_regime_agreement_${short}_20`, output);
}
