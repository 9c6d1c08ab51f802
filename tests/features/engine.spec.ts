import { expect } from "chai";
import {
    computedColumns,
    computedFamilies,
    computeNewest,
    computeRange,
    type FeatureBlock,
} from "../../features/engine";
import { FAMILIES_COMPUTED } from "../../features/families";
import { HISTORY_MINUTES } from "../../features/slice";
import { cutMarket, firstRows, PARAMETERS, simulatedMarket } from "./market";
import { differing, SINGLE_PAIR_COLUMNS, valuesOf } from "./values";

const ROWS = 6600;
const NAMES = SINGLE_PAIR_COLUMNS.map(({ name }) => name);

describe("the feature engine", function () {
    this.timeout(60_000);
    const market = simulatedMarket(ROWS);
    const whole = valuesOf(market);

    it("computes whole families, each once", () => {
        expect(new Set(computedFamilies()).size).to.equal(FAMILIES_COMPUTED.length);
        expect(SINGLE_PAIR_COLUMNS.length).to.be.at.least(812);
    });

    it("has a warm-up of NaN exactly as long as each column declares, and values after it", () => {
        const wrong = SINGLE_PAIR_COLUMNS.flatMap(({ name, lookbackMinutes }) => {
            const first = whole.get(name)!.findIndex((value) => !Number.isNaN(value));
            return first === lookbackMinutes ? [] : [`${name}: ${first} in place of ${lookbackMinutes}`];
        });
        expect(wrong).to.deep.equal([]);
    });

    it("gives finite values, and few NaN, once a column is warm", () => {
        const wrong = SINGLE_PAIR_COLUMNS.filter(({ name, lookbackMinutes }) => {
            const warm = whole.get(name)!.subarray(lookbackMinutes);
            const missing = warm.filter((value) => Number.isNaN(value)).length;
            return missing > 0.02 * ROWS || warm.some((value) => Math.abs(value) === Infinity);
        });
        expect(wrong.map(({ name }) => name)).to.deep.equal([]);
    });

    it("has no constant column", () => {
        const constant = SINGLE_PAIR_COLUMNS.filter(
            ({ name, lookbackMinutes }) => new Set(whole.get(name)!.subarray(lookbackMinutes)).size < 2,
        );
        expect(constant.map(({ name }) => name)).to.deep.equal([]);
    });

    it("never looks ahead: without its last rows a market has the same values before them", () => {
        for (const rows of [ROWS - 1, ROWS - 777]) {
            const before = new Map(Array.from(whole, ([name, values]) => [name, values.subarray(0, rows)]));
            expect(differing(valuesOf(firstRows(market, rows)), before)).to.deep.equal([]);
        }
    });

    for (const chunkRows of [1024, 61]) {
        it(`gives the same bits in blocks of ${chunkRows} rows`, () => {
            expect(differing(valuesOf(market, { chunkRows }), whole)).to.deep.equal([]);
        });
    }

    it("gives the same bits from any row on", () => {
        for (const from of [1, 5003, ROWS - 5]) {
            const rest = new Map(Array.from(whole, ([name, values]) => [name, values.subarray(from)]));
            expect(differing(valuesOf(market, { from }), rest)).to.deep.equal([]);
        }
    });

    it("computes the newest row from its history alone, with the same bits", () => {
        for (const to of [ROWS, ROWS - 1, ROWS - 58]) {
            const recent = cutMarket(market, to - 1 - HISTORY_MINUTES, to);
            const newest = computeNewest(recent, PARAMETERS, { pairs: ["eurusd"], columns: NAMES });
            const wanted = Float32Array.from(NAMES, (name) => whole.get(name)![to - 1]!);
            expect(newest.get("eurusd")).to.deep.equal(wanted);
        }
    });

    it("gives a column the same bits whatever else is wanted, in the order asked for", () => {
        const columns = ["rv_idx_60", "bqx_30", "w60_idx_a2"];
        const some = valuesOf(market, { columns });
        expect([...some.keys()]).to.deep.equal(columns);
        for (const name of columns) expect(some.get(name)).to.deep.equal(whole.get(name));
    });

    it("computes several pairs as it computes each alone", () => {
        const two = simulatedMarket(900, ["eurusd", "usdjpy"]);
        const columns = ["bqx_15_lag_0", "volatility_ewma_30"];
        for (const pair of ["eurusd", "usdjpy"] as const) {
            const bars = new Map([[pair, two.bars.get(pair)!]]);
            const alone = valuesOf({ ...two, bars }, { pair, columns });
            const both = valuesOf(two, { pair, columns });
            expect(differing(both, alone)).to.deep.equal([]);
        }
    });

    it("keeps ranges apart that are computed by turns, and puts values where it is told to", () => {
        const two = simulatedMarket(900, ["eurusd", "usdjpy"]);
        const columns = ["bqx_15_lag_0", "volatility_ewma_30"];
        const request = { pairs: ["eurusd", "usdjpy"], columns, from: 100, to: 900, chunkRows: 300 } as const;
        const copies = (blocks: Iterable<FeatureBlock>) =>
            Array.from(blocks, ({ values, ...block }) => ({ ...block, values: values.slice() }));
        const wanted = copies(computeRange(two, PARAMETERS, request));
        const into = new Float32Array(columns.length * 300);
        const one = computeRange(two, PARAMETERS, { ...request, into });
        const other = computeRange(two, PARAMETERS, request);
        const turns = wanted.map(() => {
            const [block] = copies([one.next().value as FeatureBlock]);
            return [block, other.next().value as FeatureBlock];
        });
        expect(turns).to.deep.equal(wanted.map((block) => [block, block]));
        expect(into.subarray(0, wanted.at(-1)?.values.length)).to.deep.equal(wanted.at(-1)?.values);
    });

    it("refuses columns and rows that do not exist, all in one error", () => {
        const market = simulatedMarket(10);
        expect(() => valuesOf(market, { columns: ["bqx_30", "bqx_31"], to: 11 })).to.throw(
            /bqx_31 is not in the catalogue\n {2}rows 0 to 11 are not a range within the market's 10 rows/,
        );
        expect(() => valuesOf(market, { from: 5, to: 5 })).to.throw(/rows 5 to 5/);
        expect(() => valuesOf(market, { pair: "usdjpy", columns: ["bqx_30"] })).to.throw(
            "the market has no bars of usdjpy",
        );
        const parameters = { ...PARAMETERS, pairs: new Map() };
        expect(() => valuesOf(market, { columns: ["bqx_30"], parameters })).to.throw(
            "there are no feature parameters for eurusd",
        );
    });

    it("says which columns it can compute", () => {
        const families = new Set(computedFamilies());
        expect(computedColumns().length).to.be.at.least(SINGLE_PAIR_COLUMNS.length);
        expect(families.has("regression idx")).to.equal(true);
    });
});
