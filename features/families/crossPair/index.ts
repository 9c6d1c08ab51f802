import { defineFamily } from "../../family";
import { emitSisters } from "./sisters";
import { emitTriangle } from "./triangle";
import { emitUsdFactor } from "./usdFactor";

/** What other pairs say of this one: its sisters, its triangle, and the dollar. */
export const crossPair = defineFamily({
    name: "cross-pair",
    compute(context, emit) {
        emitSisters(context, emit);
        emitTriangle(context, emit);
        emitUsdFactor(context, emit);
    },
});
