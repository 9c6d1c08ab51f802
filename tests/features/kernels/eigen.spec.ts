import { expect } from "chai";
import { LeadingEigen } from "../../../features/kernels/eigen";
import { jacobi } from "../families/naive";
import { normalNumbers } from "../market";

const packed = (matrix: readonly (readonly number[])[]): Float64Array =>
    Float64Array.from(matrix.flatMap((row, i) => row.slice(0, i + 1)));

/** G Gᵀ with `rank` columns. */
function gram(order: number, rank: number, seed: number): number[][] {
    const normal = normalNumbers(seed);
    const factors = Array.from({ length: order }, () => Array.from({ length: rank }, normal));
    return factors.map((one) =>
        factors.map((other) => one.reduce((sum, value, k) => sum + value * other[k]!, 0)),
    );
}

function leading(matrix: readonly (readonly number[])[]): { values: [number, number]; vector: Float64Array } {
    const eigen = new LeadingEigen(matrix.length);
    const vector = new Float64Array(matrix.length);
    eigen.decompose(packed(matrix));
    const largest = eigen.eigenvalue(0);
    eigen.leadingVector(largest, vector);
    return { values: [largest, eigen.eigenvalue(1)], vector };
}

describe("leading eigenvalues", () => {
    for (const { order, rank } of [
        { order: 2, rank: 2 },
        { order: 3, rank: 1 },
        { order: 7, rank: 7 },
        { order: 28, rank: 7 },
        { order: 28, rank: 60 },
    ]) {
        it(`are those of Jacobi's rotations (order ${order}, rank ${rank})`, () => {
            for (let seed = 1; seed <= 5; seed++) {
                const matrix = gram(order, rank, seed);
                const [first, second] = jacobi(matrix);
                const { values, vector } = leading(matrix);
                expect(values[0]).to.be.closeTo(first!.value, 1e-12 * first!.value);
                expect(values[1]).to.be.closeTo(second!.value, 1e-12 * first!.value);
                vector.forEach((value, i) =>
                    expect(value ** 2, `element ${i}`).to.be.closeTo(first!.vector[i]! ** 2, 1e-9),
                );
            }
        });
    }

    it("come with a vector of length 1 that the matrix only stretches", () => {
        const matrix = gram(28, 40, 11);
        const { values, vector } = leading(matrix);
        expect(vector.reduce((sum, value) => sum + value * value, 0)).to.be.closeTo(1, 1e-14);
        matrix.forEach((row, i) => {
            const image = row.reduce((sum, value, j) => sum + value * vector[j]!, 0);
            expect(image).to.be.closeTo(values[0] * vector[i]!, 1e-11 * values[0]);
        });
    });

    it("survive rows of zeros, equal eigenvalues and a diagonal matrix", () => {
        const identity = Array.from({ length: 4 }, (_, i) => [0, 1, 2, 3].map((j) => Number(i === j)));
        expect(leading(identity).values[0]).to.be.closeTo(1, 1e-14);
        expect(leading(identity).values[1]).to.be.closeTo(1, 1e-14);
        const sparse = [
            [0, 0, 0],
            [0, 1, 0.5],
            [0, 0.5, 1],
        ];
        const { values, vector } = leading(sparse);
        expect(values[0]).to.be.closeTo(1.5, 1e-14);
        expect(values[1]).to.be.closeTo(0.5, 1e-14);
        expect(Array.from(vector, (value) => value ** 2)[1]).to.be.closeTo(0.5, 1e-12);
        expect(vector[0]).to.be.closeTo(0, 1e-12);
    });
});
