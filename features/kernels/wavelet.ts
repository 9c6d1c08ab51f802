import { at } from "./span";

/** db4's low-pass filter: eight taps, four vanishing moments (Daubechies 1992, table 6.1). */
const SMOOTH = [
    0.2303778133088965, 0.7148465705529157, 0.6308807679298589, -0.02798376941685985, -0.18703481171909308,
    0.030841381835560763, 0.0328830116668852, -0.010597401785069032,
] as const;
const [H0, H1, H2, H3, H4, H5, H6, H7] = SMOOTH;

const smooth = new Float64Array(8192);
const padded = new Float64Array(8192);

/**
 * db4 wavelet coefficients of `length` values (a multiple of 2^levels) from row `start` on, periodised: the end is
 * followed by the beginning again. The cascade of Mallat (1989); the coarsest come first: [a | d_levels | ... | d2 | d1],
 * d_j being length / 2^j long. The transform is orthonormal: sums of squares are kept. 16 multiplications for each pair
 * of coefficients of each level, so less than 16 x length in all.
 */
export function db4(
    values: Float64Array,
    start: number,
    length: number,
    levels: number,
    coefficients: Float64Array,
): void {
    for (let i = 0; i < length; i++) smooth[i] = at(values, start + i);
    let size = length;
    for (let level = 0; level < levels; level++, size /= 2) {
        for (let i = 0; i < size; i++) padded[i] = at(smooth, i);
        for (let i = 0; i < SMOOTH.length - 2; i++) padded[size + i] = at(smooth, i % size);
        const half = size / 2;
        for (let m = 0, i = 0; m < half; m++, i += 2) {
            const x0 = at(padded, i);
            const x1 = at(padded, i + 1);
            const x2 = at(padded, i + 2);
            const x3 = at(padded, i + 3);
            const x4 = at(padded, i + 4);
            const x5 = at(padded, i + 5);
            const x6 = at(padded, i + 6);
            const x7 = at(padded, i + 7);
            smooth[m] = H0 * x0 + H1 * x1 + H2 * x2 + H3 * x3 + H4 * x4 + H5 * x5 + H6 * x6 + H7 * x7;
            // The high-pass filter mirrors it: (-1)^k h(7 - k).
            coefficients[half + m] =
                H7 * x0 - H6 * x1 + H5 * x2 - H4 * x3 + H3 * x4 - H2 * x5 + H1 * x6 - H0 * x7;
        }
    }
    for (let i = 0; i < size; i++) coefficients[i] = at(smooth, i);
}
