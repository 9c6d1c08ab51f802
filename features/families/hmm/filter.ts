import { at, blockStart, type Span } from "../../kernels/span";
import { type Emissions, type HmmParameters, stationary } from "./model";
import { StepProduct } from "./product";

/** Chances of the states when the block begins, three for each number of observations before it. */
const tails = new Float64Array(3 * 8192);
const before = new Float64Array(3);
const product = new StepProduct();

/** Where {@link rollingFilter} writes. */
export interface Filtered {
    /** Chance of each state at t, given the last `window` observations. */
    readonly probabilities: readonly [Float64Array, Float64Array, Float64Array];
    /** Log-density of the observation at t, given the `window - 1` before it. */
    readonly logLikelihood: Float64Array;
}

/**
 * The forward algorithm (Rabiner 1989) over the last `window` observations of every row, the state before the first one
 * being as likely as in the long run. A step multiplies by a matrix, and products of matrices can be taken in blocks like
 * sums (see kernels/sums.ts): a window is a tail of the block before, multiplied backwards from its end, times a head of
 * this one. So a row costs the same whatever the window, has read exactly `window` observations, and its bits depend on
 * these and its absolute minute alone.
 */
export function rollingFilter(
    model: HmmParameters,
    emissions: Emissions,
    window: number,
    { probabilities, logLikelihood }: Filtered,
    { origin, from, to }: Span,
): void {
    const {
        densities: [ofFirst, ofSecond, ofThird],
        peak,
    } = emissions;
    const {
        transitions: [first3, second3, third3],
    } = model;
    const start = stationary(model);
    product.start(model);
    tails.set(start, 0);
    for (let block = blockStart(origin, from, window); block < to; block += window) {
        const first = Math.max(from, block, window - 1);
        const last = Math.min(to, block + window);
        for (const output of [...probabilities, logLikelihood]) {
            output.fill(NaN, Math.max(from, block), Math.min(first, last));
        }
        if (first >= last) continue;
        product.reset();
        for (let row = block - 1; row > first - window; row--) {
            product.prepend(at(ofFirst, row), at(ofSecond, row), at(ofThird, row));
            product.carry(start, tails, 3 * (block - row));
        }
        product.reset();
        for (let row = block; row < last; row++) {
            const [a, b, c] = [at(ofFirst, row), at(ofSecond, row), at(ofThird, row)];
            if (row >= first) {
                product.carry(tails, before, 0, 3 * (block + window - 1 - row));
                const [x, y, z] = [at(before, 0), at(before, 1), at(before, 2)];
                const jointA = a * (x * first3[0] + y * second3[0] + z * third3[0]);
                const jointB = b * (x * first3[1] + y * second3[1] + z * third3[1]);
                const jointC = c * (x * first3[2] + y * second3[2] + z * third3[2]);
                const total = jointA + jointB + jointC;
                probabilities[0][row] = jointA / total;
                probabilities[1][row] = jointB / total;
                probabilities[2][row] = jointC / total;
                logLikelihood[row] = Math.log(total) + at(peak, row);
            }
            product.append(a, b, c);
        }
    }
}
