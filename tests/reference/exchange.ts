import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Pair } from "../../config/pairs";
import { STORED_COLUMNS } from "../../features/catalogue";
import { computeRange } from "../../features/engine";
import type { Market } from "../../features/market";
import type { FeatureParameters } from "../../features/parameters";
import type { ReferenceGroup } from "./groups";

/** How far one column of one pair is from its reference, as compare.py reports it. */
export interface Measured {
    readonly pair: Pair;
    readonly column: string;
    readonly rows: number;
    /** Rows in which both have a value. */
    readonly known: number;
    readonly maxAbsolute: number;
    readonly maxRelative: number;
    /** Rows further apart than the tolerance, or NaN on one side only. */
    readonly apart: number;
    readonly oneSidedNaN: number;
    /** The reference has a column that the catalogue lacks. */
    readonly unknown?: true;
}

/** Writes what the features are computed from: raw little-endian float64, and JSON for the rest. */
export function writeMarket(
    folder: string,
    market: Market,
    parameters: FeatureParameters,
    trainingRows: number,
): void {
    const column = (name: string, values: Float64Array) => writeFileSync(join(folder, `${name}.f64`), values);
    column("timestamps", market.timestamps);
    for (const [pair, bars] of market.bars) {
        for (const [field, values] of Object.entries(bars))
            column(`${pair}.${field}`, values as Float64Array);
    }
    const { activity, spread } = market;
    const json = { activity, spread, trainingRows, ...parameters };
    writeFileSync(join(folder, "market.json"), JSON.stringify(json, mapsAsObjects));
}

const mapsAsObjects = (_: string, value: unknown): unknown =>
    value instanceof Map ? Object.fromEntries(value as Map<string, unknown>) : value;

/** Computes a group's columns and writes them as raw float32, column after column, with what compare.py needs to know. */
export function writeGroup(
    folder: string,
    group: ReferenceGroup,
    market: Market,
    parameters: FeatureParameters,
    pairs: readonly Pair[],
): void {
    const { name, families, newestRows } = group;
    const wanted = STORED_COLUMNS.filter(({ family }) => families[family] !== undefined);
    const columns = wanted.map((column) => column.name);
    const to = market.timestamps.length;
    const from = newestRows === undefined ? 0 : to - newestRows;
    const request = { pairs, columns, from, to, chunkRows: to - from };
    for (const { pair, values } of computeRange(market, parameters, request))
        writeFileSync(join(folder, `${name}.${pair}.f32`), values);
    const tolerances = Object.fromEntries(wanted.map((column) => [column.name, families[column.family]]));
    writeFileSync(join(folder, `${name}.json`), JSON.stringify({ pairs, columns, from, tolerances }));
}
