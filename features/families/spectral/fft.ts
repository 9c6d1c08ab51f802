import { FFT_WINDOWS, SPECTRAL_CHANGE_MINUTES } from "../../catalogue/spectral";
import type { Emit } from "../../family";
import { forEachSpectrum } from "../../kernels/dft";
import { rollingMeanStd } from "../../kernels/moments";
import { at, earlier, type Span } from "../../kernels/span";
import { EPSILON } from "../../shared";
import type { PairContext } from "../../slice";
import type { Signal } from "./signal";

/** Cycles longer than this many minutes are low frequencies. */
const LOW_PERIOD = 16;
/** Cycles shorter than this many minutes are high frequencies. */
const HIGH_PERIOD = 4;
/** Share of the power up to the edge. */
const EDGE_SHARE = 0.95;
/** A cycle whose frequency is a bin's fills that bin and one on either side: the Hann window's main lobe. */
const LOBE_BINS = 1;
const TERMS = [
    "dominant_frequency",
    "dominant_power",
    "second_frequency",
    "harmonic_ratio",
    "low_power",
    "high_power",
    "entropy",
    "edge_95",
    "noise_ratio",
] as const;

/** Total power, and what is told of the spectrum's shape. */
type Spectra = Readonly<Record<(typeof TERMS)[number] | "total", Float64Array>>;

/** Terms of the Hann-windowed spectra of both windows; each term is explained where it is computed. */
export function computeFft(context: PairContext, signal: Signal, emit: Emit): void {
    const entries = [...TERMS, "total" as const].map((term) => [term, context.scratch()] as const);
    const spectra = Object.fromEntries(entries) as Spectra;
    const mean = context.scratch();
    const output = context.scratch();
    const { short, epsilon } = signal;
    const wide = earlier(context.span, SPECTRAL_CHANGE_MINUTES);
    for (const window of FFT_WINDOWS) {
        const name = (term: string) => `fft_${term}_${short}_${window}`;
        const values = signal.values(context, wide.from - window + 1);
        const least = (window * epsilon) ** 2;
        forEachSpectrum(values, window, wide, (row, powers) => {
            describe(powers, least, row, spectra);
        });
        for (const term of TERMS) emit(name(term), spectra[term]);
        powerTrend(spectra.total, output, context.span);
        emit(name("power_trend"), output);
        stability(spectra.dominant_frequency, mean, output, context.span);
        emit(name("frequency_stability"), output);
    }
}

/**
 * Frequencies are those of bins, in cycles per minute; bins that stand for half a frequency (0 and the
 * highest) are left out. With p = power / total power:
 * - dominant power: the largest p, of equal ones that of the lowest frequency; second frequency: that of the
 *   largest p outside the dominant cycle's main lobe;
 * - harmonic ratio: power at twice and three times the dominant frequency / power at it, 0 where they are out
 *   of band;
 * - entropy: -sum of p ln p (Inouye et al. 1991);
 * - edge: the lowest frequency up to which lies 95 % of the power;
 * - noise ratio: geometric / arithmetic mean of the powers (spectral flatness, Gray and Markel 1974): 0 for
 *   one cycle, about 0.56 for white noise.
 */
function describe(powers: Float64Array, least: number, row: number, spectra: Spectra): void {
    const bins = powers.length;
    let total = 0;
    let weighted = 0;
    let logarithms = 0;
    let low = 0;
    let high = 0;
    for (let k = 1; k < bins; k++) {
        const power = at(powers, k);
        total += power;
        if (k * LOW_PERIOD < 2 * bins) low += power;
        if (k * HIGH_PERIOD > 2 * bins) high += power;
        const logarithm = Math.log(power);
        logarithms += logarithm;
        // 0 ln 0 is 0.
        if (power > 0) weighted += power * logarithm;
    }
    spectra.total[row] = total > least ? total : NaN;
    if (!(total > least)) {
        for (const term of TERMS) spectra[term][row] = NaN;
        return;
    }
    const frequency = 1 / (2 * bins);
    const margin = EPSILON.score * total;
    const dominant = strongestBin(powers, margin, -Infinity);
    const largest = at(powers, dominant);
    spectra.dominant_frequency[row] = dominant * frequency;
    spectra.dominant_power[row] = largest / total;
    spectra.second_frequency[row] = strongestBin(powers, margin, dominant) * frequency;
    spectra.harmonic_ratio[row] = (powerAt(powers, 2 * dominant) + powerAt(powers, 3 * dominant)) / largest;
    spectra.low_power[row] = low / total;
    spectra.high_power[row] = high / total;
    spectra.entropy[row] = Math.max(0, Math.log(total) - weighted / total);
    spectra.edge_95[row] = edgeBin(powers, EDGE_SHARE * total) * frequency;
    spectra.noise_ratio[row] = (Math.exp(logarithms / (bins - 1)) * (bins - 1)) / total;
}

const powerAt = (powers: Float64Array, bin: number): number => (bin < powers.length ? at(powers, bin) : 0);

/**
 * The strongest bin outside a dominant one's main lobe; the lowest of those that are within `margin`, as the spectrum of a
 * single move is flat but for rounding.
 */
function strongestBin(powers: Float64Array, margin: number, dominant: number): number {
    let strongest = 0;
    let most = -Infinity;
    for (let k = 1; k < powers.length; k++) {
        const power = at(powers, k);
        if (power <= most || Math.abs(k - dominant) <= LOBE_BINS) continue;
        most = power + margin;
        strongest = k;
    }
    return strongest;
}

function edgeBin(powers: Float64Array, wanted: number): number {
    let below = 0;
    let k = 0;
    while (below < wanted && k + 1 < powers.length) {
        k++;
        below += at(powers, k);
    }
    return k;
}

/** ln(total power / total power 15 minutes ago). */
function powerTrend(total: Float64Array, output: Float64Array, { from, to }: Span): void {
    const lag = SPECTRAL_CHANGE_MINUTES;
    for (let row = from; row < to; row++) {
        output[row] = row < lag ? NaN : Math.log(at(total, row) / at(total, row - lag));
    }
}

/**
 * 1 / (1 + standard deviation / mean) of the dominant frequencies from 15 minutes ago to now: 1 where it
 * stayed.
 */
function stability(frequency: Float64Array, mean: Float64Array, output: Float64Array, span: Span): void {
    rollingMeanStd(frequency, SPECTRAL_CHANGE_MINUTES + 1, mean, output, span);
    for (let row = span.from; row < span.to; row++) {
        output[row] = 1 / (1 + at(output, row) / at(mean, row));
    }
}
