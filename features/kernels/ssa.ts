import { at, blockStart, type Span } from "./span";
import { ToeplitzEigenvectors } from "./toeplitz";

/**
 * Leading components that are the trend; two, because a level and a slope, or the halves of a cycle, are a
 * pair.
 */
const TREND_COMPONENTS = 2;
/** Those and two pairs of oscillation; the rest is noise. */
const SIGNAL_COMPONENTS = 6;

/** Shape of a rolling singular spectrum analysis, in rows. */
export interface SsaShape {
    /** Values analysed. */
    readonly window: number;
    /** L: values of a lagged vector; even. */
    readonly embedding: number;
    /**
     * The basis is of the window that ended with the last row whose end is a multiple of so many trading
     * minutes.
     */
    readonly refresh: number;
}

/** Where {@link rollingSsa} writes. */
export interface SsaOutputs {
    /** The parts of the newest value; they add up to it. */
    readonly trend: Float64Array;
    readonly oscillation: Float64Array;
    readonly noise: Float64Array;
    /** Their shares of the trajectory matrix's sum of squares; they add up to 1. */
    readonly trendShare: Float64Array;
    readonly oscillationShare: Float64Array;
    readonly noiseShare: Float64Array;
    /** w-correlation of trend and oscillation over the basis's window: 0 where they are separable. */
    readonly separability: Float64Array;
    /** Root mean square of the trajectory matrix less its trend and oscillation. */
    readonly reconstructionError: Float64Array;
}

/** Sums of squares of lagged vectors: along the trend, along the oscillation, in all. */
interface Energies {
    readonly trend: Float64Array;
    readonly oscillation: Float64Array;
    readonly all: Float64Array;
}

const newEnergies = (length: number): Energies => ({
    trend: new Float64Array(length),
    oscillation: new Float64Array(length),
    all: new Float64Array(length),
});

/** Buffers of one shape. Kernels are synchronous, so one set serves all calls. */
interface Plan extends SsaShape {
    readonly solver: ToeplitzEigenvectors;
    readonly covariance: Float64Array;
    /** Eigenvectors, oldest element first, one after another. */
    readonly basis: Float64Array;
    /** Coefficients on the basis, SIGNAL_COMPONENTS per lagged vector. */
    readonly scores: Float64Array;
    readonly energies: Energies;
    readonly tails: Energies;
    readonly trend: Float64Array;
    readonly oscillation: Float64Array;
}

const plans = new Map<string, Plan>();

function planOf(shape: SsaShape): Plan {
    const { window, embedding, refresh } = shape;
    const key = `${window}/${embedding}/${refresh}`;
    let plan = plans.get(key);
    if (plan === undefined) {
        const vectors = window - embedding + 1;
        plan = {
            ...shape,
            solver: new ToeplitzEigenvectors(embedding),
            covariance: new Float64Array(embedding),
            basis: new Float64Array(SIGNAL_COMPONENTS * embedding),
            scores: new Float64Array(SIGNAL_COMPONENTS * (vectors + refresh)),
            energies: newEnergies(vectors + refresh),
            tails: newEnergies(vectors),
            trend: new Float64Array(window),
            oscillation: new Float64Array(window),
        };
        plans.set(key, plan);
    }
    return plan;
}

/**
 * Singular spectrum analysis (Golyandina and Zhigljavsky 2013) of the last `window` values on a basis that is
 * solved for once per `refresh` rows: the leading eigenvectors of the lag covariances of the basis's window
 * (the Toeplitz form of Vautard and Ghil 1989, for series without a trend to speak of). The newest value
 * stands in one lagged vector only, so its parts need no averaging. Nothing is centred. A row has a value
 * where `window + refresh - 1` values are without a hole, NaN before; and where their root mean square is not
 * above `epsilon`.
 *
 * Per row about 1,300 multiplications for 60 in 180 refreshed hourly, and as many for the basis.
 */
