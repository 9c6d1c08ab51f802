import type { Pair } from "../../config/pairs";
import { fitCrossPair } from "../../features/fitting/crossPair";
import { fitGarch } from "../../features/fitting/garch";
import { fitHmm, type PairHmm } from "../../features/fitting/hmm";
import { fitPartners } from "../../features/fitting/partners";
import type { Market } from "../../features/market";
import type { FeatureParameters, PairParameters } from "../../features/parameters";
import type { RowRange } from "./splits";

/** What is fitted to one pair alone. */
export interface PairFit {
    readonly pair: Pair;
    readonly own: PairParameters;
    readonly hmm: PairHmm;
}

/**
 * Fits one pair to the training split. Its base timestamp is the split's first minute.
 * @throws Error where the market lacks the pair; RangeError where the split is too short, or the pair stands still in it
 */
export function fitPair(market: Market, pair: Pair, { from, to }: RowRange): PairFit {
    const bars = market.bars.get(pair);
    if (bars === undefined) throw new Error(`the market has no bars of ${pair}`);
    const own = { baseRate: bars.close[from] ?? NaN, garch: fitGarch(bars, from, to) };
    const hmm = fitHmm(market, new Map([[pair, own]]), from, to, [pair]).get(pair);
    if (hmm === undefined) throw new Error(`no model was fitted to ${pair}`);
    return { pair, own, hmm };
}

/** Joins the fits of all pairs, and adds what is fitted across them, to the same training split. */
export function joinFits(
    market: Market,
    fits: readonly PairFit[],
    { from, to }: RowRange,
): FeatureParameters {
    return {
        pairs: new Map(fits.map(({ pair, own }) => [pair, own])),
        hmm: new Map(fits.map(({ pair, hmm }) => [pair, hmm])),
        crossPair: fitCrossPair(market, from, to),
        partners: fitPartners(market, from, to),
    };
}
