import { expect } from "chai";
import fc from "fast-check";
import { forEachSpectrum } from "../../../features/kernels/dft";
import { rollingSsa, type SsaOutputs } from "../../../features/kernels/ssa";
import type { Span } from "../../../features/kernels/span";
import { ToeplitzEigenvectors } from "../../../features/kernels/toeplitz";
import { forEachDb4 } from "../../../features/kernels/wavelet";
import { eigen, LOW, rebuilt, spectrum, ssa, toeplitz, wavelet } from "./spectral.naive";
import { noise } from "./spectral.market";

const ORIGIN = 123_457;

/** Window of a row, as an array. */
const windowOf = (values: Float64Array, row: number, length: number): number[] =>
    Array.from(values.subarray(row - length + 1, row + 1));

/** Every row's spectrum, computed in the given pieces. */
function spectra(values: Float64Array, window: number, spans: readonly Span[]): number[][] {
    const rows: number[][] = Array.from({ length: values.length }, () => []);
    for (const span of spans)
        forEachSpectrum(values, window, span, (row, powers) => {
            rows[row] = Array.from(powers);
        });
    return rows;
}

const whole = (values: Float64Array): Span[] => [{ origin: ORIGIN, from: 0, to: values.length }];

const pieces = (values: Float64Array, cuts: readonly number[]): Span[] => {
    const edges = [0, ...[...new Set(cuts)].sort((a, b) => a - b), values.length];
    return edges.slice(1).map((to, i) => ({ origin: ORIGIN, from: edges[i]!, to }));
};

const cuts = (rows: number) => fc.array(fc.integer({ min: 1, max: rows - 1 }), { maxLength: 4 });

describe("the sliding Fourier transform", () => {
    for (const window of [64, 256]) {
        const values = noise(3 * window + 7, 1).map((value, row) => value + Math.sin(row / 3) + 5);

        it(`is the direct transform of the last ${window} values`, () => {
            const rows = spectra(values, window, whole(values));
            for (const row of [window - 1, window, 2 * window - 1, 2 * window + 1, values.length - 1]) {
                const expected = spectrum(windowOf(values, row, window));
                const scale = Math.max(...expected);
                rows[row]!.slice(1).forEach((power, k) => {
                    expect(power).to.be.closeTo(expected[k]!, 1e-12 * scale);
                });
            }
        });

        it(`gives the same bits over ${window} wherever the rows are cut`, () => {
            const expected = spectra(values, window, whole(values));
            fc.assert(
                fc.property(cuts(values.length), (at) => {
                    expect(spectra(values, window, pieces(values, at))).to.deep.equal(expected);
                }),
                { numRuns: 10 },
            );
        });
    }

    it("is NaN until the window is full and while a hole is in it", () => {
        const values = noise(300, 2);
        values[100] = NaN;
        const usable = spectra(values, 64, whole(values)).map((powers) =>
            powers.slice(1).every(Number.isFinite),
        );
        expect(usable.map((full, row) => (full ? row : -1)).filter((row) => row >= 0)).to.deep.equal(
            Array.from({ length: 300 }, (_, row) => row).filter(
                (row) => row >= 63 && !(row >= 100 && row < 164),
            ),
        );
    });

    it("finds no power at all in a flat window", () => {
        const flat = spectra(new Float64Array(200).fill(0.1), 64, whole(new Float64Array(200)));
        expect(
            flat
                .slice(63)
                .flat()
                .every((power) => power === 0),
        ).to.equal(true);
    });
});

