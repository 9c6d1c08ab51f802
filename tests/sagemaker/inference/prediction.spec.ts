import { expect } from "chai";
import { impliedIntervalOf, impliedReturnOf, intervalOf } from "../../../sagemaker/inference/prediction";

const INTERVALS = {
    regime: { name: "rv", index: 1, edges: [1, 2] },
    halfWidths: [0.1, 0.2, 0.3],
    halfWidthUnknown: 0.4,
};
const AHEAD = { windowMinutes: 60, horizonMinutes: 60, slope: 1, known: null };
const row = (...values: number[]) => Float32Array.from(values);

describe("what a forecast means", () => {
    it("has an interval as wide as its regime's errors, and the widest known where the regime is not", () => {
        const halves = [0.5, 1, 1.5, 2, 2.5, NaN].map(
            (volatility) => intervalOf(INTERVALS, row(0, volatility), 0)[1],
        );
        expect(halves).to.deep.equal([0.1, 0.1, 0.2, 0.2, 0.3, 0.4]);
        expect(intervalOf(INTERVALS, row(0, 3), 1)).to.deep.equal([0.7, 1.3]);
    });

    it("is a rise where bqx is negative: a rate that rises steadily stands above its recent path", () => {
        // Over an hour by 1/1000 a minute. bqx adds up, minute by minute back, how far the rate was above today's.
        const rates = Array.from({ length: 61 }, (_, minute) => 1 + minute / 1_000);
        const last = rates[60]!;
        const bqx = rates.slice(0, 60).reduce((sum, rate) => sum + (rate - last) / last, 0);
        expect(bqx).to.be.below(0);
        const implied = impliedReturnOf(AHEAD, row(), bqx)!;
        expect(implied).to.be.above(0);
        expect(implied / ((last - 1) / last)).to.be.closeTo(1, 1e-9);
    });

    it("counts from what is known of the target already, and says nothing where that is missing", () => {
        const calibration = { ...AHEAD, horizonMinutes: 15, slope: 0.5, known: { name: "bqx_45", index: 0 } };
        expect(impliedReturnOf(calibration, row(2), 2)).to.equal(-0);
        expect(impliedReturnOf(calibration, row(2), 3)).to.be.closeTo(-1 / 106, 1e-12);
        expect(impliedReturnOf(calibration, row(NaN), 3)).to.equal(null);
        expect(impliedIntervalOf(calibration, row(NaN), [1, 2])).to.equal(null);
    });

    it("turns the ends of the interval round", () => {
        const [low, high] = impliedIntervalOf(AHEAD, row(), [-0.61, 1.22])!;
        expect(low).to.be.closeTo(-0.04, 1e-12);
        expect(high).to.be.closeTo(0.02, 1e-12);
    });
});
