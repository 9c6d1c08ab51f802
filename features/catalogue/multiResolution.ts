import { RECURSIVE_SPAN } from "../kernels/ema";
import { REGIME_WINDOW } from "./bases";
import { catalogueFamily, column } from "./column";

/** Minutes ago at which the single 5-minute bars ended whose returns are columns. */
export const BAR_RETURN_ENDS = [5, 10, 15, 25] as const;

/** Lookback of an EMA over bars of `minutes` minutes. */
const ema = (period: number, minutes: number): number => (RECURSIVE_SPAN * period - 1) * minutes;

const fiveMinutes = [
    column("m5_sma_distance_10", "ratio", 9 * 5),
    column("m5_ema_distance_20", "ratio", ema(20, 5)),
    column("m5_volatility_20", "log-return", 20 * 5),
    ...BAR_RETURN_ENDS.map((end) => column(`m5_return_ended_${end}`, "log-return", end + 5)),
    column("m5_rsi_14", "percent", ema(14, 5) + 5),
    column("m5_macd_line_12_26", "percent", ema(26, 5)),
    column("m5_macd_histogram_12_26_9", "percent", ema(26, 5) + ema(9, 5)),
    column("m5_atr_percent_14", "percent", ema(14, 5) + 5),
    column("m5_bollinger_width_20", "ratio", 19 * 5),
    column("m5_stochastic_k_14", "percent", 15 * 5 + 4),
    column("m5_adx_14", "percent", 2 * ema(14, 5) + 9),
    column("m5_volatility_regime_20", "class", 20 * 5 + REGIME_WINDOW - 1),
    column("m5_slope_12", "ratio", 11 * 5),
    column("m5_r2_12", "share", 11 * 5),
    column("m5_jump_count_12", "count", 11 * 5 + 5 + 20 * 5),
    column("sma_ratio_1m_5m_10", "ratio", 9 * 5),
    column("volatility_ratio_1m_5m_20", "ratio", 20 * 5),
];

const fifteenMinutes = [
    column("m15_sma_distance_8", "ratio", 7 * 15),
    column("m15_volatility_12", "log-return", 12 * 15),
    column("m15_rsi_14", "percent", ema(14, 15) + 15),
    column("m15_macd_line_12_26", "percent", ema(26, 15)),
    column("m15_atr_percent_14", "percent", ema(14, 15) + 15),
    column("m15_slope_8", "ratio", 7 * 15),
    column("sma_ratio_5m_15m", "ratio", 7 * 15),
    column("volatility_ratio_5m_15m", "ratio", 12 * 15),
    column("trend_agreement_5m_15m", "sign", 7 * 15),
    column("sign_cascade_1m_5m_15m", "class", 15),
];

export const multiResolution = catalogueFamily({
    name: "multi-resolution",
    table: "computed_features",
    domain: "rate_idx",
    laggable: false,
    about:
        "Indicators on trailing 5- and 15-minute bars: the last bar ends with this minute, the one before it 5 or 15 " +
        "minutes ago, so that no bar is open. Ratios compare a shorter with a longer resolution, agreements their signs.",
    columns: [...fiveMinutes, ...fifteenMinutes],
});
