import { expect } from "chai";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PAIRS, type Pair } from "../../config/pairs";
import type { Bars } from "../../data/bars";
import { readCsv } from "../../data/csv";
import { fillMarket, type FilledMarket } from "../../data/fill";
import { decimalsOf, simulate, simulatedBars } from "../../data/sample/bars";
import { readFixings, type Currency } from "../../data/sample/fixings";
import { Random } from "../../data/sample/random";
import { writeSample } from "../../data/sample/write";
import { Zone } from "../../features/time/zone";
import { refusalOf } from "../support/refusal";
import { temporaryDir } from "../support/temporary";
import { daysToHoliday } from "./fixture";

const DAYS = 25;
const BASIS_POINT = 1e-4;
const all = readFixings();
const fixings = all.slice(-(DAYS + 1));
const hashOf = (bars: Bars): string =>
    createHash("sha256")
        .update(Buffer.concat(columnsOf(bars).map((column) => Buffer.from(column.buffer))))
        .digest("hex");

function columnsOf({ timestamps, open, high, low, close, volume, spread }: Bars): Float64Array[] {
    return [timestamps, open, high, low, close, volume, spread ?? new Float64Array()];
}

function mean(values: Iterable<number>): number {
    const list = [...values];
    return list.reduce((sum, value) => sum + value, 0) / list.length;
}

