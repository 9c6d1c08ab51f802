import type { Pair } from "../config/pairs";
import type { CrossPairParameters } from "./fitting/crossPair";
import type { PairHmm } from "./fitting/hmm";
import type { Partners } from "./fitting/partners";

/** GARCH(1,1): variance(t + 1) = omega + alpha r(t)^2 + beta variance(t), r in natural units. */
export interface GarchParameters {
    readonly omega: number;
    readonly alpha: number;
    readonly beta: number;
}

/** What one pair's features need besides its bars: configured, or fitted on the training split. */
export interface PairParameters {
    /** Close at the pair's configured base timestamp: rate_idx is 100 there. */
    readonly baseRate: number;
    readonly garch: GarchParameters;
}

/** Everything configured or fitted that features depend on; stored with the dataset. */
export interface FeatureParameters {
    readonly pairs: ReadonlyMap<Pair, PairParameters>;
    /** Absent where nobody asks for features across pairs. */
    readonly crossPair?: CrossPairParameters;
    /** Absent where nobody asks for error correction. */
    readonly partners?: ReadonlyMap<Pair, Partners>;
    /** Absent where nobody asks for regimes. */
    readonly hmm?: ReadonlyMap<Pair, PairHmm>;
}
