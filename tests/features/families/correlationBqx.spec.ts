import { expect } from "chai";
import { type Pair, PAIRS } from "../../../config/pairs";
import { BQX_WINDOWS } from "../../../features/catalogue/bases";
import { LEAD_MINUTES, PANEL_WINDOWS, SHORTER_BQX } from "../../../features/catalogue/correlation";
import { columnsOf, computed, currencyMarket, parametersOf } from "./currencyMarket";
import { correlation, jacobi, mean, naiveSeries, std, windowAt, z } from "./naive";

const ROWS = 700;
const PAIR: Pair = "audcad";
const CHECKED = [330, 480, 699];

const market = currencyMarket(ROWS, 33);
const { bqx, strength } = naiveSeries(market);

describe("correlation bqx", function () {
    this.timeout(60_000);

    const values = computed(market, parametersOf(market), {
        pair: PAIR,
        columns: columnsOf("correlation bqx"),
        from: 0,
        to: ROWS,
    });

    function expectAt(name: string, row: number, expected: number, tolerance = 1e-5): void {
        const got = values.get(name)![row]!;
        expect(got, `${name} at ${row}`).to.be.closeTo(
            expected,
            tolerance * Math.max(1e-3, Math.abs(expected)),
        );
    }

    const own = (row: number, window: number, of = 15) =>
        windowAt((each) => bqx(PAIR, each, of), row, window);

    const strengthOver = (currency: string, row: number, window: number): number[] =>
        windowAt((each) => strength(currency, (pair) => bqx(pair, each)), row, window);

    const correlations = (row: number, window: number): number[][] => {
        const series = PAIRS.map((pair) => windowAt((each) => bqx(pair, each), row, window));
        return series.map((one) => series.map((other) => correlation(one, other)));
    };

    function systematicShare(row: number, window: number): number {
        const [first] = jacobi(correlations(row, window));
        return first!.value * first!.vector[PAIRS.indexOf(PAIR)]! ** 2;
    }

    /** Least squares of y on x = -2, ..., 2 by the normal equations: slope of the line, second difference of the parabola. */
    function fitted(y: readonly number[]): { slope: number; curvature: number } {
        const x = [-2, -1, 0, 1, 2];
        const moment = (power: number) => mean(x.map((each, i) => each ** power * y[i]!));
        const [m2, m4] = [mean(x.map((each) => each ** 2)), mean(x.map((each) => each ** 4))];
        return { slope: moment(1) / m2, curvature: (2 * (moment(2) - m2 * moment(0))) / (m4 - m2 * m2) };
    }

    const terms = (row: number): number[] => BQX_WINDOWS.map((window) => bqx(PAIR, row, window) / window);

    for (const row of CHECKED) {
        it(`correlates its windows with bqx_60 (row ${row})`, () => {
            for (const window of SHORTER_BQX) {
                const expected = correlation(own(row, 60, window), own(row, 60, 60));
                expectAt(`bqx_${window}_correlation_bqx_60_60`, row, expected);
            }
        });

        it(`has the term structure of bqx_W / W (row ${row})`, () => {
            const { slope, curvature } = fitted(terms(row));
            expectAt("bqx_term_slope", row, slope / 15, 1e-7);
            expectAt("bqx_term_curvature", row, curvature / 15 ** 2, 1e-9);
            const [shortest] = terms(row);
            const isInverted = Math.abs(shortest!) > Math.abs(terms(row).at(-1)!);
            expectAt("bqx_term_inverted", row, Number(isInverted));
            const slopes = windowAt((each) => fitted(terms(each)).slope, row, 240);
            expectAt("bqx_term_steepness_z_240", row, z(slopes));
        });

        it(`has the state of the panel (row ${row})`, () => {
            for (const window of PANEL_WINDOWS) {
                const share = systematicShare(row, window);
                expectAt(`systematic_share_bqx_${window}`, row, share);
                expectAt(
                    `residual_std_bqx_${window}`,
                    row,
                    std(own(row, window)) * Math.sqrt(1 - share),
                    1e-6,
                );
                const all = correlations(row, window).flatMap((each, i) => each.slice(0, i));
                expectAt(`mean_pairwise_correlation_bqx_${window}`, row, mean(all));
                expectAt(`correlation_dispersion_bqx_${window}`, row, std(all));
            }
            const same = PAIRS.filter((pair) => Math.sign(bqx(pair, row)) === Math.sign(bqx(PAIR, row)));
            expectAt("bqx_sign_share", row, (same.length - 1) / 27);
        });

        it(`follows the strengths of its two currencies (row ${row})`, () => {
            for (const [side, currency] of [
                ["base", "aud"],
                ["quote", "cad"],
            ] as const) {
                for (const window of PANEL_WINDOWS) {
                    const expected = correlation(own(row, window), strengthOver(currency, row, window));
                    expectAt(`bqx_strength_correlation_${side}_${window}`, row, expected);
                }
                for (const lag of LEAD_MINUTES) {
                    const expected = correlation(own(row, 60), strengthOver(currency, row - lag, 60));
                    expectAt(`bqx_lead_lag_${side}_${lag}`, row, expected);
                }
            }
        });
    }

    it("decouples where the panel explains less of it than it did over four hours", () => {
        const shares = values.get("systematic_share_bqx_60")!;
        for (const row of [313, 500, 699]) {
            expectAt("bqx_decoupling_z_240", row, -z(shares.slice(row - 239, row + 1)), 1e-4);
        }
    });
});
