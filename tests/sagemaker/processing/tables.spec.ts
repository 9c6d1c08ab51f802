import { expect } from "chai";
import { join } from "node:path";
import { Pool } from "pg";
import { type Pair, PAIRS } from "../../../config/pairs";
import { daysToHoliday } from "../../../data/holidays";
import type { FeatureBasis } from "../../../data/store/basis";
import { ensureFeatureTables, writeFeatureRows } from "../../../data/store/featureTables";
import { activateParameters, ensureParameterTables, saveParameters } from "../../../data/store/parameters";
import { inTransaction } from "../../../data/store/transaction";
import { CATALOGUE_HASH, STORED_COLUMNS } from "../../../features/catalogue";
import { computeRange } from "../../../features/engine";
import { type DatasetOptions, type DatasetReport, writeDataset } from "../../../sagemaker/processing/dataset";
import { openTables } from "../../../sagemaker/processing/tables";
import { startDatabase, type TestDatabase } from "../../support/database";
import { refusalOf } from "../../support/refusal";
import { temporaryDir } from "../../support/temporary";
import { contentOf, market, options, ROWS, WARM_UP } from "./fixture";

/** Every column that is stored. */
const COLUMNS = STORED_COLUMNS.map(({ name }) => name);
const STORED_PAIRS = ["eurusd", "gbpjpy"] as const;

