import { REGIME_WINDOW } from "./bases";
import { catalogueFamily, column, type Declaration } from "./column";

/** Window of the `w60_` columns, and of the changes of the `agg_` columns. */
export const CAUSALITY_WINDOW = 60;

const bqx = (name: string, unit: Declaration["unit"], lookback: number): Declaration => ({
    ...column(name, unit, lookback),
    domain: "bqx",
});

/** Columns besides the 1,080, which are candidates at their causality lag alone. */
export const causality = catalogueFamily({
    name: "causality",
    table: "computed_features",
    domain: "rate_idx",
    laggable: false,
    about:
        "Extra columns, used 61 minutes later alone: bqx_60 over the last 60 minutes, the five bqx of now together " +
        "(`agg_`; return and volatility are of their mean over 60 minutes), agreement of their signs, volatility regime, " +
        "and signed r2 of the 60-minute line.",
    columns: [
        bqx("w60_bqx_60_return", "bqx", 60 + 60),
        bqx("w60_bqx_60_max", "bqx", 60 + 59),
        bqx("w60_bqx_60_min", "bqx", 60 + 59),
        bqx("w60_bqx_60_mean", "bqx", 60 + 59),
        bqx("w60_bqx_60_std", "bqx", 60 + 59),
        bqx("w60_bqx_60_endpoint", "bqx", 60),
        bqx("agg_bqx_return", "bqx", 75 + 60),
        bqx("agg_bqx_max", "bqx", 75),
        bqx("agg_bqx_min", "bqx", 75),
        bqx("agg_bqx_mean", "bqx", 75),
        bqx("agg_bqx_std", "bqx", 75),
        bqx("agg_bqx_range", "bqx", 75),
        bqx("agg_bqx_volatility", "bqx", 75 + 60),
        bqx("momentum_alignment", "share", 75),
        column("volatility_regime", "class", 60 + REGIME_WINDOW - 1),
        column("trend_strength", "share", 59),
    ].map((each) => ({ ...each, causality: true })),
});
