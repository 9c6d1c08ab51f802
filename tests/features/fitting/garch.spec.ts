import { expect } from "chai";
import { fitGarch } from "../../../features/fitting/garch";
import type { Bars } from "../../../features/market";
import { normalNumbers } from "../market";

/** Bars of a pair whose r follows a GARCH(1,1). */
function garchBars(rows: number, omega: number, alpha: number, beta: number, seed = 3): Bars {
    const normal = normalNumbers(seed);
    let [variance, price] = [omega / (1 - alpha - beta), 1.2];
    const close = Float64Array.from({ length: rows }, () => {
        const change = Math.sqrt(variance) * normal();
        variance = omega + alpha * change * change + beta * variance;
        return (price *= Math.exp(change));
    });
    return { open: close, high: close, low: close, close, volume: new Float64Array(rows) };
}

/** -2 log-likelihood, term by term. */
function deviance({ close }: Bars, omega: number, alpha: number, beta: number): number {
    let variance = omega / (1 - alpha - beta);
    let sum = 0;
    for (let row = 1; row < close.length; row++) {
        const square = Math.log(close[row]! / close[row - 1]!) ** 2;
        sum += square / variance + Math.log(variance);
        variance = omega + alpha * square + beta * variance;
    }
    return sum;
}

describe("fitGarch", () => {
    for (const [alpha, beta] of [
        [0.06, 0.92],
        [0.15, 0.7],
        [0.02, 0.97],
    ] as const) {
        it(`finds alpha ${alpha} and beta ${beta} again`, () => {
            const omega = 2.5e-8 * (1 - alpha - beta);
            const fitted = fitGarch(garchBars(40_000, omega, alpha, beta), 0, 40_000);
            expect(fitted.alpha).to.be.closeTo(alpha, 0.02);
            expect(fitted.beta).to.be.closeTo(beta, 0.05);
            const longRun = fitted.omega / (1 - fitted.alpha - fitted.beta);
            expect(longRun / 2.5e-8).to.be.within(0.8, 1.25);
        });
    }

    it("is likelier than any parameters around it, of the same long-run variance", () => {
        const bars = garchBars(5_000, 5e-10, 0.08, 0.9);
        const { omega, alpha, beta } = fitGarch(bars, 0, 5_000);
        const longRun = omega / (1 - alpha - beta);
        const best = deviance(bars, omega, alpha, beta);
        for (const [a, b] of [
            [0.01, 0],
            [-0.01, 0],
            [0, 0.01],
            [0, -0.01],
            [0.01, -0.01],
            [-0.01, 0.01],
        ] as const) {
            const persistence = alpha + a + beta + b;
            if (persistence >= 1) continue;
            expect(deviance(bars, longRun * (1 - persistence), alpha + a, beta + b)).to.be.above(best);
        }
    });

    it("reads rows from to to and no other, and has a long-run variance", () => {
        const bars = garchBars(3_000, 5e-10, 0.08, 0.9);
        const fitted = fitGarch(bars, 500, 2_000);
        const other = {
            ...bars,
            close: bars.close.map((value, row) => (row < 500 || row >= 2_000 ? 1 : value)),
        };
        expect(fitGarch(other, 500, 2_000)).to.deep.equal(fitted);
        expect(fitted.alpha + fitted.beta).to.be.below(1);
        expect(fitted.omega).to.be.above(0);
    });

    it("refuses a pair that stands still", () => {
        const close = new Float64Array(100).fill(1.2);
        const bars = { open: close, high: close, low: close, close, volume: close };
        expect(() => fitGarch(bars, 0, 100)).to.throw(
            RangeError,
            "GARCH cannot be fitted, the pair stands still",
        );
        expect(() => fitGarch(bars, 5, 5)).to.throw(RangeError);
    });
});
