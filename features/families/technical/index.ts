import { defineFamily, type Emit } from "../../family";
import type { PairContext } from "../../slice";
import { inputOf } from "./input";
import { emitOscillators } from "./oscillators";
import { emitTrends } from "./trends";

/** Indicators of rate_idx. */
export const technicalIdx = defineFamily({
    name: "technical idx",
    compute: (context, emit) => computeIndicators(context, "idx", emit),
});

/** The same indicators of bqx_15. */
export const technicalBqx = defineFamily({
    name: "technical bqx",
    compute: (context, emit) => computeIndicators(context, "bqx", emit),
});

function computeIndicators(context: PairContext, short: "idx" | "bqx", emit: Emit): void {
    const input = inputOf(context, short);
    emitOscillators(input, emit);
    emitTrends(input, emit);
}
