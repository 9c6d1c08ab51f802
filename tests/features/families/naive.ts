import { type Pair, PAIRS } from "../../../config/pairs";
import type { Market } from "../../../features/market";

/** Two-pass statistics over plain arrays: what the kernels must agree with. */

export const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;

export function covariance(xs: readonly number[], ys: readonly number[]): number {
    const [mx, my] = [mean(xs), mean(ys)];
    return mean(xs.map((x, i) => (x - mx) * (ys[i]! - my)));
}

export const std = (values: readonly number[]): number => Math.sqrt(covariance(values, values));

export const correlation = (xs: readonly number[], ys: readonly number[]): number =>
    covariance(xs, ys) / (std(xs) * std(ys));

export const z = (values: readonly number[]): number => (values.at(-1)! - mean(values)) / std(values);

/** The `window` values that end at a row. */
export const windowAt = (of: (row: number) => number, row: number, window: number): number[] =>
    Array.from({ length: window }, (_, i) => of(row - window + 1 + i));

export interface Series {
    readonly r: (pair: Pair, row: number) => number;
    readonly bqx: (pair: Pair, row: number, window?: number) => number;
    /** Mean of `of` over the pairs of a currency, each read with the currency as its base. */
    readonly strength: (currency: string, of: (pair: Pair) => number) => number;
}

/** The definitions of the catalogue, word by word. */
export function naiveSeries(market: Market): Series {
    const close = (pair: Pair, row: number): number => market.bars.get(pair)!.close[row]!;
    return {
        r: (pair, row) => Math.log(close(pair, row) / close(pair, row - 1)),
        bqx(pair, row, window = 15) {
            const now = close(pair, row);
            let sum = 0;
            for (let i = 1; i <= window; i++) sum += (close(pair, row - i) - now) / now;
            return sum;
        },
        strength: (currency, of) =>
            mean(
                PAIRS.filter((pair) => pair.includes(currency)).map(
                    (pair) => (pair.startsWith(currency) ? 1 : -1) * of(pair),
                ),
            ),
    };
}

export interface EigenPair {
    readonly value: number;
    readonly vector: number[];
}

/** All eigenvalues, the largest first, and their vectors, by Jacobi's rotations (1846). */
export function jacobi(matrix: readonly (readonly number[])[]): EigenPair[] {
    const n = matrix.length;
    const a = matrix.map((row) => [...row]);
    const v = matrix.map((_, i) => matrix.map((__, j) => Number(i === j)));
    for (let sweep = 0; sweep < 30; sweep++) {
        for (let p = 0; p < n; p++) {
            for (let q = p + 1; q < n; q++) {
                if (a[p]![q] === 0) continue;
                const angle = Math.atan2(2 * a[p]![q]!, a[q]![q]! - a[p]![p]!) / 2;
                const [c, s] = [Math.cos(angle), Math.sin(angle)];
                const rotate = (one: number, other: number): [number, number] => [
                    c * one - s * other,
                    s * one + c * other,
                ];
                for (const row of [...a, ...v]) [row[p], row[q]] = rotate(row[p]!, row[q]!);
                for (let j = 0; j < n; j++) [a[p]![j], a[q]![j]] = rotate(a[p]![j]!, a[q]![j]!);
            }
        }
    }
    return a
        .map((row, i) => ({ value: row[i]!, vector: v.map((each) => each[i]!) }))
        .sort((one, other) => other.value - one.value);
}
