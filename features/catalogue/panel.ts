import { BQX_DEFAULT } from "./bases";
import { catalogueFamily, column } from "./column";

/** What pairs are compared by, with its lookback. */
export const PANEL_SERIES = [
    { name: "return_5", domain: "rate_idx", lookback: 5 },
    { name: "return_15", domain: "rate_idx", lookback: 15 },
    { name: "return_60", domain: "rate_idx", lookback: 60 },
    { name: "return_240", domain: "rate_idx", lookback: 240 },
    { name: "bqx_15", domain: "bqx", lookback: BQX_DEFAULT },
    { name: "bqx_30", domain: "bqx", lookback: 30 },
    { name: "bqx_60", domain: "bqx", lookback: 60 },
    { name: "bqx_75", domain: "bqx", lookback: 75 },
    { name: "volatility_60", domain: "rate_idx", lookback: 60 },
] as const;

/** Return window of the currencies' strengths. */
export const PANEL_STRENGTH_WINDOW = 60;
/** Minutes over which the rank by return_60 changes. */
export const PANEL_RANK_CHANGES = [15, 60] as const;

export const crossSectionalPanel = catalogueFamily({
    name: "cross-sectional panel",
    table: "cross_sectional_panel",
    domain: "rate_idx",
    laggable: true,
    about:
        "The pair among all pairs at the same minute: rank, z and distance to the median of returns, bqx and volatility; " +
        "strengths of its two currencies over 60 minutes; change of its rank by return_60; moments of the panel's bqx_60.",
    columns: [
        ...PANEL_SERIES.flatMap(({ name, domain, lookback }) => [
            { ...column(`panel_rank_${name}`, "share", lookback), domain },
            { ...column(`panel_z_${name}`, "sd", lookback), domain },
            {
                ...column(`panel_median_distance_${name}`, domain === "bqx" ? "bqx" : "log-return", lookback),
                domain,
            },
        ]),
        ...["base", "quote", "gap"].map((side) =>
            column(`panel_strength_${side}_${PANEL_STRENGTH_WINDOW}`, "log-return", PANEL_STRENGTH_WINDOW),
        ),
        ...PANEL_RANK_CHANGES.map((minutes) => column(`panel_rank_change_${minutes}`, "share", 60 + minutes)),
        ...["mean", "dispersion", "skew"].map((term) => ({
            ...column(`panel_bqx_60_${term}`, term === "skew" ? "ratio" : "bqx", 60),
            domain: "bqx" as const,
        })),
    ],
});
