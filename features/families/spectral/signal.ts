import { BQX_DEFAULT } from "../../catalogue/bases";
import { bqx, EPSILON, LOG_RETURN } from "../../shared";
import type { PairContext } from "../../slice";

/** What the spectra of one domain are of. */
export interface Signal {
    /** The domain in column names. */
    readonly short: "idx" | "bqx";
    /** Root mean squares that are not above it count as 0. */
    readonly epsilon: number;
    /** The series, valid from row `from`. */
    readonly values: (context: PairContext, from: number) => Float64Array;
}

/** r and bqx_15: of the two domains' series those without a level, whose power would hide every cycle. */
export const SIGNALS: readonly Signal[] = [
    { short: "idx", epsilon: EPSILON.ratio, values: (context, from) => context.series(LOG_RETURN, from) },
    { short: "bqx", epsilon: EPSILON.bqx, values: (context, from) => context.series(bqx(BQX_DEFAULT), from) },
];
