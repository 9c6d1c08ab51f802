import { expect } from "chai";
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PAIRS } from "../../config/pairs";
import { minuteIndex } from "../../features/time/calendar";
import { loadMarket } from "../../data/load";
import { writeSample } from "../../data/sample/write";
import { describeInstant } from "../../features/time/instant";
import { checkMarket } from "../../features/market";
import { temporaryDir } from "../support/temporary";
import { csvFile, daysToHoliday, problemsOf, REAL_BARS, zipOf } from "./fixture";

const row = (time: string) => `2017-07-03T${time}:00Z,1.1,1.2,1.0,1.1,0`;
const zipped = (time: string) =>
    zipOf([{ name: "DAT_ASCII_EURUSD_M1.csv", text: `20170703 ${time}00;1.1;1.2;1.0;1.1;0\n` }]);

describe("loading a folder of bars", () => {
    const dir = temporaryDir();
    const put = (name: string, content: string | Uint8Array) => writeFileSync(join(dir(), name), content);
    const csv = (name: string, ...times: string[]) => csvFile(join(dir(), name), times.map(row));

    it("takes the files of pairs, and no others", async () => {
        csv("usdjpy.csv", "08:00", "08:01");
        csv("eurusd.csv.gz", "08:00");
        put("README.md", "Bars.");
        const { market, origin } = await loadMarket(dir(), { daysToHoliday });
        expect([...market.bars.keys()]).to.deep.equal(["eurusd", "usdjpy"]);
        expect(Array.from(market.timestamps, describeInstant)).to.deep.equal([
            "2017-07-03T08:00Z",
            "2017-07-03T08:01Z",
        ]);
        expect(origin).to.equal("recorded");
    });

    it("takes the pairs and the range that are asked for", async () => {
        csv("eurusd.csv", "08:00", "08:01", "08:02", "08:03");
        put("usdjpy.csv", "not read");
        const options = {
            pairs: ["eurusd"] as const,
            fromMs: Date.parse("2017-07-03T08:01Z"),
            toMs: Date.parse("2017-07-03T08:03Z"),
        };
        const { counts, market } = await loadMarket(dir(), { ...options, daysToHoliday });
        expect([...counts.keys()]).to.deep.equal(["eurusd"]);
        expect(market.timestamps.length).to.equal(2);
    });

    it("joins files that follow each other, whatever their names' order, their kind and their clock", async () => {
        csv("eurusd.csv", "08:01");
        put("HISTDATA_COM_ASCII_EURUSD_M1_201707.zip", zipped("0403"));
        put("HISTDATA_COM_ASCII_EURUSD_M12016.zip", zipped("0402"));
        const { market, counts } = await loadMarket(dir(), { daysToHoliday });
        expect(counts.get("eurusd")).to.include({ bars: 3, filledMinutes: 0 });
        expect(describeInstant(market.timestamps[0]!)).to.equal("2017-07-03T08:01Z");
        const standard = await loadMarket(dir(), { daysToHoliday, histdataZone: "Etc/GMT+5" });
        expect(standard.counts.get("eurusd")).to.include({ bars: 3, filledMinutes: 60 });
    });

    it("refuses files that overlap", async () => {
        csv("eurusd.csv", "08:01", "08:05");
        put("HISTDATA_COM_ASCII_EURUSD_M1_201707.zip", zipped("0403"));
        expect(await problemsOf(loadMarket(dir(), { daysToHoliday }))).to.deep.equal([
            "  - HISTDATA_COM_ASCII_EURUSD_M1_201707.zip: overlaps another file; " +
                "got eurusd.csv, allowed: files that follow each other",
        ]);
    });

    it("has one report of all files", async () => {
        csv("eurusd.csv", "08:01", "08:00");
        put("usdjpy.csv", "ts_utc;open\n");
        csv("gbpusd.csv", "08:00");
        csv("eurxyz.csv", "08:00");
        put("HISTDATA_COM_ASCII_EURCHF_M1_201707.zip", zipped("0403").subarray(0, 90));
        put("manifest.json", "{}");
        const report = await problemsOf(loadMarket(dir(), { daysToHoliday }));
        expect(report.map((line) => line.split(";", 1).join())).to.deep.equal([
            "  - manifest.json: not usable",
            "  - eurxyz.csv: not a file of a pair",
            "  - HISTDATA_COM_ASCII_EURCHF_M1_201707.zip: cannot be read to its end",
            "  - eurusd.csv, line 3: not in order of time",
            "  - usdjpy.csv, line 1: wrong header",
        ]);
    });

    it("refuses a folder without bars, and one without the pairs asked for", async () => {
        expect((await problemsOf(loadMarket(dir(), { daysToHoliday }))).join()).to.contain(
            "no bars; got none",
        );
        csv("eurusd.csv", "08:00");
        const some = loadMarket(dir(), { daysToHoliday, pairs: ["eurusd", "usdjpy"] });
        expect((await problemsOf(some)).join()).to.contain("no file of usdjpy; got none");
    });

    it("refuses a range without bars", async () => {
        csv("eurusd.csv", "08:00");
        const later = loadMarket(dir(), { daysToHoliday, fromMs: Date.parse("2018-01-01T00:00Z") });
        expect((await problemsOf(later)).join()).to.match(/eurusd.*no bars/);
    });

    it("gives a market that features can be computed from, from real bars or else from simulated ones", async function () {
        this.timeout(120_000);
        if (REAL_BARS === undefined) await writeSample(dir(), { days: 3 });
        const folder = REAL_BARS ?? dir();
        const { market, counts, origin } = await loadMarket(folder, { daysToHoliday });
        expect(origin).to.equal(REAL_BARS === undefined ? "simulated" : "recorded");
        expect([...market.bars.keys()]).to.deep.equal([...PAIRS]);
        expect(() => checkMarket(market)).not.to.throw();
        const { timestamps } = market;
        const minutes = minuteIndex(timestamps.at(-1)!) - minuteIndex(timestamps[0]!) + 1;
        expect(timestamps.length).to.equal(minutes);
        for (const [pair, { filledMinutes }] of counts) {
            expect(filledMinutes / minutes, pair).to.be.within(1e-4, 0.035);
        }
    });

    it("gives the same market from a real folder's part as from the whole", async function () {
        if (REAL_BARS === undefined) this.skip();
        this.timeout(60_000);
        for (const name of ["audcad.csv.gz", "usdcad.csv.gz"])
            copyFileSync(join(REAL_BARS, name), join(dir(), name));
        const fromMs = Date.parse("2017-09-06T00:00Z");
        const whole = await loadMarket(dir(), { daysToHoliday });
        const part = await loadMarket(dir(), { daysToHoliday, fromMs });
        const at = whole.market.timestamps.indexOf(part.market.timestamps[0]!);
        for (const column of ["open", "high", "low", "close", "volume"] as const) {
            const [all, some] = [whole, part].map(({ market }) => market.bars.get("audcad")![column]);
            expect(Buffer.from(all!.slice(at).buffer).equals(Buffer.from(some!.buffer)), column).to.equal(
                true,
            );
        }
    });
});
