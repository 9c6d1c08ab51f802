import { RECURSIVE_SPAN } from "../kernels/ema";
import { catalogueFamily, column } from "./column";

export const MOVING_AVERAGE_WINDOWS = [5, 10, 20, 50, 100, 200] as const;

/** Minutes over which the slope of an average is taken; over one minute, SMA 5's would repeat the 5-minute return. */
export const AVERAGE_SLOPE_MINUTES = 5;

export const movingAverages = catalogueFamily({
    name: "moving averages",
    table: "computed_features",
    domain: "rate_idx",
    laggable: false,
    about:
        "Distance of the rate from its simple and exponential averages (rate / average - 1), and the averages' slopes: " +
        `relative change per minute over the last ${AVERAGE_SLOPE_MINUTES} minutes.`,
    columns: MOVING_AVERAGE_WINDOWS.flatMap((window) => {
        const ema = RECURSIVE_SPAN * window;
        return [
            column(`rate_sma_distance_${window}`, "ratio", window - 1),
            column(`rate_ema_distance_${window}`, "ratio", ema - 1),
            column(`rate_sma_slope_${window}`, "ratio", window - 1 + AVERAGE_SLOPE_MINUTES),
            column(`rate_ema_slope_${window}`, "ratio", ema - 1 + AVERAGE_SLOPE_MINUTES),
        ];
    }),
});
