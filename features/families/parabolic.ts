import { W6 } from "../catalogue/bases";
import {
    CURVATURE_WINDOWS,
    PARABOLIC_CHANGE_MINUTES,
    PARABOLIC_PAIRS,
    PARABOLIC_TERMS,
} from "../catalogue/parabolic";
import { defineFamily, type Emit } from "../family";
import { at, type Span } from "../kernels/span";
import type { PairContext } from "../slice";
import { type Short, termsOf, type Window } from "./regression/terms";

/** The regressions' terms compared across their six windows. */
export const parabolicComparison = defineFamily({
    name: "parabolic comparison",
    compute(context, emit) {
        for (const short of ["idx", "bqx"] as const) compare(context, short, emit);
    },
});

function compare(context: PairContext, short: Short, emit: Emit): void {
    const { span } = context;
    const terms = (window: Window) => termsOf(context, short, window, PARABOLIC_CHANGE_MINUTES);
    const output = context.scratch();
    for (const term of PARABOLIC_TERMS) {
        const name = (what: string) => `parabolic_${short}_${term}_${what}`;
        for (const [first, second] of PARABOLIC_PAIRS) {
            subtract(terms(first)[term], terms(second)[term], output, span);
            emit(name(`gap_${first}_${second}`), output);
        }
        emitSpread(
            context,
            W6.map((window) => terms(window)[term]),
            name,
            emit,
        );
        const sixty = terms(60)[term];
        const lag = PARABOLIC_CHANGE_MINUTES;
        for (let row = span.from; row < span.to; row++) {
            output[row] = row < lag ? NaN : at(sixty, row) - at(sixty, row - lag);
        }
        emit(name("change_60"), output);
    }
    for (const window of CURVATURE_WINDOWS) {
        const { a1, a2 } = terms(window);
        for (let row = span.from; row < span.to; row++) output[row] = at(a1, row) * at(a2, row);
        emit(`parabolic_${short}_velocity_curvature_${window}`, output);
    }
}

function subtract(one: Float64Array, two: Float64Array, output: Float64Array, { from, to }: Span): void {
    for (let row = from; row < to; row++) output[row] = at(one, row) - at(two, row);
}

/** Standard deviation, slope per window step, and share of ascending neighbours of a term over the windows. */
function emitSpread(
    context: PairContext,
    byWindow: readonly Float64Array[],
    name: (what: string) => string,
    emit: Emit,
): void {
    const { span } = context;
    const count = byWindow.length;
    const middle = (count - 1) / 2;
    const squares = (count * (count * count - 1)) / 12;
    const std = context.scratch();
    const slope = context.scratch();
    const ascending = context.scratch();
    const longest = byWindow[count - 1];
    if (longest === undefined) throw new Error("a spread needs windows");
    for (let row = span.from; row < span.to; row++) {
        const centre = at(longest, row);
        let [sum, square, moment, steps, before] = [0, 0, 0, 0, NaN];
        for (let index = 0; index < count; index++) {
            const value = at(byWindow[index] ?? longest, row);
            const deviation = value - centre;
            sum += deviation;
            square += deviation * deviation;
            moment += (index - middle) * deviation;
            if (value > before) steps++;
            before = value;
        }
        std[row] = Math.sqrt(Math.max(0, (square - (sum * sum) / count) / count));
        slope[row] = moment / squares;
        // NaN in any window makes the sum NaN, but not the comparisons.
        ascending[row] = Number.isNaN(sum) ? NaN : steps / (count - 1);
    }
    emit(name("std"), std);
    emit(name("slope"), slope);
    emit(name("ascending"), ascending);
}
