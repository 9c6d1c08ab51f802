import {
    CCI_WINDOWS,
    CMO_WINDOW,
    MACD_PERIODS,
    PPO_PERIODS,
    ROC_LAGS,
    RSI_PERIODS,
    STOCHASTIC_SMOOTHING,
    STOCHASTIC_WINDOWS,
    TRIX_PERIODS,
    TSI_PERIODS,
    ULTIMATE_WINDOWS,
    WILLIAMS_WINDOWS,
} from "../../catalogue/technical";
import type { Emit } from "../../family";
import { emaDecay, RECURSIVE_SPAN, rollingEma, wilderDecay } from "../../kernels/ema";
import { changes, rollingPosition, rollingRsi, slowStochastic } from "../../kernels/indicators";
import { at, earlier, type Span } from "../../kernels/span";
import { rollingMean, rollingSum } from "../../kernels/sums";
import { type Input, relative } from "./input";

/** A buffer for each role that an indicator needs; every indicator fills them again. */
interface Buffers {
    readonly a: Float64Array;
    readonly b: Float64Array;
    readonly c: Float64Array;
}

export function emitOscillators(input: Input, emit: Emit): void {
    const buffers = { a: input.take(), b: input.take(), c: input.take() };
    emitRsi(input, buffers, emit);
    emitMacd(input, buffers, emit);
    emitStochastic(input, buffers, emit);
    emitCci(input, buffers, emit);
    emitRoc(input, buffers, emit);
    emitTrix(input, buffers, emit);
    emitTsi(input, buffers, emit);
    emitUltimate(input, buffers, emit);
    emitCmo(input, buffers, emit);
}

function emitRsi(input: Input, { a, b }: Buffers, emit: Emit): void {
    const { short, span, epsilon } = input;
    for (const period of RSI_PERIODS) {
        const window = RECURSIVE_SPAN * period;
        emit(`rsi_${short}_${period}`, rollingRsi(input, wilderDecay(period), window, epsilon, a, span, b));
    }
}

/** MACD: fast minus slow EMA, its EMA, and what is left (Appel 1979); PPO is its percent form. */
function emitMacd(input: Input, { a, b, c }: Buffers, emit: Emit): void {
    const { short, span, close } = input;
    for (const [fast, slow, signal] of MACD_PERIODS) {
        const name = (part: string) => `macd_${part}_${short}_${fast}_${slow}_${signal}`;
        const wide = earlier(span, RECURSIVE_SPAN * signal - 1);
        ema(close, fast, a, wide);
        ema(close, slow, b, wide);
        subtract(a, b, a, wide);
        emit(name("line"), a);
        if (fast === PPO_PERIODS[0]) emit(`ppo_${short}_${PPO_PERIODS.join("_")}`, relative(input, a, b, c));
        ema(a, signal, b, span);
        emit(name("signal"), b);
        emit(name("histogram"), subtract(a, b, c, span));
    }
}

function emitStochastic(input: Input, { a, b }: Buffers, emit: Emit): void {
    const { short, span, epsilon } = input;
    const smoothing = STOCHASTIC_SMOOTHING;
    const buffers = [input.take(), input.take()];
    for (const window of STOCHASTIC_WINDOWS) {
        const wide = earlier(span, smoothing - 1);
        let taken = 0;
        const take = () => buffers[taken++] ?? input.take();
        const k = slowStochastic(input, window, smoothing, epsilon, a, wide, take);
        emit(`stochastic_k_${short}_${window}`, k);
        rollingMean(k, smoothing, b, span);
        emit(`stochastic_d_${short}_${window}`, b);
    }
    for (const window of WILLIAMS_WINDOWS) {
        rollingPosition(input, window, epsilon, a, span, b);
        for (let row = span.from; row < span.to; row++) a[row] = 100 * at(a, row) - 100;
        emit(`williams_r_${short}_${window}`, a);
    }
}

/** CCI: typical price against its mean, in 0.015 mean absolute deviations (Lambert 1980). */
function emitCci({ short, span, epsilon, high, low, close }: Input, { a, b, c }: Buffers, emit: Emit): void {
    const longest = Math.max(...CCI_WINDOWS);
    const wide = earlier(span, longest - 1);
    for (let row = wide.from; row < wide.to; row++)
        a[row] = (at(high, row) + at(low, row) + at(close, row)) / 3;
    for (const window of CCI_WINDOWS) {
        rollingMean(a, window, b, span);
        for (let row = span.from; row < span.to; row++) {
            const mean = at(b, row);
            let deviation = 0;
            // The mean moves with the window, so there is no running form; windows are short.
            for (let each = Math.max(0, row - window + 1); each <= row; each++)
                deviation += Math.abs(at(a, each) - mean);
            deviation /= window;
            c[row] = deviation > epsilon ? (at(a, row) - mean) / (0.015 * deviation) : NaN;
        }
        emit(`cci_${short}_${window}`, c);
    }
}

