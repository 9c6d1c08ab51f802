import { BQX_WINDOWS, W6 } from "./bases";
import { catalogueFamily, column, type Declaration } from "./column";

/** Window pairs whose terms are compared. */
export const REGRESSION_PAIRS = [
    [15, 60],
    [30, 75],
    [45, 90],
] as const;

/** Minutes over which the change of a1 is taken. */
export const ACCELERATION_MINUTES = 5;

/** The bqx that a regression of a window fits: bqx has no window above 75. */
export const bqxOf = (window: (typeof W6)[number]): (typeof BQX_WINDOWS)[number] =>
    window === 90 ? 75 : window;

type Short = "idx" | "bqx";

const baseOf = (short: Short, window: (typeof W6)[number]): number => (short === "idx" ? 0 : bqxOf(window));

function columnsOf(short: Short): Declaration[] {
    const unit = short === "idx" ? "ratio" : "sd";
    const level = short === "idx" ? "index" : "bqx";
    const perWindow = W6.flatMap((window) => {
        const lookback = baseOf(short, window) + window - 1;
        const name = (term: string) => `w${window}_${short}_${term}`;
        const declared = [
            column(name("a2"), unit, lookback),
            column(name("a1"), unit, lookback),
            column(name("b"), unit, lookback),
            column(name("r2"), "share", lookback),
            column(name("rmse"), level, lookback),
            column(name("residual"), level, lookback),
            column(name("slope"), level, lookback),
            column(name("apex"), "windows", lookback),
            column(name("accel"), unit, lookback + ACCELERATION_MINUTES),
            column(name("residual_mean"), level, lookback),
            column(name("residual_std"), level, lookback),
            column(name("residual_z"), "sd", lookback),
        ];
        return declared.map((each) => ({ ...each, causality: window === 60 }));
    });
    const across = REGRESSION_PAIRS.flatMap(([short1, long]) => {
        const lookback = baseOf(short, long) + long - 1;
        const name = (term: string) => `reg_${short}_${term}_${short1}_${long}`;
        return [
            column(name("a2_ratio"), "ratio", lookback),
            column(name("a1_ratio"), "ratio", lookback),
            column(name("b_gap"), unit, lookback),
            column(name("r2_spread"), "share", lookback),
            column(name("rmse_ratio"), "ratio", lookback),
            column(name("slope_gap"), level, lookback),
        ];
    });
    return [...perWindow, ...across];
}

const terms =
    "of the quadratic y = a2 x^2 + a1 x + b over the last W minutes, x = 0 at t and counted backwards: a2, a1, b, r2, " +
    "rmse, last residual, slope of the linear fit, apex -a1 / (2 a2) in windows clipped to +-10, change of a1 over " +
    `${ACCELERATION_MINUTES} minutes, mean and standard deviation of the residuals of the last W/3 minutes, last ` +
    "residual / rmse; then ratios and gaps between two windows.";

export const regressionIdx = catalogueFamily({
    name: "regression idx",
    table: "reg_idx",
    domain: "rate_idx",
    laggable: true,
    about: `Least squares of rate_idx; a2, a1 and b are divided by the window's mean. Terms ${terms}`,
    columns: columnsOf("idx"),
});

export const regressionBqx = catalogueFamily({
    name: "regression bqx",
    table: "reg_bqx",
    domain: "bqx",
    laggable: true,
    about: `Least squares of bqx_min(W, 75); a2, a1 and b are divided by the window's standard deviation. Terms ${terms}`,
    columns: columnsOf("bqx"),
});
