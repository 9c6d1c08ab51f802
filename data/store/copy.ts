import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ClientBase } from "pg";
import { from } from "pg-copy-streams";

// The format: PostgreSQL's manual, COPY, "Binary Format".
export const HEADER = Buffer.from("PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0", "latin1");
const TRAILER = Buffer.from([0xff, 0xff]);
export const FIELD_COUNT_BYTES = 2;
export const FIELD_LENGTH_BYTES = 4;
/** Of the types that have a fixed length. */
export const VALUE_BYTES = { timestamptz: 8, float8: 8, float4: 4 } as const;
/** PostgreSQL counts time from 2000 on. */
export const POSTGRES_EPOCH_MS = Date.UTC(2000);
export const MICROSECONDS = 1_000;
/** Bytes encoded at once, about. */
const CHUNK_BYTES = 1 << 18;

/** One column of a table, and the value of each row in it. No value is null. */
export type CopyColumn = { readonly name: string } & (
    | {
          /** A timestamptz's values are whole ms UTC; a float8's are stored bit by bit. */
          readonly type: "timestamptz" | "float8";
          readonly values: Float64Array;
      }
    | {
          /** Stored bit by bit. */
          readonly type: "float4";
          readonly values: Float32Array;
      }
    | { readonly type: "text"; readonly values: readonly string[] }
);

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
    const rowsAtOnce = Math.ceil(CHUNK_BYTES / (FIELD_COUNT_BYTES + 8 * columns.length));
    yield HEADER;
    for (let from = 0; from < rows; from += rowsAtOnce) {
        yield encoded(columns, from, Math.min(rows, from + rowsAtOnce));
    }
    yield TRAILER;
}

function encoded(columns: readonly CopyColumn[], from: number, to: number): Buffer {
    const { cursors, bytes } = rowStarts(columns, from, to);
    const chunk = Buffer.allocUnsafe(bytes);
    cursors.forEach((start, row) => (cursors[row] = chunk.writeInt16BE(columns.length, start)));
    for (const column of columns) encodeColumn(chunk, column, from, cursors);
    return chunk;
}

/** Where each row begins, and how many bytes all have. */
function rowStarts(columns: readonly CopyColumn[], from: number, to: number) {
    const texts = columns.filter((column) => column.type === "text");
    const fixedBytes = columns.reduce(
        (sum, { type }) => sum + FIELD_LENGTH_BYTES + (type === "text" ? 0 : VALUE_BYTES[type]),
        FIELD_COUNT_BYTES,
    );
    let bytes = 0;
    const cursors = new Int32Array(to - from).map((_, row) => {
        const start = bytes;
        bytes += fixedBytes;
        for (const { values } of texts) bytes += Buffer.byteLength(values[from + row] ?? "");
        return start;
    });
    return { cursors, bytes };
}

/** Writes a column's field of each row where the row's cursor is, and moves the cursors on. */
function encodeColumn(chunk: Buffer, column: CopyColumn, from: number, cursors: Int32Array): void {
    const field = fieldWriter(chunk, column);
    for (let row = 0; row < cursors.length; row++) {
        const at = (cursors[row] ?? 0) + FIELD_LENGTH_BYTES;
        const bytes = field(from + row, at);
        chunk.writeInt32BE(bytes, at - FIELD_LENGTH_BYTES);
        cursors[row] = at + bytes;
    }
}

/** Writes the value of a row to a place in the chunk, and gives its length in bytes. */
function fieldWriter(chunk: Buffer, { type, values }: CopyColumn): (row: number, at: number) => number {
    switch (type) {
        case "text":
            return (row, at) => chunk.write(values[row] ?? "", at);
        case "float4": {
            // As an integer: a number that is read as such may change the bits of an NaN.
            const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
            return (row, at) => chunk.writeInt32BE(bits[row] ?? 0, at) - at;
        }
        case "float8":
            return (row, at) => chunk.writeDoubleBE(values[row] ?? NaN, at) - at;
        case "timestamptz":
            return (row, at) => chunk.writeBigInt64BE(microseconds(values[row] ?? NaN), at) - at;
    }
}

function microseconds(ms: number): bigint {
    return BigInt(ms - POSTGRES_EPOCH_MS) * BigInt(MICROSECONDS);
}
