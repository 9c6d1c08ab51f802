import { barColumn, BQX_SCALE, DOMAINS, REGIME_WINDOW } from "./bases";
import { catalogueFamily, column, type Declaration } from "./column";

/** Minutes of the trailing bars. */
export const SCALES = [30, 60] as const;

/** Periods of a recursive filter that are read on 30- and 60-minute bars; ten would be longer than four days. */
export const SCALE_RECURSIVE_SPAN = 4;

function columnsOf(short: "idx" | "bqx", base: number, minutes: number): Declaration[] {
    const name = (indicator: string) => barColumn(minutes, indicator, short);
    const ema = (period: number) => (SCALE_RECURSIVE_SPAN * period - 1) * minutes;
    const relative = short === "idx" ? "ratio" : "sd";
    const scaled = (lookback: number) => (short === "idx" ? lookback : Math.max(base + lookback, BQX_SCALE));
    return [
        column(name("sma_distance_10"), relative, scaled(9 * minutes)),
        column(name("ema_distance_20"), relative, scaled(ema(20))),
        column(name("volatility_20"), short === "idx" ? "log-return" : "bqx", base + 20 * minutes),
        column(name("rsi_14"), "percent", base + ema(14) + minutes),
        column(name("macd_line_6_13"), relative, scaled(ema(13))),
        column(name("macd_histogram_6_13_5"), relative, scaled(ema(13) + ema(5))),
        column(name("atr_percent_14"), relative, scaled(ema(14) + minutes)),
        column(name("bollinger_width_20"), relative, scaled(19 * minutes)),
        column(name("slope_8"), relative, scaled(7 * minutes)),
        column(name("r2_8"), "share", base + 7 * minutes),
        column(name("sma_ratio_1m_10"), relative, scaled(9 * minutes)),
        column(name("volatility_ratio_1m_20"), "ratio", base + 20 * minutes),
        column(name("trend_agreement_8"), "sign", base + 7 * minutes),
        column(name("regime_agreement_20"), "flag", base + 20 * minutes + REGIME_WINDOW - 1),
        column(name("dominance_20"), "share", base + 20 * minutes),
    ];
}

export const multiScale = catalogueFamily({
    name: "multi-scale",
    table: "computed_features",
    domain: "both",
    laggable: false,
    about:
        "Indicators on trailing 30- and 60-minute bars of both domains; recursive filters read 4 times their period. " +
        "Dominance is the bar's move over 8 bars against the 1-minute move over 8 minutes, each in its own standard " +
        "deviations: |z| / (|z| + |z of 1 minute|).",
    columns: DOMAINS.flatMap(({ domain, short, base }) =>
        SCALES.flatMap((minutes) => columnsOf(short, base, minutes).map((each) => ({ ...each, domain }))),
    ),
});
