import { defineFamily } from "../../family";
import { emitFlow } from "./flow";
import { emitLevel } from "./level";
import { emitMomentum } from "./momentum";

/** Activity alone, with the rate and with bqx_15. */
export const volume = defineFamily({
    name: "volume",
    compute(context, emit) {
        emitLevel(context, emit);
        emitFlow(context, emit);
        emitMomentum(context, emit);
    },
});
