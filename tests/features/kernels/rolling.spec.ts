import { expect } from "chai";
import fc from "fast-check";
import { correlationOf, rollingComoments } from "../../../features/kernels/comoments";
import { rollingEma } from "../../../features/kernels/ema";
import { rollingMaxAge, rollingMinAge, rollingRange } from "../../../features/kernels/extremes";
import { rollingLine, rollingPolynomialSums } from "../../../features/kernels/fits";
import { rollingMeanStd, rollingShape } from "../../../features/kernels/moments";
import { rollingRank } from "../../../features/kernels/ranks";
import { rowsSince } from "../../../features/kernels/since";
import type { Span } from "../../../features/kernels/span";
import { rollingMean, rollingSum } from "../../../features/kernels/sums";

type Outputs = readonly Float64Array[];

/** A kernel, how many arrays it fills, and what they hold for one window, newest value last. */
interface Case {
    readonly width: number;
    readonly run: (values: Float64Array, window: number, outputs: Outputs, span: Span) => void;
    readonly naive: (window: number[]) => number[];
    /** Largest error allowed, relative to the values' spread; 0 where the kernel must be exact. */
    readonly tolerance: number;
}

const EPSILON = 1e-12;
const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
const mean = (values: number[]): number => sum(values) / values.length;
const moment = (values: number[], power: number): number =>
    mean(values.map((value) => (value - mean(values)) ** power));
const std = (values: number[]): number => Math.sqrt(moment(values, 2));
/** The other series of kernels of two: a fixed function of the first one. */
const partner = (value: number): number => Math.sin(7 * value) + value / 3;

function line(values: number[]): { slope: number; r2: number } {
    const xs = values.map((_, index) => index);
    const [mx, my] = [mean(xs), mean(values)];
    const sxy = sum(values.map((value, index) => (index - mx) * (value - my)));
    const sxx = sum(xs.map((x) => (x - mx) ** 2));
    return { slope: sxy / sxx, r2: sxy ** 2 / (sxx * values.length * moment(values, 2)) };
}

