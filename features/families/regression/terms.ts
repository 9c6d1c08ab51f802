import { bqxOf } from "../../catalogue/regression";
import { W6 } from "../../catalogue/bases";
import { defineGroup } from "../../family";
import { powerSums, rollingPolynomialSums } from "../../kernels/fits";
import { at, type Span } from "../../kernels/span";
import type { SeriesDefinition } from "../../series";
import { bqx, EPSILON, RATE_IDX } from "../../shared";
import type { PairContext } from "../../slice";

export type Short = "idx" | "bqx";
export type Window = (typeof W6)[number];

/** The series that a window is fitted to: rate_idx, or the bqx of the window. */
export const fitted = (short: Short, window: Window): SeriesDefinition<PairContext> =>
    short === "idx" ? RATE_IDX : bqx(bqxOf(window));

/** Least standard deviation or root mean square that may be divided by. */
export const epsilonOf = (short: Short): number => (short === "idx" ? EPSILON.index : EPSILON.bqx);

/** The raw sums of a window; read by the terms and by those of the window three times as long. */
export const polynomialSums = (
    of: SeriesDefinition<PairContext>,
    window: number,
): SeriesDefinition<PairContext> =>
    defineGroup(`${of.key}_sums_${window}`, 4, (context, arrays, span) => {
        const [s0, s1, s2, yy] = arrays;
        if (s0 && s1 && s2 && yy) {
            const values = context.series(of, span.from - window + 1);
            rollingPolynomialSums(values, window, { s0, s1, s2, yy }, span);
        }
    });

/** Terms of one window's quadratic, per row. */
export interface Terms {
    /** a2, a1 and b, divided by the window's mean (rate_idx) or standard deviation (bqx). */
    readonly a2: Float64Array;
    readonly a1: Float64Array;
    readonly b: Float64Array;
    readonly r2: Float64Array;
    readonly rmse: Float64Array;
    readonly slope: Float64Array;
    /** What a2, a1 and b were divided by. */
    readonly divisor: Float64Array;
    /** Standard deviation and mean of the window. */
    readonly std: Float64Array;
    readonly mean: Float64Array;
}

/**
 * Coefficients up to this are rounding: in points of rate_idx, or of bqx, per minute or minute squared. Where one rate after
 * another gives the same step, bqx is a straight line.
 */
const COEFFICIENT_EPSILON = 1e-15;

const coefficient = (value: number): number => (Math.abs(value) <= COEFFICIENT_EPSILON ? 0 : value);

const definitions = new Map<string, SeriesDefinition<PairContext>>();

/** The terms of a window, valid from `lookback` rows before the span on. */
export function termsOf(context: PairContext, short: Short, window: Window, lookback: number): Terms {
    const key = `${short}_terms_${window}`;
    let definition = definitions.get(key);
    if (definition === undefined) {
        definition = defineGroup(key, 9, (of, arrays, span) =>
            computeTerms(of, short, window, termsIn(arrays), span),
        );
        definitions.set(key, definition);
    }
    return termsIn(context.group(definition, context.span.from - lookback));
}

function termsIn(arrays: readonly Float64Array[]): Terms {
    const [a2, a1, b, r2, rmse, slope, divisor, std, mean] = arrays;
    if (!a2 || !a1 || !b || !r2 || !rmse || !slope || !divisor || !std || !mean) {
        throw new Error(`terms have 9 arrays, got ${arrays.length}`);
    }
    return { a2, a1, b, r2, rmse, slope, divisor, std, mean };
}

/** What least squares over a fixed grid x = 0, -1, ..., 1 - n needs: orthogonal polynomials around the grid's middle. */
function gridOf(window: number) {
    const n = window;
    const middle = (n - 1) / 2;
    const sxx = (n * (n * n - 1)) / 12;
    return {
        ...powerSums(window),
        /** The grid's middle is x = -middle. */
        middle,
        /** Sum of u^2 over the grid, u = x + middle. */
        sxx,
        /** Mean of u^2. */
        meanSquare: sxx / n,
        /** Sum of (u^2 - mean of u^2)^2. */
        sqq: (n * (n * n - 1) * (n * n - 4)) / 180,
    };
}

/**
 * Quadratic least squares by orthogonal polynomials 1, u and u^2 - mean(u^2) with u = x + (n-1)/2 (Forsythe 1957): their
 * coefficients do not influence each other, so nothing is solved per row.
 */
function computeTerms(context: PairContext, short: Short, window: Window, terms: Terms, span: Span): void {
    const of = fitted(short, window);
    const values = context.series(of, span.from);
    const [s0, s1, s2, yy] = context.group(polynomialSums(of, window), span.from);
    if (!s0 || !s1 || !s2 || !yy) throw new Error("polynomial sums have 4 arrays");
    const { middle, sxx, meanSquare, sqq } = gridOf(window);
    const epsilon = epsilonOf(short);
    for (let row = span.from; row < span.to; row++) {
        const total = at(s0, row);
        const moment = at(s1, row);
        // Sums over u = x + middle, from those over x.
        const byU = moment + middle * total;
        const byU2 = at(s2, row) + 2 * middle * moment + middle * middle * total;
        const shift = total / window;
        const slope = byU / sxx;
        const a2 = coefficient((byU2 - meanSquare * total) / sqq);
        const syy = Math.max(0, at(yy, row) - total * shift);
        const sse = Math.max(0, syy - slope * slope * sxx - a2 * a2 * sqq);
        const std = Math.sqrt(syy / window);
        const mean = at(values, row) + shift;
        const divisor = short === "idx" ? mean : std;
        const usable = short === "idx" || std > epsilon;
        const a1 = coefficient(slope + 2 * a2 * middle);
        const b = mean + slope * middle + a2 * (middle * middle - meanSquare);
        terms.a2[row] = usable ? a2 / divisor : NaN;
        terms.a1[row] = usable ? a1 / divisor : NaN;
        terms.b[row] = usable ? b / divisor : NaN;
        terms.r2[row] = std > epsilon ? 1 - sse / syy : NaN;
        terms.rmse[row] = Math.sqrt(sse / window);
        terms.slope[row] = slope;
        terms.divisor[row] = divisor;
        terms.std[row] = std;
        terms.mean[row] = mean;
    }
}
