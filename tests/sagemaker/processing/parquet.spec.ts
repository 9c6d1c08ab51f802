import { expect } from "chai";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { zstdDecompressSync } from "node:zlib";
import { parquetOf, type Table } from "../../../sagemaker/processing/parquet";

const compressors = { ZSTD: (bytes: Uint8Array) => new Uint8Array(zstdDecompressSync(bytes)) };

const bufferOf = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;

const table = (values: readonly Float32Array[]): Table => ({
    timestamps: Float64Array.from(values[0]!, (_, row) => Date.UTC(2017, 6, 3) + row * 60_000),
    names: values.map((_, place) => `c${place}`),
    values,
});

describe("parquetOf", () => {
    const values = [
        Float32Array.of(1.5, -0, 3e-38, Infinity),
        Float32Array.of(NaN, 7, -Infinity, 1.401298464324817e-45),
    ];

    it("is read back, bit by bit, by another library", async () => {
        const rows = await parquetReadObjects({ file: bufferOf(parquetOf(table(values))), compressors });
        expect(rows).to.have.length(4);
        rows.forEach((row, place) => {
            expect(row["ts_utc"]).to.deep.equal(new Date(Date.UTC(2017, 6, 3, 0, place)));
            values.forEach((column, at) => expect(Object.is(row[`c${at}`], column[place])).to.equal(true));
        });
    });

    it("has float32 columns, byte stream split, required, and a timestamp in milliseconds", () => {
        const { schema, row_groups, num_rows } = parquetMetadata(bufferOf(parquetOf(table(values))));
        expect(num_rows).to.equal(4n);
        expect(
            schema.slice(1).map(({ name, type, repetition_type }) => [name, type, repetition_type]),
        ).to.deep.equal([
            ["ts_utc", "INT64", "REQUIRED"],
            ["c0", "FLOAT", "REQUIRED"],
            ["c1", "FLOAT", "REQUIRED"],
        ]);
        expect(schema[1]?.converted_type).to.equal("TIMESTAMP_MILLIS");
        const chunks = row_groups.flatMap(({ columns }) => columns.map(({ meta_data }) => meta_data));
        expect(chunks.map((chunk) => chunk?.encodings)).to.deep.equal([
            ["PLAIN"],
            ["BYTE_STREAM_SPLIT"],
            ["BYTE_STREAM_SPLIT"],
        ]);
        expect(new Set(chunks.map((chunk) => chunk?.codec))).to.deep.equal(new Set(["ZSTD"]));
    });

    it("stores one NaN, whichever the processor left", () => {
        const negative = new Float32Array(Uint32Array.of(0xffc00001, 0x7f800001).buffer);
        const plain = Float32Array.of(NaN, NaN);
        expect(parquetOf(table([negative]))).to.deep.equal(parquetOf(table([plain])));
    });

    it("refuses a column of another length", () => {
        const short = { ...table(values), values: [values[0]!, new Float32Array(3)] };
        expect(() => parquetOf(short)).to.throw(RangeError, "c1 has 3 rows, ts_utc 4");
    });
});
