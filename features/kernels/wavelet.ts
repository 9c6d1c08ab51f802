import { at, type Span } from "./span";

/** db4's low-pass filter: eight taps, four vanishing moments (Daubechies 1992, table 6.1). */
const LOW_PASS = [
    0.2303778133088965, 0.7148465705529157, 0.6308807679298589, -0.02798376941685985, -0.18703481171909309,
    0.030841381835560764, 0.0328830116668852, -0.010597401785069032,
] as const;
const [H0, H1, H2, H3, H4, H5, H6, H7] = LOW_PASS;
const TAPS = LOW_PASS.length;

/** One level of the cascade at every row: what the filters make of the row and those before it. */
export interface Db4Level {
    readonly smooth: Float64Array;
    readonly detail: Float64Array;
}

const coefficients = new Float64Array(8192);
/** The end of a level's coefficients, and its beginning again. */
const seam = new Float64Array(64);
/** The smooth coefficients that read over the seam, of this level and of the next. */
let wrapped = new Float64Array(64);
let wrappedNext = new Float64Array(64);
const wrappedDetail = new Float64Array(64);

/**
 * Calls `visit` for every row with the db4 wavelet coefficients of the last `window` values (a multiple of
 * 2^levels, at least 16 x 2^levels), periodised: the end of the window is followed by its beginning again.
 * The cascade of Mallat (1989); the coarsest coefficients come first: [a | d_levels | ... | d2 | d1], d_j
 * being window / 2^j long. The transform is orthonormal: sums of squares are kept. All are NaN where the
 * window is not full. `coefficients` is filled again for the next row.
 *
 * A coefficient that does not read over the seam is the same in every window that holds what it reads: those
 * are filtered once per row, into `levels`. That leaves at most six per level to be filtered in each row, and
 * the rest to be copied: for 256 in four levels 450 multiplications in place of 3,840.
 */
export function forEachDb4(
    values: Float64Array,
    window: number,
    levels: readonly Db4Level[],
    span: Span,
    visit: (row: number, coefficients: Float64Array) => void,
): void {
    const { from, to } = span;
    const oldest = Math.max(0, from - window + 1);
    let source = values;
    levels.forEach(({ smooth, detail }, level) => {
        const step = 2 ** level;
        for (let row = oldest + reach(level + 1); row < to; row++) {
            filter(source, row - (TAPS - 1) * step, step, smooth, detail, row);
        }
        source = smooth;
    });
    const own = coefficients.subarray(0, window).fill(NaN);
    for (let row = from; row < to; row++) {
        if (row >= window - 1) transform(values, row - window + 1, window, levels, own);
        visit(row, own);
    }
}

/** Rows that a level's coefficient reads before its own. */
const reach = (level: number): number => (TAPS - 1) * (2 ** level - 1);

/** Both filters at `source` values `step` apart; the high-pass filter mirrors the other: (-1)^k h(7 - k). */
function filter(
    source: Float64Array,
    start: number,
    step: number,
    smooth: Float64Array,
    detail: Float64Array,
    place: number,
): void {
    const x0 = at(source, start);
    const x1 = at(source, start + step);
    const x2 = at(source, start + 2 * step);
    const x3 = at(source, start + 3 * step);
    const x4 = at(source, start + 4 * step);
    const x5 = at(source, start + 5 * step);
    const x6 = at(source, start + 6 * step);
    const x7 = at(source, start + 7 * step);
    smooth[place] = H0 * x0 + H1 * x1 + H2 * x2 + H3 * x3 + H4 * x4 + H5 * x5 + H6 * x6 + H7 * x7;
    detail[place] = H7 * x0 - H6 * x1 + H5 * x2 - H4 * x3 + H3 * x4 - H2 * x5 + H1 * x6 - H0 * x7;
}

function transform(
    values: Float64Array,
    start: number,
    window: number,
    levels: readonly Db4Level[],
    output: Float64Array,
): void {
    let source = values;
    // Where the source's coefficients stand: the first, how far apart, how many before the seam, how many.
    let first = start;
    let step = 1;
    let inner = window;
    let size = window;
    for (let level = 0; level < levels.length; level++) {
        const { smooth, detail } = levels[level] as Db4Level;
        const half = size / 2;
        const nextFirst = start + reach(level + 1);
        const nextInner = Math.floor((start + window - 1 - nextFirst) / (2 * step)) + 1;
        for (let m = 0; m < nextInner; m++) output[half + m] = at(detail, nextFirst + 2 * step * m);
        let length = 0;
        for (let c = 2 * nextInner; c < inner; c++) seam[length++] = at(source, first + step * c);
        for (let c = inner; c < size; c++) seam[length++] = at(wrapped, c - inner);
        for (let c = 0; c < TAPS - 2; c++) seam[length++] = at(source, first + step * c);
        for (let m = nextInner; m < half; m++) {
            const place = m - nextInner;
            filter(seam, 2 * place, 1, wrappedNext, wrappedDetail, place);
            output[half + m] = at(wrappedDetail, place);
        }
        [wrapped, wrappedNext] = [wrappedNext, wrapped];
        source = smooth;
        first = nextFirst;
        step *= 2;
        inner = nextInner;
        size = half;
    }
    for (let c = 0; c < inner; c++) output[c] = at(source, first + step * c);
    for (let c = inner; c < size; c++) output[c] = at(wrapped, c - inner);
}