const CASES: Readonly<Record<string, Case>> = {
    rollingSum: {
        width: 1,
        run: (values, window, [a], span) => rollingSum(values, window, a!, span),
        naive: (values) => [sum(values)],
        tolerance: 1e-12,
    },
    rollingMean: {
        width: 1,
        run: (values, window, [a], span) => rollingMean(values, window, a!, span),
        naive: (values) => [mean(values)],
        tolerance: 1e-12,
    },
    rollingEma: {
        width: 1,
        run: (values, window, [a], span) => rollingEma(values, 0.9, window, a!, span),
        naive: (values) => {
            const weights = values.map((_, index) => 0.9 ** (values.length - 1 - index));
            return [sum(values.map((value, index) => value * (weights[index] ?? NaN))) / sum(weights)];
        },
        tolerance: 1e-12,
    },
    rollingMeanStd: {
        width: 2,
        run: (values, window, [a, b], span) => rollingMeanStd(values, window, a!, b!, span),
        naive: (values) => [mean(values), std(values)],
        tolerance: 1e-6,
    },
    rollingShape: {
        width: 4,
        run: (values, window, [a, b, c, d], span) =>
            rollingShape(values, window, { mean: a!, std: b!, skew: c!, kurtosis: d! }, 1e-3, span),
        naive: (values) => {
            const usable = std(values) > 1e-3;
            return [
                mean(values),
                std(values),
                usable ? moment(values, 3) / std(values) ** 3 : NaN,
                usable ? moment(values, 4) / std(values) ** 4 - 3 : NaN,
            ];
        },
        tolerance: 1e-6,
    },
    rollingRange: {
        width: 2,
        run: (values, window, [a, b], span) => rollingRange(values, values, window, a!, b!, span),
        naive: (values) => [Math.max(...values), Math.min(...values)],
        tolerance: 0,
    },
    rollingMaxAge: {
        width: 1,
        run: (values, window, [a], span) => rollingMaxAge(values, window, a!, span),
        naive: (values) => [values.length - 1 - values.lastIndexOf(Math.max(...values))],
        tolerance: 0,
    },
    rollingMinAge: {
        width: 1,
        run: (values, window, [a], span) => rollingMinAge(values, window, a!, span),
        naive: (values) => [values.length - 1 - values.lastIndexOf(Math.min(...values))],
        tolerance: 0,
    },
    rollingLine: {
        width: 2,
        run: (values, window, [a, b], span) => rollingLine(values, window, a!, b!, EPSILON, span),
        naive: (values) => [line(values).slope, std(values) > EPSILON ? line(values).r2 : NaN],
        tolerance: 1e-8,
    },
    rollingPolynomialSums: {
        width: 4,
        run: (values, window, [a, b, c, d], span) =>
            rollingPolynomialSums(values, window, { s0: a!, s1: b!, s2: c!, yy: d! }, span),
        naive: (values) => {
            const last = values.length - 1;
            const ys = values.map((value) => value - (values[last] ?? NaN));
            return [
                sum(ys),
                sum(ys.map((y, index) => (index - last) * y)),
                sum(ys.map((y, index) => (index - last) ** 2 * y)),
                sum(ys.map((y) => y * y)),
            ];
        },
        tolerance: 1e-8,
    },
    rollingComoments: {
        width: 1,
        run: (values, window, [a], span) => {
            const take = () => new Float64Array(values.length);
            const moments = {
                meanX: take(),
                meanY: take(),
                varianceX: take(),
                varianceY: take(),
                covariance: take(),
            };
            rollingComoments(values, values.map(partner), window, moments, span);
            correlationOf(moments, 1e-3, 1e-3, a!, span);
        },
        naive: (values) => {
            const others = values.map(partner);
            const [sx, sy] = [std(values), std(others)];
            const cov = mean(
                values.map(
                    (value, index) => (value - mean(values)) * ((others[index] ?? NaN) - mean(others)),
                ),
            );
            return [sx > 1e-3 && sy > 1e-3 ? cov / (sx * sy) : NaN];
        },
        tolerance: 1e-7,
    },
    rollingRank: {
        width: 1,
        run: (values, window, [a], span) => rollingRank(values, window, 0.01, a!, span),
        naive: (values) => {
            const newest = values[values.length - 1] ?? NaN;
            const halves = sum(
                values.map((value) => (Math.abs(value - newest) <= 0.01 ? 1 : value < newest ? 2 : 0)),
            );
            return [halves / (2 * values.length)];
        },
        tolerance: 0,
    },
    rowsSince: {
        width: 1,
        run: (values, window, [a], span) =>
            rowsSince(
                values.map((value) => Number(value > 0.8)),
                window,
                a!,
                span,
            ),
        naive: (values) => {
            const last = values.findLastIndex((value) => value > 0.8);
            return [last < 0 ? values.length : values.length - 1 - last];
        },
        tolerance: 0,
    },
};

/** Values with many ties, a far level and flat stretches: what rounding and equal prices do to a market. */
const market = fc
    .tuple(
        fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 90 }),
        fc.constantFrom(0, 1.25, 100),
    )
    .map(([ticks, level]) => Float64Array.from(ticks, (tick) => level + Math.max(-10, tick) / 20));

const windows = fc.integer({ min: 2, max: 40 });
const origins = fc.integer({ min: 0, max: 1_000_000 });

function runAll(
    kernel: Case,
    values: Float64Array,
    window: number,
    origin: number,
    cuts: number[],
): Float64Array[] {
    const outputs = Array.from({ length: kernel.width }, () => new Float64Array(values.length).fill(-1));
    const edges = [0, ...cuts.filter((cut) => cut <= values.length).sort((a, b) => a - b), values.length];
    edges
        .slice(1)
        .forEach((to, index) => kernel.run(values, window, outputs, { origin, from: edges[index] ?? 0, to }));
    return outputs;
}

