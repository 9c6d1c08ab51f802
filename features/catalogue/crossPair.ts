import { BQX_DEFAULT } from "./bases";
import { catalogueFamily, column, type Declaration } from "./column";

export const SISTERS = [1, 2, 3, 4, 5] as const;
export const SISTER_LAGS = [1, 5, 15] as const;
export const USD_FACTOR_CHANGES = [5, 15] as const;

const bqx = (name: string, unit: Declaration["unit"], lookback: number): Declaration => ({
    ...column(name, unit, BQX_DEFAULT + lookback),
    domain: "bqx",
});

export const crossPair = catalogueFamily({
    name: "cross-pair",
    table: "computed_features",
    domain: "rate_idx",
    laggable: false,
    about:
        "The five sister pairs (fixed on the training split), the triangle of the pair (through USD, EUR or GBP) in both " +
        "domains, and the USD factor: first principal component of the seven majors' r, fitted loadings.",
    columns: [
        ...SISTERS.flatMap((n) => [
            ...SISTER_LAGS.map((lag) => column(`sister_${n}_return_lag_${lag}`, "log-return", lag + 1)),
            column(`sister_${n}_volatility_30`, "log-return", 30),
            column(`sister_${n}_correlation_60`, "correlation", 60),
            column(`sister_${n}_beta_60`, "ratio", 60),
        ]),
        column("triangle_residual_idx", "bp", 0),
        column("triangle_residual_z_idx_20", "sd", 19),
        column("triangle_residual_change_idx_5", "bp", 5),
        column("triangle_residual_volatility_idx_30", "bp", 30),
        bqx("triangle_residual_bqx", "bqx", 0),
        bqx("triangle_residual_z_bqx_20", "sd", 19),
        bqx("triangle_residual_change_bqx_5", "bqx", 5),
        { ...column("triangle_alignment", "flag", BQX_DEFAULT), domain: "both" },
        column("usd_factor_sum_240", "log-return", 240),
        ...USD_FACTOR_CHANGES.map((minutes) => column(`usd_factor_change_${minutes}`, "log-return", minutes)),
        column("usd_factor_volatility_30", "log-return", 30),
        column("usd_factor_z_60", "sd", 240 + 59),
        column("usd_factor_slope_20", "log-return", 240 + 19),
    ],
});
