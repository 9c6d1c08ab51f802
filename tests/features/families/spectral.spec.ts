import { expect } from "chai";
import { CATALOGUE } from "../../../features/catalogue";
import { computeNewest, computeRange } from "../../../features/engine";
import type { Market } from "../../../features/market";
import { cutMarket, marketOf, PARAMETERS, walk } from "./spectral.market";
import { spectrum, ssa, wavelet } from "./spectral.naive";

const COLUMNS = CATALOGUE.filter(({ family }) => family === "spectral and wavelet");
const NAMES = COLUMNS.map(({ name }) => name);
const ROWS = 700;

const close = walk(ROWS, 7);
const market = marketOf(close);

/** Rows [from, to) of every column. */
function computed(of: Market, from: number, to: number, chunkRows = to - from): Float32Array[] {
    const columns = NAMES.map(() => new Float32Array(to - from));
    const request = { pairs: ["eurusd" as const], columns: NAMES, from, to, chunkRows };
    for (const block of computeRange(of, PARAMETERS, request)) {
        const rows = block.to - block.from;
        columns.forEach((column, c) =>
            column.set(block.values.subarray(c * rows, (c + 1) * rows), block.from - from),
        );
    }
    return columns;
}

const newest = (of: Market): Float32Array =>
    computeNewest(of, PARAMETERS, { pairs: ["eurusd"], columns: NAMES }).get("eurusd")!;

const rowOf = (columns: readonly Float32Array[], row: number): Float32Array =>
    Float32Array.from(columns, (column) => column[row]!);

/** What the two domains' columns are of, by their definitions. */
const SERIES: Readonly<Record<"idx" | "bqx", (row: number) => number>> = {
    idx: (row) => Math.log(close[row]! / close[row - 1]!),
    bqx: (row) => {
        let sum = 0;
        for (let i = 1; i <= 15; i++) sum += (close[row - i]! - close[row]!) / close[row]!;
        return sum;
    },
};

describe("the spectral and wavelet family", () => {
    const whole = computed(market, 0, ROWS);
    const valueOf = (name: string, row: number): number => {
        const column = whole[NAMES.indexOf(name)];
        if (column === undefined) throw new Error(`there is no column ${name}`);
        return column[row]!;
    };

    it("has 40 columns in each domain", () => {
        expect(COLUMNS.filter(({ domain }) => domain === "rate_idx")).to.have.length(40);
        expect(COLUMNS.filter(({ domain }) => domain === "bqx")).to.have.length(40);
    });

    it("warms up as declared, then has a value in every row", () => {
        const warmUps = whole.map((column) => column.findIndex((value) => !Number.isNaN(value)));
        expect(warmUps).to.deep.equal(COLUMNS.map(({ lookbackMinutes }) => lookbackMinutes));
        whole.forEach((column, c) => {
            const gaps = column.subarray(warmUps[c]).findIndex((value) => !Number.isFinite(value));
            expect(gaps, NAMES[c]).to.equal(-1);
        });
    });

    it("has no column that is constant and no two that are alike", () => {
        const settled = whole.map((column) => Array.from(column.subarray(300)));
        const correlation = (a: readonly number[], b: readonly number[]) => {
            const mean = (x: readonly number[]) => x.reduce((sum, value) => sum + value, 0) / x.length;
            const [ma, mb] = [mean(a), mean(b)];
            const sum = (f: (i: number) => number) => a.reduce((total, _, i) => total + f(i), 0);
            const cross = sum((i) => (a[i]! - ma) * (b[i]! - mb));
            return cross / Math.sqrt(sum((i) => (a[i]! - ma) ** 2) * sum((i) => (b[i]! - mb) ** 2));
        };
        settled.forEach((column, c) => expect(new Set(column).size, NAMES[c]).to.be.above(1));
        settled.forEach((a, i) =>
            settled.slice(0, i).forEach((b, j) => {
                expect(Math.abs(correlation(a, b)), `${NAMES[i]} ${NAMES[j]}`).to.be.below(0.999999);
            }),
        );
    });

    for (const short of ["idx", "bqx"] as const) {
        const last = (row: number, count: number) =>
            Array.from({ length: count }, (_, i) => SERIES[short](row - count + 1 + i));
        const near = (name: string, row: number, expected: number) =>
            expect(valueOf(name, row), `${name} in row ${row}`).to.be.closeTo(
                expected,
                1e-5 * Math.max(Math.abs(expected), name.startsWith("ssa") ? 1e-4 : 1e-2),
            );

        it(`has the values of textbook code: Fourier, ${short}`, () => {
            for (const window of [64, 256])
                for (const row of [300, 555, 699]) {
                    const expected = fourier(last(row, window));
                    for (const [term, value] of Object.entries(expected))
                        near(`fft_${term}_${short}_${window}`, row, value);
                    const total = (at: number) =>
                        spectrum(last(at, window)).reduce((sum, power) => sum + power);
                    near(`fft_power_trend_${short}_${window}`, row, Math.log(total(row) / total(row - 15)));
                    const path = Array.from(
                        { length: 16 },
                        (_, i) => fourier(last(row - i, window)).dominant_frequency,
                    );
                    const mean = path.reduce((sum, value) => sum + value) / 16;
                    const variance = path.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 16;
                    near(
                        `fft_frequency_stability_${short}_${window}`,
                        row,
                        mean / (mean + Math.sqrt(variance)),
                    );
                }
        });

        it(`has the values of textbook code: wavelet, ${short}`, () => {
            for (const row of [300, 555, 699])
                for (const [term, value] of Object.entries(wavelets(last(row, 256))))
                    near(`wavelet_${term}_${short}_256`, row, value);
        });

        it(`has the values of textbook code: singular spectrum, ${short}`, () => {
            for (const row of [300, 699]) {
                // The minute of the first row is 3 past a full hour.
                const hour = row - ((row + 3 + 1) % 60);
                for (const [term, value] of Object.entries(ssa(last(row, 180), last(hour, 180), 60)))
                    near(`ssa_${term}_${short}_180`, row, value);
            }
        });
    }

    it("gives the same bits wherever the rows are cut, and for the newest alone", () => {
        expect(computed(market, 0, ROWS, 61)).to.deep.equal(whole);
        for (const row of [250, 271, 500, 639]) {
            const alone = newest(cutMarket(market, 0, row + 1));
            expect(alone, `newest in row ${row}`).to.deep.equal(rowOf(whole, row));
        }
    });

    it("reads no further back than declared", () => {
        for (const row of [400, 436, 456, 699]) {
            COLUMNS.forEach(({ name, lookbackMinutes }, c) => {
                const short = cutMarket(market, row - lookbackMinutes, row + 1);
                const block = computeNewest(short, PARAMETERS, { pairs: ["eurusd"], columns: [name] });
                expect(block.get("eurusd")![0], `${name} in row ${row}`).to.equal(whole[c]![row]);
            });
        }
    }).timeout(60_000);

    it("does not depend on the price's scale", () => {
        expect(computed(marketOf(close.map((value) => value * 128)), 0, ROWS)).to.deep.equal(whole);
    });

    it("is NaN in a flat market, and recovers from it", () => {
        const flat = close.map((value, row) => (row < 350 ? 1.25 : value));
        const rows = computed(marketOf(flat), 0, ROWS);
        for (const [c, column] of rows.entries()) {
            expect(column.subarray(0, 350).every(Number.isNaN), NAMES[c]).to.equal(true);
            expect(Number.isNaN(column[ROWS - 1]), NAMES[c]).to.equal(false);
            expect(
                column.every((value) => Number.isNaN(value) || Number.isFinite(value)),
                NAMES[c],
            ).to.equal(true);
        }
        expect(rowOf(rows, ROWS - 1)).to.deep.equal(rowOf(whole, ROWS - 1));
    });

    it("has finite values where a market is flat but for a few ticks", () => {
        const quiet = Float64Array.from({ length: ROWS }, (_, row) => 1.25 + 1e-5 * Math.floor(row / 130));
        for (const [c, column] of computed(marketOf(quiet), 0, ROWS).entries())
            expect(
                column.some((value) => Math.abs(value) === Infinity),
                NAMES[c],
            ).to.equal(false);
    });
});

