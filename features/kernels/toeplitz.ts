import { at } from "./span";

/** A symmetric matrix's tridiagonal form, and the reflections that lead back from it. */
interface Half {
    readonly size: number;
    /** The matrix, row by row; reflection k is left in its row k, right of the diagonal. */
    readonly matrix: Float64Array;
    /** 2 / |reflection|^2; 0 where there was nothing to reflect. */
    readonly scale: Float64Array;
    readonly diagonal: Float64Array;
    readonly off: Float64Array;
    /** Descending. */
    readonly eigenvalues: Float64Array;
    /** Eigenvectors of the tridiagonal form found so far, one after another. */
    readonly vectors: Float64Array;
    found: number;
}

const newHalf = (size: number): Half => ({
    size,
    matrix: new Float64Array(size * size),
    scale: new Float64Array(size),
    diagonal: new Float64Array(size),
    off: new Float64Array(size),
    eigenvalues: new Float64Array(size),
    vectors: new Float64Array(size * size),
    found: 0,
});

/**
 * Solves for the leading eigenvectors of symmetric Toeplitz matrices of one even size, without allocating.
 */
export class ToeplitzEigenvectors {
    private readonly even: Half;
    private readonly odd: Half;
    private readonly work: Float64Array;

    constructor(private readonly size: number) {
        this.even = newHalf(size / 2);
        this.odd = newHalf(size / 2);
        this.work = new Float64Array((3 * size) / 2);
    }

    /**
     * Writes the unit eigenvectors of the `count` largest eigenvalues, descending, one after another. The
     * matrix is T(i, j) = firstRow[|i - j|]. Its eigenvectors are even or odd (Cantoni and Butler 1976): so
     * two problems of half the size do, a quarter of the work. Each is brought to tridiagonal form (Golub and
     * Van Loan 2013, 8.3.1); of its eigenvalues (8.3.3) only the wanted ones get a vector, by inverse
     * iteration (7.6.1).
     */
    leading(firstRow: Float64Array, count: number, vectors: Float64Array): void {
        const { even, odd, work, size } = this;
        decompose(even, firstRow, 1, work);
        decompose(odd, firstRow, -1, work);
        for (let index = 0; index < count; index++) {
            const next = (half: Half) =>
                half.found < half.size ? at(half.eigenvalues, half.found) : -Infinity;
            const isEven = next(even) >= next(odd);
            const half = isEven ? even : odd;
            nextVector(half, work);
            const start = (half.found - 1) * half.size;
            reflectBack(half, start, work);
            for (let i = 0; i < half.size; i++) {
                const value = at(work, i) * Math.SQRT1_2;
                vectors[index * size + i] = value;
                vectors[index * size + size - 1 - i] = isEven ? value : -value;
            }
        }
    }
}

function decompose(half: Half, firstRow: Float64Array, sign: 1 | -1, work: Float64Array): void {
    const { size, matrix, eigenvalues, diagonal, off } = half;
    for (let i = 0; i < size; i++) {
        for (let j = 0; j < size; j++) {
            matrix[i * size + j] = at(firstRow, Math.abs(i - j)) + sign * at(firstRow, 2 * size - 1 - i - j);
        }
    }
    for (let k = 0; k < size; k++) reflect(half, k, work);
    eigenvalues.set(diagonal);
    work.set(off);
    diagonalise(eigenvalues, work);
    eigenvalues.sort().reverse();
    half.found = 0;
}

/** Takes row and column k to tridiagonal form. */
function reflect({ size, matrix, scale, diagonal, off }: Half, k: number, product: Float64Array): void {
    const row = k * size;
    diagonal[k] = at(matrix, row + k);
    let squares = 0;
    for (let j = k + 2; j < size; j++) squares += at(matrix, row + j) ** 2;
    const leading = k + 1 < size ? at(matrix, row + k + 1) : 0;
    scale[k] = 0;
    off[k] = leading;
    if (squares === 0) return;
    const norm = Math.sqrt(squares + leading * leading);
    off[k] = leading > 0 ? -norm : norm;
    const reflected = leading - at(off, k);
    matrix[row + k + 1] = reflected;
    const beta = 2 / (squares + reflected * reflected);
    scale[k] = beta;
    let along = 0;
    for (let i = k + 1; i < size; i++) {
        let sum = 0;
        for (let j = k + 1; j < size; j++) sum += at(matrix, i * size + j) * at(matrix, row + j);
        product[i] = beta * sum;
        along += beta * sum * at(matrix, row + i);
    }
    for (let i = k + 1; i < size; i++) product[i] = at(product, i) - 0.5 * beta * along * at(matrix, row + i);
    for (let i = k + 1; i < size; i++) {
        const v = at(matrix, row + i);
        const w = at(product, i);
        for (let j = k + 1; j < size; j++) {
            const cell = i * size + j;
            matrix[cell] = at(matrix, cell) - v * at(product, j) - w * at(matrix, row + j);
        }
    }
}

/** Steps per eigenvalue at most; two are usual, and only values that overflow would never come to an end. */
const QR_STEPS = 30;

/**
 * Turns a tridiagonal matrix's diagonal into its eigenvalues, in no order, by QR steps with Wilkinson's
 * shift.
 */
function diagonalise(diagonal: Float64Array, off: Float64Array): void {
    const size = diagonal.length;
    let high = size - 1;
    for (let step = 0; high > 0 && step < QR_STEPS * size; step++) {
        for (let k = 0; k < high; k++) {
            const beside = Math.abs(at(diagonal, k)) + Math.abs(at(diagonal, k + 1));
            if (Math.abs(at(off, k)) <= Number.EPSILON * beside) off[k] = 0;
        }
        if (at(off, high - 1) === 0) {
            high--;
            continue;
        }
        let low = high - 1;
        while (low > 0 && at(off, low - 1) !== 0) low--;
        qrStep(diagonal, off, low, high);
    }
}