describe("the sample market", function () {
    this.timeout(60_000);
    let sources: Bars[];
    let filled: FilledMarket;
    before(() => {
        const simulation = simulate(fixings, 1);
        sources = PAIRS.map((pair) => simulatedBars(simulation, pair));
        filled = fillMarket(sources, { daysToHoliday });
    });
    const closeOf = (pair: Pair): Float64Array => filled.market.bars.get(pair)!.close;
    /** Log returns of a filled pair. */
    const returnsOf = (pair: Pair): Float64Array => {
        const close = closeOf(pair);
        return close.map((value, t) => (t === 0 ? 0 : Math.log(value / close[t - 1]!)));
    };

    it("stands at the ECB's rates at each fixing", () => {
        expect(all.length).to.equal(130);
        for (const pair of PAIRS) {
            const [base, quote] = [pair.slice(0, 3) as Currency, pair.slice(3) as Currency];
            // Four deviations of the quote's noise, and its rounding.
            const tolerance = 4 * 0.3 * BASIS_POINT + 0.5 / 10 ** decimalsOf(pair) / closeOf(pair)[0]!;
            const source = sources.find((bars) => bars.pair === pair)!;
            const hits = fixings.slice(1).flatMap(({ ms, log }) => {
                const row = source.timestamps.indexOf(ms); // -1 in a minute without a tick.
                return row < 0 ? [] : [Math.abs(Math.log(source.close[row]!) - log[quote] + log[base])];
            });
            expect(hits.length, pair).to.be.above(DAYS - 6);
            expect(Math.max(...hits), pair).to.be.below(tolerance);
        }
    });

    it("has its fixings at 14:15 in Frankfurt, in summer and in winter", () => {
        const summer = all.find(({ date }) => date === "2026-10-23");
        const winter = all.find(({ date }) => date === "2026-10-26");
        expect(new Date(summer!.ms).toISOString()).to.equal("2026-10-23T12:15:00.000Z");
        expect(new Date(winter!.ms).toISOString()).to.equal("2026-10-26T13:15:00.000Z");
    });

    it("has no arbitrage through a third currency beyond the noise of quotes", () => {
        const [eurusd, eurgbp, gbpusd] = [closeOf("eurusd"), closeOf("eurgbp"), closeOf("gbpusd")];
        const gaps = eurusd.map(
            (value, t) => Math.abs(Math.log(value / (eurgbp[t]! * gbpusd[t]!))) / BASIS_POINT,
        );
        const median = gaps.toSorted()[gaps.length >> 1]!;
        expect(median).to.be.within(0.1, 1.4); // As real bars have it.
    });

    it("moves as much in a day as the real market does", () => {
        const daily = (pair: Pair) => Math.sqrt(1_440 * mean(returnsOf(pair).map((r) => r * r)));
        expect(daily("eurusd")).to.be.within(0.003, 0.008);
        expect(daily("audjpy")).to.be.within(0.004, 0.011);
    });

    it("is liveliest while London and New York trade, and quietest before Tokyo opens", () => {
        const newYork = new Zone("America/New_York");
        const squares: number[][] = Array.from({ length: 24 }, () => []);
        const returns = returnsOf("gbpusd");
        returns.forEach((r, t) => {
            const ms = filled.market.timestamps[t]!;
            const hour = Math.floor(((ms + newYork.offsetMs(ms)) / 3_600_000) % 24);
            squares[hour]!.push(r * r);
        });
        const deviation = (hour: number) => Math.sqrt(mean(squares[hour]!));
        expect(deviation(9)).to.be.above(1.3 * deviation(5));
        expect(deviation(5)).to.be.above(1.3 * deviation(18));
    });

    it("has regimes: calm hours and nervous ones beyond what the time of day explains", () => {
        const returns = returnsOf("usdjpy");
        const perDay = Array.from({ length: Math.floor(returns.length / 1_440) }, (_, day) => {
            const today = returns.subarray(day * 1_440 + 1, (day + 1) * 1_440);
            return Array.from({ length: 24 }, (__, hour) =>
                mean(today.subarray(hour * 60, hour * 60 + 59).map((r) => r * r)),
            );
        });
        const ratios = perDay
            .slice(1)
            .flatMap((hours, day) => hours.map((value, hour) => value / perDay[day]![hour]!));
        const spread = ratios.toSorted((a, b) => a - b);
        // With one volatility for each time of day, 59 squares against 59: eight in ten ratios lie within 0.65 and 1.55.
        expect(spread[Math.floor(0.1 * spread.length)]).to.be.below(0.5);
        expect(spread[Math.floor(0.9 * spread.length)]).to.be.above(2);
    });

    it("jumps now and then", () => {
        const returns = returnsOf("eurchf");
        const deviation = (from: number) =>
            Math.sqrt(mean(returns.subarray(from, from + 30).map((r) => r * r)));
        const jumps = returns.filter(
            (r, t) => t > 30 && Math.abs(r) > 4.5 * Math.max(deviation(t - 30), deviation(t + 1)),
        );
        // Two currencies, once in 2,000 minutes each, the smallest lost in the noise; without jumps a fifth as many.
        expect(jumps.length / returns.length).to.be.within(4e-4, 1.5e-3);
    });

    it("lacks a tick in 1 to 3 % of minutes", () => {
        for (const [pair, { filledMinutes, bars }] of filled.counts) {
            expect(filledMinutes / (filledMinutes + bars), pair).to.be.within(0.01, 0.03);
        }
    });

    it("lacks them more often when it is quiet", () => {
        const newYork = new Zone("America/New_York");
        const ticksAt = (hour: number) =>
            sources.reduce(
                (sum, { timestamps }) =>
                    sum +
                    timestamps.filter(
                        (ms) => Math.floor(((ms + newYork.offsetMs(ms)) / 3_600_000) % 24) === hour,
                    ).length,
                0,
            );
        expect(ticksAt(18)).to.be.below(0.99 * ticksAt(9));
    });

    it("has volume, a spread, and bars that hold together, on the grid of a tenth of a pip", () => {
        for (const { pair, open, high, low, close, volume, spread } of sources) {
            const scale = 10 ** decimalsOf(pair);
            close.forEach((value, i) => {
                const bar = [open[i]!, high[i]!, low[i]!, value, spread![i]!];
                const onGrid = bar.every((price) => Math.round(price * scale) / scale === price);
                const holds = Math.max(open[i]!, value) <= high[i]! && Math.min(open[i]!, value) >= low[i]!;
                if (!onGrid || !holds || !(volume[i]! >= 1) || !(spread![i]! > 0)) {
                    throw new Error(`${pair}, row ${i}: ${bar.join(", ")}, volume ${volume[i]}`);
                }
            });
            const spreadBp = mean(spread!.map((width, i) => width / close[i]! / BASIS_POINT));
            expect(spreadBp, pair).to.be.within(0.4, 3);
        }
    });

    it("is the same bits for the same seed, others for another, and a day is the same whatever comes before it", () => {
        const eurusd = sources.find(({ pair }) => pair === "eurusd")!;
        expect(hashOf(simulatedBars(simulate(fixings, 1), "eurusd"))).to.equal(hashOf(eurusd));
        expect(hashOf(simulatedBars(simulate(fixings, 2), "eurusd"))).not.to.equal(hashOf(eurusd));
        const tail = simulatedBars(simulate(fixings.slice(-3), 1), "eurusd");
        expect([...tail.close]).to.deep.equal([...eurusd.close.slice(-tail.close.length)]);
    });

    describe("in a folder", () => {
        const dir = temporaryDir();

        it("is what was simulated, labelled, with nothing left over", async () => {
            await writeSample(dir(), { days: DAYS, pairs: ["eurusd", "usdjpy"] });
            expect(readdirSync(dir())).to.have.members(["manifest.json", "eurusd.csv.gz", "usdjpy.csv.gz"]);
            for (const pair of ["eurusd", "usdjpy"] as const) {
                const bars = await readCsv(join(dir(), `${pair}.csv.gz`), pair);
                expect(hashOf(bars), pair).to.equal(hashOf(sources.find((source) => source.pair === pair)!));
            }
            expect(JSON.parse(readFileSync(join(dir(), "manifest.json"), "utf8"))).to.deep.equal({
                origin: "simulated",
                seed: 1,
                fixings: {
                    source: "European Central Bank, euro foreign exchange reference rates",
                    first: fixings[0]!.date,
                    last: "2026-10-30",
                },
            });
        });

        it("is refused for more days than there are fixings, and for none", async () => {
            for (const days of [0, 130, 1.5]) {
                const error = await refusalOf(writeSample(dir(), { days }));
                expect(error.message).to.equal(`Sample market: days: got ${days}, allowed: 1 to 129`);
            }
            expect(readdirSync(dir())).to.deep.equal([]);
        });

        it("is the same bytes each time", async () => {
            const write = async () => {
                await writeSample(dir(), { days: 2, pairs: ["nzdchf"] });
                return readFileSync(join(dir(), "nzdchf.csv.gz"));
            };
            expect((await write()).equals(await write())).to.equal(true);
        });
    });
});

