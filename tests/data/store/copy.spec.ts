import { expect } from "chai";
import fc from "fast-check";
import { binaryRows, copyRows } from "../../../data/store/copy";
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
