import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ClientBase } from "pg";
import { from } from "pg-copy-streams";

// The format: PostgreSQL's manual, COPY, "Binary Format".
const HEADER = Buffer.from("PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0", "latin1");
const TRAILER = Buffer.from([0xff, 0xff]);
const FIELD_COUNT_BYTES = 2;
const FIELD_LENGTH_BYTES = 4;
/** Of every type here. */
const VALUE_BYTES = 8;
/** PostgreSQL counts time from 2000 on. */
const POSTGRES_EPOCH_MS = Date.UTC(2000);
/** Rows encoded at once: some hundred kB. */
const ROWS_AT_ONCE = 4_096;

/** One column of a table, and the value of each row in it. No value is null. */
export interface CopyColumn {
    readonly name: string;
    /** A timestamptz's values are whole ms UTC; a float8's are stored bit by bit. */
    readonly type: "timestamptz" | "float8";
    readonly values: Float64Array;
}

/** Appends rows to a table by binary COPY. Holds one chunk of them beside the columns; columns not named get their default. */
export async function copyRows(
    client: ClientBase,
    table: string,
    columns: readonly CopyColumn[],
): Promise<void> {
    const names = columns.map(({ name }) => name).join(", ");
    const copy = client.query(from(`copy ${table} (${names}) from stdin with (format binary)`));
    await pipeline(Readable.from(binaryRows(columns)), copy);
}

/** The rows in COPY's binary format. @throws RangeError where columns differ in length or a time is no whole ms */
export function* binaryRows(columns: readonly CopyColumn[]): Generator<Buffer, void> {
    const lengths = [...new Set(columns.map(({ values }) => values.length))];
    const [rows = 0] = lengths;
    if (lengths.length > 1) throw new RangeError(`COPY: columns of ${lengths.join(" and ")} values`);
    yield HEADER;
    for (let from = 0; from < rows; from += ROWS_AT_ONCE) {
        yield encoded(columns, from, Math.min(rows, from + ROWS_AT_ONCE));
    }
    yield TRAILER;
}

function encoded(columns: readonly CopyColumn[], from: number, to: number): Buffer {
    const rowBytes = FIELD_COUNT_BYTES + columns.length * (FIELD_LENGTH_BYTES + VALUE_BYTES);
    const chunk = Buffer.allocUnsafe((to - from) * rowBytes);
    for (let row = from; row < to; row++) chunk.writeInt16BE(columns.length, (row - from) * rowBytes);
    columns.forEach(({ type, values }, column) => {
        let at = FIELD_COUNT_BYTES + column * (FIELD_LENGTH_BYTES + VALUE_BYTES);
        for (let row = from; row < to; row++, at += rowBytes) {
            const value = values[row] ?? NaN;
            const valueAt = chunk.writeInt32BE(VALUE_BYTES, at);
            if (type === "float8") chunk.writeDoubleBE(value, valueAt);
            else chunk.writeBigInt64BE(microseconds(value), valueAt);
        }
    });
    return chunk;
}

function microseconds(ms: number): bigint {
    return BigInt(ms - POSTGRES_EPOCH_MS) * 1_000n;
}
