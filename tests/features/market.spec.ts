import { expect } from "chai";
import type { Pair } from "../../config/pairs";
import { type Bars, checkMarket, type Market } from "../../features/market";
import { simulatedMarket } from "./market";

const ROWS = 50;

/** A copy of a column with one value replaced. */
const replaced = (values: Float64Array, row: number, value: number): Float64Array =>
    values.map((each, index) => (index === row ? value : each));

describe("checkMarket", () => {
    const market = simulatedMarket(ROWS);
    const bars = market.bars.get("eurusd")!;
    const having = (change: Partial<Bars>): Market => ({
        ...market,
        bars: new Map<Pair, Bars>([["eurusd", { ...bars, ...change }]]),
    });

    it("accepts a sound market", () => expect(() => checkMarket(market)).to.not.throw());

    for (const [what, broken, message] of [
        [
            "a price of 0",
            having({ low: replaced(bars.low, 7, 0) }),
            "eurusd: low must be above 0, got 0 in row 7",
        ],
        [
            "a price that is no number",
            having({ open: replaced(bars.open, 3, NaN) }),
            "open must be above 0, got NaN in row 3",
        ],
        [
            "an infinite price",
            having({ high: replaced(bars.high, 3, Infinity) }),
            "high must be above 0, got Infinity",
        ],
        [
            "a negative volume",
            having({ volume: replaced(bars.volume, 1, -1) }),
            "volume must be 0 or more, got -1 in row 1",
        ],
        [
            "a high below the low",
            having({ high: replaced(bars.high, 9, 0.5) }),
            "eurusd: high is below low in row 9",
        ],
        [
            "a column too short",
            having({ close: bars.close.subarray(1) }),
            "eurusd: close has 49 rows, timestamps 50",
        ],
        ["quotes that are missing", { ...market, spread: "quoted" as const }, "eurusd: no spreadBp"],
        [
            "a minute left out",
            { ...market, timestamps: market.timestamps.map((time, row) => time + (row < 20 ? 0 : 60_000)) },
            "row 20: 2017-06-28T03:21:00.000Z is not the next trading minute",
        ],
        [
            "a closed hour",
            { ...market, timestamps: replaced(market.timestamps, 49, Date.UTC(2017, 6, 1)) },
            "row 49: 2017-07-01T00:00:00.000Z is outside trading hours",
        ],
    ] as const) {
        it(`refuses ${what}`, () => expect(() => checkMarket(broken)).to.throw(message));
    }

    it("lists every problem in one error, but not the same one a thousand times", () => {
        const broken = having({ low: replaced(bars.low, 7, 0), volume: replaced(bars.volume, 1, -1) });
        expect(() => checkMarket(broken)).to.throw(/low must be above 0[^]*volume must be 0 or more/);
        const backwards = { ...market, timestamps: market.timestamps.toReversed() };
        expect(() => checkMarket(backwards)).to.throw(/and 29 more$/);
    });
});
