import { expect } from "chai";
import { packedIndex, rollingCovariances } from "../../../features/kernels/covariances";
import { covariance } from "../families/naive";
import { normalNumbers } from "../market";

const ORIGIN = 12_345;
const ROWS = 200;
const WINDOW = 20;

const normal = normalNumbers(3);
const series = [5, 5, 1e6].map((level) => Float64Array.from({ length: ROWS }, () => level + normal()));

function matrices(from: number, to: number, of = series): Map<number, number[]> {
    const found = new Map<number, number[]>();
    rollingCovariances(of, WINDOW, { origin: ORIGIN, from, to }, (row, matrix) =>
        found.set(row, [...matrix]),
    );
    return found;
}

describe("rolling covariances", () => {
    const whole = matrices(0, ROWS);

    it("are those of two passes, every row once, NaN before the window is full", () => {
        expect([...whole.keys()]).to.deep.equal(Array.from({ length: ROWS }, (_, row) => row));
        for (const [row, matrix] of whole) {
            if (row < WINDOW - 1) {
                expect(matrix.every(Number.isNaN), `row ${row}`).to.equal(true);
                continue;
            }
            const windows = series.map((values) => [...values.subarray(row - WINDOW + 1, row + 1)]);
            windows.forEach((one, i) =>
                windows.slice(0, i + 1).forEach((other, j) => {
                    expect(matrix[packedIndex(i, j)]).to.be.closeTo(covariance(one, other), 1e-9);
                }),
            );
        }
    });

    it("have the same bits wherever the rows are cut", () => {
        for (let cut = 1; cut < ROWS; cut++) {
            expect(new Map([...matrices(0, cut), ...matrices(cut, ROWS)])).to.deep.equal(whole);
        }
        for (const [row, matrix] of whole) expect(matrices(row, row + 1).get(row)).to.deep.equal(matrix);
    });

    it("are exactly 0 for a series that stands still, and forget a NaN that has left the window", () => {
        const still = new Float64Array(ROWS).fill(0.1 + 0.2);
        const [own] = matrices(50, 51, [still, ...series]).get(50)!;
        expect(own).to.equal(0);
        const holed = series.map((values) => values.map((value, row) => (row < 30 ? NaN : value)));
        const found = matrices(0, ROWS, holed);
        expect(found.get(30 + WINDOW - 2)!.every(Number.isNaN)).to.equal(true);
        expect(found.get(30 + WINDOW - 1)).to.deep.equal(whole.get(30 + WINDOW - 1));
    });
});
