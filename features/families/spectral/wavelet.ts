import { WAVELET_WINDOW } from "../../catalogue/spectral";
import type { Emit } from "../../family";
import { at } from "../../kernels/span";
import { forEachDb4 } from "../../kernels/wavelet";
import { safeRatio } from "../../shared";
import type { PairContext } from "../../slice";
import type { Signal } from "./signal";

const LEVELS = 4;

const TERMS = [
    "d1_energy",
    "d2_energy",
    "d3_energy",
    "d4_energy",
    "a4_energy",
    "d1_d3_ratio",
    "detail_entropy",
    "singularity",
    "dominant_scale",
    "trend_strength",
] as const;

type Outputs = Readonly<Record<(typeof TERMS)[number], Float64Array>>;

/** Of d1 to d4, then a4: sum of squares, largest magnitude. */
const energies = new Float64Array(LEVELS + 1);
const peaks = new Float64Array(LEVELS + 1);

/** Terms of the db4 decomposition of the last 256 values; each term is explained where it is computed. */
export function computeWavelet(context: PairContext, signal: Signal, emit: Emit): void {
    const { short, epsilon } = signal;
    const outputs = Object.fromEntries(TERMS.map((term) => [term, context.scratch()])) as Outputs;
    const values = signal.values(context, context.span.from - WAVELET_WINDOW + 1);
    const levels = Array.from({ length: LEVELS }, () => ({
        smooth: context.scratch(),
        detail: context.scratch(),
    }));
    forEachDb4(values, WAVELET_WINDOW, levels, context.span, (row, coefficients) => {
        measureLevels(coefficients);
        describe(coefficients, epsilon, row, outputs);
    });
    for (const term of TERMS) emit(`wavelet_${term}_${short}_${WAVELET_WINDOW}`, outputs[term]);
}

/** First coefficient of a level: d1 is the last half, d2 the quarter before it; a4 stands first. */
const levelStart = (level: number): number => (level < LEVELS ? WAVELET_WINDOW >> (level + 1) : 0);

const levelLength = (level: number): number => WAVELET_WINDOW >> Math.min(level + 1, LEVELS);

function measureLevels(coefficients: Float64Array): void {
    for (let level = 0; level <= LEVELS; level++) {
        const start = levelStart(level);
        const end = start + levelLength(level);
        let energy = 0;
        let peak = 0;
        for (let i = start; i < end; i++) {
            const value = at(coefficients, i);
            energy += value * value;
            peak = Math.max(peak, Math.abs(value));
        }
        energies[level] = energy;
        peaks[level] = peak;
    }
}

/**
 * With the energy of a level its sum of squares:
 * - energies: shares of the whole, which is the sum of squares of the values;
 * - detail entropy: -sum of q ln q, q the shares of d1 to d4 in their sum (wavelet entropy, Rosso et al.
 *   2001);
 * - singularity: Hölder exponent of the sharpest place, slope of log2 max |d_j| on j, less 1/2 (Mallat and
 *   Hwang 1992);
 * - dominant scale: 1 to 4 for d1 to d4, 5 for a4, by energy per coefficient, which is equal for white noise;
 * - trend strength: correlation of the coefficients of a4 with their place, so signed.
 */
function describe(coefficients: Float64Array, epsilon: number, row: number, outputs: Outputs): void {
    const least = WAVELET_WINDOW * epsilon * epsilon;
    const d1 = at(energies, 0);
    const d2 = at(energies, 1);
    const d3 = at(energies, 2);
    const d4 = at(energies, 3);
    const a4 = at(energies, LEVELS);
    const details = d1 + d2 + d3 + d4;
    const all = details + a4;
    outputs.d1_energy[row] = safeRatio(d1, all, least);
    outputs.d2_energy[row] = safeRatio(d2, all, least);
    outputs.d3_energy[row] = safeRatio(d3, all, least);
    outputs.d4_energy[row] = safeRatio(d4, all, least);
    outputs.a4_energy[row] = safeRatio(a4, all, least);
    outputs.d1_d3_ratio[row] = safeRatio(d1, d3, least);
    outputs.detail_entropy[row] = details > least ? detailEntropy(details) : NaN;
    outputs.singularity[row] = singularity(epsilon);
    outputs.dominant_scale[row] = all > least ? dominantScale() : NaN;
    outputs.trend_strength[row] = trendStrength(coefficients, epsilon);
}

function detailEntropy(details: number): number {
    let sum = 0;
    for (let level = 0; level < LEVELS; level++) {
        const share = at(energies, level) / details;
        if (share > 0) sum -= share * Math.log(share);
    }
    return sum;
}

function singularity(epsilon: number): number {
    let slope = 0;
    let spread = 0;
    for (let level = 0; level < LEVELS; level++) {
        const peak = at(peaks, level);
        if (!(peak > epsilon)) return NaN;
        const place = level - (LEVELS - 1) / 2;
        slope += place * Math.log2(peak);
        spread += place * place;
    }
    return slope / spread - 0.5;
}

function dominantScale(): number {
    let dominant = 0;
    for (let level = 1; level <= LEVELS; level++) {
        const density = at(energies, level) / levelLength(level);
        if (density > at(energies, dominant) / levelLength(dominant)) dominant = level;
    }
    return dominant + 1;
}

function trendStrength(coefficients: Float64Array, epsilon: number): number {
    const count = levelLength(LEVELS);
    let sum = 0;
    let cross = 0;
    let squares = 0;
    for (let i = 0; i < count; i++) {
        const value = at(coefficients, i);
        sum += value;
        cross += (i - (count - 1) / 2) * value;
        squares += value * value;
    }
    const spread = squares - (sum * sum) / count;
    if (!(spread > count * epsilon * epsilon)) return NaN;
    const places = (count * (count * count - 1)) / 12;
    return Math.max(-1, Math.min(1, cross / Math.sqrt(places * spread)));
}
