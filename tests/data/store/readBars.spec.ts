import { expect } from "chai";
import { PAIRS, type Pair } from "../../../config/pairs";
import { CSV_HEADER, CSV_HEADER_WITH_SPREAD } from "../../../data/csv";
import { daysToHoliday } from "../../../data/holidays";
import { ingest } from "../../../data/ingest";
import { loadMarket } from "../../../data/load";
import { writeSample } from "../../../data/sample/write";
import { newestBar, readBars, readMarket } from "../../../data/store/readBars";
import { ensureBars } from "../../../data/store/schema";
import { inTransaction } from "../../../data/store/transaction";
import { csvFile } from "../fixture";
import { startDatabase, type TestDatabase } from "../../support/database";
import { refusalOf } from "../../support/refusal";
import { temporaryDir } from "../../support/temporary";
import { join } from "node:path";

const at = (time: string) => Date.parse(`2017-07-03T${time}Z`);
const row = (time: string, close = 1.1) => `2017-07-03T${time}:00Z,1.1,1.2,1.0,${close},3`;

describe("reading bars", function () {
    this.timeout(60_000);
    const dir = temporaryDir();
    let database: TestDatabase;

    before(async () => {
        database = await startDatabase();
    });
    after(() => database.remove());
    beforeEach(async () => {
        await database.pool.query("drop table if exists bars");
        await inTransaction(database.pool, ensureBars);
    });

    it("gives the bits that loading the files gives, the whole and a range", async () => {
        await writeSample(dir(), { days: 2 });
        await ingest(dir(), database.pool);
        const loaded = await loadMarket(dir(), { daysToHoliday });
        const { timestamps } = loaded.market;
        const range = { fromMs: timestamps[500]!, toMs: timestamps[900]! };
        const part = await loadMarket(dir(), { daysToHoliday, ...range });
        const kinds = { activity: "trueRange", spread: "corwinSchultz" } as const;
        const ofKinds = await loadMarket(dir(), { daysToHoliday, ...kinds });
        await inTransaction(database.pool, async (client) => {
            const read = await readMarket(client);
            expect(read.origin).to.equal("simulated");
            expect(read.market).to.deep.equal(loaded.market);
            expect((await readMarket(client, range)).market).to.deep.equal(part.market);
            expect((await readMarket(client, undefined, kinds)).market).to.deep.equal(ofKinds.market);
        });
    });

    it("gives the bars of a range as they are stored, a spread where all of them have one", async () => {
        const put = (pair: Pair, header: string, ...rows: string[]) =>
            csvFile(join(dir(), `${pair}.csv`), rows, header);
        put(
            "eurusd",
            CSV_HEADER_WITH_SPREAD,
            `${row("08:00")},0.1`,
            `${row("08:02", 1.15)},0.2`,
            `${row("08:05")},0.3`,
        );
        put("usdjpy", CSV_HEADER, row("08:03"));
        await ingest(dir(), database.pool);
        const bars = await inTransaction(database.pool, (client) =>
            readBars(client, { fromMs: at("08:01"), toMs: at("08:05") }),
        );
        expect([...bars.keys()]).to.deep.equal([...PAIRS]);
        expect(bars.get("eurusd")).to.deep.equal({
            ...{ pair: "eurusd", source: "the database", closedHoursDropped: 0 },
            ...{
                timestamps: Float64Array.of(at("08:02")),
                open: Float64Array.of(1.1),
                high: Float64Array.of(1.2),
            },
            ...{ low: Float64Array.of(1), close: Float64Array.of(1.15), volume: Float64Array.of(3) },
            spread: Float64Array.of(0.2),
        });
        expect(bars.get("usdjpy")).to.deep.include({
            timestamps: Float64Array.of(at("08:03")),
            spread: undefined,
        });
        expect(bars.get("gbpusd")?.timestamps).to.deep.equal(new Float64Array());
        expect(await inTransaction(database.pool, newestBar)).to.equal(at("08:05"));
    });

    it("names the pairs without bars", async () => {
        expect(await inTransaction(database.pool, newestBar)).to.equal(undefined);
        csvFile(join(dir(), "eurusd.csv"), [row("08:00")]);
        await ingest(dir(), database.pool);
        const { message } = await refusalOf(inTransaction(database.pool, (client) => readMarket(client)));
        expect(message).to.match(
            /^The data has 27 problems:\n {2}- the database: no bars of audcad; got none/,
        );
        expect(message).not.to.contain("eurusd");
    });
});
