import { expect } from "chai";
import { PAIRS, type Pair } from "../../../config/pairs";
import { computeStatistics } from "../../../features/families/panel/statistics";
import { mean, naiveSeries, std, windowAt } from "./naive";
import { familyOf, fittedTo, regimeMarket } from "./regimeMarket";

const ROWS = 700;
const market = regimeMarket(ROWS);
const parameters = fittedTo(regimeMarket(1000), []);
const { r, bqx, strength } = naiveSeries(market);

const sumOf = (pair: Pair, row: number, minutes: number): number =>
    windowAt((each) => r(pair, each), row, minutes).reduce((sum, value) => sum + value, 0);

const SERIES: Readonly<Record<string, (pair: Pair, row: number) => number>> = {
    return_5: (pair, row) => sumOf(pair, row, 5),
    return_15: (pair, row) => sumOf(pair, row, 15),
    return_60: (pair, row) => sumOf(pair, row, 60),
    return_240: (pair, row) => sumOf(pair, row, 240),
    bqx_15: (pair, row) => bqx(pair, row, 15),
    bqx_30: (pair, row) => bqx(pair, row, 30),
    bqx_60: (pair, row) => bqx(pair, row, 60),
    bqx_75: (pair, row) => bqx(pair, row, 75),
    volatility_60: (pair, row) => std(windowAt((each) => r(pair, each), row, 60)),
};

const panelOf = (name: string, row: number): number[] => PAIRS.map((pair) => SERIES[name]!(pair, row));

/** Share of the panel that a pair exceeds, where no two are equal: it counts as half of itself. */
function rank(pair: Pair, name: string, row: number): number {
    const panel = panelOf(name, row);
    const own = panel[PAIRS.indexOf(pair)]!;
    return (panel.filter((value) => value < own).length + 0.5) / PAIRS.length;
}

function naive(pair: Pair, row: number): Record<string, number> {
    const standings = Object.keys(SERIES).flatMap((name) => {
        const panel = panelOf(name, row);
        const own = panel[PAIRS.indexOf(pair)]!;
        const sorted = panel.toSorted((one, other) => one - other);
        return [
            [`panel_rank_${name}`, rank(pair, name, row)],
            [`panel_z_${name}`, (own - mean(panel)) / std(panel)],
            [`panel_median_distance_${name}`, own - (sorted[13]! + sorted[14]!) / 2],
        ];
    });
    const strengthOf = (currency: string) => strength(currency, (each) => sumOf(each, row, 60));
    const [base, quote] = [strengthOf(pair.slice(0, 3)), strengthOf(pair.slice(3))];
    const momentum = panelOf("bqx_60", row);
    return {
        ...(Object.fromEntries(standings) as Record<string, number>),
        panel_strength_base_60: base,
        panel_strength_quote_60: quote,
        panel_strength_gap_60: base - quote,
        panel_rank_change_15: rank(pair, "return_60", row) - rank(pair, "return_60", row - 15),
        panel_rank_change_60: rank(pair, "return_60", row) - rank(pair, "return_60", row - 60),
        panel_bqx_60_mean: mean(momentum),
        panel_bqx_60_dispersion: std(momentum),
        panel_bqx_60_skew: mean(momentum.map((value) => (value - mean(momentum)) ** 3)) / std(momentum) ** 3,
    };
}

describe("cross-sectional panel", () => {
    for (const pair of ["audcad", "eurusd", "usdjpy"] as const) {
        it(`places ${pair} as its definitions say`, () => {
            const row = ROWS - 1;
            const values = familyOf(
                "cross-sectional panel",
                market,
                parameters,
                { from: row, to: ROWS },
                pair,
            );
            const expected = naive(pair, row);
            expect([...values.keys()].sort()).to.deep.equal(Object.keys(expected).sort());
            for (const [name, [value]] of values) {
                const tolerance = 1e-6 * Math.abs(expected[name]!) + 1e-11;
                expect(value, name).to.be.closeTo(expected[name]!, tolerance);
            }
        });
    }

    it("gives equal values one rank, the middle of their places, and nothing where a value is missing", () => {
        const values = [
            [3, 1, 3, 2],
            [0, 0, 0, 0],
            [1, NaN, 2, 3],
            [4, 3, 2, 1],
            [0.3, 0.1 + 0.2, 1, -1],
        ];
        const rows = values.length;
        const column = () => new Float64Array(rows);
        const statistics = {
            ranks: Array.from({ length: 4 }, column),
            mean: column(),
            std: column(),
            median: column(),
            skew: column(),
        };
        const series = [0, 1, 2, 3].map((pair) => Float64Array.from(values, (row) => row[pair]!));
        computeStatistics(series, statistics, 1e-11, { origin: 0, from: 0, to: rows });
        const ranks = values.map((_, row) => statistics.ranks.map((each) => each[row]));
        expect(ranks).to.deep.equal([
            [0.75, 0.125, 0.75, 0.375],
            [0.5, 0.5, 0.5, 0.5],
            [NaN, NaN, NaN, NaN],
            [0.875, 0.625, 0.375, 0.125],
            [0.5, 0.5, 0.875, 0.125],
        ]);
        expect([...statistics.median.subarray(0, 4)]).to.deep.equal([2.5, 0, NaN, 2.5]);
        expect([...statistics.skew].map(Number.isNaN)).to.deep.equal([false, true, true, false, false]);
    });
});