describe("its random numbers", () => {
    const draws = (draw: () => number) => Array.from({ length: 100_000 }, draw);

    it("are even between 0 and 1", () => {
        const random = new Random(1, "test");
        const values = draws(() => random.uniform());
        expect(values.every((value) => value > 0 && value < 1)).to.equal(true);
        const buckets = Array.from({ length: 10 }, (_, i) =>
            values.filter((value) => Math.floor(value * 10) === i),
        );
        const chiSquare = buckets.reduce((sum, { length }) => sum + (length - 10_000) ** 2 / 10_000, 0);
        expect(chiSquare).to.be.below(27.9); // The 99.9th percentile for 9 degrees of freedom.
    });

    it("are normal where they should be", () => {
        const random = new Random(1, "test");
        const values = draws(() => random.normal());
        const moment = (power: number) => mean(values.map((value) => value ** power));
        expect(moment(1)).to.be.within(-0.015, 0.015);
        expect(moment(2)).to.be.within(0.98, 1.02);
        expect(moment(3)).to.be.within(-0.04, 0.04);
        expect(moment(4)).to.be.within(2.9, 3.1);
    });

    it("differ by seed and by name", () => {
        const first = (seed: number, name: string) => new Random(seed, name).uniform();
        expect(new Set([first(1, "a"), first(1, "b"), first(2, "a")]).size).to.equal(3);
        expect(first(1, "a")).to.equal(first(1, "a"));
    });
});
