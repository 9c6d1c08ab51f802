import { W6 } from "./bases";
import { catalogueFamily, column, type Declaration } from "./column";
import { bqxOf } from "./regression";

export const PARABOLIC_TERMS = ["a2", "a1", "b", "r2"] as const;
export const PARABOLIC_PAIRS = [
    [15, 30],
    [15, 90],
    [30, 60],
    [45, 75],
    [60, 90],
] as const;
export const CURVATURE_WINDOWS = [15, 30, 60, 90] as const;
/** Minutes over which the change of the 60-minute term is taken. */
export const PARABOLIC_CHANGE_MINUTES = 15;

function columnsOf(short: "idx" | "bqx"): Declaration[] {
    const lookback = (window: (typeof W6)[number]) => window - 1 + (short === "idx" ? 0 : bqxOf(window));
    const unit = short === "idx" ? "ratio" : "sd";
    const unitOf = (term: string) => (term === "r2" ? "share" : unit);
    return [
        ...PARABOLIC_TERMS.flatMap((term) => {
            const name = (what: string) => `parabolic_${short}_${term}_${what}`;
            return [
                ...PARABOLIC_PAIRS.map(([first, second]) =>
                    column(name(`gap_${first}_${second}`), unitOf(term), lookback(second)),
                ),
                column(name("std"), unitOf(term), lookback(90)),
                column(name("slope"), unitOf(term), lookback(90)),
                column(name("ascending"), "share", lookback(90)),
                column(name("change_60"), unitOf(term), lookback(60) + PARABOLIC_CHANGE_MINUTES),
            ];
        }),
        ...CURVATURE_WINDOWS.map((window) =>
            column(`parabolic_${short}_velocity_curvature_${window}`, unit, lookback(window)),
        ),
    ];
}

export const parabolicComparison = catalogueFamily({
    name: "parabolic comparison",
    table: "computed_features",
    domain: "both",
    laggable: false,
    about:
        "The quadratic terms of the regressions across their six windows: gaps between two windows, standard deviation, " +
        "slope per window step, share of adjacent windows in ascending order, change of the 60-minute term over 15 " +
        "minutes, and a1 times a2.",
    columns: [
        ...columnsOf("idx").map((each) => ({ ...each, domain: "rate_idx" as const })),
        ...columnsOf("bqx").map((each) => ({ ...each, domain: "bqx" as const })),
    ],
});
