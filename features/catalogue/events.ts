import { REGIME_WINDOW, SINCE_CAP } from "./bases";
import { catalogueFamily, column } from "./column";

/** Returns before t whose standard deviation a jump is measured in. */
export const JUMP_SIGMA_WINDOW = 60;
/** Minutes after which the GARCH recursion has forgotten: 0.95^480 is 2e-11. */
export const GARCH_WINDOW = 480;

const JUMP = 1 + JUMP_SIGMA_WINDOW;
const LAST_JUMP = JUMP + SINCE_CAP - 1;
const REGIME = REGIME_WINDOW - 1;

export const eventAndRegime = catalogueFamily({
    name: "event and regime",
    table: "computed_features",
    domain: "rate_idx",
    laggable: false,
    about:
        "Jumps: |r| above 2.5 or 3 standard deviations of the 60 returns before it; the rest describes the last 2.5-sigma " +
        "jump, 0 where there was none in 1,440 minutes. Volatility: standard deviation of r, its regime (tercile of the " +
        "last 1,440 minutes), EWMA, and the variance that a GARCH(1,1) fitted on the training split expects next. Trend: " +
        "slope and r2 of straight lines through rate_idx.",
    columns: [
        column("jump_flag_2_5_sigma", "flag", JUMP),
        column("jump_flag_3_sigma", "flag", JUMP),
        column("jump_count_20", "count", JUMP + 19),
        column("jump_count_60", "count", JUMP + 59),
        column("minutes_since_jump", "minutes", LAST_JUMP),
        column("jump_direction", "sign", LAST_JUMP),
        column("jump_size_z", "sd", LAST_JUMP),
        column("jump_decay_20", "sd", LAST_JUMP),
        column("volatility_regime_20", "class", 20 + REGIME),
        column("volatility_regime_60", "class", 60 + REGIME),
        column("volatility_transition_20", "class", 20 + REGIME + 5),
        column("volatility_z_20", "sd", 20 + 239),
        column("volatility_percentile_100", "share", 20 + 99),
        column("volatility_acceleration_20", "ratio", 60),
        column("volatility_expansion", "flag", 60),
        column("volatility_compression", "flag", 60),
        column("volatility_ewma_30", "log-return", 300),
        column("volatility_garch", "log-return", GARCH_WINDOW),
        column("trend_regime_20", "class", 19 + REGIME),
        column("trend_regime_60", "class", 59 + REGIME),
        column("trend_r2_20", "share", 19),
        column("trend_r2_60", "share", 59),
        column("trend_sign_consistency_20", "share", 20),
        column("trend_reversal_20", "flag", 39),
        column("trend_acceleration_20", "index", 39),
        column("trend_sideways_60", "flag", 60),
    ],
});