export function rollingSsa(
    values: Float64Array,
    shape: SsaShape,
    outputs: SsaOutputs,
    epsilon: number,
    span: Span,
): void {
    const plan = planOf(shape);
    const { origin, from, to } = span;
    const { refresh, window } = shape;
    const needed = window + refresh - 1;
    let unbroken = 0;
    for (let row = Math.max(0, from - needed + 1); row < from; row++) {
        unbroken = Number.isFinite(at(values, row)) ? unbroken + 1 : 0;
    }
    // A basis serves the row that its window ends with and those before the next basis.
    for (let block = blockStart(origin, from + 1, refresh) - 1; block < to; block += refresh) {
        let first = Math.min(to, block + refresh);
        const last = first;
        for (let row = Math.max(from, block); row < last; row++) {
            unbroken = Number.isFinite(at(values, row)) ? unbroken + 1 : 0;
            if (unbroken < needed) writeNothing(outputs, row);
            else first = Math.min(first, row);
        }
        if (first < last) analyse(plan, values, block, { origin, from: first, to: last }, outputs, epsilon);
    }
}

function writeNothing(outputs: SsaOutputs, row: number): void {
    outputs.trend[row] = outputs.oscillation[row] = outputs.noise[row] = NaN;
    outputs.trendShare[row] = outputs.oscillationShare[row] = outputs.noiseShare[row] = NaN;
    outputs.separability[row] = outputs.reconstructionError[row] = NaN;
}

/**
 * The rows of one basis, whose window has no hole. The rows may: NaN lasts from there to the end of the
 * block.
 */
function analyse(
    plan: Plan,
    values: Float64Array,
    block: number,
    { from, to }: Span,
    outputs: SsaOutputs,
    epsilon: number,
): void {
    const { window, embedding, covariance, basis, scores, energies, tails } = plan;
    const vectors = window - embedding + 1;
    const least = vectors * embedding * epsilon * epsilon;
    covariances(values, block - window + 1, window, covariance);
    if (!(at(covariance, 0) > epsilon * epsilon)) {
        for (let row = from; row < to; row++) writeNothing(outputs, row);
        return;
    }
    plan.solver.leading(covariance, SIGNAL_COMPONENTS, basis);
    const oldest = block - vectors + 1;
    for (let row = oldest; row < to; row++) project(plan, values, row - embedding + 1, row - oldest);
    const separability = weightedCorrelation(plan);
    sumTails(energies.trend, tails.trend);
    sumTails(energies.oscillation, tails.oscillation);
    sumTails(energies.all, tails.all);
    let trend = 0;
    let oscillation = 0;
    let all = 0;
    for (let row = block; row < to; row++) {
        const index = row - oldest;
        trend += at(energies.trend, index);
        oscillation += at(energies.oscillation, index);
        all += at(energies.all, index);
        if (row < from) continue;
        const before = vectors - 1 - (row - block);
        const total = all + at(tails.all, before);
        if (!(total > least)) {
            writeNothing(outputs, row);
            continue;
        }
        const trendShare = (trend + at(tails.trend, before)) / total;
        const oscillationShare = (oscillation + at(tails.oscillation, before)) / total;
        const noiseShare = Math.max(0, 1 - trendShare - oscillationShare);
        outputs.trendShare[row] = trendShare;
        outputs.oscillationShare[row] = oscillationShare;
        outputs.noiseShare[row] = noiseShare;
        outputs.separability[row] = separability;
        outputs.reconstructionError[row] = Math.sqrt((noiseShare * total) / (vectors * embedding));
        const smooth = newestPart(basis, scores, embedding, index, 0, TREND_COMPONENTS);
        const cyclic = newestPart(basis, scores, embedding, index, TREND_COMPONENTS, SIGNAL_COMPONENTS);
        outputs.trend[row] = smooth;
        outputs.oscillation[row] = cyclic;
        outputs.noise[row] = at(values, row) - smooth - cyclic;
    }
}

