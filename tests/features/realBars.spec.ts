import { expect } from "chai";
import { daysToHoliday } from "../../data/holidays";
import { loadMarket } from "../../data/load";
import { computeNewest } from "../../features/engine";
import { HISTORY_MINUTES } from "../../features/slice";
import { cutMarket, PARAMETERS } from "./market";
import { SINGLE_PAIR_COLUMNS, twins, valuesOf } from "./values";

/** A folder of real one-minute bars, `<pair>.csv.gz`; they may not be part of this repository. */
const FOLDER = process.env["BQX_REAL_BARS"];

const NAMES = SINGLE_PAIR_COLUMNS.map(({ name }) => name);

(FOLDER === undefined ? describe.skip : describe)("features of real bars", function () {
    this.timeout(300_000);
    let market: Awaited<ReturnType<typeof loadMarket>>["market"];
    let values: Map<string, Float32Array>;

    before(async () => {
        ({ market } = await loadMarket(FOLDER ?? "", { pairs: ["eurusd"], daysToHoliday }));
        values = valuesOf(market);
    });

    it("are finite, rarely missing once warm, and not constant", () => {
        const wrong = SINGLE_PAIR_COLUMNS.flatMap(({ name, lookbackMinutes }) => {
            const warm = values.get(name)!.subarray(lookbackMinutes);
            const missing = warm.filter((value) => Number.isNaN(value)).length / warm.length;
            if (warm.some((value) => Math.abs(value) === Infinity)) return [`${name} is infinite`];
            if (missing > 0.05) return [`${name} is missing in ${(100 * missing).toFixed(1)} % of minutes`];
            return warm.every((value) => value === warm[0]) ? [`${name} is constant`] : [];
        });
        expect(wrong).to.deep.equal([]);
    });

    it("are no twins of each other", () => {
        const start = Math.max(...SINGLE_PAIR_COLUMNS.map(({ lookbackMinutes }) => lookbackMinutes));
        const warm = Array.from(values, ([name, column]) => [name, column.subarray(start)] as const);
        expect(twins(new Map(warm))).to.deep.equal([]);
    });

    it("have the same bits when the newest row is computed from its history alone", () => {
        for (const to of [20_000, 61_234, market.timestamps.length]) {
            const recent = cutMarket(market, to - 1 - HISTORY_MINUTES, to);
            const newest = computeNewest(recent, PARAMETERS, { pairs: ["eurusd"], columns: NAMES });
            const wanted = Float32Array.from(NAMES, (name) => values.get(name)![to - 1]!);
            expect(newest.get("eurusd")).to.deep.equal(wanted);
        }
    });
});