describe("writeDataset from the feature tables", function () {
    this.timeout(240_000);
    const scratch = temporaryDir();
    let database: TestDatabase;
    let fitted: FeatureBasis;

    const whole = (out: string): DatasetOptions => ({ ...options(out), columns: COLUMNS });
    const fromTables = (out: string, changes: Partial<DatasetOptions> = {}): Promise<DatasetReport> =>
        inTransaction(database.pool, async (client) =>
            writeDataset({ ...whole(out), source: await openTables(client, STORED_PAIRS), ...changes }),
        );

    /** Puts into the tables what the engine computes with the fitted parameters. */
    async function fill(): Promise<void> {
        const request = { pairs: STORED_PAIRS, columns: COLUMNS, from: WARM_UP, to: ROWS };
        // With the holidays of the processing's own threads.
        const bars = { ...market(), daysToHoliday };
        const timestamps = bars.timestamps.subarray(WARM_UP, ROWS);
        const rows = Array.from(
            computeRange(bars, fitted.parameters, { ...request, chunkRows: ROWS }),
            ({ pair, values }) => ({ pair, timestamps, columns: COLUMNS, values }),
        );
        await inTransaction(database.pool, (client) => writeFeatureRows(client, rows));
    }

    before(async () => {
        database = await startDatabase();
        await inTransaction(database.pool, ensureFeatureTables);
        await inTransaction(database.pool, ensureParameterTables);
    });
    after(() => database.remove());

    it("gives the same bytes as from bars, with one thread and with two", async () => {
        const ofBars = join(scratch(), "bars");
        await writeDataset({
            ...whole(ofBars),
            onFitted: (basis) => {
                fitted = basis;
                return Promise.resolve();
            },
        });
        const expected = contentOf(ofBars);
        const digest = await saveParameters(database.pool, fitted);
        await inTransaction(database.pool, (client) => activateParameters(client, PAIRS, digest));
        await fill();
        const out = join(scratch(), "tables");
        const report = await fromTables(out);
        expect(report).to.deep.include({ made: STORED_PAIRS, kept: [], failed: [] });
        const found = contentOf(out);
        // The paths alone: the contents would be a long message.
        expect([...found].filter(([path, content]) => content !== expected.get(path)).map(([path]) => path))
            .to.be.empty;
        expect([...found.keys()]).to.deep.equal([...expected.keys()]);
        expect(await fromTables(out)).to.deep.include({ made: [], kept: STORED_PAIRS });
        const two = join(scratch(), "two");
        await fromTables(two, { workers: 2 });
        expect(contentOf(two)).to.deep.equal(found);
    });

    it("asks for bars from the warm-up before the first stored minute to the last one", async () => {
        const { timestamps } = market();
        const { bars } = await inTransaction(database.pool, (client) => openTables(client, STORED_PAIRS));
        expect(bars).to.deep.equal({ fromMs: timestamps[0], toMs: timestamps.at(-1)! + 60_000 });
    });

    it("makes anew what other parameters gave", async () => {
        const out = join(scratch(), "out");
        await fromTables(out);
        const other = await inTransaction(database.pool, async (client) => {
            const tables = await openTables(client, STORED_PAIRS);
            const basis = { ...tables.basis, trainingHash: "of other bars" };
            return writeDataset({ ...whole(out), source: { ...tables, basis } });
        });
        expect(other).to.deep.include({ made: STORED_PAIRS, kept: [] });
    });

    it("leaves out a pair whose minutes are not all stored, naming them, and makes the others", async () => {
        const missing = market().timestamps.subarray(WARM_UP + 10, WARM_UP + 14);
        for (const table of ["cross_sectional_panel", "reg_idx"])
            await database.pool.query(
                `delete from ${table} where pair = 'eurusd' and ts_utc between $1 and $2`,
                [new Date(missing[0]!), new Date(missing.at(-1)!)],
            );
        const out = join(scratch(), "out");
        // A column of one table: the others still have the minutes.
        const columns = ["w15_idx_a2"];
        const { made, failed } = await fromTables(out, { columns });
        expect(made).to.deep.equal(["gbpjpy"]);
        expect(failed.map(({ pair }) => pair)).to.deep.equal(["eurusd"]);
        expect(failed[0]!.error).to.match(
            /^the feature tables lack minutes of eurusd: (\S+Z, ){2}\S+Z and 1 more$/,
        );
        await fill();
        expect(await fromTables(out, { columns })).to.deep.include({ made: ["eurusd"], kept: ["gbpjpy"] });
    });

    it("refuses bars of another kind than the features were computed from", async () => {
        const bars = { ...market(), activity: "volume" as const };
        const refusal = await refusalOf(fromTables(join(scratch(), "out"), { market: bars }));
        expect(refusal).to.be.instanceOf(RangeError);
        expect(refusal.message).to.equal(
            "The source's features are of other bars: activity is trueRange, that of the bars volume",
        );
    });

    it("refuses a database that has no such tables", async () => {
        await database.pool.query("create database empty");
        const empty = new Pool({ ...database.config, database: "empty" });
        try {
            const refusal = await refusalOf(inTransaction(empty, (client) => openTables(client)));
            expect(refusal).to.be.instanceOf(RangeError);
            expect(refusal.message).to.equal("The database has no feature tables yet.");
        } finally {
            await empty.end();
        }
    });

    it("refuses pairs of other parameters, of another catalogue or without rows, each with its reason", async () => {
        const other = await saveParameters(database.pool, { ...fitted, trainingHash: "of other bars" });
        await inTransaction(database.pool, (client) => activateParameters(client, ["gbpjpy"], other));
        const message = async (...pairs: readonly Pair[]) =>
            (await refusalOf(inTransaction(database.pool, (client) => openTables(client, pairs)))).message;
        expect(await message("eurusd", "gbpjpy", "usdjpy")).to.equal(
            [
                "The feature tables cannot be read:",
                "gbpjpy: its parameters are not those of eurusd",
                "usdjpy: no minutes are stored",
            ].join("\n  "),
        );
        await database.pool.query("update feature_parameters set catalogue_hash = 'another'");
        await database.pool.query("delete from active_parameters where pair = 'gbpjpy'");
        expect(await message("eurusd", "gbpjpy")).to.equal(
            [
                "The feature tables cannot be read:",
                `eurusd: stored for catalogue another, which is not this version's, ${CATALOGUE_HASH}`,
                "gbpjpy: no parameters are active",
            ].join("\n  "),
        );
    });
});
