import { DOMAINS } from "./bases";
import { catalogueFamily, column } from "./column";

export const FFT_WINDOWS = [64, 256] as const;
export const WAVELET_WINDOW = 256;
export const SSA_WINDOW = 180;
/** The SSA basis is of the window that ended at the last full hour of trading minutes, up to 59 minutes ago. */
export const SSA_REFRESH_MINUTES = 60;
/** Minutes over which the power's trend and the frequency's stability are taken. */
export const SPECTRAL_CHANGE_MINUTES = 15;

export const spectralAndWavelet = catalogueFamily({
    name: "spectral and wavelet",
    table: "spectral_features",
    domain: "both",
    laggable: false,
    about:
        "Of r and of bqx_15: Hann-windowed Fourier spectra of 64 and 256 minutes, a db4 wavelet decomposition of 256 " +
        "(periodised within the window), and singular spectrum analysis (L = 60) of 180.",
    columns: DOMAINS.flatMap(({ domain, short, base }) => {
        // r reads one minute more than its window, bqx_15 fifteen: base is 0 or 15.
        const window = (length: number) => (short === "idx" ? length : base + length - 1);
        const level = short === "idx" ? "log-return" : "bqx";
        const fft = FFT_WINDOWS.flatMap((length) => {
            const name = (term: string) => `fft_${term}_${short}_${length}`;
            const lookback = window(length);
            const changed = lookback + SPECTRAL_CHANGE_MINUTES;
            return [
                column(name("dominant_frequency"), "cycles-per-minute", lookback),
                column(name("dominant_power"), "share", lookback),
                column(name("second_frequency"), "cycles-per-minute", lookback),
                column(name("harmonic_ratio"), "ratio", lookback),
                column(name("low_power"), "share", lookback),
                column(name("high_power"), "share", lookback),
                column(name("entropy"), "nats", lookback),
                column(name("edge_95"), "cycles-per-minute", lookback),
                column(name("power_trend"), "nats", changed),
                column(name("frequency_stability"), "ratio", changed),
                column(name("noise_ratio"), "ratio", lookback),
            ];
        });
        const wavelet = (
            [
                ...["d1", "d2", "d3", "d4", "a4"].map((band) => [`${band}_energy`, "share"] as const),
                ["d1_d3_ratio", "ratio"],
                ["detail_entropy", "nats"],
                ["singularity", "ratio"],
                ["dominant_scale", "class"],
                ["trend_strength", "ratio"],
            ] as const
        ).map(([term, unit]) =>
            column(`wavelet_${term}_${short}_${WAVELET_WINDOW}`, unit, window(WAVELET_WINDOW)),
        );
        const ssa = (
            [
                ...["trend", "oscillation", "noise"].map((part) => [part, level] as const),
                ...["trend", "oscillation", "noise"].map((part) => [`${part}_share`, "share"] as const),
                ["separability", "correlation"],
                ["reconstruction_error", level],
            ] as const
        ).map(([term, unit]) =>
            column(`ssa_${term}_${short}_${SSA_WINDOW}`, unit, window(SSA_WINDOW) + SSA_REFRESH_MINUTES - 1),
        );
        return [...fft, ...wavelet, ...ssa].map((each) => ({ ...each, domain }));
    }),
});
