import { expect } from "chai";
import { type Pair, PAIRS } from "../../../config/pairs";
import { CURRENCIES } from "../../../features/catalogue/correlation";
import { baseOf, type Currency, legOf, quoteOf } from "../../../features/currencies";
import { closesTriangle, fitPartners } from "../../../features/fitting/partners";
import type { FeatureParameters } from "../../../features/parameters";
import { correlation, covariance, mean, naiveSeries, windowAt, z } from "./naive";
import { familyOf, fittedTo, regimeMarket, TRAINING_ROWS, withPrices } from "./regimeMarket";

const ROWS = 2000;
const market = regimeMarket(ROWS);
const parameters = fittedTo(market, []);
const series = naiveSeries(market);

/** Level of a currency pair at a row, read in either direction. */
type Level = (pair: Pair, row: number) => number;

const LEVELS: Readonly<Record<"idx" | "bqx", Level>> = {
    idx: (pair, row) => Math.log(market.bars.get(pair)!.close[row]! / parameters.pairs.get(pair)!.baseRate),
    bqx: (pair, row) => series.bqx(pair, row, 60),
};

/** Slopes of least squares with a constant on one or two series, by the normal equations. */
function slopesOf(y: readonly number[], ...xs: readonly (readonly number[])[]): number[] {
    const [x1, x2] = xs;
    const v1 = covariance(x1!, x1!);
    if (x2 === undefined) return [covariance(x1!, y) / v1];
    const [v2, c] = [covariance(x2, x2), covariance(x1!, x2)];
    const [c1, c2] = [covariance(x1!, y), covariance(x2, y)];
    return [(c1 * v2 - c2 * c) / (v1 * v2 - c * c), (c2 * v1 - c1 * c) / (v1 * v2 - c * c)];
}

function lastResidual(y: readonly number[], ...xs: readonly (readonly number[])[]): number {
    const slopes = slopesOf(y, ...xs);
    const part = xs.reduce((sum, x, i) => sum + slopes[i]! * (x.at(-1)! - mean(x)), 0);
    return y.at(-1)! - mean(y) - part;
}

/** What a family's columns are by their definitions, at one row. */
function naive(pair: Pair, level: Level, row: number): Record<string, number> {
    const [first, second] = parameters.partners!.get(pair)!;
    const windowOf = (of: (row: number) => number, end: number) => windowAt(of, end, 240);
    const partnerWindows = (end: number) =>
        [pair, first, second].map((each) => windowOf((at) => level(each, at), end)) as [
            number[],
            number[],
            number[],
        ];
    const residual = (end: number) => lastResidual(...partnerWindows(end));
    const residuals = windowAt(residual, row, 301);
    const at = (back: number) => residuals.at(-1 - back)!;
    const read = (base: Currency, quote: Currency, end: number) => {
        const { pair: leg, sign } = legOf(base, quote);
        return sign * level(leg, end);
    };
    const [base, quote] = [baseOf(pair), quoteOf(pair)];
    const others = CURRENCIES.filter((each) => each !== base && each !== quote);
    const meanOf = (of: (currency: Currency, end: number) => number, among: readonly Currency[]) =>
        windowOf((end) => mean(among.map((currency) => of(currency, end))), row);
    const own = windowOf((end) => level(pair, end), row);
    const [y, x1, x2] = partnerWindows(row);
    const [weight1, weight2] = slopesOf(y, x1, x2);
    const last = residuals.slice(-240);
    const [decay] = slopesOf(last.slice(1), last.slice(0, -1));
    const changes = windowAt((end) => level(pair, end) - level(pair, end - 1), row, 239);
    return {
        partner_residual: at(0),
        triangle_residual: mean(
            others.map((c) => level(pair, row) - read(base, c, row) - read(c, quote, row)),
        ),
        base_residual: lastResidual(
            own,
            meanOf((c, end) => read(base, c, end), others),
        ),
        quote_residual: lastResidual(
            own,
            meanOf((c, end) => read(c, quote, end), others),
        ),
        usd_residual: lastResidual(
            own,
            meanOf(
                (c, end) => read("usd", c, end),
                CURRENCIES.filter((c) => c !== "usd"),
            ),
        ),
        velocity_20: at(0) - at(20),
        acceleration_20: at(0) - 2 * at(20) + at(40),
        half_life: Math.min(240, Math.log(0.5) / Math.log(decay!)),
        adjustment_speed: -slopesOf(changes, last.slice(0, -1))[0]!,
        weight_1: weight1!,
        weight_2: weight2!,
        z_60: z(residuals.slice(-60)),
        z_240: z(last),
        toward_equilibrium: Number(Math.abs(at(0)) < Math.abs(at(5))),
        minutes_since_crossing: residuals
            .toReversed()
            .findIndex((each, back, all) => each > 0 !== (all[back + 1] ?? NaN) > 0),
    };
}