/** Terms of one spectrum, by their definitions. */
function fourier(values: readonly number[]) {
    const window = values.length;
    const powers = spectrum(values);
    const total = powers.reduce((sum, power) => sum + power);
    const shares = powers.map((power) => power / total);
    const frequencies = powers.map((_, i) => (i + 1) / window);
    const dominant = powers.indexOf(Math.max(...powers));
    const others = powers.map((power, i) => (Math.abs(i - dominant) < 2 ? -1 : power));
    const sum = (of: readonly number[]) => of.reduce((all, value) => all + value, 0);
    const edge = shares.findIndex((_, i) => sum(shares.slice(0, i + 1)) >= 0.95);
    const harmonics = [2, 3].map((times) => powers[times * (dominant + 1) - 1] ?? 0);
    return {
        dominant_frequency: frequencies[dominant]!,
        dominant_power: shares[dominant]!,
        second_frequency: frequencies[others.indexOf(Math.max(...others))]!,
        harmonic_ratio: sum(harmonics) / powers[dominant]!,
        low_power: sum(shares.filter((_, i) => frequencies[i]! < 1 / 16)),
        high_power: sum(shares.filter((_, i) => frequencies[i]! > 1 / 4)),
        entropy: -sum(shares.map((share) => share * Math.log(share))),
        edge_95: frequencies[edge]!,
        noise_ratio: Math.exp(sum(powers.map(Math.log)) / powers.length) / (total / powers.length),
    };
}

/** Terms of one decomposition, by their definitions. */
function wavelets(values: readonly number[]) {
    const bands = wavelet(values, 4);
    const energies = bands.map((band) => band.reduce((sum, value) => sum + value * value, 0));
    const all = energies.reduce((sum, energy) => sum + energy);
    const [d1, d2, d3, d4, a4] = energies as [number, number, number, number, number];
    const details = energies.slice(0, 4).map((energy) => energy / (all - a4));
    const peaks = bands.slice(0, 4).map((band) => Math.log2(Math.max(...band.map(Math.abs))));
    const densities = energies.map((energy, level) => energy / bands[level]!.length);
    const slope = [-1.5, -0.5, 0.5, 1.5].reduce((sum, place, i) => sum + place * peaks[i]!, 0) / 5;
    const smooth = bands[4]!;
    const mean = smooth.reduce((sum, value) => sum + value, 0) / 16;
    const spread = smooth.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    const along = smooth.reduce((sum, value, i) => sum + (i - 7.5) * value, 0);
    return {
        d1_energy: d1 / all,
        d2_energy: d2 / all,
        d3_energy: d3 / all,
        d4_energy: d4 / all,
        a4_energy: a4 / all,
        d1_d3_ratio: d1 / d3,
        detail_entropy: -details.reduce((sum, share) => sum + share * Math.log(share), 0),
        singularity: slope - 0.5,
        dominant_scale: densities.indexOf(Math.max(...densities)) + 1,
        trend_strength: along / Math.sqrt(spread * 340),
    };
}
