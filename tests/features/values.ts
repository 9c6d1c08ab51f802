import type { Pair } from "../../config/pairs";
import { CATALOGUE, STORED_COLUMNS } from "../../features/catalogue";
import type { FamilyName } from "../../features/catalogue/column";
import { computedColumns, computeRange } from "../../features/engine";
import type { Market } from "../../features/market";
import type { FeatureParameters } from "../../features/parameters";
import { PARAMETERS } from "./market";

/** Families that read other pairs' bars, or fitted parameters of their own: they have their own tests. */
const OF_MANY_PAIRS: readonly FamilyName[] = [
    "correlation idx",
    "correlation bqx",
    "cross-pair",
    "error correction",
    "hmm regime",
    "cross-sectional panel",
    "spectral and wavelet",
];

const computed = new Set(computedColumns());

/** Columns that the bars of one pair are enough for. */
export const SINGLE_PAIR_COLUMNS = STORED_COLUMNS.filter(
    ({ name, family }) => computed.has(name) && !OF_MANY_PAIRS.includes(family),
);

export const columnsOf = (family: FamilyName): string[] =>
    STORED_COLUMNS.filter((column) => column.family === family).map(({ name }) => name);

export interface Cut {
    readonly pair?: Pair;
    readonly columns?: readonly string[];
    readonly from?: number;
    readonly to?: number;
    readonly chunkRows?: number;
    readonly parameters?: FeatureParameters;
}

/** Values of a market's rows by column, put together from the blocks of a range. */
export function valuesOf(market: Market, cut: Cut = {}): Map<string, Float32Array> {
    const {
        pair = "eurusd",
        columns = SINGLE_PAIR_COLUMNS.map(({ name }) => name),
        parameters = PARAMETERS,
    } = cut;
    const { from = 0, to = market.timestamps.length, chunkRows } = cut;
    const values = new Map(columns.map((name) => [name, new Float32Array(to - from)]));
    const request = { pairs: [pair], columns, from, to, ...(chunkRows === undefined ? {} : { chunkRows }) };
    for (const block of computeRange(market, parameters, request)) {
        const rows = block.to - block.from;
        columns.forEach((name, slot) => {
            values.get(name)!.set(block.values.subarray(slot * rows, (slot + 1) * rows), block.from - from);
        });
    }
    return values;
}

/** Names of the columns whose values differ in any bit. */
export function differing(one: Map<string, Float32Array>, two: Map<string, Float32Array>): string[] {
    return [...one.keys()].filter((name) => {
        const [left, right] = [one.get(name)!, two.get(name)!];
        return left.length !== right.length || left.some((value, row) => !Object.is(value, right[row]));
    });
}

/** Largest difference allowed between two computations that are equal but for rounding, in a column's own spread. */
const ROUNDING = 1e-3;

/** Columns in which two computations differ by more than rounding, or in what is missing. */
export function apart(one: Map<string, Float32Array>, two: Map<string, Float32Array>): string[] {
    return [...one].flatMap(([name, left]) => {
        const right = two.get(name)!;
        const known = left.filter((value) => !Number.isNaN(value));
        const mean = known.reduce((sum, value) => sum + value / known.length, 0);
        const spread = Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2 / known.length, 0));
        const off = left.filter((value, row) => {
            const other = right[row]!;
            if (Number.isNaN(value) || Number.isNaN(other))
                return Number.isNaN(value) !== Number.isNaN(other);
            return Math.abs(value - other) > ROUNDING * (spread + Math.abs(value));
        });
        return off.length > 0 ? [`${name}: ${off.length} rows`] : [];
    });
}

/** Columns that are more alike than this say the same thing twice. */
const TWINS = 0.999_999;
/** Rows between two that are compared for twins: neighbours tell little more. */
const STRIDE = 23;

/** Twos of the 1,080 that correlate (almost) fully. The causality columns besides may repeat one, at another lag. */
export function twins(values: ReadonlyMap<string, Float32Array>): string[] {
    const units = CATALOGUE.flatMap(({ name }) => {
        const column = values.get(name);
        return column === undefined ? [] : [{ name, unit: standardised(column) }];
    });
    return units.flatMap(({ name, unit }, index) =>
        units.slice(index + 1).flatMap((other) => {
            let correlation = 0;
            for (let i = 0; i < unit.length; i++) correlation += unit[i]! * other.unit[i]!;
            return Math.abs(correlation) > TWINS ? [`${name} and ${other.name}`] : [];
        }),
    );
}

/** Every so many values, with mean 0 and length 1, or all 0; what is missing counts as the mean. */
function standardised(values: Float32Array): Float64Array {
    const picked = Float64Array.from(
        { length: Math.floor(values.length / STRIDE) },
        (_, i) => values[i * STRIDE]!,
    );
    const known = picked.filter((value) => !Number.isNaN(value));
    const mean = known.reduce((sum, value) => sum + value / known.length, 0);
    const length = Math.hypot(...known.map((value) => value - mean));
    return picked.map((value) => (Number.isNaN(value) || length === 0 ? 0 : (value - mean) / length));
}
