import { at } from "../kernels/span";
import type { Bars } from "../market";
import type { GarchParameters } from "../parameters";

/** Where the search looks. alpha + beta stays below `mostPersistence`, so that there is a long-run variance. */
const BOX = {
    leastAlpha: 0.001,
    mostAlpha: 0.4,
    leastBeta: 0.3,
    mostBeta: 0.995,
    mostPersistence: 0.999,
} as const;

/** Points per side of the grid that each round lays over its box, and rounds; each box is a third of the one before. */
const GRID = 9;
const ROUNDS = 9;

/**
 * Fits GARCH(1,1) to the returns of rows [from, to) by the Gaussian likelihood (Bollerslev 1986), the long-run variance
 * being the sample's (variance targeting, Engle and Mezrich 1996), so that two parameters are left to search. r of the
 * first row is left out. The same rows give the same bits.
 * @throws RangeError where the pair does not move in these rows
 */
export function fitGarch({ close }: Bars, from: number, to: number): GarchParameters {
    const squares = new Float64Array(Math.max(0, to - from - 1));
    let sum = 0;
    for (let i = 0; i < squares.length; i++) {
        const change = Math.log(at(close, from + i + 1) / at(close, from + i));
        sum += squares[i] = change * change;
    }
    const variance = sum / squares.length;
    if (!(variance > 0))
        throw new RangeError(`rows ${from} to ${to}: GARCH cannot be fitted, the pair stands still`);
    // In units of the variance the likelihood's terms are of a size whatever the pair.
    for (let i = 0; i < squares.length; i++) squares[i] = at(squares, i) / variance;
    const { alpha, beta } = likeliest(squares);
    return { omega: variance * (1 - alpha - beta), alpha, beta };
}

interface Point {
    readonly alpha: number;
    readonly beta: number;
}

/** Grids that close in on the best point: no derivatives, no dependence on a start. */
function likeliest(squares: Float64Array): Point {
    let best: Point = { alpha: 0.05, beta: 0.9 };
    let least = Infinity;
    let [alphaReach, betaReach] = [BOX.mostAlpha - BOX.leastAlpha, BOX.mostBeta - BOX.leastBeta];
    let centre: Point = { alpha: BOX.leastAlpha + alphaReach / 2, beta: BOX.leastBeta + betaReach / 2 };
    for (let round = 0; round < ROUNDS; round++) {
        for (let i = 0; i < GRID; i++) {
            for (let j = 0; j < GRID; j++) {
                const alpha = centre.alpha + alphaReach * (i / (GRID - 1) - 0.5);
                const beta = centre.beta + betaReach * (j / (GRID - 1) - 0.5);
                if (!isAllowed({ alpha, beta })) continue;
                const deviance = devianceOf(squares, alpha, beta);
                if (deviance < least) [least, best] = [deviance, { alpha, beta }];
            }
        }
        centre = best;
        alphaReach /= 3;
        betaReach /= 3;
    }
    return best;
}

const isAllowed = ({ alpha, beta }: Point): boolean =>
    alpha >= BOX.leastAlpha &&
    beta >= BOX.leastBeta &&
    beta <= BOX.mostBeta &&
    alpha + beta <= BOX.mostPersistence;

/** -2 log-likelihood but for a constant, of squared returns whose mean is 1. */
function devianceOf(squares: Float64Array, alpha: number, beta: number): number {
    const omega = 1 - alpha - beta;
    let variance = 1;
    let deviance = 0;
    // Logarithms cost most: those of 8 variances are taken at once. None is far from 1, so the product is a number.
    let product = 1;
    for (let i = 0; i < squares.length; i++) {
        const square = at(squares, i);
        deviance += square / variance;
        product *= variance;
        if (i % 8 === 7) {
            deviance += Math.log(product);
            product = 1;
        }
        variance = omega + alpha * square + beta * variance;
    }
    return deviance + Math.log(product);
}
