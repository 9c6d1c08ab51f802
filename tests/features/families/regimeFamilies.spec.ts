import { expect } from "chai";
import { PAIRS } from "../../../config/pairs";
import { STORED_COLUMNS } from "../../../features/catalogue";
import type { Market } from "../../../features/market";
import { firstRows } from "../market";
import { flatMarket } from "./currencyMarket";
import { mean, std } from "./naive";
import { familyOf, fittedTo, pausedMarket, regimeMarket, rowsOf, withPrices } from "./regimeMarket";

const ROWS = 2200;

/** No column of these families needs more. */
const WARM = 1740;

describe("what holds for error correction, regimes and the panel alike", () => {
    const market = regimeMarket(ROWS);
    const parameters = fittedTo(market);

    for (const family of ["error correction", "hmm regime", "cross-sectional panel"] as const) {
        describe(family, () => {
            const of = (from: number, to: number, within: Market = market, chunkRows?: number) =>
                familyOf(family, within, parameters, { from, to, chunkRows });
            const whole = of(0, ROWS);

            it("is NaN for exactly the declared lookback", () => {
                for (const { name, lookbackMinutes } of STORED_COLUMNS.filter((each) =>
                    whole.has(each.name),
                )) {
                    const values = whole.get(name)!;
                    expect(
                        values.findIndex((value) => !Number.isNaN(value)),
                        name,
                    ).to.equal(lookbackMinutes);
                    expect(values.slice(lookbackMinutes).some(Number.isNaN), name).to.equal(false);
                }
            });

            it("has no column that is constant, or another one again", () => {
                const columns = [...rowsOf(whole, WARM, ROWS)].map(([name, values]) => {
                    const [centre, size] = [mean(values), std(values)];
                    return { name, values: values.map((value) => (value - centre) / size) };
                });
                columns.forEach(({ name, values }, i) => {
                    expect(values.some(Number.isNaN), name).to.equal(false);
                    for (const other of columns.slice(0, i)) {
                        const correlation = mean(values.map((value, row) => value * other.values[row]!));
                        expect(Math.abs(correlation), `${name}, ${other.name}`).to.be.below(0.999999);
                    }
                });
            });

            it("has the same bits wherever the rows are cut, and in the newest row alone", () => {
                for (const chunkRows of [700, 333]) {
                    expect(of(0, ROWS, market, chunkRows)).to.deep.equal(whole);
                }
                for (const to of [239, 240, 241, 480, 1700, ROWS]) {
                    expect(of(to - 1, to, firstRows(market, to))).to.deep.equal(rowsOf(whole, to - 1, to));
                }
            });

            it("has the same bits whatever lies further back than features may read", () => {
                const long = regimeMarket(6400);
                const newest = of(6399, 6400, long);
                expect(newest).to.deep.equal(rowsOf(of(6100, 6400, long), 299, 300));
                expect([...newest.values()].some(([value]) => Number.isNaN(value))).to.equal(false);
            });

            it("does not change when the future does", () => {
                const to = 1900;
                const other = withPrices(market, PAIRS, (price, row) => (row < to ? price : 3 * price));
                expect(of(to - 200, to, other)).to.deep.equal(rowsOf(whole, to - 200, to));
            });

            it("does not change with what a rate is quoted in", () => {
                for (const pair of ["audcad", "usdcad"] as const) {
                    const scaled = withPrices(market, [pair], (price) => 100 * price);
                    const own = parameters.pairs.get(pair)!;
                    const pairs = new Map(parameters.pairs).set(pair, {
                        ...own,
                        baseRate: 100 * own.baseRate,
                    });
                    const values = familyOf(
                        family,
                        scaled,
                        { ...parameters, pairs },
                        { from: WARM, to: ROWS },
                    );
                    for (const [name, expected] of rowsOf(whole, WARM, ROWS)) {
                        const size = Math.max(...expected.map(Math.abs));
                        const gap = Math.max(
                            ...values.get(name)!.map((value, row) => Math.abs(value - expected[row]!)),
                        );
                        expect(gap / size, `${name}, ${pair}`).to.be.below(1e-6);
                    }
                }
            });

            it("survives a market that stands still, and one that stood still a while ago", () => {
                for (const [name, values] of of(ROWS - 5, ROWS, flatMarket(ROWS))) {
                    const isFinite = values.every((value) => Number.isNaN(value) || Number.isFinite(value));
                    expect(isFinite, name).to.equal(true);
                    if (/_z_|half_life|weight|skew/.test(name)) {
                        expect(values.every(Number.isNaN), name).to.equal(true);
                    }
                }
                const paused = of(0, ROWS, pausedMarket(market, 500, 1000));
                for (const [name, values] of rowsOf(paused, WARM, ROWS)) {
                    expect(values.some(Number.isNaN), name).to.equal(false);
                }
                expect(rowsOf(paused, 0, 500)).to.deep.equal(rowsOf(whole, 0, 500));
            });
        });
    }
});
