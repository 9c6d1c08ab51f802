/** Lookbacks of the series that columns are made of, in trading minutes. */

export const BQX_WINDOWS = [15, 30, 45, 60, 75] as const;

/** The window of `bqx` where no number is given. */
export const BQX_DEFAULT = 15;

/** Minutes over which a bqx column's standard deviation is taken where it is measured in those. */
export const BQX_SCALE_WINDOW = 240;

/** Lookback of the trailing standard deviation of bqx_15. */
export const BQX_SCALE = BQX_DEFAULT + BQX_SCALE_WINDOW - 1;

/** bqx_15 has no high and low of its own: they are its extremes over so many minutes. */
export const BQX_BAR_MINUTES = 5;

/** Minutes whose terciles define a regime. */
export const REGIME_WINDOW = 1440;

/** Cap of every "minutes since". */
export const SINCE_CAP = 1440;

export const W6 = [15, 30, 45, 60, 75, 90] as const;

/** The two domains in which a family is computed alike. */
export const DOMAINS = [
    { domain: "rate_idx", short: "idx", base: 0 },
    { domain: "bqx", short: "bqx", base: BQX_DEFAULT },
] as const;

/** Column of an indicator on trailing bars; where it has a domain, that stands before the periods: `m30_rsi_idx_14`. */
export const barColumn = (minutes: number, indicator: string, short?: "idx" | "bqx"): string =>
    `m${minutes}_${short === undefined ? indicator : indicator.replace(/(_\d+)*$/, `_${short}$&`)}`;
