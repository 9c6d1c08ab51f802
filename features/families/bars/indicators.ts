import { rollingRange } from "../../kernels/extremes";
import {
    absolute,
    changes,
    type PriceBars,
    rollingRsi,
    type Scratch,
    trueRange,
} from "../../kernels/indicators";
import { emaDecay, rollingEma, wilderDecay } from "../../kernels/ema";
import { rollingLine } from "../../kernels/fits";
import { rollingMeanStd } from "../../kernels/moments";
import { forEachPhase, type Phase } from "../../kernels/bars";
import { at, earlier, type Span } from "../../kernels/span";
import { rollingMean } from "../../kernels/sums";
import type { PairContext } from "../../slice";

/** Minute series of one domain from which trailing bars are made. */
export interface MinuteBars extends PriceBars {
    /** Changes from bar to bar: logarithmic for rates, plain for bqx. */
    readonly isRate: boolean;
    /** What distances are divided by; the level itself where there is none. */
    readonly scale: Float64Array | undefined;
    readonly epsilon: number;
}

/** What one phase's indicators are computed from: bars as if they were minutes. */
export interface BarInput extends PriceBars {
    readonly span: Span;
    readonly take: Scratch;
    readonly epsilon: number;
    readonly isRate: boolean;
    /** Divisor of distances at each bar of the span. */
    readonly unit: Float64Array;
}

/** One indicator on bars: fills `output` over the input's span. */
export type BarIndicator = (input: BarInput, output: Float64Array) => void;

/**
 * Computes indicators on trailing bars of `minutes` minutes that reach `history` bars back, and gives them as minute
 * series: at each row that of the bar which ends there.
 */
export function onTrailingBars(
    context: PairContext,
    source: MinuteBars,
    minutes: number,
    history: number,
    indicators: Readonly<Record<string, BarIndicator>>,
): Map<string, Float64Array> {
    const { span } = context;
    const take = () => context.scratch();
    const wide = earlier(span, history * minutes);
    const [high, low] = [take(), take()];
    rollingRange(source.high, source.low, minutes, high, low, wide);
    const outputs = new Map(Object.keys(indicators).map((name) => [name, take()]));
    const bars = { high: take(), low: take(), close: take() };
    const unit = take();
    const output = take();
    const free = Array.from({ length: 8 }, take);
    forEachPhase(span, minutes, (phase: Phase) => {
        phase.gather(high, history, bars.high);
        phase.gather(low, history, bars.low);
        phase.gather(source.close, history, bars.close);
        phase.gather(source.scale ?? source.close, 0, unit);
        for (const [name, indicator] of Object.entries(indicators)) {
            let taken = 0;
            const buffer = () => free[taken++] ?? take();
            const { epsilon, isRate } = source;
            indicator({ ...bars, span: phase.span, take: buffer, epsilon, isRate, unit }, output);
            const column = outputs.get(name);
            if (column !== undefined) phase.scatter(output, column);
        }
    });
    return outputs;
}

/** Change from bar to bar over `lag` bars. */
function barChanges(
    { isRate, close }: BarInput,
    lag: number,
    output: Float64Array,
    span: Span,
): Float64Array {
    if (!isRate) return changes(close, lag, output, span);
    for (let bar = span.from; bar < span.to; bar++) {
        output[bar] = bar < lag ? NaN : Math.log(at(close, bar) / at(close, bar - lag));
    }
    return output;
}

/** values / unit, NaN where the unit is not above epsilon. */
function divide({ unit, epsilon, span }: BarInput, values: Float64Array): void {
    for (let bar = span.from; bar < span.to; bar++) {
        const divisor = at(unit, bar);
        values[bar] = divisor > epsilon ? at(values, bar) / divisor : NaN;
    }
}

/** Distance of the close from what `average` wrote, relative to it, or in units for bqx. */
function distance(input: BarInput, average: Float64Array): void {
    const { close, span, isRate } = input;
    for (let bar = span.from; bar < span.to; bar++) {
        const difference = at(close, bar) - at(average, bar);
        average[bar] = isRate ? difference / at(average, bar) : difference;
    }
    if (!isRate) divide(input, average);
}

