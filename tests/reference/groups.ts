import type { FamilyName } from "../../features/catalogue/column";

/** Largest error of a row, relative to its value or to the column's standard deviation, whichever is larger. */
type Tolerance = number;

/** Families that one Python module computes again. */
export interface ReferenceGroup {
    /** Name of the module. */
    readonly name: string;
    readonly families: Readonly<Partial<Record<FamilyName, Tolerance>>>;
    /** Newest rows compared, where the reference is too slow for all, or needs rows to settle. @default all rows */
    readonly newestRows?: number;
    /** Whether it covers its families only in part, being a second reference of columns that another has too. */
    readonly isPartial?: boolean;
}

/** Stored values are float32, whose rounding is 6e-8 of the value. */
const EXACT: Tolerance = 1e-7;

/** TA-Lib's Wilder smoothing reads all bars, ours 10 periods: e^-10 of the weight is older. EMA: e^-20. */
const WILDER: Tolerance = 1e-3;
const EMA: Tolerance = 1e-6;

/** Every family with its reference and its tolerance. */
export const REFERENCE_GROUPS: readonly ReferenceGroup[] = [
    { name: "technical", families: { "technical idx": EXACT, "technical bqx": EXACT } },
    {
        name: "talib_recursive",
        families: { "technical idx": WILDER, "technical bqx": WILDER, "moving averages": EMA },
        newestRows: 1500,
        isPartial: true,
    },
    {
        name: "regression",
        families: { "regression idx": EXACT, "regression bqx": EXACT, "parabolic comparison": EXACT },
    },
    {
        name: "statistics_bqx",
        families: {
            "statistics bqx": EXACT,
            "bollinger bqx": EXACT,
            "fibonacci bqx": EXACT,
            causality: EXACT,
        },
    },
    { name: "volatility", families: { "realized volatility": EXACT } },
    { name: "averages_and_memory", families: { "moving averages": EXACT, memory: EXACT } },
    { name: "bars", families: { "multi-resolution": EXACT, "multi-scale": EXACT } },
    { name: "clock", families: { "time and calendar": EXACT } },
    { name: "activity", families: { volume: EXACT, microstructure: EXACT } },
    { name: "events", families: { "event and regime": EXACT } },
    { name: "dual_domain", families: { "dual-domain comparison": EXACT } },
    { name: "spectral", families: { "spectral and wavelet": EXACT }, newestRows: 800 },
    {
        name: "correlations",
        families: { "correlation idx": EXACT, "correlation bqx": EXACT },
        newestRows: 500,
    },
    { name: "panel", families: { "cross-sectional panel": EXACT } },
    { name: "cross_pair", families: { "cross-pair": EXACT } },
    { name: "error_correction", families: { "error correction": EXACT } },
    { name: "regimes", families: { "hmm regime": EXACT }, newestRows: 300 },
];

/** Families, and columns of families above, that no reference computes, and why. */
export const WITHOUT_REFERENCE: readonly { readonly what: string; readonly reason: string }[] = [
    ...["us", "uk", "jp"].map((country) => ({
        what: `days_to_holiday_${country}`,
        reason: "handed through from the data's calendar, whose own test knows the dates",
    })),
];
