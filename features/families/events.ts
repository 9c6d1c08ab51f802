import { SINCE_CAP } from "../catalogue/bases";
import { JUMP_SIGMA_WINDOW } from "../catalogue/events";
import { defineFamily, type Emit } from "../family";
import { rollingMeanStd } from "../kernels/moments";
import { rowsSince } from "../kernels/since";
import { at, earlier } from "../kernels/span";
import { rollingSum } from "../kernels/sums";
import { EPSILON, LOG_RETURN } from "../shared";
import type { PairContext } from "../slice";
import { emitTrend } from "./eventsTrend";
import { emitVolatility } from "./eventsVolatility";

/** Returns beyond so many standard deviations are jumps; beyond the higher one large ones. */
const JUMP_SIGMA = 2.5;
const LARGE_JUMP_SIGMA = 3;

/** Minutes in which the memory of a jump falls to 1/e. */
const DECAY_MINUTES = 20;

/** Size of a jump out of a flat hour, whose standard deviation is 0. */
const SIZE_LIMIT = 1000;

/** Jumps, volatility and trend of the rate. */
export const eventAndRegime = defineFamily({
    name: "event and regime",
    compute(context, emit) {
        emitJumps(context, emit);
        emitVolatility(context, emit);
        emitTrend(context, emit);
    },
});

function emitJumps(context: PairContext, emit: Emit): void {
    const { span } = context;
    const wide = earlier(span, SINCE_CAP - 1);
    const sizes = jumpSizes(context);
    const take = () => context.scratch();
    const [flags, output, since] = [take(), take(), take()];
    for (const [sigma, name] of [
        [LARGE_JUMP_SIGMA, "jump_flag_3_sigma"],
        [JUMP_SIGMA, "jump_flag_2_5_sigma"],
    ] as const) {
        for (let row = wide.from; row < wide.to; row++) {
            const size = Math.abs(at(sizes, row));
            flags[row] = Number.isNaN(size) ? NaN : Number(size > sigma);
        }
        emit(name, flags);
    }
    // From here on the flags are those of the lower bound.
    for (const window of [20, 60]) {
        rollingSum(flags, window, output, span);
        emit(`jump_count_${window}`, output);
    }
    rowsSince(flags, SINCE_CAP, since, span);
    emit("minutes_since_jump", since);
    const [direction, size, decay] = [take(), take(), take()];
    for (let row = span.from; row < span.to; row++) {
        const age = at(since, row);
        const last = Number.isNaN(age) ? NaN : age < SINCE_CAP ? at(sizes, row - age) : 0;
        direction[row] = Math.sign(last);
        size[row] = Math.abs(last);
        decay[row] = last * Math.exp(-age / DECAY_MINUTES);
    }
    emit("jump_direction", direction);
    emit("jump_size_z", size);
    emit("jump_decay_20", decay);
}

/** r in standard deviations of the returns before it: its own would hide it in them. */
function jumpSizes(context: PairContext): Float64Array {
    const { span } = context;
    const wide = earlier(span, SINCE_CAP - 1);
    const before = earlier(wide, 1);
    const returns = context.series(LOG_RETURN, before.from - JUMP_SIGMA_WINDOW + 1);
    const [sizes, mean, std] = [context.scratch(), context.scratch(), context.scratch()];
    rollingMeanStd(returns, JUMP_SIGMA_WINDOW, mean, std, before);
    for (let row = wide.from; row < wide.to; row++) {
        const sigma = row === 0 ? NaN : Math.max(at(std, row - 1), EPSILON.ratio);
        sizes[row] = Math.max(-SIZE_LIMIT, Math.min(SIZE_LIMIT, at(returns, row) / sigma));
    }
    return sizes;
}
