import { PAIRS, type Pair } from "../../config/pairs";
import { SISTERS } from "../catalogue/crossPair";
import { sharesCurrency } from "../currencies";
import { packedIndex } from "../kernels/covariances";
import { LeadingEigen } from "../kernels/eigen";
import { at } from "../kernels/span";
import type { Market } from "../market";
import { returnsOf } from "./returns";

/** What is fitted across pairs, on the training split only. */
export interface CrossPairParameters {
    /** Of each pair, the five others that share a currency and have most |correlation| of r with it, most first. */
    readonly sisters: ReadonlyMap<Pair, readonly Pair[]>;
    /** First principal component of the seven majors' r: one loading per pair, squares sum to 1, positive when USD rises. */
    readonly usdLoadings: ReadonlyMap<Pair, number>;
}

const MAJORS = PAIRS.filter((pair) => pair.includes("usd"));

/** Deviation of r below which a pair stood still, so that it has no correlation. */
const STILL = 1e-11;

/**
 * Fits on rows [from, to) of a market and reads no other: r of the first row is left out. Throws one error that names
 * every pair without bars, or that never moved in these rows.
 */
export function fitCrossPair(market: Market, from: number, to: number): CrossPairParameters {
    const covariances = covariancesOf(returnsOf(market, from, to));
    const deviations = PAIRS.map((_, i) => Math.sqrt(at(covariances, packedIndex(i, i))));
    const still = PAIRS.filter((_, i) => !((deviations[i] ?? NaN) > STILL));
    if (still.length > 0) {
        throw new Error(
            `rows ${from} to ${to}: nothing can be fitted, as these stand still: ${still.join(", ")}`,
        );
    }
    const covariance = (one: Pair, other: Pair): number => {
        const [i, j] = [PAIRS.indexOf(one), PAIRS.indexOf(other)];
        return at(covariances, packedIndex(Math.max(i, j), Math.min(i, j)));
    };
    return {
        sisters: new Map(PAIRS.map((pair) => [pair, sistersOf(pair, covariance)])),
        usdLoadings: usdLoadings(covariance),
    };
}

type Covariance = (one: Pair, other: Pair) => number;

function sistersOf(pair: Pair, covariance: Covariance): Pair[] {
    // r's own deviation is in all of them and changes no order.
    const closeness = (other: Pair) =>
        Math.abs(covariance(pair, other)) / Math.sqrt(covariance(other, other));
    return PAIRS.filter((other) => other !== pair && sharesCurrency(pair, other))
        .sort((one, other) => closeness(other) - closeness(one))
        .slice(0, SISTERS.length);
}

function usdLoadings(covariance: Covariance): Map<Pair, number> {
    const matrix = MAJORS.flatMap((one, i) => MAJORS.slice(0, i + 1).map((other) => covariance(one, other)));
    const eigen = new LeadingEigen(MAJORS.length);
    const loadings = new Float64Array(MAJORS.length);
    eigen.decompose(Float64Array.from(matrix));
    eigen.leadingVector(eigen.eigenvalue(0), loadings);
    const usdRises = MAJORS.reduce(
        (sum, pair, i) => sum + (pair.startsWith("usd") ? 1 : -1) * at(loadings, i),
        0,
    );
    return new Map(MAJORS.map((pair, i) => [pair, usdRises < 0 ? -at(loadings, i) : at(loadings, i)]));
}

/** Packed covariances, in two passes. */
function covariancesOf(series: readonly Float64Array[]): Float64Array {
    const centred = series.map((values) => {
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        return values.map((value) => value - mean);
    });
    const output = new Float64Array(packedIndex(series.length, 0));
    centred.forEach((one, i) =>
        centred.slice(0, i + 1).forEach((other, j) => {
            let sum = 0;
            for (let row = 0; row < one.length; row++) sum += at(one, row) * at(other, row);
            output[packedIndex(i, j)] = sum / one.length;
        }),
    );
    return output;
}
