import { RECURSIVE_SPAN, rollingEma, wilderDecay } from "../../kernels/ema";
import { directionalIndex, directionalMovements, slowStochastic, trueRange } from "../../kernels/indicators";
import { earlier } from "../../kernels/span";
import type { BarIndicator } from "./indicators";

/** Slow stochastic %K (3) on bars. */
export const stochastic =
    (window: number): BarIndicator =>
    (input, output) => {
        slowStochastic(input, window, 3, input.epsilon, output, input.span, input.take);
    };

/** Average directional index on bars. */
export const adx =
    (period: number): BarIndicator =>
    (input, output) => {
        const { span, take, epsilon } = input;
        const window = RECURSIVE_SPAN * period;
        const decay = wilderDecay(period);
        const wide = earlier(span, 2 * window - 2);
        const movements = { plus: take(), minus: take() };
        directionalMovements(input, movements, epsilon, wide);
        const ranges = trueRange(input, take(), wide);
        const atr = take();
        rollingEma(ranges, decay, window, atr, earlier(span, window - 1));
        const outputs = { plus: take(), minus: take(), adx: output };
        directionalIndex(movements, atr, decay, window, epsilon, outputs, span, take);
    };
