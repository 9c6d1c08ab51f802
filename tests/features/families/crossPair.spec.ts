import { expect } from "chai";
import { type Pair, PAIRS } from "../../../config/pairs";
import { SISTERS } from "../../../features/catalogue/crossPair";
import { legOf, triangleOf } from "../../../features/currencies";
import { fitCrossPair } from "../../../features/fitting/crossPair";
import { firstRows, PARAMETERS } from "../market";
import { columnsOf, computed, currencyMarket, flatMarket, parametersOf, withCloses } from "./currencyMarket";
import { correlation, covariance, jacobi, mean, naiveSeries, std, windowAt, z } from "./naive";

const ROWS = 700;
const TRAINING = 500;
const CHECKED = [300, 479, 699];

const market = currencyMarket(ROWS, 45);
const fitted = fitCrossPair(market, 0, TRAINING);
const parameters = parametersOf(market, fitted);
const { r, bqx } = naiveSeries(market);
const columns = columnsOf("cross-pair");

/** The pair's legs as the spec words them: [pair, sign] twice. */
const TRIANGLES: readonly (readonly [Pair, Pair, 1 | -1, Pair, 1 | -1])[] = [
    ["gbpjpy", "gbpusd", 1, "usdjpy", 1],
    ["audnzd", "audusd", 1, "nzdusd", -1],
    ["usdjpy", "eurusd", -1, "eurjpy", 1],
    ["gbpusd", "eurgbp", -1, "eurusd", 1],
    ["eurusd", "eurgbp", 1, "gbpusd", 1],
];

describe("cross-pair", () => {
    for (const [pair, one, oneSign, two, twoSign] of TRIANGLES) {
        describe(pair, () => {
            const values = computed(market, parameters, { pair, columns, from: 0, to: ROWS });

            function expectAt(name: string, row: number, expected: number, tolerance = 1e-5): void {
                const got = values.get(name)![row]!;
                const size = Math.max(1e-6, Math.abs(expected));
                expect(got, `${name} at ${row}`).to.be.closeTo(expected, tolerance * size);
            }

            const index = (of: Pair, row: number) =>
                Math.log(market.bars.get(of)!.close[row]! / market.bars.get(of)!.close[0]!);
            const residual = (row: number) =>
                1e4 * (index(pair, row) - oneSign * index(one, row) - twoSign * index(two, row));
            const bqxResidual = (row: number) =>
                bqx(pair, row) - oneSign * bqx(one, row) - twoSign * bqx(two, row);

            it("has its sisters' r, volatility, correlation and beta", () => {
                for (const row of CHECKED) {
                    const own = windowAt((each) => r(pair, each), row, 60);
                    for (const n of SISTERS) {
                        const sister = fitted.sisters.get(pair)![n - 1]!;
                        const other = windowAt((each) => r(sister, each), row, 60);
                        for (const lag of [1, 5, 15]) {
                            expectAt(`sister_${n}_return_lag_${lag}`, row, r(sister, row - lag));
                        }
                        expectAt(`sister_${n}_volatility_30`, row, std(other.slice(30)));
                        expectAt(`sister_${n}_correlation_60`, row, correlation(own, other));
                        const beta = covariance(own, other) / covariance(other, other);
                        expectAt(`sister_${n}_beta_60`, row, beta);
                    }
                }
            });

            it("has the residual of its triangle in both domains", () => {
                for (const row of CHECKED) {
                    expectAt("triangle_residual_idx", row, residual(row));
                    expectAt("triangle_residual_z_idx_20", row, z(windowAt(residual, row, 20)));
                    expectAt("triangle_residual_change_idx_5", row, residual(row) - residual(row - 5));
                    const changes = windowAt((each) => residual(each) - residual(each - 1), row, 30);
                    expectAt("triangle_residual_volatility_idx_30", row, std(changes));
                    expectAt("triangle_residual_bqx", row, bqxResidual(row));
                    expectAt("triangle_residual_z_bqx_20", row, z(windowAt(bqxResidual, row, 20)));
                    expectAt("triangle_residual_change_bqx_5", row, bqxResidual(row) - bqxResidual(row - 5));
                }
            });

            it("is aligned where it got out of line within bqx's minutes", () => {
                for (let row = 15; row < ROWS; row++) {
                    const isAligned = Math.sign(residual(row)) === -Math.sign(bqxResidual(row));
                    expectAt("triangle_alignment", row, Number(isAligned));
                }
            });
        });
    }

    it("has the dollar factor, the same for every pair", () => {
        const names = columns.filter((name) => name.startsWith("usd_factor"));
        const [values, others] = (["eurgbp", "usdcad"] as const).map((pair) =>
            computed(market, parameters, { pair, columns: names, from: 0, to: ROWS }),
        );
        expect(others).to.deep.equal(values);
        const factor = (row: number) =>
            [...fitted.usdLoadings].reduce((sum, [pair, loading]) => sum + loading * r(pair, row), 0);
        const sum = (row: number, minutes: number) =>
            windowAt(factor, row, minutes).reduce((total, each) => total + each, 0);
        for (const row of CHECKED) {
            const sums = windowAt((each) => sum(each, 240), row, 60);
            const last = sums.slice(-20);
            const x = last.map((_, i) => i);
            const expected: Record<string, number> = {
                usd_factor_sum_240: sum(row, 240),
                usd_factor_change_5: sum(row, 5),
                usd_factor_change_15: sum(row, 15),
                usd_factor_volatility_30: std(windowAt(factor, row, 30)),
                usd_factor_z_60: z(sums),
                usd_factor_slope_20: covariance(x, last) / covariance(x, x),
            };
            expect(names).to.have.members(Object.keys(expected));
            for (const [name, value] of Object.entries(expected)) {
                expect(values!.get(name)![row], name).to.be.closeTo(
                    value,
                    1e-5 * Math.max(1e-5, Math.abs(value)),
                );
            }
        }
    });

    it("asks for its fitted parameters", () => {
        const request = { pair: "eurusd", columns, from: 0, to: 1 } as const;
        expect(() => computed(market, PARAMETERS, request)).to.throw(
            'needs the feature parameters "crossPair"',
        );
        const few = { ...fitted, sisters: new Map([...fitted.sisters, ["eurusd" as const, []]]) };
        expect(() => computed(market, parametersOf(market, few), request)).to.throw(
            "eurusd has 0 sister pairs, 5 are needed",
        );
    });
});