describe("the db4 transform", () => {
    const values = noise(300, 3);
    const bands = (coefficients: Float64Array) =>
        [128, 64, 32, 16].map((start) => Array.from(coefficients.subarray(start, 2 * start)));
    /** Coefficients of every row, computed in the given pieces: [a | d4 | d3 | d2 | d1]. */
    const decomposed = (input: Float64Array, spans: readonly Span[]) => {
        const rows: Float64Array[] = [];
        const levels = Array.from({ length: 4 }, () => ({
            smooth: new Float64Array(input.length).fill(7),
            detail: new Float64Array(input.length).fill(7),
        }));
        for (const span of spans)
            forEachDb4(input, 256, levels, span, (row, coefficients) => {
                rows[row] = coefficients.slice();
            });
        return rows;
    };
    const transformed = (input: Float64Array, start: number) => {
        const output = decomposed(input, whole(input))[start + 255]!;
        return [...bands(output), Array.from(output.subarray(0, 16))];
    };

    it("has an orthonormal filter with four vanishing moments", () => {
        for (const shift of [0, 2, 4, 6]) {
            const product = LOW.slice(shift).reduce((sum, tap, k) => sum + tap * LOW[k]!, 0);
            expect(product).to.be.closeTo(shift === 0 ? 1 : 0, 1e-12);
        }
        for (const power of [0, 1, 2, 3]) {
            const moment = LOW.reduce((sum, tap, k) => sum + (-1) ** k * k ** power * tap, 0);
            expect(moment).to.be.closeTo(0, 1e-10);
        }
    });

    it("is the periodic convolution, every second value kept", () => {
        const expected = wavelet(windowOf(values, 299, 256), 4);
        transformed(values, 44).forEach((band, level) => {
            band.forEach((value, i) => expect(value).to.be.closeTo(expected[level]![i]!, 1e-14));
        });
    });

    it("gives the same bits wherever the rows are cut", () => {
        const expected = decomposed(values, whole(values));
        for (const at of [[100], [254, 256], [255, 270, 299]])
            expect(decomposed(values, pieces(values, at))).to.deep.equal(expected);
    });

    it("is NaN until the window is full and while a hole is in it", () => {
        const holed = noise(600, 5);
        holed[20] = NaN;
        const full = decomposed(holed, whole(holed)).map((row) => row.every(Number.isFinite));
        expect(full.indexOf(true)).to.equal(276);
        expect(full.slice(276).every(Boolean)).to.equal(true);
        expect(decomposed(holed, whole(holed))[254]!.every(Number.isNaN)).to.equal(true);
    });

    it("keeps the sum of squares and can be undone", () => {
        const coefficients = transformed(values, 20);
        const input = windowOf(values, 275, 256);
        const squares = (all: readonly number[]) => all.reduce((sum, value) => sum + value * value, 0);
        expect(squares(coefficients.flat())).to.be.closeTo(squares(input), 1e-12 * squares(input));
        rebuilt(coefficients).forEach((value, i) => expect(value).to.be.closeTo(input[i]!, 1e-12));
    });

    it("sees no detail in a cubic, but at the seam", () => {
        const cubic = Float64Array.from({ length: 256 }, (_, i) => ((i - 100) / 100) ** 3 - i / 50);
        const [d1, d2] = transformed(cubic, 0);
        for (const detail of [...d1!.slice(0, 125), ...d2!.slice(0, 59)])
            expect(detail).to.be.closeTo(0, 1e-12);
    });
});

describe("Toeplitz eigenvectors", () => {
    const solved = (firstRow: readonly number[], count: number) => {
        const size = firstRow.length;
        const vectors = new Float64Array(count * size);
        new ToeplitzEigenvectors(size).leading(Float64Array.from(firstRow), count, vectors);
        return Array.from({ length: count }, (_, i) =>
            Array.from(vectors.subarray(i * size, (i + 1) * size)),
        );
    };
    const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
    const orthonormal = (vectors: readonly (readonly number[])[]) =>
        vectors.forEach((a, i) =>
            vectors.forEach((b, j) => expect(dot(a, b)).to.be.closeTo(i === j ? 1 : 0, 1e-10)),
        );

    it("are those of the whole matrix", () => {
        fc.assert(
            fc.property(fc.integer({ min: 0, max: 1e6 }), fc.constantFrom(6, 20, 60), (seed, size) => {
                const firstRow = Array.from(noise(size, seed));
                const { values } = eigen(toeplitz(firstRow));
                const vectors = solved(firstRow, 6);
                orthonormal(vectors);
                vectors.forEach((vector, i) => {
                    const image = toeplitz(firstRow).map((row) => dot(row, vector));
                    const scale = Math.max(Math.abs(values[0]!), Math.abs(values.at(-1)!));
                    image.forEach((x, k) => expect(x).to.be.closeTo(values[i]! * vector[k]!, 1e-10 * scale));
                });
            }),
            { numRuns: 6 },
        );
    });

    it("are different ones where eigenvalues are equal", () => {
        for (const firstRow of [[1, 0, 0, 0, 0, 0, 0, 0], new Array<number>(8).fill(1)]) {
            const vectors = solved(firstRow, 6);
            orthonormal(vectors);
        }
    });

    it("end on values that overflow", () => {
        expect(solved([1e300, 1e308, -1e308, 1e308], 2).flat()).to.have.length(8);
    });
});

