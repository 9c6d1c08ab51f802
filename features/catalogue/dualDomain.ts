import { BQX_DEFAULT, BQX_SCALE, REGIME_WINDOW } from "./bases";
import { catalogueFamily, column } from "./column";

/** Lags in minutes at which r is correlated with the change of bqx. */
export const CROSS_LAGS = [0, 1, 5, 15] as const;

const BQX_60 = 60;
const B = BQX_DEFAULT;

export const dualDomainComparison = catalogueFamily({
    name: "dual-domain comparison",
    table: "computed_features",
    domain: "both",
    laggable: false,
    about:
        "How rate_idx and bqx_15 move together: regressions of one on the other over 30 minutes, their correlation " +
        "(coupling), differences of the quadratic terms over 60 minutes (each in its window's standard deviations), of " +
        "shape and volatility, cross-correlation of bqx's change with earlier r over 60, and Bollinger bands over 20.",
    columns: [
        column("dual_beta_rate_on_bqx_30", "ratio", B + 29),
        column("dual_r2_30", "share", B + 29),
        column("dual_residual_z_rate_30", "sd", B + 29),
        column("dual_beta_bqx_on_rate_30", "ratio", B + 29),
        column("dual_residual_z_bqx_30", "sd", B + 29),
        column("dual_change_r2_30", "share", B + 30),
        column("dual_coupling_gap_15_60", "correlation", B + 59),
        column("dual_decoupled_30", "flag", B + 29),
        column("dual_a2_gap_60", "sd", BQX_60 + 59),
        column("dual_a1_gap_60", "sd", BQX_60 + 59),
        column("dual_b_gap_60", "sd", BQX_60 + 59),
        column("dual_r2_gap_60", "share", BQX_60 + 59),
        column("dual_variance_ratio_20", "ratio", B + 19),
        column("dual_variance_ratio_60", "ratio", B + 59),
        column("dual_skew_gap_20", "ratio", B + 19),
        column("dual_kurtosis_gap_20", "ratio", B + 19),
        ...CROSS_LAGS.map((lag) =>
            column(`dual_cross_correlation_lag_${lag}`, "correlation", Math.max(B, lag) + 60),
        ),
        column("dual_volatility_ratio_30", "ratio", B + 30),
        column("dual_volatility_gap_30", "ratio", B + 240),
        column("dual_percent_b_gap_20", "ratio", B + 19),
        column("dual_bandwidth_ratio_20", "ratio", BQX_SCALE),
        column("dual_compression_gap_20", "ratio", B + 99),
        column("dual_breakout_divergence_20", "class", B + 19),
        column("dual_slope_gap_20", "sd", B + 19 + 5),
        column("dual_regime_mismatch_20", "flag", B + 19 + REGIME_WINDOW - 1),
    ],
});
