import type { Pair } from "../../config/pairs";
import { STORED_COLUMNS } from "../../features/catalogue";
import type { FamilyName } from "../../features/catalogue/column";
import { computedColumns, computeRange } from "../../features/engine";
import type { Market } from "../../features/market";
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
    readonly parameters?: typeof PARAMETERS;
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
