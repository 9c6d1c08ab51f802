import type { CrossPairParameters } from "../../fitting/crossPair";
import type { MarketSlice } from "../../slice";

/** What was fitted across pairs. Throws where nothing was. */
export function fittedAcross({ parameters: { crossPair } }: MarketSlice): CrossPairParameters {
    if (crossPair !== undefined) return crossPair;
    throw new Error('family "cross-pair" needs the feature parameters "crossPair", see fitting/crossPair.ts');
}
