import { BQX_DEFAULT, BQX_SCALE } from "./bases";
import { catalogueFamily, column } from "./column";

export const STATISTICS_SERIES = [15, 60] as const;
export const STATISTICS_WINDOWS = [20, 50, 120] as const;
export const BOLLINGER_WINDOWS = [30, 75, 100] as const;
export const FIBONACCI_WINDOWS = [100, 240] as const;
/** Levels inside the swing, measured back from its end. */
export const RETRACEMENTS = [0.236, 0.382, 0.5, 0.618] as const;
/** Levels beyond the swing's end, measured from its start. */
export const EXTENSIONS = [1.272, 1.618] as const;

/** A Fibonacci level as its columns name it: 0.236 is 236, 1.272 is 1272. */
export const levelName = (level: number): string => String(Math.round(level * 1000));

export const statisticsBqx = catalogueFamily({
    name: "statistics bqx",
    table: "statistics_bqx",
    domain: "bqx",
    laggable: true,
    about: "Mean, standard deviation (n in the denominator), skewness, excess kurtosis, minimum, maximum, range and z of bqx_15 and bqx_60.",
    columns: STATISTICS_SERIES.flatMap((series) =>
        STATISTICS_WINDOWS.flatMap((window) =>
            (
                [
                    ["mean", "bqx"],
                    ["std", "bqx"],
                    ["skew", "ratio"],
                    ["kurtosis", "ratio"],
                    ["min", "bqx"],
                    ["max", "bqx"],
                    ["range", "bqx"],
                    ["z", "sd"],
                ] as const
            ).map(([term, unit]) => column(`bqx_${series}_${term}_${window}`, unit, series + window - 1)),
        ),
    ),
});

export const bollingerBqx = catalogueFamily({
    name: "bollinger bqx",
    table: "bollinger_bqx",
    domain: "bqx",
    laggable: true,
    about:
        "Bollinger bands (2 standard deviations) of bqx_15: upper, middle, lower and bandwidth in trailing 240-minute " +
        "standard deviations, and %b.",
    columns: BOLLINGER_WINDOWS.flatMap((window) => [
        ...["upper", "middle", "lower", "bandwidth"].map((term) =>
            column(`bollinger_${term}_bqx_${window}`, "sd", BQX_SCALE),
        ),
        column(`bollinger_percent_b_bqx_${window}`, "ratio", BQX_DEFAULT + window - 1),
    ]),
});

export const fibonacciBqx = catalogueFamily({
    name: "fibonacci bqx",
    table: "fibonacci_bqx",
    domain: "bqx",
    laggable: true,
    about:
        "The last swing of bqx_15 within the window, from the older to the newer of its extremes: distances in trailing " +
        "240-minute standard deviations to its retracements and extensions, position in the range, ages of the high and " +
        "the low, direction (1 where the high is newer).",
    columns: FIBONACCI_WINDOWS.flatMap((window) => {
        const lookback = BQX_DEFAULT + window - 1;
        return [
            ...RETRACEMENTS.map((level) =>
                column(`fib_retracement_${levelName(level)}_bqx_${window}`, "sd", BQX_SCALE),
            ),
            ...EXTENSIONS.map((level) =>
                column(`fib_extension_${levelName(level)}_bqx_${window}`, "sd", BQX_SCALE),
            ),
            column(`fib_position_bqx_${window}`, "ratio", lookback),
            column(`fib_high_age_bqx_${window}`, "minutes", lookback),
            column(`fib_low_age_bqx_${window}`, "minutes", lookback),
            column(`fib_direction_bqx_${window}`, "sign", lookback),
        ];
    }),
});
