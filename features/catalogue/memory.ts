import { BQX_DEFAULT } from "./bases";
import { catalogueFamily, column } from "./column";

export const MEMORY_LAGS = [
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 75, 90,
] as const;

/** Lags whose relative change is ROC's already, and the bqx of now that stands in its place. */
export const BQX_IN_PLACE_OF_LAG: ReadonlyMap<number, 30 | 45 | 60 | 75> = new Map([
    [5, 30],
    [12, 45],
    [30, 60],
    [60, 75],
]);

/** Lags of bqx_15: that of now in place of the longest. */
export const BQX_MEMORY_LAGS: readonly number[] = [0, ...MEMORY_LAGS.slice(0, -1)];

export const memory = catalogueFamily({
    name: "memory",
    table: "computed_features",
    domain: "rate_idx",
    laggable: false,
    about:
        "The past itself: relative change of rate_idx since a lag, bqx_15 and r at a lag, and the longer bqx of now in " +
        "place of the changes that ROC already has.",
    columns: [
        ...MEMORY_LAGS.map((lag) => {
            const bqx = BQX_IN_PLACE_OF_LAG.get(lag);
            return bqx === undefined
                ? column(`rate_change_since_lag_${lag}`, "ratio", lag)
                : { ...column(`bqx_${bqx}`, "bqx", bqx), domain: "bqx" as const };
        }),
        ...BQX_MEMORY_LAGS.map((lag) => ({
            ...column(`bqx_15_lag_${lag}`, "bqx", BQX_DEFAULT + lag),
            domain: "bqx" as const,
        })),
        ...MEMORY_LAGS.map((lag) => column(`return_lag_${lag}`, "log-return", lag + 1)),
    ],
});
