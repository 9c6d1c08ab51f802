import { at, blockStart, type Span } from "./span";

/** Tables and buffers of one window length. Kernels are synchronous, so one set serves all calls. */
interface Plan {
    readonly cos: Float64Array;
    readonly sin: Float64Array;
    /** Row n: the Fourier sums, by frequency, of the n values before the block. */
    readonly tailRe: Float64Array;
    readonly tailIm: Float64Array;
    readonly headRe: Float64Array;
    readonly headIm: Float64Array;
    readonly powers: Float64Array;
}

const plans = new Map<number, Plan>();

function planOf(window: number): Plan {
    let plan = plans.get(window);
    if (plan === undefined) {
        const width = window / 2 + 1;
        const angle = (2 * Math.PI) / window;
        plan = {
            cos: Float64Array.from({ length: window }, (_, step) => Math.cos(angle * step)),
            sin: Float64Array.from({ length: window }, (_, step) => Math.sin(angle * step)),
            tailRe: new Float64Array(window * width),
            tailIm: new Float64Array(window * width),
            headRe: new Float64Array(width),
            headIm: new Float64Array(width),
            powers: new Float64Array(window / 2),
        };
        plans.set(window, plan);
    }
    return plan;
}

/**
 * Calls `visit` for every row with the power spectrum of the last `window` values (even), their mean taken
 * out, under a periodic Hann window: powers[k] = |sum over n of h(n) x(n) e^(-2 pi i k n / window)|^2 for k =
 * 1 to window / 2 - 1, with h(n) = (1 - cos(2 pi n / window)) / 2 and n = 0 at the window's oldest value;
 * powers[0] is 0. All are NaN where the window is not full. `powers` is filled again for the next row.
 *
 * A sliding transform whose phases count from the block's start (see sums.ts), not from the window's: so the
 * sums of a window are the tail of the block before plus the head of this one. Nothing is rotated from minute
 * to minute and nothing is taken away, as the recursion of Jacobsen and Lyons (2003) does: so nothing drifts.
 * The Hann window is applied to the sums (Harris 1978): half of each less a quarter of its neighbours on
 * either side, turned to the window's start. About 40 operations per frequency and minute.
 */
export function forEachSpectrum(
    values: Float64Array,
    window: number,
    span: Span,
    visit: (row: number, powers: Float64Array) => void,
): void {
    const plan = planOf(window);
    const { powers } = plan;
    const { origin, from, to } = span;
    for (let block = blockStart(origin, from, window); block < to; block += window) {
        const first = Math.max(from, block, window - 1);
        const last = Math.min(to, block + window);
        powers.fill(NaN);
        for (let row = Math.max(from, block); row < Math.min(first, last); row++) visit(row, powers);
        if (first >= last) continue;
        // In every window of the block, so that a flat one has no power at all; frequencies above 0 ignore it.
        const centre = at(values, block);
        sumTails(plan, values, centre, block, first);
        plan.headRe.fill(0);
        plan.headIm.fill(0);
        powers[0] = 0;
        for (let row = block; row < last; row++) {
            addToHeads(plan, at(values, row) - centre, row - block);
            if (row < first) continue;
            combine(plan, row - block);
            visit(row, powers);
        }
    }
}

function sumTails(plan: Plan, values: Float64Array, centre: number, block: number, first: number): void {
    const { cos, sin, tailRe, tailIm, headRe } = plan;
    const width = headRe.length;
    const window = cos.length;
    tailRe.fill(0, 0, width);
    tailIm.fill(0, 0, width);
    for (let count = 1; count < window - (first - block); count++) {
        const value = at(values, block - count) - centre;
        const step = window - count;
        const row = count * width;
        for (let k = 1, angle = step; k < width; k++) {
            tailRe[row + k] = at(tailRe, row - width + k) + value * at(cos, angle);
            tailIm[row + k] = at(tailIm, row - width + k) - value * at(sin, angle);
            angle += step;
            if (angle >= window) angle -= window;
        }
    }
}

function addToHeads({ cos, sin, headRe, headIm }: Plan, value: number, step: number): void {
    const window = cos.length;
    for (let k = 1, angle = step; k < headRe.length; k++) {
        headRe[k] = at(headRe, k) + value * at(cos, angle);
        headIm[k] = at(headIm, k) - value * at(sin, angle);
        angle += step;
        if (angle >= window) angle -= window;
    }
}

/** The spectrum of the window that ends with the block's row `place`. */
function combine({ cos, sin, tailRe, tailIm, headRe, headIm, powers }: Plan, place: number): void {
    const window = cos.length;
    const width = headRe.length;
    const tail = (window - 1 - place) * width;
    const start = (place + 1) % window;
    const c = at(cos, start);
    const s = at(sin, start);
    // Frequency 0 counts as nothing: that takes the mean out.
    let beforeRe = 0;
    let beforeIm = 0;
    let re = at(headRe, 1) + at(tailRe, tail + 1);
    let im = at(headIm, 1) + at(tailIm, tail + 1);
    for (let k = 1; k < width - 1; k++) {
        const afterRe = at(headRe, k + 1) + at(tailRe, tail + k + 1);
        const afterIm = at(headIm, k + 1) + at(tailIm, tail + k + 1);
        const x = 0.5 * re - 0.25 * (c * (beforeRe + afterRe) + s * (beforeIm - afterIm));
        const y = 0.5 * im - 0.25 * (c * (beforeIm + afterIm) + s * (afterRe - beforeRe));
        powers[k] = x * x + y * y;
        beforeRe = re;
        beforeIm = im;
        re = afterRe;
        im = afterIm;
    }
}