/** Lag covariances without centring: c(k) = mean of x(s) x(s + k). */
function covariances(values: Float64Array, start: number, window: number, output: Float64Array): void {
    for (let lag = 0; lag < output.length; lag++) {
        let sum = 0;
        for (let row = start; row < start + window - lag; row++)
            sum += at(values, row) * at(values, row + lag);
        output[lag] = sum / (window - lag);
    }
}

/** Coefficients of the lagged vector that starts at row `start`, and its sums of squares. */
function project(
    { basis, embedding, scores, energies }: Plan,
    values: Float64Array,
    start: number,
    index: number,
): void {
    let [p0, p1, p2, p3, p4, p5] = [0, 0, 0, 0, 0, 0];
    let squares = 0;
    for (let i = 0; i < embedding; i++) {
        const value = at(values, start + i);
        squares += value * value;
        p0 += value * at(basis, i);
        p1 += value * at(basis, embedding + i);
        p2 += value * at(basis, 2 * embedding + i);
        p3 += value * at(basis, 3 * embedding + i);
        p4 += value * at(basis, 4 * embedding + i);
        p5 += value * at(basis, 5 * embedding + i);
    }
    const place = index * SIGNAL_COMPONENTS;
    scores[place] = p0;
    scores[place + 1] = p1;
    scores[place + 2] = p2;
    scores[place + 3] = p3;
    scores[place + 4] = p4;
    scores[place + 5] = p5;
    energies.trend[index] = p0 * p0 + p1 * p1;
    energies.oscillation[index] = p2 * p2 + p3 * p3 + p4 * p4 + p5 * p5;
    energies.all[index] = squares;
}

/**
 * tails[n]: the sum of the n energies before the block's first lagged vector, which is the last of its
 * window.
 */
function sumTails(energies: Float64Array, tails: Float64Array): void {
    let sum = 0;
    tails[0] = 0;
    for (let count = 1; count < tails.length; count++) {
        sum += at(energies, tails.length - 1 - count);
        tails[count] = sum;
    }
}

/** What components [from, to) make of a lagged vector's newest value. */
function newestPart(
    basis: Float64Array,
    scores: Float64Array,
    embedding: number,
    index: number,
    from: number,
    to: number,
): number {
    let part = 0;
    for (let component = from; component < to; component++) {
        part +=
            at(scores, index * SIGNAL_COMPONENTS + component) * at(basis, (component + 1) * embedding - 1);
    }
    return part;
}

/**
 * w-correlation of the trend and the oscillation that the basis's window is rebuilt from by averaging along
 * diagonals: a value counts as often as it stands in the trajectory matrix.
 */
function weightedCorrelation({ window, embedding, basis, scores, trend, oscillation }: Plan): number {
    const vectors = window - embedding + 1;
    trend.fill(0);
    oscillation.fill(0);
    for (let index = 0; index < vectors; index++) {
        const place = index * SIGNAL_COMPONENTS;
        const p0 = at(scores, place);
        const p1 = at(scores, place + 1);
        const p2 = at(scores, place + 2);
        const p3 = at(scores, place + 3);
        const p4 = at(scores, place + 4);
        const p5 = at(scores, place + 5);
        for (let i = 0; i < embedding; i++) {
            trend[index + i] = at(trend, index + i) + p0 * at(basis, i) + p1 * at(basis, embedding + i);
            oscillation[index + i] =
                at(oscillation, index + i) +
                p2 * at(basis, 2 * embedding + i) +
                p3 * at(basis, 3 * embedding + i) +
                p4 * at(basis, 4 * embedding + i) +
                p5 * at(basis, 5 * embedding + i);
        }
    }
    let product = 0;
    let trends = 0;
    let oscillations = 0;
    for (let i = 0; i < window; i++) {
        // What was summed is weight times the average.
        const weight = Math.min(i + 1, embedding, window - i);
        product += (at(trend, i) * at(oscillation, i)) / weight;
        trends += at(trend, i) ** 2 / weight;
        oscillations += at(oscillation, i) ** 2 / weight;
    }
    const norm = Math.sqrt(trends * oscillations);
    return norm > 0 ? product / norm : NaN;
}