export const smaDistance =
    (window: number): BarIndicator =>
    (input, output) => {
        rollingMean(input.close, window, output, input.span);
        distance(input, output);
    };

export const emaDistance =
    (period: number, recursive: number): BarIndicator =>
    (input, output) => {
        rollingEma(input.close, emaDecay(period), recursive * period, output, input.span);
        distance(input, output);
    };

export const sma =
    (window: number): BarIndicator =>
    (input, output) =>
        rollingMean(input.close, window, output, input.span);

/** Standard deviation of the changes from bar to bar. */
export const volatility =
    (window: number): BarIndicator =>
    (input, output) => {
        const change = barChanges(input, 1, input.take(), earlier(input.span, window - 1));
        rollingMeanStd(change, window, input.take(), output, input.span);
    };

export const rsi =
    (period: number, recursive: number): BarIndicator =>
    (input, output) => {
        const { close, span, take, epsilon } = input;
        const window = recursive * period;
        const wide = earlier(span, window - 1);
        const change = changes(close, 1, take(), wide);
        const size = absolute(change, take(), wide);
        rollingRsi({ change, size }, wilderDecay(period), window, epsilon, output, span, take());
    };

/** MACD line, or the histogram where there is a signal period; percent of the level, or in units for bqx. */
export const macd =
    (fast: number, slow: number, signal: number | undefined, recursive: number): BarIndicator =>
    (input, output) => {
        const { close, span, take, isRate } = input;
        const wide = earlier(span, signal === undefined ? 0 : recursive * signal - 1);
        const line = take();
        const other = take();
        rollingEma(close, emaDecay(fast), recursive * fast, line, wide);
        rollingEma(close, emaDecay(slow), recursive * slow, other, wide);
        for (let bar = wide.from; bar < wide.to; bar++) line[bar] = at(line, bar) - at(other, bar);
        if (signal !== undefined) rollingEma(line, emaDecay(signal), recursive * signal, other, span);
        const scale = isRate ? 100 : 1;
        for (let bar = span.from; bar < span.to; bar++) {
            output[bar] = scale * (signal === undefined ? at(line, bar) : at(line, bar) - at(other, bar));
        }
        divide(input, output);
    };

export const atrPercent =
    (period: number, recursive: number): BarIndicator =>
    (input, output) => {
        const { span, take, isRate } = input;
        const window = recursive * period;
        const ranges = trueRange(input, take(), earlier(span, window - 1));
        rollingEma(ranges, wilderDecay(period), window, output, span);
        if (isRate) for (let bar = span.from; bar < span.to; bar++) output[bar] = 100 * at(output, bar);
        divide(input, output);
    };

/** Width of the Bollinger bands, 4 standard deviations, relative to the middle, or in units for bqx. */
export const bollingerWidth =
    (window: number): BarIndicator =>
    (input, output) => {
        const { close, span, take, isRate } = input;
        const mean = take();
        rollingMeanStd(close, window, mean, output, span);
        for (let bar = span.from; bar < span.to; bar++) {
            output[bar] = isRate ? (4 * at(output, bar)) / at(mean, bar) : 4 * at(output, bar);
        }
        if (!isRate) divide(input, output);
    };

/** Slope per bar of the straight line through the closes. */
export const lineSlope =
    (window: number): BarIndicator =>
    (input, output) =>
        rollingLine(input.close, window, output, input.take(), input.epsilon, input.span);

/** That slope relative to the level, or in units for bqx. */
export const slope =
    (window: number): BarIndicator =>
    (input, output) => {
        rollingLine(input.close, window, output, input.take(), input.epsilon, input.span);
        divide(input, output);
    };

export const lineR2 =
    (window: number): BarIndicator =>
    (input, output) =>
        rollingLine(input.close, window, input.take(), output, input.epsilon, input.span);