function qrStep(diagonal: Float64Array, off: Float64Array, low: number, high: number): void {
    const last = at(off, high - 1);
    const half = (at(diagonal, high - 1) - at(diagonal, high)) / 2;
    const root = Math.sqrt(half * half + last * last);
    const shift = at(diagonal, high) - (last * last) / (half + (half < 0 ? -root : root));
    let x = at(diagonal, low) - shift;
    let z = at(off, low);
    for (let k = low; k < high; k++) {
        const r = Math.sqrt(x * x + z * z);
        const c = r === 0 ? 1 : x / r;
        const s = r === 0 ? 0 : z / r;
        if (k > low) off[k - 1] = r;
        const a = at(diagonal, k);
        const b = at(diagonal, k + 1);
        const f = at(off, k);
        diagonal[k] = c * c * a + 2 * c * s * f + s * s * b;
        diagonal[k + 1] = s * s * a - 2 * c * s * f + c * c * b;
        x = off[k] = c * s * (b - a) + (c * c - s * s) * f;
        if (k + 1 < high) {
            z = s * at(off, k + 1);
            off[k + 1] = c * at(off, k + 1);
        }
    }
}

/**
 * Solves of inverse iteration: the first finds the vector, the others remove what rounding left of others.
 */
const INVERSE_STEPS = 3;

/**
 * The eigenvector of the next eigenvalue. It is kept at right angles to those before, so that equal
 * eigenvalues give different vectors.
 */
function nextVector(half: Half, work: Float64Array): void {
    const { size, eigenvalues, vectors, found } = half;
    const start = found * size;
    const largest = Math.max(Math.abs(at(eigenvalues, 0)), Math.abs(at(eigenvalues, size - 1)));
    const tiny = largest > 0 ? Number.EPSILON * largest : 1;
    // Nearly any start will do; each has its own, so that equal eigenvalues start apart.
    for (let i = 0; i < size; i++) vectors[start + i] = 1 + ((i * 7 + found * 5) % 11) / 11;
    for (let step = 0; step < INVERSE_STEPS; step++) {
        solveShifted(half, at(eigenvalues, found), tiny, start, work);
        normalise(vectors, start, size);
        for (let other = 0; other < start; other += size) {
            let along = 0;
            for (let i = 0; i < size; i++) along += at(vectors, start + i) * at(vectors, other + i);
            for (let i = 0; i < size; i++) {
                vectors[start + i] = at(vectors, start + i) - along * at(vectors, other + i);
            }
        }
        normalise(vectors, start, size);
    }
    half.found = found + 1;
}

function normalise(vectors: Float64Array, start: number, size: number): void {
    let squares = 0;
    for (let i = start; i < start + size; i++) squares += at(vectors, i) ** 2;
    const scale = 1 / Math.sqrt(squares);
    for (let i = start; i < start + size; i++) vectors[i] = scale * at(vectors, i);
}

/**
 * Solves (tridiagonal - shift) x = b in place of b, by elimination with row exchanges; a pivot of 0, which an
 * exact eigenvalue gives, becomes `tiny`.
 */
function solveShifted(half: Half, shift: number, tiny: number, start: number, work: Float64Array): void {
    const { size, diagonal, off, vectors: b } = half;
    // The triangle's rows: pivot, next, and the one after that, which exchanges fill.
    const next = size;
    const after = 2 * size;
    let pivot = at(diagonal, 0) - shift;
    let beside = at(off, 0);
    for (let i = 0; i + 1 < size; i++) {
        const below = at(off, i);
        const belowPivot = at(diagonal, i + 1) - shift;
        const belowBeside = i + 2 < size ? at(off, i + 1) : 0;
        const exchange = Math.abs(below) > Math.abs(pivot);
        if (!exchange && Math.abs(pivot) < tiny) pivot = tiny;
        const factor = exchange ? pivot / below : below / pivot;
        const upper = at(b, start + i);
        const lower = at(b, start + i + 1);
        work[i] = exchange ? below : pivot;
        work[next + i] = exchange ? belowPivot : beside;
        work[after + i] = exchange ? belowBeside : 0;
        b[start + i] = exchange ? lower : upper;
        b[start + i + 1] = exchange ? upper - factor * lower : lower - factor * upper;
        pivot = exchange ? beside - factor * belowPivot : belowPivot - factor * beside;
        beside = exchange ? -factor * belowBeside : belowBeside;
    }
    work[size - 1] = Math.abs(pivot) < tiny ? tiny : pivot;
    work[next + size - 1] = work[after + size - 1] = work[after + size - 2] = 0;
    for (let i = size - 1; i >= 0; i--) {
        const known1 = i + 1 < size ? at(work, next + i) * at(b, start + i + 1) : 0;
        const known2 = i + 2 < size ? at(work, after + i) * at(b, start + i + 2) : 0;
        b[start + i] = (at(b, start + i) - known1 - known2) / at(work, i);
    }
}

/** Turns an eigenvector of the tridiagonal form into one of the matrix, in `work`. */
function reflectBack({ size, matrix, scale, vectors }: Half, start: number, work: Float64Array): void {
    for (let i = 0; i < size; i++) work[i] = at(vectors, start + i);
    for (let k = size - 3; k >= 0; k--) {
        let along = 0;
        for (let i = k + 1; i < size; i++) along += at(matrix, k * size + i) * at(work, i);
        along *= at(scale, k);
        for (let i = k + 1; i < size; i++) work[i] = at(work, i) - along * at(matrix, k * size + i);
    }
}
