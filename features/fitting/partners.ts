import { type Pair, PAIRS } from "../../config/pairs";
import { baseOf, quoteOf } from "../currencies";
import { at } from "../kernels/span";
import type { Market } from "../market";
import { returnsOf } from "./returns";

/** The two pairs that a pair is held against. */
export type Partners = readonly [Pair, Pair];

/** Two partners that correlate more than this (squared) explain nothing that one of them does not. */
const COLLINEAR = 1 - 1e-9;

/**
 * The partners of every pair: of all twos that do not close a triangle with it, the one whose returns explain most of the
 * variance of its own over rows [from, to). The earlier in PAIRS wins a tie. Two that close a triangle explain all of it, as
 * their rates multiply to the pair's own.
 * @throws Error where the market lacks a pair, or the rows
 */
export function fitPartners(market: Market, from: number, to: number): Map<Pair, Partners> {
    const correlations = returnCorrelations(market, from, to);
    return new Map(PAIRS.map((pair) => [pair, bestPartners(pair, correlations)]));
}

type Correlation = (one: Pair, other: Pair) => number;

function bestPartners(pair: Pair, correlation: Correlation): Partners {
    let best: { readonly partners: Partners; readonly share: number } | undefined;
    const others = PAIRS.filter((other) => other !== pair);
    for (const [place, first] of others.entries()) {
        for (const second of others.slice(place + 1)) {
            if (closesTriangle(pair, first, second)) continue;
            const share = explainedShare(
                correlation(pair, first),
                correlation(pair, second),
                correlation(first, second),
            );
            if (best === undefined || share > best.share) best = { partners: [first, second], share };
        }
    }
    if (best === undefined) throw new Error(`${pair} has no partners`);
    return best.partners;
}

/** Whether three pairs are made of three currencies, so that two of them give the third. */
export function closesTriangle(...pairs: readonly [Pair, Pair, Pair]): boolean {
    return new Set(pairs.flatMap((pair) => [baseOf(pair), quoteOf(pair)])).size === 3;
}

/** R2 of least squares on two variables, from the three correlations. */
function explainedShare(y1: number, y2: number, between: number): number {
    const common = between * between;
    if (common > COLLINEAR) return Math.max(y1 * y1, y2 * y2);
    return (y1 * y1 + y2 * y2 - 2 * y1 * y2 * between) / (1 - common);
}

/** Correlation of r over rows [from, to) between any two pairs; 0 where one of them did not move. */
function returnCorrelations(market: Market, from: number, to: number): Correlation {
    const all = returnsOf(market, from, to).map(standardised);
    const returns = new Map(PAIRS.map((pair, index) => [pair, all[index]]));
    const known = new Map<string, number>();
    return (one, other) => {
        const key = one < other ? one + other : other + one;
        let correlation = known.get(key);
        if (correlation === undefined) {
            const [xs, ys] = [returns.get(one), returns.get(other)];
            if (!xs || !ys) throw new Error(`there are no returns of ${one} or ${other}`);
            correlation = 0;
            for (let row = 0; row < xs.length; row++) correlation += at(xs, row) * at(ys, row);
            known.set(key, correlation);
        }
        return correlation;
    };
}

/** Returns less their mean, divided so that their squares add up to 1. */
function standardised(returns: Float64Array): Float64Array {
    const mean = returns.reduce((sum, value) => sum + value, 0) / returns.length;
    const size = Math.sqrt(returns.reduce((sum, value) => sum + (value - mean) ** 2, 0));
    return returns.map((value) => (size > 0 ? (value - mean) / size : 0));
}
