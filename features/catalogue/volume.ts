import { BQX_DEFAULT, BQX_SCALE, REGIME_WINDOW } from "./bases";
import { catalogueFamily, column, type Declaration } from "./column";

export const ACTIVITY_WINDOWS = [60, 120, 240] as const;

/** The true range of a minute reads the close before it. */
const ACTIVITY = 1;

const rate = (name: string, unit: Declaration["unit"], lookback: number): Declaration => ({
    ...column(name, unit, lookback),
    domain: "rate_idx",
});

export const volume = catalogueFamily({
    name: "volume",
    table: "volume_features",
    domain: "both",
    laggable: false,
    about:
        "Activity: the source's volume, or the bar's true range in basis points where it has none (the manifest says " +
        "which). A surge or a drop is a change of bqx_15 beyond one standard deviation of the last 60; bqx is confirmed " +
        "where it moved away from 0 over 5 minutes on activity above its mean, diverges where below.",
    columns: [
        rate("activity", "units", ACTIVITY),
        rate("activity_sma_20", "units", ACTIVITY + 19),
        rate("activity_std_20", "units", ACTIVITY + 19),
        rate("activity_z_20", "sd", ACTIVITY + 19),
        rate("activity_spike_20", "flag", ACTIVITY + 19),
        rate("activity_change_5", "nats", ACTIVITY + 5),
        rate("activity_slope_20", "ratio", ACTIVITY + 19),
        rate("activity_regime", "class", ACTIVITY + REGIME_WINDOW - 1),
        rate("activity_rate_correlation_20", "correlation", ACTIVITY + 19),
        rate("activity_return_correlation_20", "correlation", ACTIVITY + 19),
        rate("activity_weighted_rate_distance_20", "ratio", ACTIVITY + 19),
        rate("activity_up_share_20", "share", ACTIVITY + 19),
        rate("activity_down_share_20", "share", ACTIVITY + 19),
        rate("activity_net_flow_20", "log-return", ACTIVITY + 19),
        rate("active_minutes_20", "count", ACTIVITY + 19),
        column("activity_bqx_correlation_20", "correlation", BQX_DEFAULT + 19),
        column("activity_bqx_correlation_60", "correlation", BQX_DEFAULT + 59),
        column("activity_in_bqx_surges_60", "ratio", BQX_DEFAULT + 60),
        column("activity_in_bqx_drops_60", "ratio", BQX_DEFAULT + 60),
        column("bqx_change_per_activity_20", "ratio", BQX_DEFAULT + 20),
        column("activity_confirms_bqx", "flag", BQX_DEFAULT + 5),
        column("activity_diverges_from_bqx", "flag", BQX_DEFAULT + 5),
        column("activity_and_bqx_high", "flag", BQX_SCALE),
        ...ACTIVITY_WINDOWS.map((window) => rate(`activity_z_${window}`, "sd", ACTIVITY + window - 1)),
        ...ACTIVITY_WINDOWS.map((window) => rate(`activity_slope_${window}`, "ratio", ACTIVITY + window - 1)),
        ...ACTIVITY_WINDOWS.map((window) =>
            rate(`activity_day_ratio_${window}`, "ratio", ACTIVITY + window - 1 + 1440),
        ),
    ],
});
