import { expect } from "chai";
import fc from "fast-check";
import type { ClientBase } from "pg";
import { PAIRS, type Pair } from "../../../config/pairs";
import {
    deleteFeaturesBefore,
    ensureFeatureTables,
    type FeatureRows,
    writeFeatureRows,
} from "../../../data/store/featureTables";
import {
    newestFeatures,
    readFeatureRows,
    readFeaturesAt,
    storedSpans,
} from "../../../data/store/readFeatures";
import { inTransaction } from "../../../data/store/transaction";
import { STORED_COLUMNS } from "../../../features/catalogue";
import { TABLES } from "../../../features/catalogue/column";
import { MINUTE_MS } from "../../../features/time/instant";
import { startDatabase, type TestDatabase } from "../../support/database";
import { refusalOf } from "../../support/refusal";
import { COLUMNS, joinedRows, rowsOf, START_MS, valuesAt } from "./rows";

const ALWAYS = { fromMs: Date.UTC(2000), toMs: Date.UTC(2100) };
const minute = (number: number) => START_MS + number * MINUTE_MS;
/** Bits, in which every NaN is itself. */
const bitsOf = ({ values }: FeatureRows) =>
    Array.from(new Int32Array(values.buffer, values.byteOffset, values.length));

describe("feature tables", function () {
    this.timeout(60_000);
    let database: TestDatabase;

    before(async () => {
        database = await startDatabase();
        await inTransaction(database.pool, ensureFeatureTables);
    });
    after(() => database.remove());
    beforeEach(() => database.pool.query(`truncate ${TABLES.join(", ")}`));

    const write = (...rows: FeatureRows[]) =>
        inTransaction(database.pool, (client) => writeFeatureRows(client, rows));
    const withClient = <Result>(work: (client: ClientBase) => Promise<Result>) =>
        inTransaction(database.pool, work);
    const readAll = (pair: Pair) => withClient((client) => readFeatureRows(client, pair, ALWAYS));

    it("are those of the plan, with a leaf for each pair but of the panel's, and stay when made again", async () => {
        await inTransaction(database.pool, ensureFeatureTables);
        const { rows } = await database.pool.query<{ name: string; kind: string; parent: string | null }>(
            `select relname as name, relkind as kind, inhparent::regclass::text as parent
               from pg_class left join pg_inherits on inhrelid = pg_class.oid
              where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')`,
        );
        const leaves = TABLES.filter((table) => table !== "cross_sectional_panel").flatMap((table) =>
            PAIRS.map((pair) => ({ name: `${table}_${pair}`, kind: "r", parent: table })),
        );
        const parents = TABLES.map((name) => ({
            ...{ name, kind: name === "cross_sectional_panel" ? "r" : "p", parent: null },
        }));
        expect(rows).to.have.deep.members([...parents, ...leaves]);
    });

    it("have one real column for each stored one, in order, and the key (pair, ts_utc)", async () => {
        const { rows } = await database.pool.query<{ table: string; name: string; type: string }>(
            `select attrelid::regclass::text as table, attname as name, format_type(atttypid, atttypmod) as type
               from pg_attribute where attrelid = any($1::regclass[]) and attnum > 0 order by attnum`,
            [TABLES],
        );
        for (const table of TABLES) {
            const own = STORED_COLUMNS.filter((column) => column.table === table);
            expect(
                rows.filter((row) => row.table === table).map(({ name, type }) => [name, type]),
            ).to.deep.equal([
                ["pair", "text"],
                ["ts_utc", "timestamp with time zone"],
                ...own.map(({ name }) => [name, "real"]),
            ]);
        }
        const keys = await database.pool.query<{ key: string }>(
            `select distinct pg_get_constraintdef(oid) as key from pg_constraint where contype = 'p' and
                    conrelid = any($1::regclass[])`,
            [TABLES],
        );
        expect(keys.rows).to.deep.equal([{ key: "PRIMARY KEY (pair, ts_utc)" }]);
    });

    it("give back the bits of every pair, whichever NaN, in order of time", async () => {
        const rows = PAIRS.map((pair) => rowsOf(pair, START_MS, 2));
        new Int32Array(rows[0]!.values.buffer).set([0x7f800001, -1, 0x7fc12345, -2147483648, 1, 0x7f800000]);
        await write(...rows);
        for (const each of rows) {
            const stored = await readAll(each.pair);
            expect({ ...stored, values: bitsOf(stored) }).to.deep.equal({ ...each, values: bitsOf(each) });
        }
    });

    it("give the columns that are asked for, in their order, of the minutes of a range", async () => {
        const rows = rowsOf("eurusd", START_MS, 5);
        await write(rows, rowsOf("usdjpy", START_MS, 5));
        const columns = ["bqx_60", "w15_idx_a2", "w60_bqx_r2"];
        const range = { fromMs: minute(1), toMs: minute(3) };
        const stored = await withClient((client) => readFeatureRows(client, "eurusd", range, columns));
        const places = columns.map((name) => COLUMNS.indexOf(name));
        expect(stored).to.deep.equal({
            ...{ pair: "eurusd", columns, timestamps: Float64Array.of(minute(1), minute(2)) },
            values: Float32Array.from(
                places.flatMap((place) => [...rows.values.subarray(place * 5 + 1, place * 5 + 3)]),
            ),
        });
        const refusal = await refusalOf(
            withClient((client) => readFeatureRows(client, "eurusd", range, ["bqx_60", "a", "b"])),
        );
        expect(refusal).to.be.instanceOf(RangeError).with.property("message", "no stored columns: a, b");
    });

    it("replace the minutes that are written again, and no others", async () => {
        await write(rowsOf("eurusd", START_MS, 4), rowsOf("usdjpy", START_MS, 1));
        await write(rowsOf("eurusd", START_MS, 4), rowsOf("usdjpy", START_MS, 1));
        const [first, last] = [rowsOf("eurusd", minute(0), 1, 5), rowsOf("eurusd", minute(3), 2, 5)];
        await write(joinedRows(first, last));
        const old = rowsOf("eurusd", START_MS, 4);
        const stored = await readAll("eurusd");
        expect([...stored.timestamps]).to.deep.equal([0, 1, 2, 3, 4].map(minute));
        expect([0, 1, 2, 3, 4].map((row) => valuesAt(stored, row))).to.deep.equal([
            valuesAt(first, 0),
            valuesAt(old, 1),
            valuesAt(old, 2),
            valuesAt(last, 0),
            valuesAt(last, 1),
        ]);
        expect(await readAll("usdjpy")).to.deep.equal(rowsOf("usdjpy", START_MS, 1));
    });

    it("let two writers of the same minutes both succeed, and hold one's rows whole", async () => {
        const versions = [1, 2, 3, 4].map((seed) => PAIRS.map((pair) => rowsOf(pair, START_MS, 3, seed)));
        await Promise.all(versions.map((rows) => write(...rows)));
        const stored = await Promise.all(PAIRS.map(readAll));
        expect(versions.map((rows) => rows.map(bitsOf))).to.deep.include(stored.map(bitsOf));
    });

    it("keep nothing of a transaction that fails", async () => {
        const refusal = await refusalOf(
            withClient(async (client) => {
                await writeFeatureRows(client, [rowsOf("eurusd", START_MS, 1)]);
                throw new Error("after the rows");
            }),
        );
        expect(refusal.message).to.equal("after the rows");
        expect(await newestFeatures(database.pool)).to.deep.equal(new Map());
    });

    it("refuse rows that are not whole, with everything that is wrong", async () => {
        const good = rowsOf("eurusd", START_MS, 2);
        const refusal = await refusalOf(
            write(
                { ...good, timestamps: good.timestamps.toReversed() },
                { ...good, pair: "usdjpy", columns: COLUMNS.slice(1) },
                { ...good, pair: "gbpusd", values: good.values.subarray(1) },
                { ...good, pair: "usdjpy" },
            ),
        );
        expect(refusal).to.be.instanceOf(RangeError);
        expect(refusal.message.split("\n  ")).to.deep.equal([
            "features cannot be stored:",
            "eurusd: minutes are not ascending",
            `usdjpy: columns are not the ${COLUMNS.length} stored ones in their order`,
            `gbpusd: ${2 * COLUMNS.length - 1} values, not ${2 * COLUMNS.length}`,
            "usdjpy is there twice",
        ]);
    });

    it("tell the first and the newest minute of each pair", async () => {
        await write(rowsOf("eurusd", START_MS, 4), rowsOf("usdjpy", minute(2), 1));
        expect(await storedSpans(database.pool)).to.deep.equal(
            new Map([
                ["eurusd", { firstMs: START_MS, lastMs: minute(3) }],
                ["usdjpy", { firstMs: minute(2), lastMs: minute(2) }],
            ]),
        );
        expect(await newestFeatures(database.pool)).to.deep.equal(
            new Map([
                ["eurusd", minute(3)],
                ["usdjpy", minute(2)],
            ]),
        );
    });

    it("lose what is older than an instant, in every table, and nothing else", async () => {
        await write(...PAIRS.map((pair) => rowsOf(pair, START_MS, 3)));
        const before = (number: number) =>
            withClient((client) => deleteFeaturesBefore(client, minute(number)));
        expect(await before(0)).to.equal(0);
        expect(await before(2)).to.equal(2 * PAIRS.length);
        const counts = await database.pool.query<{ n: number }>(
            TABLES.map((table) => `select count(*)::int as n from ${table}`).join(" union all "),
        );
        expect(counts.rows.map(({ n }) => n)).to.deep.equal(TABLES.map(() => PAIRS.length));
        expect([...(await readAll("gbpjpy")).timestamps]).to.deep.equal([minute(2)]);
    });

    it("say which table lacks which minutes", async () => {
        await write(rowsOf("eurusd", START_MS, 6));
        await database.pool.query(`delete from reg_idx_eurusd where ts_utc < '2017-07-03T08:05Z';
            delete from hmm_regime where pair = 'eurusd' and ts_utc = '2017-07-03T08:05Z'`);
        const message = [
            "the features of eurusd are not in all tables; minutes that one alone lacks or has:",
            "reg_idx_eurusd: 2017-07-03T08:00Z, 2017-07-03T08:01Z, 2017-07-03T08:02Z and 2 more",
            "hmm_regime_eurusd: 2017-07-03T08:05Z",
        ].join("\n  ");
        expect((await refusalOf(readAll("eurusd"))).message).to.equal(message);
        const all = [0, 1, 2, 3, 4, 5].map(minute);
        expect((await refusalOf(readFeaturesAt(database.pool, "eurusd", all))).message).to.equal(message);
    });

    it("give a few minutes of a pair fast: the same bits, by a plan that is kept", async () => {
        const rows = rowsOf("eurusd", START_MS, 10);
        await write(rows, rowsOf("usdjpy", START_MS, 10, 3));
        const wanted = fc.uniqueArray(fc.integer({ min: -2, max: 12 }), { maxLength: 8 });
        const columns = fc.subarray([...COLUMNS], { minLength: 1, maxLength: 20 });
        await fc.assert(
            fc.asyncProperty(wanted, columns, async (minutes, names) => {
                const stored = await readFeaturesAt(database.pool, "eurusd", minutes.map(minute), names);
                const found = minutes.filter((number) => number >= 0 && number < 10).sort((a, b) => a - b);
                expect([...stored.timestamps]).to.deep.equal(found.map(minute));
                expect([...stored.values]).to.deep.equal(
                    names.flatMap((name) =>
                        found.map((row) => rows.values[COLUMNS.indexOf(name) * 10 + row]),
                    ),
                );
            }),
            { numRuns: 30 },
        );
        const whole = await readFeaturesAt(database.pool, "eurusd", [...rows.timestamps]);
        expect(whole).to.deep.equal(rows);
        await withClient(async (client) => {
            for (let call = 0; call < 8; call++) await readFeaturesAt(client, "usdjpy", [START_MS]);
            const plans = await client.query<{ generic: string; custom: string }>(
                `select generic_plans::int as generic, custom_plans::int as custom from pg_prepared_statements
                  where name like 'features_usdjpy_%'`,
            );
            expect(plans.rows).to.deep.equal([{ generic: 8, custom: 0 }]);
        });
    });
});
