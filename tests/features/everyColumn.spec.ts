import { expect } from "chai";
import { rmSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Pair, PAIRS } from "../../config/pairs";
import { daysToHoliday } from "../../data/holidays";
import { loadMarket } from "../../data/load";
import { writeSample } from "../../data/sample/write";
import { CATALOGUE, STORED_COLUMNS } from "../../features/catalogue";
import { computeNewest } from "../../features/engine";
import type { Bars, Market } from "../../features/market";
import type { FeatureParameters } from "../../features/parameters";
import { HISTORY_MINUTES } from "../../features/slice";
import { fittedParameters } from "../reference/market";
import { cutMarket, firstRows } from "./market";
import { apart, differing, twins, valuesOf } from "./values";

/** A pair without the dollar, whose triangle through it has a leg that moves first in the minute below. */
const PAIR: Pair = "audcad";
const NAMES = STORED_COLUMNS.map(({ name }) => name);

/** Rows in which odd markets are looked at, the newest ones: their history is enough for every column. */
const NEWEST = 300;

interface Source {
    readonly name: string;
    readonly load: () => Promise<Market>;
    /** A minute in which CAD's crosses stay where they were while usdcad jumps. */
    readonly minute: number;
}

/**
 * The real week in which the Bank of Canada surprised, after one that warms up: the folder holds the third quarter of
 * 2017. It has two week's edges and a Monday without much trade (Labor Day).
 */
const REAL: Source = {
    name: "real bars",
    minute: Date.parse("2017-09-06T14:00Z"),
    load: () => loaded(process.env["BQX_REAL_BARS"] ?? "", "2017-08-30T00:00Z", "2017-09-07T12:00Z"),
};

/** The last minutes of the sample, between which London's clocks go back. */
const SIMULATED: Source = {
    name: "simulated bars",
    minute: Date.parse("2026-10-29T12:30Z"),
    load: async () => {
        const folder = mkdtempSync(join(tmpdir(), "bqx-sample-"));
        try {
            await writeSample(folder, { days: 7 });
            return surprised(await loaded(folder), SIMULATED.minute);
        } finally {
            rmSync(folder, { recursive: true, force: true });
        }
    },
};

const SOURCES = process.env["BQX_REAL_BARS"] === undefined ? [SIMULATED] : [SIMULATED, REAL];

