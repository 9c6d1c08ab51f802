import {
    directionalMovements,
    absolute,
    changes,
    type Movements,
    type PriceBars,
    type Scratch,
    trueRange,
} from "../../kernels/indicators";
import { at, earlier, type Span } from "../../kernels/span";
import { bqx, BQX_BAR, BQX_SCALE_STD, EPSILON, RATE_IDX, RATE_IDX_HIGH, RATE_IDX_LOW } from "../../shared";
import type { PairContext } from "../../slice";

/** Rows before the span that some indicator reads: three smoothings of TRIX 30. */
const HISTORY = 3 * 300;

/** What the indicators of one domain are computed from; series are valid some 900 rows before the span. */
export interface Input extends PriceBars {
    readonly short: "idx" | "bqx";
    readonly span: Span;
    readonly take: Scratch;
    /** Below this a range or a sum of changes counts as 0. */
    readonly epsilon: number;
    /** Change of the close, its size, and the true range. */
    readonly change: Float64Array;
    readonly size: Float64Array;
    readonly trueRange: Float64Array;
    readonly movements: Movements;
    /** What percent forms are divided by in place of the level: the trailing standard deviation of bqx_15. */
    readonly scale: Float64Array | undefined;
}

export function inputOf(context: PairContext, short: "idx" | "bqx"): Input {
    const { span } = context;
    const from = span.from - HISTORY;
    const wide = earlier(span, HISTORY - 1);
    const bars = short === "idx" ? indexBars(context, from) : bqxBars(context, from);
    const epsilon = short === "idx" ? EPSILON.index : EPSILON.bqx;
    const change = changes(bars.close, 1, context.scratch(), wide);
    const movements = { plus: context.scratch(), minus: context.scratch() };
    directionalMovements(bars, movements, epsilon, wide);
    return {
        ...bars,
        short,
        span,
        take: () => context.scratch(),
        epsilon,
        change,
        size: absolute(change, context.scratch(), wide),
        trueRange: trueRange(bars, context.scratch(), wide),
        movements,
        scale: short === "idx" ? undefined : context.series(BQX_SCALE_STD, span.from),
    };
}

function indexBars(context: PairContext, from: number): PriceBars {
    return {
        close: context.series(RATE_IDX, from),
        high: context.series(RATE_IDX_HIGH, from),
        low: context.series(RATE_IDX_LOW, from),
    };
}

function bqxBars(context: PairContext, from: number): PriceBars {
    const [high, low] = context.group(BQX_BAR, from);
    if (!high || !low) throw new Error("bqx bars have 2 arrays");
    return { close: context.series(bqx(15), from), high, low };
}

/** A difference as a percentage of `level`, or in trailing standard deviations where the domain has them. */
export function relative(
    { scale, epsilon, span }: Input,
    difference: Float64Array,
    level: Float64Array,
    output: Float64Array,
): Float64Array {
    for (let row = span.from; row < span.to; row++) {
        if (scale === undefined) output[row] = (100 * at(difference, row)) / at(level, row);
        else output[row] = at(scale, row) > epsilon ? at(difference, row) / at(scale, row) : NaN;
    }
    return output;
}
