import { expect } from "chai";
import fc from "fast-check";
import { forEachPhase } from "../../../features/kernels/bars";
import { rollingMean } from "../../../features/kernels/sums";

/** Mean of the last `count` bars of `minutes` minutes, at the rows of a stretch. */
function barMeans(
    values: Float64Array,
    minutes: number,
    count: number,
    origin: number,
    from: number,
): Float64Array {
    const output = new Float64Array(values.length).fill(-1);
    const [bars, means] = [new Float64Array(values.length), new Float64Array(values.length)];
    forEachPhase({ origin, from, to: values.length }, minutes, (phase) => {
        phase.gather(values, count - 1, bars);
        rollingMean(bars, count, means, phase.span);
        phase.scatter(means, output);
    });
    return output;
}

describe("trailing bars", () => {
    const cases = fc.record({
        rows: fc.integer({ min: 1, max: 120 }),
        minutes: fc.integer({ min: 2, max: 15 }),
        count: fc.integer({ min: 1, max: 6 }),
        origin: fc.integer({ min: 0, max: 100_000 }),
        share: fc.double({ min: 0, max: 0.999, noNaN: true }),
    });
    const valuesOf = (rows: number) => Float64Array.from({ length: rows }, (_, row) => (row * row) % 37);

    it("end at every row, whole bars apart, and touch no row outside the stretch", () => {
        fc.assert(
            fc.property(cases, ({ rows, minutes, count, origin, share }) => {
                const values = valuesOf(rows);
                const from = Math.floor(share * rows);
                barMeans(values, minutes, count, origin, from).forEach((mean, row) => {
                    if (row < from) expect(mean).to.equal(-1);
                    else if (row < (count - 1) * minutes) expect(mean).to.be.NaN;
                    else {
                        const bars = Array.from({ length: count }, (_, age) => values[row - age * minutes]!);
                        const wanted = bars.reduce((sum, value) => sum + value, 0) / count;
                        expect(mean).to.be.closeTo(wanted, 1e-12);
                    }
                });
            }),
        );
    });

    it("have the same bits however the rows are cut", () => {
        fc.assert(
            fc.property(cases, ({ rows, minutes, count, origin, share }) => {
                const values = valuesOf(rows);
                const from = Math.floor(share * rows);
                const whole = barMeans(values, minutes, count, origin, 0);
                expect(barMeans(values, minutes, count, origin, from).subarray(from)).to.deep.equal(
                    whole.subarray(from),
                );
            }),
        );
    });
});