for (const source of SOURCES) {
    describe(`every column, of ${source.name}`, function () {
        this.timeout(300_000);
        let market: Market;
        let parameters: FeatureParameters;
        let values: Map<string, Float32Array>;
        let rows: number;

        const valuesIn = (of: Market, from: number, more: { to?: number; chunkRows?: number } = {}) =>
            valuesOf(of, { pair: PAIR, columns: NAMES, parameters, from, ...more });
        const from = (row: number, to = rows) =>
            new Map(Array.from(values, ([name, column]) => [name, column.subarray(row, to)]));

        before(async () => {
            market = await source.load();
            rows = market.timestamps.length;
            parameters = fittedParameters(market, [PAIR]);
            values = valuesIn(market, 0);
        });

        it("has no value in its warm-up, few missing after it, no infinite one, and is not constant", () => {
            const wrong = STORED_COLUMNS.flatMap(({ name, lookbackMinutes }) => {
                const column = values.get(name)!;
                const warm = column.subarray(lookbackMinutes);
                const known = warm.filter((value) => !Number.isNaN(value));
                return [
                    ...(column.findIndex((value) => !Number.isNaN(value)) < lookbackMinutes ? ["early"] : []),
                    ...(known.length < 0.95 * warm.length ? [`${warm.length - known.length} missing`] : []),
                    ...(known.some((value) => Math.abs(value) === Infinity) ? ["infinite"] : []),
                    ...(new Set(known).size < 2 ? ["constant"] : []),
                ].map((problem) => `${name}: ${problem}`);
            });
            expect(wrong).to.deep.equal([]);
        });

        it("says something that no other one says", () => {
            // Not the calendar's, whose days before a holiday all count down until one comes.
            const timeless = CATALOGUE.filter(({ family }) => family !== "time and calendar");
            const warm = from(HISTORY_MINUTES);
            expect(twins(new Map(timeless.map(({ name }) => [name, warm.get(name)!])))).to.deep.equal([]);
        });

        it("does not change when the future is cut off", () => {
            for (const to of [rows - 1, rows - 777]) {
                const before = valuesIn(firstRows(market, to), to - NEWEST);
                expect(differing(before, from(to - NEWEST, to))).to.deep.equal([]);
            }
        });

        it("has the same bits wherever the rows are cut", () => {
            for (const [start, chunkRows] of [
                [rows - 2_100, 997],
                [rows - 100, 61],
            ] as const) {
                expect(differing(valuesIn(market, start, { chunkRows }), from(start))).to.deep.equal([]);
            }
        });

        it("has the range's last row as its newest, from its history alone", () => {
            for (const to of [rows, rows - 1, rows - 1_234]) {
                const recent = cutMarket(market, to - 1 - HISTORY_MINUTES, to);
                const newest = computeNewest(recent, parameters, { pairs: [PAIR], columns: NAMES });
                const wanted = Float32Array.from(NAMES, (name) => values.get(name)![to - 1]!);
                expect(newest.get(PAIR)).to.deep.equal(wanted);
            }
        });

        it("does not depend on the scale of a price", () => {
            for (const pair of [PAIR, "usdcad"] as const) {
                const scaled = withPrices(market, pair, (price) => 100 * price);
                const own = parameters.pairs.get(pair)!;
                const pairs = new Map(parameters.pairs).set(pair, { ...own, baseRate: 100 * own.baseRate });
                const start = rows - NEWEST;
                const request = { pair: PAIR, columns: NAMES, from: start };
                const other = valuesOf(scaled, { ...request, parameters: { ...parameters, pairs } });
                expect(apart(from(start), other), pair).to.deep.equal([]);
            }
        });

        it("survives the minute in which CAD's crosses lag behind usdcad by 1.5 %", () => {
            const row = market.timestamps.indexOf(source.minute);
            const residual = values.get("triangle_residual_idx")!;
            expect(row).to.be.above(HISTORY_MINUTES);
            expect(Math.abs(residual[row]! - residual[row - 1]!)).to.be.above(100);
            expect(Math.abs(residual[row + 1]! - residual[row - 1]!)).to.be.below(50);
            expect(Math.abs(values.get("usd_factor_sum_240")![row]!)).to.be.below(1);
        });

        const ODD: Readonly<Record<string, (market: Market) => Market>> = {
            "in a market that stands still": (of) =>
                PAIRS.reduce(
                    (still, pair) => withPrices(still, pair, (_price, _row, close) => close[0]!),
                    of,
                ),
            "after hours without a tick": (of) =>
                withPrices(of, PAIR, (price, row, close) => {
                    const start = rows - NEWEST / 2;
                    return row < start || row > start + 120 ? price : close[start - 1]!;
                }),
            "without volume": (of) => ({
                ...changed(of, PAIR, ({ volume }) => ({ volume: volume.map(() => 0) })),
                activity: "volume",
            }),
        };
        for (const [what, change] of Object.entries(ODD)) {
            it(`is finite or missing ${what}`, () => {
                const odd = valuesIn(change(market), rows - NEWEST);
                const wrong = [...odd].filter(([, column]) =>
                    column.some((value) => Math.abs(value) === Infinity),
                );
                expect(wrong.map(([name]) => name)).to.deep.equal([]);
            });
        }
    });
}

async function loaded(folder: string, from?: string, to?: string): Promise<Market> {
    const range =
        from === undefined || to === undefined ? {} : { fromMs: Date.parse(from), toMs: Date.parse(to) };
    return (await loadMarket(folder, { pairs: PAIRS, daysToHoliday, ...range })).market;
}

/** From a minute on CAD is worth 1.6 % more; against others than USD from the next minute on. */
function surprised(market: Market, minute: number): Market {
    const row = market.timestamps.indexOf(minute);
    return PAIRS.filter((pair) => pair.includes("cad")).reduce(
        (of, pair) =>
            withPrices(of, pair, (price, each) => {
                if (each < (pair === "usdcad" ? row : row + 1)) return price;
                return price * (pair.startsWith("cad") ? 1.016 : 1 / 1.016);
            }),
        market,
    );
}

/** The market with one pair's four prices changed. */
function withPrices(
    market: Market,
    pair: Pair,
    change: (price: number, row: number, close: Float64Array) => number,
): Market {
    return changed(market, pair, ({ open, high, low, close }) => {
        const of = (prices: Float64Array) => prices.map((price, row) => change(price, row, close));
        return { open: of(open), high: of(high), low: of(low), close: of(close) };
    });
}

function changed(market: Market, pair: Pair, change: (bars: Bars) => Partial<Bars>): Market {
    const bars = market.bars.get(pair)!;
    return { ...market, bars: new Map(market.bars).set(pair, { ...bars, ...change(bars) }) };
}
