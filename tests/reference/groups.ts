import type { FamilyName } from "../../features/catalogue/column";

/** How far values may lie from the reference. */
export interface Tolerance {
    /** Largest error of a row, relative to its value or to the column's standard deviation, whichever is larger. */
    readonly error: number;
    /** Share of the rows that may be further apart: where a flag, a rank or an NaN hangs on the last digit. */
    readonly rows: number;
}

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

/** Stored values are float32: 6e-8 is their rounding. */
const EXACT: Tolerance = { error: 5e-7, rows: 0 };

/** Ranks, terciles and flags turn on the last digit where two values are equal but for rounding. */
const TIES: Tolerance = { error: 1e-6, rows: 0.002 };

export const REFERENCE_GROUPS: readonly ReferenceGroup[] = [
    {
        name: "technical",
        families: { "technical idx": { error: 1e-5, rows: 0.002 }, "technical bqx": { error: 1e-5, rows: 0.002 } },
    },
    {
        name: "talib_recursive",
        families: {
            "technical idx": { error: 2e-3, rows: 0 },
            "technical bqx": { error: 2e-3, rows: 0 },
            "moving averages": { error: 1e-5, rows: 0 },
        },
        newestRows: 1500,
        isPartial: true,
    },
    {
        name: "regression",
        families: {
            "regression idx": { error: 1e-5, rows: 0 },
            "regression bqx": { error: 1e-5, rows: 0 },
            "parabolic comparison": { error: 1e-5, rows: 0 },
        },
    },
    {
        name: "statistics_bqx",
        families: {
            "statistics bqx": { error: 1e-6, rows: 0 },
            "bollinger bqx": EXACT,
            "fibonacci bqx": EXACT,
            causality: TIES,
        },
    },
    { name: "volatility", families: { "realized volatility": TIES } },
    {
        name: "bars",
        families: { "multi-resolution": { error: 1e-6, rows: 0.002 }, "multi-scale": { error: 1e-6, rows: 0.002 } },
    },
    { name: "clock", families: { "time and calendar": EXACT } },
    { name: "activity", families: { volume: TIES, microstructure: TIES } },
    { name: "events", families: { "event and regime": TIES } },
    { name: "dual_domain", families: { "dual-domain comparison": { error: 1e-5, rows: 0.002 } } },
    { name: "spectral", families: { "spectral and wavelet": { error: 1e-5, rows: 0.002 } }, newestRows: 1500 },
    { name: "averages_and_memory", families: { "moving averages": EXACT, memory: EXACT } },
];

/** Families, and columns of families above, that no reference computes, and why. */
export const WITHOUT_REFERENCE: readonly { readonly what: string; readonly reason: string }[] = [];
