import { EXTENSIONS, FIBONACCI_WINDOWS, levelName, RETRACEMENTS } from "../catalogue/bqxStatistics";
import { defineFamily, type Emit } from "../family";
import { rollingMaxAge, rollingMinAge, rollingRange } from "../kernels/extremes";
import { at } from "../kernels/span";
import { bqx, BQX_SCALE_STD, EPSILON } from "../shared";
import type { PairContext } from "../slice";

/** As shares of the swing, measured back from its end: an extension of 1.272 lies 0.272 beyond it. */
const LEVELS = [
    ...RETRACEMENTS.map((level) => ({ name: `retracement_${levelName(level)}`, back: level })),
    ...EXTENSIONS.map((level) => ({ name: `extension_${levelName(level)}`, back: 1 - level })),
];

/** Levels of the last swing of bqx_15, from the older to the newer of the window's extremes. */
export const fibonacciBqx = defineFamily({
    name: "fibonacci bqx",
    compute(context, emit) {
        for (const window of FIBONACCI_WINDOWS) emitSwing(context, window, emit);
    },
});

function emitSwing(context: PairContext, window: number, emit: Emit): void {
    const { span } = context;
    const take = () => context.scratch();
    const values = context.series(bqx(15), span.from - window + 1);
    const [high, low, highAge, lowAge] = [take(), take(), take(), take()];
    const [direction, position, output] = [take(), take(), take()];
    rollingRange(values, values, window, high, low, span);
    rollingMaxAge(values, window, highAge, span);
    rollingMinAge(values, window, lowAge, span);
    for (let row = span.from; row < span.to; row++) {
        const range = at(high, row) - at(low, row);
        // Equal ages mean a flat window; NaN minus anything stays NaN.
        direction[row] = Math.sign(at(lowAge, row) - at(highAge, row));
        position[row] = range > EPSILON.bqx ? (at(values, row) - at(low, row)) / range : NaN;
    }
    emit(`fib_position_bqx_${window}`, position);
    emit(`fib_high_age_bqx_${window}`, highAge);
    emit(`fib_low_age_bqx_${window}`, lowAge);
    emit(`fib_direction_bqx_${window}`, direction);
    const scale = context.series(BQX_SCALE_STD, span.from);
    for (const { name, back } of LEVELS) {
        for (let row = span.from; row < span.to; row++) {
            const isUp = at(direction, row) >= 0;
            const end = isUp ? at(high, row) : at(low, row);
            const start = isUp ? at(low, row) : at(high, row);
            const unit = at(scale, row);
            const distance = at(values, row) - (end + back * (start - end));
            output[row] = unit > EPSILON.bqx ? distance / unit : NaN;
        }
        emit(`fib_${name}_bqx_${window}`, output);
    }
}
