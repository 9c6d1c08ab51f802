import { expect } from "chai";
import { fork } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { PAIRS, type Pair } from "../../config/pairs";
import { CSV_HEADER, CSV_HEADER_WITH_SPREAD, readCsv } from "../../data/csv";
import { ingest, type IngestReport } from "../../data/ingest";
import { DataError } from "../../data/report";
import { writeSample } from "../../data/sample/write";
import { until } from "../local/services/process/workplace";
import { startDatabase, type TestDatabase } from "../support/database";
import { temporaryDir } from "../support/temporary";
import { csvFile, zipOf } from "./fixture";

const row = (time: string, close = 1.1) => `2017-07-03T${time}:00Z,1.1,1.2,1.0,${close},3`;
const zipped = (...times: string[]) =>
    zipOf([
        {
            name: "DAT_ASCII_GBPUSD_M1.csv",
            text: times.map((time) => `20170703 ${time}00;1.1;1.2;1.0;1.1;0\n`).join(""),
        },
    ]);
const ZIP_NAME = "HISTDATA_COM_ASCII_GBPUSD_M1_201707.zip";

describe("ingest", function () {
    this.timeout(60_000);
    const dir = temporaryDir();
    let database: TestDatabase;

    before(async () => {
        database = await startDatabase();
    });
    after(() => database.remove());
    beforeEach(() => database.pool.query("drop table if exists bars"));

    const put = (name: string, content: string | Uint8Array) => writeFileSync(join(dir(), name), content);
    const csv = (pair: Pair, rows: readonly string[], header = CSV_HEADER) =>
        csvFile(join(dir(), `${pair}.csv`), rows, header);
    const run = (pairs?: readonly Pair[]) => ingest(dir(), database.pool, { pairs });

    async function count(pair: Pair): Promise<number> {
        const { rows } = await database.pool.query<{ n: number }>(
            "select count(*)::int as n from bars where pair = $1",
            [pair],
        );
        return rows[0]!.n;
    }

    it("stores what the files hold, each pair in its partition, and tells what came of it", async () => {
        // Saturday's stray bar is dropped; 08:01 has none.
        csv("eurusd", [row("08:00"), row("08:02", 1.15), "2017-07-08T08:00:00Z,1,1,1,1,1"]);
        csv("usdjpy", [`${row("08:00")},0.25`], CSV_HEADER_WITH_SPREAD);
        put(ZIP_NAME, zipped("0403"));
        const none = { closedHoursDropped: 0, missingMinutes: 0, alreadyThere: 0, problems: [] };
        expect(await run()).to.deep.equal({
            problems: [],
            pairs: [
                { pair: "gbpusd", ...none, added: 1 },
                { pair: "eurusd", ...none, added: 2, closedHoursDropped: 1, missingMinutes: 1 },
                { pair: "usdjpy", ...none, added: 1 },
            ],
        } satisfies IngestReport);
        const { rows } = await database.pool.query({
            text: `select tableoid::regclass::text, pair, ts_utc, open, high, low, close, volume, spread, source
                     from bars order by pair, ts_utc`,
            rowMode: "array",
        });
        const at = (time: string) => new Date(`2017-07-03T${time}Z`);
        expect(rows).to.deep.equal([
            ["bars_eurusd", "eurusd", at("08:00"), 1.1, 1.2, 1, 1.1, 3, null, "recorded"],
            ["bars_eurusd", "eurusd", at("08:02"), 1.1, 1.2, 1, 1.15, 3, null, "recorded"],
            ["bars_gbpusd", "gbpusd", at("08:03"), 1.1, 1.2, 1, 1.1, 0, null, "recorded"],
            ["bars_usdjpy", "usdjpy", at("08:00"), 1.1, 1.2, 1, 1.1, 3, 0.25, "recorded"],
        ]);
    });

    it("stores all pairs of a simulated market exactly, as simulated, and nothing the second time", async () => {
        await writeSample(dir(), { days: 1 });
        const first = await run();
        expect(first.pairs.map(({ pair }) => pair)).to.deep.equal([...PAIRS]);
        expect(first.pairs.filter(({ added, problems }) => added < 1_000 || problems.length > 0)).to.be.empty;
        const second = await run();
        expect(second.pairs.map(({ added }) => added)).to.deep.equal(PAIRS.map(() => 0));
        expect(second.pairs.map(({ alreadyThere }) => alreadyThere)).to.deep.equal(
            first.pairs.map(({ added }) => added),
        );
        const bars = await readCsv(join(dir(), "eurjpy.csv.gz"), "eurjpy");
        const { rows } = await database.pool.query<Record<string, number | string>>(
            `select extract(epoch from ts_utc)::float8 * 1000 as timestamps, open, high, low, close, volume, spread, source
               from bars_eurjpy order by ts_utc`,
        );
        const columns = ["timestamps", "open", "high", "low", "close", "volume", "spread"] as const;
        for (const name of columns) {
            expect(rows.map((each) => each[name])).to.deep.equal(Array.from(bars[name] ?? []));
        }
        expect(new Set(rows.map(({ source }) => source))).to.deep.equal(new Set(["simulated"]));
    });

    it("adds what is new to what is there", async () => {
        csv("eurusd", [row("08:00"), row("08:01")]);
        await run();
        csv("eurusd", [row("08:01"), row("08:02"), row("08:03")]);
        const [report] = (await run()).pairs;
        expect(report).to.include({ added: 2, alreadyThere: 1 });
        expect(await count("eurusd")).to.equal(4);
    });

    it("takes the pairs that are asked for, and names those without a file", async () => {
        csv("eurusd", [row("08:00")]);
        put("usdjpy.csv", "not read");
        const { pairs } = await run(["eurgbp", "eurusd"]);
        expect(pairs.map(({ pair, added }) => [pair, added])).to.deep.equal([
            ["eurgbp", 0],
            ["eurusd", 1],
        ]);
        expect(linesOf(pairs[0]?.problems)).to.match(
            /^ {2}- eurgbp: no file; got none, allowed: <pair>\.csv/,
        );
    });

    it("has one report of all that is wrong, and stores the other pairs", async () => {
        csv("eurusd", [row("08:01"), row("08:00"), row("08:02")]);
        csv("usdjpy", [row("08:00")]);
        csv("gbpusd", [row("08:04")]);
        put(ZIP_NAME, zipped("0404", "0405"));
        put("HISTDATA_COM_ASCII_EURCHF_M1_201707.zip", zipped("0403").subarray(0, 90));
        put("eurxyz.csv", "");
        put(
            "audusd.csv.gz",
            gzipSync([CSV_HEADER, row("08:00"), row("08:01"), ""].join("\n")).subarray(0, -12),
        );
        const { pairs, problems } = await run();
        const all = [...problems, ...pairs.flatMap((pair) => pair.problems)];
        expect(
            linesOf(all)
                .split("\n")
                .map((line) => line.split(";", 1).join()),
        ).to.deep.equal([
            "  - eurxyz.csv: not a file of a pair",
            "  - HISTDATA_COM_ASCII_EURCHF_M1_201707.zip: cannot be read to its end",
            "  - gbpusd.csv: overlaps another file",
            "  - audusd.csv.gz: cannot be read to its end",
            "  - eurusd.csv, line 3: not in order of time",
        ]);
        const counts = await Promise.all(
            (["eurchf", "gbpusd", "audusd", "eurusd", "usdjpy"] as const).map(count),
        );
        expect(counts).to.deep.equal([0, 0, 0, 0, 1]);
    });

    it("refuses a pair with bars that differ from the stored ones, with their number and the first", async () => {
        csv("eurusd", [row("08:00"), row("08:01"), row("08:02"), row("08:03"), row("08:04")]);
        csv("usdjpy", [row("08:00")]);
        await run();
        csv("eurusd", [
            row("08:00"),
            ...["08:01", "08:02", "08:03", "08:04"].map((time) => row(time, 1.12)),
            row("08:05"),
        ]);
        csv("usdjpy", [`${row("08:00")},0.25`], CSV_HEADER_WITH_SPREAD);
        const { pairs } = await run();
        expect(pairs.map(({ problems }) => linesOf(problems))).to.deep.equal([
            "  - eurusd: 4 bars differ from what is stored; got 2017-07-03T08:01Z close 1.12 (stored: 1.1); " +
                "2017-07-03T08:02Z close 1.12 (stored: 1.1); 2017-07-03T08:03Z close 1.12 (stored: 1.1), " +
                "allowed: the stored values",
            "  - usdjpy: 1 bar differs from what is stored; got 2017-07-03T08:00Z spread 0.25 (stored: unknown), " +
                "allowed: the stored values",
        ]);
        expect(await count("eurusd")).to.equal(5);
        put("manifest.json", '{ "origin": "simulated" }');
        csv("eurusd", [row("08:00")]);
        const again = await run(["eurusd"]);
        expect(linesOf(again.pairs[0]?.problems)).to.contain("source simulated (stored: recorded)");
    });

    it("refuses a folder without bars, and one whose manifest says nothing", async () => {
        expect(linesOf((await run()).problems)).to.contain("no bars; got none");
        csv("eurusd", [row("08:00")]);
        put("manifest.json", "{}");
        const { pairs, problems } = await run();
        expect(pairs).to.deep.equal([]);
        expect(linesOf(problems)).to.equal(
            '  - manifest.json: not usable; got other content, allowed: JSON with "origin": recorded or simulated',
        );
    });

    it("keeps the pairs that were done when it is killed, and resumes with the others", async () => {
        csv("eurusd", [row("08:00")]);
        csv("gbpusd", [row("08:00"), row("08:01")]);
        csv("usdjpy", [row("08:00")]);
        await run(["eurusd"]);
        await database.pool.query("truncate bars");
        const blocker = await database.pool.connect();
        await blocker.query("begin");
        await blocker.query("lock table bars_gbpusd in access exclusive mode");
        const child = fork(join(__dirname, "ingestProcess.ts"), [dir(), JSON.stringify(database.config)], {
            execArgv: ["--require", "tsx/cjs"],
        });
        await until(async () => expect(await waiting()).to.equal(1)); // In the middle of gbpusd.
        child.kill("SIGKILL");
        await once(child, "exit");
        await blocker.query("rollback");
        blocker.release();
        expect(await Promise.all((["eurusd", "gbpusd", "usdjpy"] as const).map(count))).to.deep.equal([
            1, 0, 0,
        ]);
        const { pairs } = await run();
        expect(pairs.map(({ added, alreadyThere }) => [added, alreadyThere])).to.deep.equal([
            [0, 1],
            [2, 0],
            [1, 0],
        ]);
    });

    it("loses one pair, not the others, where the connection breaks", async () => {
        csv("eurusd", [row("08:00")]);
        csv("gbpusd", [row("08:00")]);
        await run(["gbpusd"]);
        await database.pool.query("truncate bars");
        const blocker = await database.pool.connect();
        await blocker.query("begin");
        await blocker.query("lock table bars_eurusd in access exclusive mode");
        const running = run();
        await until(async () => expect(await waiting()).to.equal(1));
        await blocker.query("select pg_terminate_backend(pid) from pg_locks where not granted");
        await blocker.query("rollback");
        blocker.release();
        const { pairs } = await running;
        expect(linesOf(pairs[0]?.problems)).to.match(/eurusd: not stored; got terminating connection/);
        expect(pairs[1]).to.include({ pair: "gbpusd", added: 1 });
    });

    it("lets two at once store every bar once", async () => {
        await writeSample(dir(), { days: 1, pairs: ["eurusd", "usdjpy"] });
        const [one, other] = await Promise.all([run(), run()]);
        for (const i of [0, 1]) {
            const [a, b] = [one.pairs[i], other.pairs[i]];
            expect([...a!.problems, ...b!.problems]).to.deep.equal([]);
            expect(a!.added + b!.added).to.equal(await count(a!.pair));
            expect([a!.added, b!.added]).to.include(0);
        }
    });

    /** How many sessions wait for a lock. */
    async function waiting(): Promise<number> {
        const { rows } = await database.pool.query<{ n: number }>(
            "select count(*)::int as n from pg_locks where not granted",
        );
        return rows[0]!.n;
    }
});

/** Problems as the report tells them. */
function linesOf(problems: DataError["problems"] = []): string {
    return new DataError(problems).message.split("\n").slice(1).join("\n");
}
