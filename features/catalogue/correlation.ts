import { BQX_DEFAULT, REGIME_WINDOW } from "./bases";
import { catalogueFamily, column } from "./column";

export const CURRENCIES = ["aud", "cad", "chf", "eur", "gbp", "jpy", "nzd", "usd"] as const;
export const CORRELATION_WINDOWS = [20, 60, 240] as const;
export const PANEL_WINDOWS = [60, 240] as const;
/** Windows of bqx whose course is compared with that of bqx_60. */
export const SHORTER_BQX = [15, 30, 45] as const;
/** Minutes by which a currency's strength runs ahead. */
export const LEAD_MINUTES = [5, 15] as const;

const B = BQX_DEFAULT;

export const correlationIdx = catalogueFamily({
    name: "correlation idx",
    table: "correlation_idx",
    domain: "rate_idx",
    laggable: true,
    about:
        "Correlation of the pair's r with the strength of each currency (its mean r against the other seven), and the " +
        "state of all 28 pairs: mean and dispersion of pairwise correlations, eigenvalues, log-determinant and log-trace " +
        "of the covariance of seven strengths, the pair's systematic variance and residual.",
    columns: [
        ...CURRENCIES.flatMap((currency) =>
            CORRELATION_WINDOWS.map((w) => column(`strength_correlation_${currency}_${w}`, "correlation", w)),
        ),
        ...CORRELATION_WINDOWS.map((w) => column(`mean_pairwise_correlation_idx_${w}`, "correlation", w)),
        ...CORRELATION_WINDOWS.map((w) => column(`correlation_dispersion_idx_${w}`, "correlation", w)),
        ...PANEL_WINDOWS.flatMap((w) => [
            column(`largest_eigenvalue_share_${w}`, "share", w),
            column(`eigenvalue_ratio_${w}`, "ratio", w),
            column(`strength_log_determinant_${w}`, "nats", w),
            column(`strength_log_trace_${w}`, "nats", w),
            column(`systematic_share_idx_${w}`, "share", w),
            column(`residual_std_idx_${w}`, "log-return", w),
        ]),
        column("mean_correlation_breakout_20_60", "correlation", 60),
        column("mean_correlation_breakout_60_240", "correlation", 240),
        column("correlation_regime_60", "class", 60 + REGIME_WINDOW - 1),
    ],
});

export const correlationBqx = catalogueFamily({
    name: "correlation bqx",
    table: "correlation_bqx",
    domain: "bqx",
    laggable: true,
    about:
        "Correlation of the shorter bqx with bqx_60, the term structure over the five windows, and bqx_15 against the " +
        "panel of all pairs and against the strengths of the pair's two currencies, now and 5 or 15 minutes before.",
    columns: [
        ...SHORTER_BQX.map((w) => column(`bqx_${w}_correlation_bqx_60_60`, "correlation", 60 + 59)),
        column("bqx_term_slope", "bqx", 75),
        column("bqx_term_curvature", "bqx", 75),
        column("bqx_term_inverted", "flag", 75),
        column("bqx_term_steepness_z_240", "sd", 75 + 239),
        ...PANEL_WINDOWS.flatMap((w) => [
            column(`systematic_share_bqx_${w}`, "share", B + w - 1),
            column(`residual_std_bqx_${w}`, "bqx", B + w - 1),
            column(`mean_pairwise_correlation_bqx_${w}`, "correlation", B + w - 1),
            column(`correlation_dispersion_bqx_${w}`, "correlation", B + w - 1),
        ]),
        column("bqx_sign_share", "share", B),
        column("bqx_decoupling_z_240", "sd", B + 59 + 239),
        ...["base", "quote"].flatMap((side) =>
            LEAD_MINUTES.map((lag) => column(`bqx_lead_lag_${side}_${lag}`, "correlation", B + 59 + lag)),
        ),
        ...["base", "quote"].flatMap((side) =>
            PANEL_WINDOWS.map((w) =>
                column(`bqx_strength_correlation_${side}_${w}`, "correlation", B + w - 1),
            ),
        ),
    ],
});
