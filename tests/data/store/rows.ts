import type { Pair } from "../../../config/pairs";
import type { FeatureRows } from "../../../data/store/featureTables";
import { STORED_COLUMNS } from "../../../features/catalogue";
import { minuteIndex, timestampsFrom } from "../../../features/time/calendar";
import { randomNumbers } from "../../features/market";

/** A Monday in the middle of the market's day. */
export const START_MS = Date.UTC(2017, 6, 3, 8);

export const COLUMNS: readonly string[] = STORED_COLUMNS.map(({ name }) => name);

/** Rows of trading minutes from one on, of arbitrary values; a fiftieth of them NaN. */
export function rowsOf(pair: Pair, fromMs: number, rows: number, seed = 1): FeatureRows {
    const random = randomNumbers(seed + minuteIndex(fromMs) + pair.charCodeAt(0) * 997 + pair.charCodeAt(5));
    const values = new Float32Array(COLUMNS.length * rows);
    for (let i = 0; i < values.length; i++) values[i] = random() < 0.02 ? NaN : 100 * (random() - 0.5);
    return { pair, timestamps: timestampsFrom(minuteIndex(fromMs), rows), columns: COLUMNS, values };
}

/** All values of one row. */
export function valuesAt({ timestamps, columns, values }: FeatureRows, row: number): Float32Array {
    return Float32Array.from(columns, (_, column) => values[column * timestamps.length + row]!);
}

/** Several blocks of a pair as one. */
export function joinedRows(...blocks: readonly FeatureRows[]): FeatureRows {
    const timestamps = Float64Array.from(blocks.flatMap((block) => [...block.timestamps]));
    const values = COLUMNS.flatMap((_, column) =>
        blocks.flatMap(({ timestamps: { length }, values: own }) => [
            ...own.subarray(column * length, (column + 1) * length),
        ]),
    );
    return { pair: blocks[0]!.pair, timestamps, columns: COLUMNS, values: Float32Array.from(values) };
}
