import { W6 } from "../../catalogue/bases";
import { ACCELERATION_MINUTES, REGRESSION_PAIRS } from "../../catalogue/regression";
import { type Emit, defineFamily } from "../../family";
import { at, type Span } from "../../kernels/span";
import { signedRatio } from "../../shared";
import type { PairContext } from "../../slice";
import { recentResiduals } from "./residuals";
import { epsilonOf, fitted, type Short, type Terms, termsOf, type Window } from "./terms";

/** Apexes further than this many windows from t say no more than that there is none. */
const APEX_LIMIT_WINDOWS = 10;

/** Least squares of rate_idx over six windows. */
export const regressionIdx = defineFamily({
    name: "regression idx",
    compute: (context, emit) => computeRegressions(context, "idx", emit),
});

/** Least squares of bqx over six windows. */
export const regressionBqx = defineFamily({
    name: "regression bqx",
    compute: (context, emit) => computeRegressions(context, "bqx", emit),
});

function computeRegressions(context: PairContext, short: Short, emit: Emit): void {
    for (const window of W6) emitWindow(context, short, window, emit);
    for (const [first, second] of REGRESSION_PAIRS) emitAcross(context, short, first, second, emit);
}

function emitWindow(context: PairContext, short: Short, window: Window, emit: Emit): void {
    const { span } = context;
    const terms = termsOf(context, short, window, ACCELERATION_MINUTES);
    const values = context.series(fitted(short, window), span.from);
    const name = (term: string) => `w${window}_${short}_${term}`;
    for (const term of ["a2", "a1", "b", "r2", "rmse", "slope"] as const) emit(name(term), terms[term]);
    const residual = context.scratch();
    const z = context.scratch();
    const apex = context.scratch();
    const acceleration = context.scratch();
    const epsilon = epsilonOf(short);
    for (let row = span.from; row < span.to; row++) {
        const divisor = at(terms.divisor, row);
        const rmse = at(terms.rmse, row);
        const a1 = at(terms.a1, row);
        // b is divided by the window's own scale; the residual is in the series' units.
        const last = at(values, row) - at(terms.b, row) * divisor;
        residual[row] = last;
        z[row] = rmse > epsilon ? last / rmse : NaN;
        apex[row] = apexWindows(a1, at(terms.a2, row), window);
        acceleration[row] = row < ACCELERATION_MINUTES ? NaN : a1 - at(terms.a1, row - ACCELERATION_MINUTES);
    }
    emit(name("residual"), residual);
    emit(name("residual_z"), z);
    emit(name("apex"), apex);
    emit(name("accel"), acceleration);
    recentResiduals(context, short, window, terms, { mean: residual, std: z });
    emit(name("residual_mean"), residual);
    emit(name("residual_std"), z);
}

/** Where the parabola turns, in windows from t (negative: in the past), clipped. */
function apexWindows(a1: number, a2: number, window: number): number {
    if (a2 === 0) return NaN;
    const apex = -a1 / (2 * a2 * window);
    return Math.max(-APEX_LIMIT_WINDOWS, Math.min(APEX_LIMIT_WINDOWS, apex));
}

function emitAcross(context: PairContext, short: Short, first: Window, second: Window, emit: Emit): void {
    const { span } = context;
    const one = termsOf(context, short, first, 0);
    const two = termsOf(context, short, second, 0);
    const name = (term: string) => `reg_${short}_${term}_${first}_${second}`;
    const output = context.scratch();
    const ratio = (term: keyof Terms, epsilon: number) => {
        quotient(one[term], two[term], epsilon, output, span);
        emit(name(`${term}_ratio`), output);
    };
    ratio("a2", 0);
    ratio("a1", 0);
    ratio("rmse", epsilonOf(short));
    for (const [term, what] of [
        ["b", "gap"],
        ["r2", "spread"],
        ["slope", "gap"],
    ] as const) {
        difference(one[term], two[term], output, span);
        emit(name(`${term}_${what}`), output);
    }
}

function quotient(
    one: Float64Array,
    two: Float64Array,
    epsilon: number,
    output: Float64Array,
    span: Span,
): void {
    for (let row = span.from; row < span.to; row++)
        output[row] = signedRatio(at(one, row), at(two, row), epsilon);
}

function difference(one: Float64Array, two: Float64Array, output: Float64Array, span: Span): void {
    for (let row = span.from; row < span.to; row++) output[row] = at(one, row) - at(two, row);
}
