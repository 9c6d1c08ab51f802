import { packedIndex } from "./covariances";
import { at } from "./span";

/** Intervals and shifts this much of the matrix's scale are as good as rounding allows. */
const PRECISION = 2 ** -50;

/** Each step divides what is wrong by about 1 / PRECISION; further ones only serve eigenvalues that almost coincide. */
const INVERSE_ITERATIONS = 3;

/**
 * Largest eigenvalues of a symmetric matrix, and the eigenvector of the largest. Householder's reduction to a
 * tridiagonal matrix (Wilkinson 1960), bisection by Sturm sequences (Givens 1954; Barth, Martin and Wilkinson 1967) and
 * inverse iteration: for one or two eigenvalues out of 28 about a tenth of the work of Jacobi's rotations, which find
 * all of them. No step starts from another matrix's result, so equal matrices give equal bits.
 */
export class LeadingEigen {
    /** The packed lower triangle; when reduced, row k holds the reflection that cleared it. */
    private readonly triangle: Float64Array;
    private readonly diagonal: Float64Array;
    /** Element i couples i - 1 and i. */
    private readonly coupling: Float64Array;
    private readonly couplingSquared: Float64Array;
    /** Half the squared length of the reflection in row k; 0 where there was nothing to clear. */
    private readonly half: Float64Array;
    private readonly work: Float64Array;
    private scale = 0;

    constructor(readonly order: number) {
        this.triangle = new Float64Array(packedIndex(order, 0));
        this.diagonal = new Float64Array(order);
        this.coupling = new Float64Array(order);
        this.couplingSquared = new Float64Array(order);
        this.half = new Float64Array(order);
        this.work = new Float64Array(order);
    }

    /** Takes a packed lower triangle that is not all 0; what follows refers to it. */
    decompose(matrix: Float64Array): void {
        this.triangle.set(matrix);
        for (let row = this.order - 1; row > 0; row--) this.clearRow(row);
        this.diagonal[0] = at(this.triangle, 0);
        this.scale = 0;
        for (let i = 0; i < this.order; i++) {
            const below = i + 1 < this.order ? Math.abs(at(this.coupling, i + 1)) : 0;
            const radius = Math.abs(at(this.coupling, i)) + below;
            this.scale = Math.max(this.scale, Math.abs(at(this.diagonal, i)) + radius);
            this.couplingSquared[i] = at(this.coupling, i) ** 2;
        }
    }

    /** The eigenvalue that `rank` others exceed: rank 0 is the largest. */
    eigenvalue(rank: number): number {
        // Gershgorin: every eigenvalue lies within.
        let low = -this.scale;
        let high = this.scale;
        while (high - low > PRECISION * this.scale) {
            const middle = (low + high) / 2;
            if (this.countAbove(middle) > rank) low = middle;
            else high = middle;
        }
        return high;
    }

    /** Writes the eigenvector, of length 1, of the largest eigenvalue; its sign says nothing. */
    leadingVector(largest: number, output: Float64Array): void {
        const { order, diagonal, coupling, couplingSquared, work: pivots } = this;
        // Seen from just above its largest eigenvalue the matrix is negative definite, so that no pivots are exchanged.
        const shift = largest + PRECISION * this.scale;
        for (let i = 0; i < order; i++) {
            const carried = i === 0 ? 0 : at(couplingSquared, i) / at(pivots, i - 1);
            pivots[i] = Math.min(at(diagonal, i) - shift - carried, -PRECISION * this.scale);
            output[i] = 1 + i / order;
        }
        for (let step = 0; step < INVERSE_ITERATIONS; step++) {
            for (let i = 1; i < order; i++) {
                output[i] = at(output, i) - (at(coupling, i) / at(pivots, i - 1)) * at(output, i - 1);
            }
            for (let i = order - 1; i >= 0; i--) {
                const next = i + 1 < order ? at(coupling, i + 1) * at(output, i + 1) : 0;
                output[i] = (at(output, i) - next) / at(pivots, i);
            }
            normalise(output);
        }
        for (let row = 2; row < order; row++) this.reflect(row, output);
    }

    /** Reflects rows and columns 0 to row - 1 so that of this row only the element beside the diagonal is left. */
    private clearRow(row: number): void {
        const { triangle, work, half } = this;
        const start = packedIndex(row, 0);
        const beside = at(triangle, start + row - 1);
        this.diagonal[row] = at(triangle, start + row);
        let cleared = 0;
        for (let j = 0; j < row - 1; j++) cleared += at(triangle, start + j) ** 2;
        half[row] = 0;
        this.coupling[row] = beside;
        if (cleared === 0) return;
        const length = Math.sqrt(cleared + beside * beside);
        // The sign that does not cancel.
        const left = beside > 0 ? -length : length;
        const h = length * length - beside * left;
        this.coupling[row] = left;
        triangle[start + row - 1] = beside - left;
        half[row] = h;
        this.multiply(row, start);
        let projection = 0;
        for (let i = 0; i < row; i++) projection += at(work, i) * at(triangle, start + i);
        projection /= 2 * h * h;
        for (let i = 0; i < row; i++) work[i] = at(work, i) / h - projection * at(triangle, start + i);
        for (let i = 0, place = 0; i < row; i++) {
            const v = at(triangle, start + i);
            const w = at(work, i);
            for (let j = 0; j <= i; j++, place++) {
                triangle[place] = at(triangle, place) - v * at(work, j) - w * at(triangle, start + j);
            }
        }
    }

    /** work = (leading `order` rows and columns) times the vector that starts at `start`. */
    private multiply(order: number, start: number): void {
        const { triangle, work } = this;
        for (let i = 0, place = 0; i < order; i++, place++) {
            const v = at(triangle, start + i);
            let sum = 0;
            for (let j = 0; j < i; j++, place++) {
                const element = at(triangle, place);
                sum += element * at(triangle, start + j);
                work[j] = at(work, j) + element * v;
            }
            work[i] = sum + at(triangle, place) * v;
        }
    }

    private reflect(row: number, vector: Float64Array): void {
        const h = at(this.half, row);
        if (h === 0) return;
        const start = packedIndex(row, 0);
        let projection = 0;
        for (let i = 0; i < row; i++) projection += at(this.triangle, start + i) * at(vector, i);
        projection /= h;
        for (let i = 0; i < row; i++) vector[i] = at(vector, i) - projection * at(this.triangle, start + i);
    }

    /** Number of eigenvalues above x: that of positive pivots of the matrix less x. */
    private countAbove(x: number): number {
        let count = 0;
        let pivot = 1;
        for (let i = 0; i < this.order; i++) {
            pivot = at(this.diagonal, i) - x - at(this.couplingSquared, i) / pivot;
            if (pivot > 0) count++;
            else if (pivot === 0) pivot = -Number.MIN_VALUE;
        }
        return count;
    }
}

function normalise(vector: Float64Array): void {
    let squares = 0;
    for (const value of vector) squares += value * value;
    const length = Math.sqrt(squares);
    for (let i = 0; i < vector.length; i++) vector[i] = at(vector, i) / length;
}
