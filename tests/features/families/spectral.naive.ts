/**
 * Two-pass textbook code that the spectral family is compared with. Arrays hold one window, oldest value
 * first.
 */

/**
 * Power of bins 1 to N / 2 - 1 of the values less their mean, under a periodic Hann window in the time
 * domain.
 */
export function spectrum(values: readonly number[]): number[] {
    const n = values.length;
    const mean = values.reduce((sum, value) => sum + value, 0) / n;
    const shaped = values.map((value, i) => ((value - mean) * (1 - Math.cos((2 * Math.PI * i) / n))) / 2);
    return Array.from({ length: n / 2 - 1 }, (_, bin) => {
        let re = 0;
        let im = 0;
        shaped.forEach((value, i) => {
            re += value * Math.cos((2 * Math.PI * (bin + 1) * i) / n);
            im -= value * Math.sin((2 * Math.PI * (bin + 1) * i) / n);
        });
        return re * re + im * im;
    });
}

/** db4's low-pass filter as published; the spec proves its properties. */
export const LOW = [
    0.2303778133088965, 0.7148465705529157, 0.6308807679298589, -0.02798376941685985, -0.18703481171909309,
    0.030841381835560764, 0.0328830116668852, -0.010597401785069032,
];
const HIGH = LOW.map((_, k) => (k % 2 === 0 ? 1 : -1) * (LOW.at(-1 - k) ?? NaN));

/** Periodic convolution with a filter, every second value kept. */
const filtered = (values: readonly number[], filter: readonly number[]): number[] =>
    Array.from({ length: values.length / 2 }, (_, m) =>
        filter.reduce((sum, tap, k) => sum + tap * (values[(2 * m + k) % values.length] ?? NaN), 0),
    );

/** [d1, ..., d_levels, a]. */
export function wavelet(values: readonly number[], levels: number): number[][] {
    if (levels === 0) return [[...values]];
    return [filtered(values, HIGH), ...wavelet(filtered(values, LOW), levels - 1)];
}

/** The inverse of one level: the transposed filters. */
function rebuiltLevel(smooth: readonly number[], detail: readonly number[]): number[] {
    const output = new Array<number>(2 * smooth.length).fill(0);
    smooth.forEach((value, m) => {
        LOW.forEach((tap, k) => {
            const place = (2 * m + k) % output.length;
            output[place]! += tap * value + HIGH[k]! * detail[m]!;
        });
    });
    return output;
}

/** The values that coefficients [d1, ..., d_levels, a] are of. */
export const rebuilt = (bands: readonly (readonly number[])[]): number[] =>
    bands
        .slice(0, -1)
        .reduceRight<number[]>((smooth, detail) => rebuiltLevel(smooth, detail), [...(bands.at(-1) ?? [])]);

/** Eigenvalues, descending, and unit eigenvectors of a symmetric matrix, by cyclic Jacobi rotations. */
export function eigen(matrix: readonly (readonly number[])[]): { values: number[]; vectors: number[][] } {
    const a = matrix.map((row) => [...row]);
    const n = a.length;
    const v = a.map((_, i) => a.map((__, j) => (i === j ? 1 : 0)));
    for (let sweep = 0; sweep < 30; sweep++) {
        for (let p = 0; p < n; p++) {
            for (let q = p + 1; q < n; q++) {
                if (Math.abs(a[p]![q]!) < 1e-300) continue;
                const theta = Math.atan2(2 * a[p]![q]!, a[q]![q]! - a[p]![p]!) / 2;
                const [c, s] = [Math.cos(theta), Math.sin(theta)];
                for (const row of [...a, ...v]) {
                    [row[p], row[q]] = [c * row[p]! - s * row[q]!, s * row[p]! + c * row[q]!];
                }
                const [rowP, rowQ] = [a[p]!, a[q]!];
                for (let k = 0; k < n; k++) {
                    [rowP[k], rowQ[k]] = [c * rowP[k]! - s * rowQ[k]!, s * rowP[k]! + c * rowQ[k]!];
                }
            }
        }
    }
    const order = a.map((_, i) => i).sort((i, j) => a[j]![j]! - a[i]![i]!);
    return { values: order.map((i) => a[i]![i]!), vectors: order.map((i) => v.map((row) => row[i]!)) };
}

export const toeplitz = (firstRow: readonly number[]): number[][] =>
    firstRow.map((_, i) => firstRow.map((__, j) => firstRow[Math.abs(i - j)]!));

const dot = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((sum, x, i) => sum + x * b[i]!, 0);

/** Lagged vectors, oldest first. */
const lagged = (values: readonly number[], length: number): number[][] =>
    Array.from({ length: values.length - length + 1 }, (_, start) => values.slice(start, start + length));

/** Values of a series by averaging the diagonals of a trajectory matrix, and how many each averages. */
function averaged(vectors: readonly (readonly number[])[]): { values: number[]; counts: number[] } {
    const length = vectors.length + vectors[0]!.length - 1;
    const values = new Array<number>(length).fill(0);
    const counts = new Array<number>(length).fill(0);
    vectors.forEach((vector, start) => {
        vector.forEach((value, i) => {
            values[start + i]! += value;
            counts[start + i]! += 1;
        });
    });
    return { values: values.map((sum, i) => sum / counts[i]!), counts };
}

/** Singular spectrum analysis of `values` on the basis of `basisValues`, each the window of one row. */
export function ssa(values: readonly number[], basisValues: readonly number[], length: number) {
    const n = basisValues.length;
    const covariance = Array.from(
        { length },
        (_, lag) => dot(basisValues.slice(0, n - lag), basisValues.slice(lag)) / (n - lag),
    );
    const { vectors } = eigen(toeplitz(covariance));
    const onto = (vector: readonly number[], basis: readonly (readonly number[])[]): number[] =>
        vector.map((_, i) => basis.reduce((sum, u) => sum + u[i]! * dot(u, vector), 0));
    const part = (of: readonly number[], from: number, to: number) =>
        lagged(of, length).map((vector) => onto(vector, vectors.slice(from, to)));
    const squares = (matrix: readonly (readonly number[])[]) =>
        matrix.reduce((sum, vector) => sum + dot(vector, vector), 0);
    const all = squares(lagged(values, length));
    const groups = { trend: [0, 2], oscillation: [2, 6], noise: [6, length] } as const;
    const shares = Object.entries(groups).map(([name, [from, to]]) => {
        const matrix = part(values, from, to);
        return [name, { last: averaged(matrix).values.at(-1)!, energy: squares(matrix) }] as const;
    });
    const { trend, oscillation, noise } = Object.fromEntries(shares) as Record<
        keyof typeof groups,
        { last: number; energy: number }
    >;
    const { values: smooth, counts } = averaged(part(basisValues, 0, 2));
    const { values: cyclic } = averaged(part(basisValues, 2, 6));
    const weighted = (a: readonly number[], b: readonly number[]) =>
        dot(
            a,
            b.map((value, i) => value * counts[i]!),
        );
    return {
        trend: trend.last,
        oscillation: oscillation.last,
        noise: noise.last,
        trend_share: trend.energy / all,
        oscillation_share: oscillation.energy / all,
        noise_share: noise.energy / all,
        separability:
            weighted(smooth, cyclic) / Math.sqrt(weighted(smooth, smooth) * weighted(cyclic, cyclic)),
        reconstruction_error: Math.sqrt(noise.energy / ((values.length - length + 1) * length)),
    };
}