describe("singular spectrum analysis", () => {
    const shape = { window: 180, embedding: 60, refresh: 60 };
    const terms = {
        trend: "trend",
        oscillation: "oscillation",
        noise: "noise",
        trendShare: "trend_share",
        oscillationShare: "oscillation_share",
        noiseShare: "noise_share",
        separability: "separability",
        reconstructionError: "reconstruction_error",
    } as const;
    const analysed = (values: Float64Array, spans: readonly Span[]) => {
        const outputs = Object.fromEntries(
            Object.keys(terms).map((term) => [term, new Float64Array(values.length).fill(7)]),
        ) as unknown as Record<keyof SsaOutputs, Float64Array>;
        for (const span of spans) rollingSsa(values, shape, outputs, 1e-12, span);
        return outputs;
    };
    const values = noise(460, 4).map((value, row) => value + Math.sin(row / 5) + 2 * Math.cos(row / 70));

    it("is that of a direct eigen-decomposition of the window that ended at the last full hour", () => {
        const outputs = analysed(values, whole(values));
        for (const row of [238, 300, 459]) {
            const hour = row - ((ORIGIN + row + 1) % 60);
            const expected = ssa(windowOf(values, row, 180), windowOf(values, hour, 180), 60);
            for (const [term, name] of Object.entries(terms) as [keyof SsaOutputs, keyof typeof expected][])
                expect(outputs[term][row], `${name} in row ${row}`).to.be.closeTo(expected[name], 1e-9);
        }
    });

    it("keeps its basis for an hour", () => {
        const { separability } = analysed(values, whole(values));
        const changes = Array.from(separability.keys())
            .slice(239)
            .filter((row) => separability[row] !== separability[row - 1]);
        expect(changes).to.deep.equal(
            Array.from(separability.keys())
                .slice(239)
                .filter((row) => (ORIGIN + row + 1) % 60 === 0),
        );
        expect(changes.length).to.be.above(2);
    });

    it("splits the newest value and the sum of squares whole", () => {
        const o = analysed(values, whole(values));
        for (let row = 238; row < values.length; row++) {
            expect(o.trend[row]! + o.oscillation[row]! + o.noise[row]!).to.be.closeTo(values[row]!, 1e-12);
            expect(o.trendShare[row]! + o.oscillationShare[row]! + o.noiseShare[row]!).to.be.closeTo(
                1,
                1e-12,
            );
        }
    });

    it("gives the same bits wherever the rows are cut", () => {
        const expected = analysed(values, whole(values));
        fc.assert(
            fc.property(cuts(values.length), (at) => {
                expect(analysed(values, pieces(values, at))).to.deep.equal(expected);
            }),
            { numRuns: 10 },
        );
    });

    it("is NaN until 239 values are without a hole, and where they are flat", () => {
        const usable = (input: Float64Array) =>
            Array.from(analysed(input, whole(input)).trendShare.entries())
                .filter(([, share]) => !Number.isNaN(share))
                .map(([row]) => row);
        const rows = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
        expect(usable(values)).to.deep.equal(rows(238, 460));
        const holed = values.slice();
        holed[250] = NaN;
        expect(usable(holed)).to.deep.equal(rows(238, 250));
        holed[250] = 0;
        holed[100] = NaN;
        expect(usable(holed)).to.deep.equal(rows(339, 460));
        expect(usable(new Float64Array(460))).to.deep.equal([]);
        const late = new Float64Array(460);
        late[458] = 1;
        const out = analysed(late, whole(late));
        expect(Array.from(out.trendShare).slice(0, 458).every(Number.isNaN)).to.equal(true);
    });
});
