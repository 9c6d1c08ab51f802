import { at } from "../../kernels/span";
import type { PairContext } from "../../slice";
import { epsilonOf, fitted, polynomialSums, type Short, type Terms, type Window } from "./terms";

/**
 * Mean and standard deviation of the residuals of the last third of a window, from the sums of that third: with the
 * fitted parabola p, the sum of (y - p)^2 is that of y^2 - 2 y p + p^2, and sums of powers of x are known.
 */
export function recentResiduals(
    context: PairContext,
    short: Short,
    window: Window,
    terms: Terms,
    { mean, std }: { readonly mean: Float64Array; readonly std: Float64Array },
): void {
    const { span } = context;
    const third = window / 3;
    const of = fitted(short, window);
    const values = context.series(of, span.from);
    const [s0, s1, s2, yy] = context.group(polynomialSums(of, third), span.from);
    if (!s0 || !s1 || !s2 || !yy) throw new Error("polynomial sums have 4 arrays");
    const { x1, x2, x3, x4 } = powers(third);
    const noise = epsilonOf(short);
    for (let row = span.from; row < span.to; row++) {
        const divisor = at(terms.divisor, row);
        const a2 = at(terms.a2, row) * divisor;
        const a1 = at(terms.a1, row) * divisor;
        // Like the sums, the parabola is measured from y(t).
        const b = at(terms.b, row) * divisor - at(values, row);
        const total = at(s0, row) - a2 * x2 - a1 * x1 - b * third;
        const cross = a2 * at(s2, row) + a1 * at(s1, row) + b * at(s0, row);
        const squares =
            a2 * a2 * x4 + 2 * a2 * a1 * x3 + (a1 * a1 + 2 * a2 * b) * x2 + 2 * a1 * b * x1 + b * b * third;
        const average = total / third;
        const variance = (at(yy, row) - 2 * cross + squares) / third - average * average;
        mean[row] = average;
        std[row] = variance > noise * noise ? Math.sqrt(variance) : Number.isNaN(variance) ? NaN : 0;
    }
}

/** Sums of x, x^2, x^3 and x^4 over x = 0, -1, ..., -(n - 1). */
function powers(n: number): { x1: number; x2: number; x3: number; x4: number } {
    let [x1, x2, x3, x4] = [0, 0, 0, 0];
    for (let x = 1 - n; x <= 0; x++) {
        x1 += x;
        x2 += x ** 2;
        x3 += x ** 3;
        x4 += x ** 4;
    }
    return { x1, x2, x3, x4 };
}
