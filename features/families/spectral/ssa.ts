import { SSA_REFRESH_MINUTES, SSA_WINDOW } from "../../catalogue/spectral";
import type { Emit } from "../../family";
import { rollingSsa, type SsaOutputs, type SsaShape } from "../../kernels/ssa";
import type { PairContext } from "../../slice";
import type { Signal } from "./signal";

const SHAPE: SsaShape = { window: SSA_WINDOW, embedding: 60, refresh: SSA_REFRESH_MINUTES };

const TERMS: Readonly<Record<keyof SsaOutputs, string>> = {
    trend: "trend",
    oscillation: "oscillation",
    noise: "noise",
    trendShare: "trend_share",
    oscillationShare: "oscillation_share",
    noiseShare: "noise_share",
    separability: "separability",
    reconstructionError: "reconstruction_error",
};

/**
 * Singular spectrum analysis of the last 180 values, on the basis of the last full hour of trading minutes.
 */
export function computeSsa(context: PairContext, signal: Signal, emit: Emit): void {
    const { span } = context;
    const { short, epsilon } = signal;
    const values = signal.values(context, span.from - SHAPE.window - SHAPE.refresh + 2);
    const terms = Object.keys(TERMS) as (keyof SsaOutputs)[];
    const outputs = Object.fromEntries(terms.map((term) => [term, context.scratch()])) as Record<
        keyof SsaOutputs,
        Float64Array
    >;
    rollingSsa(values, SHAPE, outputs, epsilon, span);
    for (const term of terms) emit(`ssa_${TERMS[term]}_${short}_${SSA_WINDOW}`, outputs[term]);
}
