import type { ColumnChunk, SchemaElement } from "hyparquet";
import { ByteWriter } from "hyparquet-writer";
import { writePageHeader } from "hyparquet-writer/src/datapage.js";
import { writeMetadata } from "hyparquet-writer/src/metadata.js";
import { constants, zstdCompressSync } from "node:zlib";

/** "PAR1", at both ends of a file. */
const MAGIC = 0x31524150;

/** Bits of the one NaN that is stored. */
const NAN_BITS = 0x7fc00000;
const INFINITY_BITS = 0x7f800000;

/** The fastest level: features are mostly noise, which higher ones do not make smaller. */
const COMPRESSION = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** What a page that cannot be compressed grows by at most, and then some. */
const SLACK = 1024;

/** One for all files, one after another: files are tens of megabytes, which would otherwise be garbage each time. */
const writer = new ByteWriter(1 << 20);

/** Rows of one pair: when they begin, and their values column by column. */
export interface Table {
    /** Milliseconds UTC. */
    readonly timestamps: Float64Array;
    readonly names: readonly string[];
    readonly values: readonly Float32Array[];
}

/** How one column of the file is stored. */
interface StoredColumn {
    readonly element: SchemaElement & Required<Pick<SchemaElement, "type">>;
    readonly encoding: "PLAIN" | "BYTE_STREAM_SPLIT";
    readonly bytes: () => Uint8Array;
}

/**
 * A Parquet file of one row group: `ts_utc` (timestamp, milliseconds), then the columns as float32, byte stream split, zstd.
 * The file format is hyparquet-writer's; pages are filled here, because its own way takes each byte by a call of its own.
 * The same table gives the same bytes; they are good until the next call.
 */
export function parquetOf({ timestamps, names, values }: Table): Uint8Array {
    const rows = timestamps.length;
    writer.index = writer.offset = 0;
    const scratch = new Uint8Array(4 * rows);
    const columns: StoredColumn[] = [
        {
            element: required("ts_utc", { type: "INT64", converted_type: "TIMESTAMP_MILLIS" }),
            encoding: "PLAIN",
            bytes: () => bytesOf(BigInt64Array.from(timestamps, (ms) => BigInt(ms))),
        },
        ...names.map((name, place): StoredColumn => {
            const column = values[place];
            if (column?.length !== rows) {
                throw new RangeError(`${name} has ${column?.length ?? 0} rows, ts_utc ${rows}`);
            }
            return {
                element: required(name, { type: "FLOAT" }),
                encoding: "BYTE_STREAM_SPLIT",
                bytes: () => splitBytes(column, scratch),
            };
        }),
    ];
    writer.appendUint32(MAGIC);
    const chunks = columns.map((column) => writeColumn(column, rows));
    const sizes = chunks.map(({ meta_data }) => meta_data?.total_uncompressed_size ?? 0n);
    writeMetadata(writer, {
        version: 2,
        created_by: "bqx-ml",
        schema: [{ name: "root", num_children: columns.length }, ...columns.map(({ element }) => element)],
        num_rows: BigInt(rows),
        row_groups: [
            {
                columns: chunks,
                num_rows: BigInt(rows),
                total_byte_size: sizes.reduce((sum, size) => sum + size, 0n),
            },
        ],
        metadata_length: 0,
    });
    writer.appendUint32(MAGIC);
    return writer.getBytes();
}

const required = <Type extends Partial<SchemaElement>>(name: string, type: Type) => ({
    ...type,
    name,
    repetition_type: "REQUIRED" as const,
});

/** One page with all of a column's rows. */
function writeColumn({ element, encoding, bytes }: StoredColumn, rows: number): ColumnChunk {
    const start = BigInt(writer.offset);
    const page = bytes();
    const compressed = zstdCompressSync(page, {
        ...COMPRESSION,
        pledgedSrcSize: page.length,
        // The compressed page comes whole, not in pieces to be joined.
        chunkSize: page.length + SLACK,
    });
    writePageHeader(writer, {
        type: "DATA_PAGE_V2",
        uncompressed_page_size: page.length,
        compressed_page_size: compressed.length,
        data_page_header_v2: {
            num_values: rows,
            num_nulls: 0,
            num_rows: rows,
            encoding,
            definition_levels_byte_length: 0,
            repetition_levels_byte_length: 0,
            is_compressed: true,
        },
    });
    const headerBytes = BigInt(writer.offset) - start;
    writer.appendBytes(compressed);
    return {
        file_offset: start,
        meta_data: {
            type: element.type,
            encodings: [encoding],
            path_in_schema: [element.name],
            codec: "ZSTD",
            num_values: BigInt(rows),
            total_uncompressed_size: headerBytes + BigInt(page.length),
            total_compressed_size: BigInt(writer.offset) - start,
            data_page_offset: start,
        },
    };
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
    new Uint8Array(buffer, byteOffset, byteLength);

/**
 * All first bytes of the values, then all second ones, and so on, into `output`. A processor has many NaN, and which one
 * a computation leaves depends on how far it was optimised; one of them is stored, so that the same values give the same bytes.
 */
function splitBytes(values: Float32Array, output: Uint8Array): Uint8Array {
    const rows = values.length;
    const bits = new Uint32Array(values.buffer, values.byteOffset, rows);
    for (let row = 0; row < rows; row++) {
        const stored = bits[row] as number;
        const value = (stored & 0x7fffffff) > INFINITY_BITS ? NAN_BITS : stored;
        output[row] = value;
        output[rows + row] = value >>> 8;
        output[2 * rows + row] = value >>> 16;
        output[3 * rows + row] = value >>> 24;
    }
    return output;
}
