import { expect } from "chai";
import { type Pair, PAIRS } from "../../../config/pairs";
import { CORRELATION_WINDOWS, CURRENCIES, PANEL_WINDOWS } from "../../../features/catalogue/correlation";
import { columnsOf, computed, currencyMarket, flatMarket, parametersOf, withCloses } from "./currencyMarket";
import { correlation, covariance, jacobi, mean, naiveSeries, std, windowAt } from "./naive";

const ROWS = 1600;
const PAIR: Pair = "gbpjpy";
const CHECKED = [240, 599, 600, 1599];

const market = currencyMarket(ROWS, 21);
const { r, strength } = naiveSeries(market);

describe("correlation idx", function () {
    this.timeout(60_000);

    const values = computed(market, parametersOf(market), {
        pair: PAIR,
        columns: columnsOf("correlation idx"),
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

    const returns = (row: number, window: number, pairs: readonly Pair[] = PAIRS): number[][] =>
        pairs.map((pair) => windowAt((each) => r(pair, each), row, window));

    const strengthOver = (currency: string, row: number, window: number): number[] =>
        windowAt((each) => strength(currency, (pair) => r(pair, each)), row, window);

    const matrixOf = (series: number[][], of: (xs: number[], ys: number[]) => number): number[][] =>
        series.map((one) => series.map((other) => of(one, other)));

    function pairwise(row: number, window: number): number[] {
        return matrixOf(returns(row, window), correlation).flatMap((each, i) => each.slice(0, i));
    }

    for (const row of CHECKED) {
        it(`correlates with each currency's strength (row ${row})`, () => {
            for (const window of CORRELATION_WINDOWS) {
                const [own] = returns(row, window, [PAIR]);
                for (const currency of CURRENCIES) {
                    const expected = correlation(own!, strengthOver(currency, row, window));
                    expectAt(`strength_correlation_${currency}_${window}`, row, expected);
                }
            }
        });

        it(`has the mean and the dispersion of 378 correlations, and their breakouts (row ${row})`, () => {
            for (const window of CORRELATION_WINDOWS) {
                const all = pairwise(row, window);
                expect(all.length).to.equal(378);
                expectAt(`mean_pairwise_correlation_idx_${window}`, row, mean(all));
                expectAt(`correlation_dispersion_idx_${window}`, row, std(all));
            }
            const gap = (short: number, long: number) =>
                mean(pairwise(row, short)) - mean(pairwise(row, long));
            expectAt("mean_correlation_breakout_20_60", row, gap(20, 60));
            expectAt("mean_correlation_breakout_60_240", row, gap(60, 240));
        });

        it(`has the first common factor's shares (row ${row})`, () => {
            for (const window of PANEL_WINDOWS) {
                const [first, second] = jacobi(matrixOf(returns(row, window), correlation));
                expectAt(`largest_eigenvalue_share_${window}`, row, first!.value / PAIRS.length);
                expectAt(`eigenvalue_ratio_${window}`, row, first!.value / second!.value);
                const share = first!.value * first!.vector[PAIRS.indexOf(PAIR)]! ** 2;
                expectAt(`systematic_share_idx_${window}`, row, share);
                const residual = std(returns(row, window, [PAIR])[0]!) * Math.sqrt(1 - share);
                expectAt(`residual_std_idx_${window}`, row, residual, 1e-6);
            }
        });

        it(`has the volume of seven strengths (row ${row})`, () => {
            for (const window of PANEL_WINDOWS) {
                const seven = CURRENCIES.filter((currency) => currency !== "usd");
                const matrix = matrixOf(
                    seven.map((currency) => strengthOver(currency, row, window)),
                    covariance,
                );
                const eigenvalues = jacobi(matrix).map(({ value }) => value);
                const logDeterminant = eigenvalues.reduce((sum, value) => sum + Math.log(value), 0);
                expectAt(`strength_log_determinant_${window}`, row, logDeterminant);
                const trace = matrix.reduce((sum, each, i) => sum + each[i]!, 0);
                expectAt(`strength_log_trace_${window}`, row, Math.log(trace));
            }
        });
    }

    it("has the tercile of the hour's mean correlation within its last day as regime", () => {
        const hour = values.get("mean_pairwise_correlation_idx_60")!;
        for (const row of [1499, 1550, 1599]) {
            const day = hour.slice(row - 1439, row + 1);
            const below = day.filter((value) => value < hour[row]!).length + 0.5;
            expect(values.get("correlation_regime_60")![row]).to.equal(Math.floor((3 * below) / 1440));
        }
    });

    it("leaves out pairs that stand still", () => {
        const moving: Pair[] = ["eurusd", "gbpusd"];
        const still = moving.reduce(
            (flat, pair) => withCloses(flat, pair, (_, row) => market.bars.get(pair)!.close[row]!),
            flatMarket(100),
        );
        const names = [20, 60].map((window) => `mean_pairwise_correlation_idx_${window}`);
        const columns = [...names, "largest_eigenvalue_share_60", "systematic_share_idx_60"];
        const of = (pair: Pair) =>
            computed(still, parametersOf(still, parametersOf(market).crossPair), {
                pair,
                columns,
                from: 99,
                to: 100,
            });
        const [one, other] = moving.map((pair) => windowAt((row) => r(pair, row), 99, 60));
        const expected = correlation(one!, other!);
        expect(of("eurusd").get("mean_pairwise_correlation_idx_60")![0]).to.be.closeTo(expected, 1e-6);
        expect(of("eurusd").get("largest_eigenvalue_share_60")![0]).to.be.closeTo((1 + expected) / 2, 1e-6);
        expect(of("eurusd").get("systematic_share_idx_60")![0]).to.be.closeTo((1 + expected) / 2, 1e-6);
        expect(of("audnzd").get("systematic_share_idx_60")).to.deep.equal([NaN]);
    });
});