describe("error correction", () => {
    for (const pair of ["audcad", "eurusd", "usdjpy"] as const) {
        it(`of ${pair} is what its definitions say`, () => {
            const row = ROWS - 1;
            const values = familyOf("error correction", market, parameters, { from: row, to: ROWS }, pair);
            for (const short of ["idx", "bqx"] as const) {
                for (const [term, expected] of Object.entries(naive(pair, LEVELS[short], row))) {
                    const [value] = values.get(`ec_${short}_${term}`)!;
                    const tolerance = 1e-6 * Math.abs(expected) + 1e-10;
                    expect(value, `${short} ${term}`).to.be.closeTo(expected, tolerance);
                }
            }
        });
    }

    it("has no residual where a partner stands still, and forgets it afterwards", () => {
        const [partner] = parameters.partners!.get("audcad")!;
        const still = withPrices(market, [partner], (price, row, prices) =>
            row >= 300 && row < 600 ? prices[299]! : price,
        );
        const values = familyOf("error correction", still, parameters, { from: 0, to: ROWS });
        const residuals = values.get("ec_idx_partner_residual")!;
        const expected = Array.from({ length: ROWS }, (_, row) => row < 239 || (row >= 538 && row < 600));
        expect(residuals.map(Number.isNaN)).to.deep.equal(expected);
        expect(values.get("ec_idx_minutes_since_crossing")!.slice(1700).some(Number.isNaN)).to.equal(false);
    });

    it("says what parameters it lacks", () => {
        const { pairs }: FeatureParameters = parameters;
        expect(() => familyOf("error correction", market, { pairs }, { from: 300, to: 301 })).to.throw(
            'needs the feature parameters "partners" of audcad',
        );
    });
});

describe("partners", () => {
    const returns = new Map(
        PAIRS.map((pair) => [
            pair,
            Array.from({ length: TRAINING_ROWS - 1 }, (_, row) => series.r(pair, row + 1)),
        ]),
    );

    it("never close a triangle, and explain most of what two can explain", () => {
        for (const pair of ["audcad", "eurusd"] as const) {
            const y = returns.get(pair)!;
            const explained = (one: Pair, two: Pair) => {
                const xs = [returns.get(one)!, returns.get(two)!];
                const [slope1, slope2] = slopesOf(y, ...xs);
                return correlation(
                    y,
                    y.map((_, i) => slope1! * xs[0]![i]! + slope2! * xs[1]![i]!),
                );
            };
            const [first, second] = parameters.partners!.get(pair)!;
            expect(closesTriangle(pair, first, second)).to.equal(false);
            const best = explained(first, second);
            const others = PAIRS.filter((other) => other !== pair);
            others.forEach((one, i) =>
                others.slice(i + 1).forEach((two) => {
                    if (new Set([pair, one, two].join("").match(/.../g)).size === 3) return;
                    expect(explained(one, two), `${one} ${two}`).to.be.at.most(best + 1e-12);
                }),
            );
        }
    });

    it("are known for all pairs, from the training rows alone", () => {
        expect([...parameters.partners!.keys()]).to.deep.equal(PAIRS);
        const later = withPrices(market, PAIRS, (price, row) => (row < TRAINING_ROWS ? price : 2));
        expect(fitPartners(later, 0, TRAINING_ROWS)).to.deep.equal(parameters.partners);
    });

    it("can be had where a pair never moves, not where one is missing", () => {
        const still = withPrices(market, ["audusd"], () => 0.8);
        const partners = fitPartners(still, 0, TRAINING_ROWS);
        expect(partners.get("audcad")).not.to.include("audusd");
        const bars = new Map(market.bars);
        bars.delete("audusd");
        expect(() => fitPartners({ ...market, bars }, 0, TRAINING_ROWS)).to.throw("no bars of audusd");
    });
});
