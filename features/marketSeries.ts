import { PAIRS } from "../config/pairs";
import { BQX_DEFAULT } from "./catalogue/bases";
import { CURRENCIES } from "./catalogue/correlation";
import { baseOf, quoteOf } from "./currencies";
import { packedIndex, rollingCovariances } from "./kernels/covariances";
import { LeadingEigen } from "./kernels/eigen";
import { at } from "./kernels/span";
import type { SeriesDefinition } from "./series";
import { bqx, EPSILON, LOG_RETURN, safeRatio } from "./shared";
import type { MarketSlice, PairContext } from "./slice";

/** Series of all 28 pairs together: computed once per slice, read by every pair. */
type Definition = SeriesDefinition<MarketSlice>;

/** What stands for a pair in each domain: r, or bqx_15. */
export type Short = "idx" | "bqx";

const OF_PAIR: Readonly<Record<Short, SeriesDefinition<PairContext>>> = {
    idx: LOG_RETURN,
    bqx: bqx(BQX_DEFAULT),
};

const EPSILON_OF: Readonly<Record<Short, number>> = { idx: EPSILON.ratio, bqx: EPSILON.bqx };

/** An array of a group that is known to have it. */
export const arrayAt = (arrays: readonly Float64Array[], index: number): Float64Array =>
    arrays[index] as Float64Array;

const pairSeries = (slice: MarketSlice, short: Short, from: number): Float64Array[] =>
    PAIRS.map((pair) => slice.pair(pair).series(OF_PAIR[short], from));

/** One array per currency: mean r (or bqx_15) of the currency against the other seven. */
export const strengths = (short: Short): Definition => ({
    key: `strengths_${short}`,
    width: CURRENCIES.length,
    compute(slice, outputs, { from, to }) {
        const series = pairSeries(slice, short, from);
        CURRENCIES.forEach((currency, index) => {
            const output = arrayAt(outputs, index).fill(0, from, to);
            PAIRS.forEach((pair, i) => {
                if (!pair.includes(currency)) return;
                const values = arrayAt(series, i);
                const weight = (baseOf(pair) === currency ? 1 : -1) / (CURRENCIES.length - 1);
                for (let row = from; row < to; row++)
                    output[row] = at(output, row) + weight * at(values, row);
            });
        });
    },
});

/** Strengths of a pair's own two currencies. */
export function ownStrengths(
    context: PairContext,
    short: Short,
    from: number,
): Readonly<Record<"base" | "quote", Float64Array>> {
    const all = context.slice.group(strengths(short), from);
    const of = (currency: (typeof CURRENCIES)[number]) => arrayAt(all, CURRENCIES.indexOf(currency));
    return { base: of(baseOf(context.pair)), quote: of(quoteOf(context.pair)) };
}

/**
 * Mean and standard deviation of the 378 correlations between pairs. A pair that stood still has none and is left out;
 * NaN where fewer than two moved.
 */
export const pairwiseCorrelation = (short: Short, window: number): Definition => ({
    key: `pairwise_correlation_${short}_${window}`,
    width: 2,
    compute(slice, [mean, dispersion], span) {
        if (!mean || !dispersion) return;
        const correlations = new Correlations(EPSILON_OF[short]);
        rollingCovariances(
            pairSeries(slice, short, span.from - window + 1),
            window,
            span,
            (row, covariances) => {
                const { moving, matrix } = correlations.of(covariances);
                const count = (moving * (moving - 1)) / 2;
                let sum = 0;
                let squares = 0;
                for (let i = 1; i < PAIRS.length; i++) {
                    const start = packedIndex(i, 0);
                    for (let place = start; place < start + i; place++) {
                        sum += at(matrix, place);
                        squares += at(matrix, place) ** 2;
                    }
                }
                const average = safeRatio(sum, count, 0);
                mean[row] = average;
                dispersion[row] = Math.sqrt(Math.max(0, squares / count - average * average));
            },
        );
    },
});

/** Arrays of {@link commonFactor}; from `shares` on there is one per pair, in the order of PAIRS. */
export const FACTOR = { eigenvalueShare: 0, eigenvalueRatio: 1, shares: 2 } as const;

/**
 * First principal component of the 28 x 28 correlation matrix: its share of all variance, its ratio to the second, and
 * its share of each pair's variance. A pair that stood still is left out and has no share.
 */
