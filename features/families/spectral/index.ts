import { defineFamily } from "../../family";
import { withScratch } from "../../slice";
import { computeFft } from "./fft";
import { SIGNALS } from "./signal";
import { computeSsa } from "./ssa";
import { computeWavelet } from "./wavelet";

/** Fourier, wavelet and singular spectrum analysis of r and of bqx_15. */
export const spectralAndWavelet = defineFamily({
    name: "spectral and wavelet",
    compute(context, emit) {
        for (const signal of SIGNALS) {
            for (const part of [computeFft, computeWavelet, computeSsa]) {
                withScratch(context.slice.workspaces.scratch, () => part(context, signal, emit));
            }
        }
    },
});
