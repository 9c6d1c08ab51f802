import { expect } from "chai";
import fc from "fast-check";
import { binaryRows, type CopyColumn, copyRows } from "../../../data/store/copy";
import { CopiedRows, copyOut } from "../../../data/store/copyOut";
import { startDatabase, type TestDatabase } from "../../support/database";

const floats = (...values: number[]) => Float64Array.from(values);
const bits = (value: number) => {
    const buffer = Buffer.alloc(8);
    buffer.writeDoubleBE(value);
    return buffer.toString("hex");
};

describe("binary COPY", function () {
    this.timeout(60_000);
    let database: TestDatabase;
    before(async () => {
        database = await startDatabase();
    });
    after(() => database.remove());

    it("encodes rows as PostgreSQL's manual says", () => {
        const rows = binaryRows([
            { name: "at", type: "timestamptz", values: floats(Date.UTC(2000) + 1) },
            { name: "value", type: "float8", values: floats(-2) },
        ]);
        expect(Buffer.concat([...rows]).toString("hex")).to.equal(
            [
                ...["5047434f50590aff0d0a00", "00000000", "00000000", "0002"],
                ...["00000008", "00000000000003e8", "00000008", "c000000000000000", "ffff"],
            ].join(""),
        );
    });

    it("refuses columns that differ in length, and times that are none", () => {
        const rows = binaryRows([
            { name: "a", type: "float8", values: floats(1, 2) },
            { name: "b", type: "float8", values: floats(1) },
        ]);
        expect(() => [...rows]).to.throw(RangeError, "COPY: columns of 2 and 1 values");
        const times = binaryRows([{ name: "at", type: "timestamptz", values: floats(NaN) }]);
        expect(() => [...times]).to.throw(RangeError);
    });

    it("stores every double bit by bit, and every time", async () => {
        const client = await database.pool.connect();
        try {
            await client.query("create temporary table doubles (id float8, at timestamptz, value float8)");
            const row = fc.record({
                value: fc.double({ noNaN: true }),
                at: fc.date({ noInvalidDate: true }),
            });
            const rows = fc.array(row, { minLength: 1, maxLength: 50 });
            await fc.assert(
                fc.asyncProperty(rows, async (given) => {
                    await client.query("truncate doubles");
                    // PostgreSQL's times end before JavaScript's do.
                    const times = given.map(({ at }) => Math.abs(at.getTime()) % Date.UTC(9999));
                    await copyRows(client, "doubles", [
                        { name: "id", type: "float8", values: Float64Array.from(given.keys()) },
                        { name: "at", type: "timestamptz", values: Float64Array.from(times) },
                        {
                            name: "value",
                            type: "float8",
                            values: Float64Array.from(given, (each) => each.value),
                        },
                    ]);
                    const stored = await client.query<{ at: Date; bits: string; value: number }>(
                        "select at, encode(float8send(value), 'hex') as bits, value from doubles order by id",
                    );
                    expect(stored.rows.map(({ at }) => at.getTime())).to.deep.equal(times);
                    expect(stored.rows.map((each) => each.bits)).to.deep.equal(
                        given.map(({ value }) => bits(value)),
                    );
                    // The text that node-postgres reads is exact as well.
                    expect(stored.rows.map(({ value }) => bits(value))).to.deep.equal(
                        given.map(({ value }) => bits(value)),
                    );
                }),
            );
        } finally {
            client.release(true);
        }
    });

    /** What COPY gives of columns, in their order. */
    const decoded = (copied: CopiedRows, columns: readonly CopyColumn[]) =>
        columns.map(({ type }) => {
            if (type === "text") return copied.texts();
            if (type === "timestamptz") return [...copied.times()];
            if (type === "float8") return [...copied.doubles()].map(bits);
            const values = new Float32Array(copied.rows);
            copied.floats(values);
            return [...new Int32Array(values.buffer)];
        });
    const given = (columns: readonly CopyColumn[]) =>
        columns.map(({ type, values }) => {
            if (type === "float8") return [...values].map(bits);
            return type === "float4" ? [...new Int32Array(values.buffer)] : [...values];
        });
    // Bits, so that every NaN and -0 is among them.
    const columnsOf = fc
        .array(
            fc.record({
                // PostgreSQL's texts have no NUL.
                text: fc.string({ unit: "binary" }).map((text) => text.replaceAll("\0", "").toWellFormed()),
                at: fc.integer({ min: Date.UTC(1750), max: Date.UTC(2250) }),
                float: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
                double: fc.double({ noNaN: true }),
            }),
            { maxLength: 60 },
        )
        .map((rows): CopyColumn[] => [
            { name: "label", type: "text", values: rows.map(({ text }) => text) },
            { name: "at", type: "timestamptz", values: Float64Array.from(rows, ({ at }) => at) },
            {
                name: "single",
                type: "float4",
                values: new Float32Array(Int32Array.from(rows, ({ float }) => float).buffer),
            },
            { name: "value", type: "float8", values: Float64Array.from(rows, ({ double }) => double) },
            { name: "other", type: "text", values: rows.map(({ float }) => String(float)) },
        ]);

    it("decodes what it encodes", () => {
        fc.assert(
            fc.property(columnsOf, (columns) => {
                const copied = new CopiedRows(Buffer.concat([...binaryRows(columns)]));
                expect(copied.rows).to.equal(columns[0]!.values.length);
                expect(decoded(copied, columns)).to.deep.equal(given(columns));
            }),
        );
    });

    it("gives back from a table what was put there", async () => {
        const client = await database.pool.connect();
        try {
            await client.query(`create temporary table mixed
                (id serial, label text, at timestamptz, single real, value float8, other text)`);
            await fc.assert(
                fc.asyncProperty(columnsOf, async (columns) => {
                    await client.query("truncate mixed");
                    await copyRows(client, "mixed", columns);
                    const names = columns.map(({ name }) => name).join(", ");
                    const copied = await copyOut(client, `select ${names} from mixed order by id`);
                    expect(decoded(copied, columns)).to.deep.equal(given(columns));
                }),
                { numRuns: 50 },
            );
        } finally {
            client.release(true);
        }
    });

    it("reads answers longer than a packet, and null as NaN where a double may be unknown", async () => {
        const client = await database.pool.connect();
        try {
            const query = `select case when n % 3 = 0 then null else n / 7.0::float8 end, n::text
                             from generate_series(0, 99999) as n`;
            const copied = await copyOut(client, query);
            expect(copied.doubles()).to.deep.equal(
                Float64Array.from({ length: 100_000 }, (_, n) => (n % 3 === 0 ? NaN : n / 7)),
            );
            expect(copied.texts()[99_999]).to.equal("99999");
        } finally {
            client.release();
        }
    });

    it("refuses to read columns as what they are not, and answers that are cut", async () => {
        const client = await database.pool.connect();
        try {
            const query = "select 1::float4, null::text";
            expect(() => new CopiedRows(Buffer.alloc(20))).to.throw("COPY: the answer ends within a row");
            const copied = await copyOut(client, query);
            expect(() => copied.doubles()).to.throw("COPY: a field of 4 bytes where one of 8 is expected");
            copied.floats(new Float32Array(1));
            expect(() => copied.texts()).to.throw("COPY: a text is null");
            const failure = await copyOut(client, "select 1 / 0").catch((error: unknown) => String(error));
            expect(failure).to.contain("division by zero");
            expect((await copyOut(client, query)).rows).to.equal(1);
        } finally {
            client.release();
        }
    });

    it("stores more rows than one chunk holds, in their order", async () => {
        const client = await database.pool.connect();
        try {
            await client.query("create temporary table many (id serial, value float8)");
            const values = Float64Array.from({ length: 10_001 }, (_, i) => i / 7);
            await copyRows(client, "many", [{ name: "value", type: "float8", values }]);
            const { rows } = await client.query<{ value: number }>("select value from many order by id");
            expect(rows.map(({ value }) => value)).to.deep.equal([...values]);
        } finally {
            client.release(true);
        }
    });

    it("fails with the server's reason, and leaves the connection usable", async () => {
        const client = await database.pool.connect();
        try {
            await client.query("create temporary table narrow (value float8 check (value > 0))");
            const values = new Float64Array(100_000).fill(-1);
            const outcome = await copyRows(client, "narrow", [
                { name: "value", type: "float8", values },
            ]).catch((error: unknown) => error);
            expect(outcome)
                .to.be.instanceOf(Error)
                .with.property("message")
                .that.contains("narrow_value_check");
            expect((await client.query("select count(*)::int as n from narrow")).rows).to.deep.equal([
                { n: 0 },
            ]);
        } finally {
            client.release(true);
        }
    });
});