export const commonFactor = (short: Short, window: number): Definition => ({
    key: `common_factor_${short}_${window}`,
    width: FACTOR.shares + PAIRS.length,
    compute(slice, outputs, span) {
        const share = arrayAt(outputs, FACTOR.eigenvalueShare);
        const ratio = arrayAt(outputs, FACTOR.eigenvalueRatio);
        const correlations = new Correlations(EPSILON_OF[short]);
        const eigen = new LeadingEigen(PAIRS.length);
        const vector = new Float64Array(PAIRS.length);
        rollingCovariances(
            pairSeries(slice, short, span.from - window + 1),
            window,
            span,
            (row, covariances) => {
                const { moving, matrix } = correlations.of(covariances);
                if (moving < 2) {
                    for (const output of outputs) output[row] = NaN;
                    return;
                }
                eigen.decompose(matrix);
                const largest = eigen.eigenvalue(0);
                eigen.leadingVector(largest, vector);
                share[row] = largest / moving;
                ratio[row] = safeRatio(largest, eigen.eigenvalue(1), SECOND_EIGENVALUE_EPSILON);
                for (let i = 0; i < PAIRS.length; i++) {
                    const explained = Math.min(1, largest * at(vector, i) ** 2);
                    arrayAt(outputs, FACTOR.shares + i)[row] = correlations.moved(i) ? explained : NaN;
                }
            },
        );
    },
});

/** Eigenvalues of correlations sum to the number of pairs; one this small is rounding of 0. */
const SECOND_EIGENVALUE_EPSILON = 1e-9;

/**
 * Logarithms of the determinant and the trace of the covariance of r's strengths without USD's, which is minus the sum
 * of the seven others. (Without another the determinant is the same.) NaN where one of the seven does not vary by itself.
 */
export const strengthVolume = (window: number): Definition => ({
    key: `strength_volume_${window}`,
    width: 2,
    compute(slice, [logDeterminant, logTrace], span) {
        if (!logDeterminant || !logTrace) return;
        const all = slice.group(strengths("idx"), span.from - window + 1);
        const seven = all.filter((_, index) => CURRENCIES[index] !== "usd");
        rollingCovariances(seven, window, span, (row, covariances) => {
            let trace = 0;
            for (let i = 0; i < seven.length; i++) trace += at(covariances, packedIndex(i, i));
            logTrace[row] = trace > EPSILON.ratio ** 2 ? Math.log(trace) : NaN;
            logDeterminant[row] = logDeterminantOf(covariances, seven.length);
        });
    },
});

/** By Cholesky's factors, which replace the packed matrix; NaN where it is singular. */
function logDeterminantOf(matrix: Float64Array, order: number): number {
    let logarithm = 0;
    for (let i = 0; i < order; i++) {
        for (let j = 0; j <= i; j++) {
            let rest = at(matrix, packedIndex(i, j));
            for (let k = 0; k < j; k++) rest -= at(matrix, packedIndex(i, k)) * at(matrix, packedIndex(j, k));
            if (j < i) {
                matrix[packedIndex(i, j)] = rest / at(matrix, packedIndex(j, j));
                continue;
            }
            if (!(rest > EPSILON.ratio ** 2)) return NaN;
            matrix[packedIndex(i, i)] = Math.sqrt(rest);
            logarithm += Math.log(rest);
        }
    }
    return logarithm;
}

/** The correlations of a covariance matrix of all pairs; rows and columns of pairs that stood still are 0. */
class Correlations {
    private readonly matrix = new Float64Array(packedIndex(PAIRS.length, 0));
    /** 1 / standard deviation; 0 for a pair that stood still. */
    private readonly precision = new Float64Array(PAIRS.length);

    constructor(private readonly epsilon: number) {}

    moved(pair: number): boolean {
        return at(this.precision, pair) > 0;
    }

    of(covariances: Float64Array): { readonly matrix: Float64Array; readonly moving: number } {
        const { matrix, precision } = this;
        let moving = 0;
        for (let i = 0; i < PAIRS.length; i++) {
            const deviation = Math.sqrt(at(covariances, packedIndex(i, i)));
            const moves = deviation > this.epsilon;
            precision[i] = moves ? 1 / deviation : 0;
            if (moves) moving++;
        }
        for (let i = 0, place = 0; i < PAIRS.length; i++, place++) {
            const scale = at(precision, i);
            for (let j = 0; j < i; j++, place++) {
                const correlation = at(covariances, place) * scale * at(precision, j);
                matrix[place] = Math.max(-1, Math.min(1, correlation));
            }
            matrix[place] = scale > 0 ? 1 : 0;
        }
        return { matrix, moving };
    }
}
