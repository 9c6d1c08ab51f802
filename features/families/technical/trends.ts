import {
    ADX_PERIODS,
    AROON_WINDOWS,
    ATR_PERIODS,
    DONCHIAN_WINDOWS,
    KELTNER_PERIODS,
    VORTEX_WINDOW,
} from "../../catalogue/technical";
import type { Emit } from "../../family";
import { emaDecay, RECURSIVE_SPAN, rollingEma, wilderDecay } from "../../kernels/ema";
import { rollingMaxAge, rollingMinAge } from "../../kernels/extremes";
import { directionalIndex, rollingPosition } from "../../kernels/indicators";
import { at, earlier } from "../../kernels/span";
import { rollingSum } from "../../kernels/sums";
import { type Input, relative } from "./input";

/** Distance of the Keltner channel's edges from its middle, in ATR. */
const KELTNER_WIDTH = 2;

export function emitTrends(input: Input, emit: Emit): void {
    emitRanges(input, emit);
    emitAdx(input, emit);
    emitAroon(input, emit);
    emitDonchian(input, emit);
    emitVortex(input, emit);
}

/** ATR by Wilder's smoothing, and the close's position in the Keltner channel: EMA +- 2 ATR of the same period. */
function emitRanges(input: Input, emit: Emit): void {
    const { short, span, close, epsilon } = input;
    const atr = input.take();
    const other = input.take();
    const average = (period: number) =>
        rollingEma(input.trueRange, wilderDecay(period), RECURSIVE_SPAN * period, atr, span);
    for (const period of ATR_PERIODS) {
        average(period);
        emit(`atr_${short}_${period}`, atr);
        emit(`atr_percent_${short}_${period}`, relative(input, atr, close, other));
    }
    for (const period of KELTNER_PERIODS) {
        average(period);
        rollingEma(close, emaDecay(period), RECURSIVE_SPAN * period, other, span);
        for (let row = span.from; row < span.to; row++) {
            const half = KELTNER_WIDTH * at(atr, row);
            other[row] = half > epsilon ? (at(close, row) - at(other, row) + half) / (2 * half) : NaN;
        }
        emit(`keltner_position_${short}_${period}`, other);
    }
}

function emitAdx(input: Input, emit: Emit): void {
    const { short, span, epsilon, movements } = input;
    const output = { plus: input.take(), minus: input.take(), adx: input.take() };
    const atr = input.take();
    const imbalance = input.take();
    for (const period of ADX_PERIODS) {
        const window = RECURSIVE_SPAN * period;
        const decay = wilderDecay(period);
        rollingEma(input.trueRange, decay, window, atr, earlier(span, window - 1));
        directionalIndex(movements, atr, decay, window, epsilon, output, span, () => imbalance);
        emit(`adx_${short}_${period}`, output.adx);
        emit(`plus_di_${short}_${period}`, output.plus);
        emit(`minus_di_${short}_${period}`, output.minus);
    }
}

/** Aroon: how recent the extremes of the last n + 1 bars are, 100 for now (Chande 1995). */
function emitAroon(input: Input, emit: Emit): void {
    const { short, span, high, low } = input;
    const up = input.take();
    const down = input.take();
    const oscillator = input.take();
    for (const window of AROON_WINDOWS) {
        rollingMaxAge(high, window + 1, up, span);
        rollingMinAge(low, window + 1, down, span);
        for (let row = span.from; row < span.to; row++) {
            up[row] = (100 * (window - at(up, row))) / window;
            down[row] = (100 * (window - at(down, row))) / window;
            oscillator[row] = at(up, row) - at(down, row);
        }
        emit(`aroon_up_${short}_${window}`, up);
        emit(`aroon_down_${short}_${window}`, down);
        emit(`aroon_oscillator_${short}_${window}`, oscillator);
    }
}

function emitDonchian(input: Input, emit: Emit): void {
    const { short, span, epsilon } = input;
    const output = input.take();
    const scratch = input.take();
    for (const window of DONCHIAN_WINDOWS) {
        rollingPosition(input, window, epsilon, output, span, scratch);
        emit(`donchian_position_${short}_${window}`, output);
    }
}

/** Vortex: distance from this high to the last low, and from this low to the last high, against true range (2010). */
function emitVortex(input: Input, emit: Emit): void {
    const { short, span, epsilon, high, low } = input;
    const wide = earlier(span, VORTEX_WINDOW - 1);
    const movement = input.take();
    const sum = input.take();
    const ranges = input.take();
    rollingSum(input.trueRange, VORTEX_WINDOW, ranges, span);
    for (const [part, ends, starts] of [
        ["plus", high, low],
        ["minus", low, high],
    ] as const) {
        for (let row = wide.from; row < wide.to; row++) {
            movement[row] = row === 0 ? NaN : Math.abs(at(ends, row) - at(starts, row - 1));
        }
        rollingSum(movement, VORTEX_WINDOW, sum, span);
        for (let row = span.from; row < span.to; row++) {
            sum[row] = at(ranges, row) > epsilon ? at(sum, row) / at(ranges, row) : NaN;
        }
        emit(`vortex_${part}_${short}_${VORTEX_WINDOW}`, sum);
    }
}