function emitRoc(input: Input, { a, b, c }: Buffers, emit: Emit): void {
    const { short, span, close } = input;
    for (const lag of ROC_LAGS) {
        changes(close, lag, a, span);
        for (let row = Math.max(span.from, lag); row < span.to; row++) b[row] = at(close, row - lag);
        emit(`roc_${short}_${lag}`, relative(input, a, b, c));
    }
}

/** TRIX: change of the close smoothed three times (Hutson 1983). */
function emitTrix(input: Input, { a, b, c }: Buffers, emit: Emit): void {
    const { short, span, close } = input;
    for (const period of TRIX_PERIODS) {
        const window = RECURSIVE_SPAN * period - 1;
        ema(close, period, a, earlier(span, 2 * window + 1));
        ema(a, period, b, earlier(span, window + 1));
        ema(b, period, a, earlier(span, 1));
        changes(a, 1, b, span);
        for (let row = Math.max(span.from, 1); row < span.to; row++) c[row] = at(a, row - 1);
        emit(`trix_${short}_${period}`, relative(input, b, c, c));
    }
}

/** TSI: change of the close smoothed twice, against its size smoothed twice (Blau 1991). */
function emitTsi({ short, span, epsilon, change, size }: Input, { a, b, c }: Buffers, emit: Emit): void {
    const [long, brief] = TSI_PERIODS;
    const wide = earlier(span, RECURSIVE_SPAN * brief - 1);
    ema(change, long, a, wide);
    ema(a, brief, b, span);
    ema(size, long, a, wide);
    ema(a, brief, c, span);
    percentage(b, c, epsilon, b, span);
    emit(`tsi_${short}_${long}_${brief}`, b);
}

/** Buying pressure against true range over three windows, weighted 4, 2 and 1 (Williams 1985). */
function emitUltimate(input: Input, { a, b, c }: Buffers, emit: Emit): void {
    const { short, span, epsilon, low, close } = input;
    const wide = earlier(span, ULTIMATE_WINDOWS[2] - 1);
    const pressure = input.take();
    for (let row = wide.from; row < wide.to; row++) {
        pressure[row] = row === 0 ? NaN : at(close, row) - Math.min(at(low, row), at(close, row - 1));
    }
    c.fill(0, span.from, span.to);
    ULTIMATE_WINDOWS.forEach((window, index) => {
        const weight = [4, 2, 1][index] ?? 0;
        rollingSum(pressure, window, a, span);
        rollingSum(input.trueRange, window, b, span);
        percentage(a, b, epsilon, a, span);
        for (let row = span.from; row < span.to; row++) c[row] = at(c, row) + (weight * at(a, row)) / 7;
    });
    emit(`ultimate_${short}_${ULTIMATE_WINDOWS.join("_")}`, c);
}

/** Change over the window against the sum of the sizes of its steps (Chande 1994). */
function emitCmo({ short, span, epsilon, change, size }: Input, { a, b }: Buffers, emit: Emit): void {
    rollingSum(change, CMO_WINDOW, a, span);
    rollingSum(size, CMO_WINDOW, b, span);
    percentage(a, b, epsilon, a, span);
    emit(`cmo_${short}_${CMO_WINDOW}`, a);
}

const ema = (values: Float64Array, period: number, output: Float64Array, span: Span): void =>
    rollingEma(values, emaDecay(period), RECURSIVE_SPAN * period, output, span);

function subtract(
    one: Float64Array,
    two: Float64Array,
    output: Float64Array,
    { from, to }: Span,
): Float64Array {
    for (let row = from; row < to; row++) output[row] = at(one, row) - at(two, row);
    return output;
}

function percentage(
    part: Float64Array,
    whole: Float64Array,
    epsilon: number,
    output: Float64Array,
    { from, to }: Span,
): void {
    for (let row = from; row < to; row++) {
        const total = at(whole, row);
        output[row] = total > epsilon ? (100 * at(part, row)) / total : NaN;
    }
}