describe("fitting across pairs", () => {
    const returns = (pair: Pair): number[] => windowAt((row) => r(pair, row), TRAINING - 1, TRAINING - 1);

    it("finds the five pairs with a common currency that move most alike", () => {
        for (const pair of PAIRS) {
            const closeness = (other: Pair) => Math.abs(correlation(returns(pair), returns(other)));
            const others = PAIRS.filter((other) => other !== pair)
                .filter((other) => other.includes(pair.slice(0, 3)) || other.includes(pair.slice(3)))
                .sort((a, b) => closeness(b) - closeness(a));
            expect(others.length).to.equal(12);
            expect(fitted.sisters.get(pair), pair).to.deep.equal(others.slice(0, 5));
        }
    });

    it("finds the majors' first principal component, positive when the dollar rises", () => {
        const majors = PAIRS.filter((pair) => pair.includes("usd"));
        const [first] = jacobi(majors.map((a) => majors.map((b) => covariance(returns(a), returns(b)))));
        expect([...fitted.usdLoadings.keys()]).to.have.members(majors);
        majors.forEach((pair, i) => {
            const loading = fitted.usdLoadings.get(pair)!;
            expect(Math.abs(loading)).to.be.closeTo(Math.abs(first!.vector[i]!), 1e-9);
            expect(Math.sign(loading), pair).to.equal(pair.startsWith("usd") ? 1 : -1);
        });
        expect(mean([...fitted.usdLoadings.values()].map((value) => value ** 2))).to.be.closeTo(1 / 7, 1e-12);
    });

    it("reads the training rows and no other", () => {
        expect(fitCrossPair(firstRows(market, TRAINING), 0, TRAINING)).to.deep.equal(fitted);
        const changed = withCloses(market, "gbpusd", (close, row) =>
            row < 100 || row >= TRAINING ? 1 : close,
        );
        expect(fitCrossPair(changed, 100, TRAINING)).to.deep.equal(fitCrossPair(market, 100, TRAINING));
        expect(fitCrossPair(market, 100, TRAINING)).to.not.deep.equal(fitted);
    });

    it("names every pair that it cannot fit", () => {
        const still = withCloses(
            withCloses(market, "eurgbp", () => 0.9),
            "audnzd",
            () => 1.1,
        );
        expect(() => fitCrossPair(still, 0, TRAINING)).to.throw(/stand still: audnzd, eurgbp$/);
        const missing = { ...market, bars: new Map([...market.bars].filter(([pair]) => pair !== "usdchf")) };
        expect(() => fitCrossPair(missing, 0, ROWS + 1)).to.throw(
            /no bars of usdchf\n.*rows 0 to 701 are not 3 or more of the market's 700/,
        );
        expect(() => fitCrossPair(flatMarket(10), 0, 10)).to.throw("stand still: audcad,");
    });
});

describe("triangles", () => {
    it("go through USD, those of USD through EUR, that of eurusd through GBP", () => {
        for (const [pair, one, oneSign, two, twoSign] of TRIANGLES) {
            expect(triangleOf(pair)).to.deep.equal([
                { pair: one, sign: oneSign },
                { pair: two, sign: twoSign },
            ]);
        }
        expect(() => legOf("usd", "usd")).to.throw("there is no pair of usd and usd");
    });
});
