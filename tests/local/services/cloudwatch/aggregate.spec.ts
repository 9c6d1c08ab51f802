import { expect } from "chai";
import fc from "fast-check";
import {
    aggregateOf,
    merge,
    statisticOf,
    type Aggregate,
} from "../../../../local/services/cloudwatch/aggregate";

const whole = (values: readonly number[]): Aggregate =>
    values.map((value) => aggregateOf(value)).reduce<Aggregate | undefined>(merge, undefined) ??
    aggregateOf(0);

describe("aggregate", () => {
    it("computes the named statistics and percentiles", () => {
        const aggregate = whole([4, 1, 3, 2]);
        const computed = [
            "SampleCount",
            "Sum",
            "Average",
            "Minimum",
            "Maximum",
            "p0",
            "p50",
            "p75.5",
            "p100",
        ].map((name) => statisticOf(aggregate, name));
        expect(computed).to.deep.equal([4, 10, 2.5, 1, 4, 1, 2, 4, 4]);
    });

    it("weighs values by their counts", () => {
        const aggregate = merge(aggregateOf(1, 9), aggregateOf(100, 1));
        expect(statisticOf(aggregate, "Average")).to.equal(10.9);
        expect([statisticOf(aggregate, "p90"), statisticOf(aggregate, "p91")]).to.deep.equal([1, 100]);
    });

    it("knows no percentile of bare statistics, unless all values are the same", () => {
        const bare = { count: 2, sum: 3, minimum: 1, maximum: 2 };
        expect(statisticOf(bare, "p50")).to.equal(undefined);
        expect(statisticOf(merge(bare, aggregateOf(1)), "p50")).to.equal(undefined);
        expect(statisticOf({ count: 2, sum: 4, minimum: 2, maximum: 2 }, "p50")).to.equal(2);
    });

    it("keeps percentiles within six percent, and memory bounded, for any number of values", () => {
        const values = fc.array(fc.double({ min: 0.001, max: 1e6, noNaN: true }), {
            minLength: 101,
            maxLength: 1500,
        });
        fc.assert(
            fc.property(values, fc.integer({ min: 0, max: 100 }), (given, percent) => {
                const aggregate = whole(given);
                const sorted = [...given].sort((left, right) => left - right);
                const exact = sorted[Math.max(1, Math.ceil((percent / 100) * given.length)) - 1] ?? NaN;
                const found = statisticOf(aggregate, `p${percent}`) ?? NaN;
                expect(aggregate.distribution?.length).to.be.at.most(300);
                expect(Math.abs(found - exact) / exact).to.be.at.most(0.06);
                expect(statisticOf(aggregate, "Minimum")).to.equal(sorted[0]);
                expect(aggregate.count).to.equal(given.length);
            }),
            { numRuns: 30 },
        );
    });
});
