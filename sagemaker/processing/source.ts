import type { Pair } from "../../config/pairs";
import type { FeatureBasis } from "../../data/store/basis";

/** Feature values that were computed before. */
export interface FeatureSource {
    /** What they were computed with. */
    readonly basis: FeatureBasis;
    /**
     * The values of some columns in these minutes (ms UTC), column by column.
     * @throws Error naming minutes that are missing
     */
    read(pair: Pair, timestamps: Float64Array, columns: readonly string[]): Promise<Float32Array>;
}