describe("rolling kernels", () => {
    for (const [name, kernel] of Object.entries(CASES)) {
        describe(name, () => {
            it("agrees with the definition, and is NaN until its window is full", () => {
                fc.assert(
                    fc.property(market, windows, origins, (values, window, origin) => {
                        const outputs = runAll(kernel, values, window, origin, []);
                        values.forEach((_, row) => {
                            const seen = Array.from(values.subarray(Math.max(0, row - window + 1), row + 1));
                            const wanted = seen.length < window ? outputs.map(() => NaN) : kernel.naive(seen);
                            outputs.forEach((output, index) => {
                                const [got, want] = [output[row]!, wanted[index]!];
                                if (Number.isNaN(want)) expect(got).to.be.NaN;
                                else {
                                    const scale = Math.max(1, Math.abs(want));
                                    expect(
                                        Math.abs(got - want) / scale,
                                        `row ${row} of ${index}`,
                                    ).to.be.at.most(kernel.tolerance * 10);
                                }
                            });
                        });
                    }),
                );
            });

            it("gives the same bits however its rows are cut", () => {
                const cuts = fc.array(fc.integer({ min: 0, max: 90 }), { maxLength: 6 });
                fc.assert(
                    fc.property(market, windows, origins, cuts, (values, window, origin, places) => {
                        const whole = runAll(kernel, values, window, origin, []);
                        expect(runAll(kernel, values, window, origin, places)).to.deep.equal(whole);
                    }),
                );
            });

            it("gives the same bits from a window's values alone, without the rows before them", () => {
                fc.assert(
                    fc.property(market, windows, origins, (values, window, origin) => {
                        fc.pre(values.length >= window);
                        const whole = runAll(kernel, values, window, origin, []);
                        const start = values.length - window;
                        const alone = runAll(kernel, values.slice(start), window, origin + start, []);
                        whole.forEach((output, index) =>
                            expect(alone[index]!.at(-1)).to.deep.equal(output.at(-1)),
                        );
                    }),
                );
            });
        });
    }

    it("forget a NaN when it has left the window", () => {
        const values = Float64Array.from({ length: 60 }, (_, row) => (row === 20 ? NaN : row % 7));
        for (const [name, kernel] of Object.entries(CASES)) {
            // These three take values that are NaN only before their first valid one.
            if (["rollingMaxAge", "rollingMinAge", "rowsSince"].includes(name)) continue;
            for (const output of runAll(kernel, values, 8, 3, [])) {
                expect(Array.from(output.subarray(20, 28), Number.isNaN), name).to.not.include(false);
                expect(Array.from(output.subarray(28), Number.isNaN), name).to.not.include(true);
            }
        }
    });

    it("find no deviation in a flat window at all", () => {
        const flat = new Float64Array(50).fill(1.234_567);
        const [, deviation] = runAll(CASES["rollingMeanStd"]!, flat, 13, 5, []);
        expect(new Set(deviation!.subarray(12))).to.deep.equal(new Set([0]));
    });

    it("rank many rows as they rank few", () => {
        // Neighbours overlap: each is within epsilon of the next, but not of the one after.
        const values = Float64Array.from({ length: 400 }, (_, row) => 0.75e-9 * ((row * 37) % 101));
        const tree = new Float64Array(400);
        const counted = new Float64Array(400);
        rollingRank(values, 60, 1e-9, tree, { origin: 0, from: 0, to: 400 });
        for (let row = 0; row < 400; row++)
            rollingRank(values, 60, 1e-9, counted, { origin: 0, from: row, to: row + 1 });
        expect(counted).to.deep.equal(tree);
    });

    it("rank values alike that are equal but for rounding, of either sign", () => {
        const output = new Float64Array(4);
        for (const values of [
            [0.1 + 0.2, 0.3, 0.3, 0.1 + 0.2],
            [-1e-17, 0, 0, 1e-17],
            [-0.3, -0.3, -0.3, -0.1 - 0.2],
        ]) {
            rollingRank(Float64Array.from(values), 4, 1e-12, output, { origin: 0, from: 3, to: 4 });
            expect(output[3]).to.equal(0.5);
        }
    });
});
