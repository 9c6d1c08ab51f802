import { expect } from "chai";
import fc from "fast-check";
import { planParts, planSplits, SPLITS } from "../../../sagemaker/processing/splits";

const requests = fc
    .record({
        warmUpRows: fc.nat(5_000),
        horizonRows: fc.nat(90),
        embargoRows: fc.nat(200),
        withheldRows: fc.constantFrom(0, 1_440),
        spare: fc.integer({ min: 4, max: 400_000 }),
    })
    .map(({ spare, ...rest }) => ({
        ...rest,
        rows: spare + rest.warmUpRows + rest.horizonRows + 3 * rest.embargoRows + rest.withheldRows,
    }));

describe("planSplits", () => {
    it("gives train 50 %, validation 25 % and test 25 % of what is left of the embargoes", () => {
        const plan = planSplits({
            rows: 1_000 + 100 + 60 + 2 * 120,
            warmUpRows: 100,
            horizonRows: 60,
            embargoRows: 120,
            withheldRows: 0,
        });
        expect(plan).to.deep.equal({
            train: { from: 100, to: 600 },
            validation: { from: 720, to: 970 },
            test: { from: 1_090, to: 1_340 },
        });
    });

    it("leaves an embargo between splits, whole targets at the end, and nothing of what is withheld", () => {
        fc.assert(
            fc.property(requests, (request) => {
                const { rows, warmUpRows, horizonRows, embargoRows, withheldRows } = request;
                const { train, validation, test, withheld } = planSplits(request);
                expect(train.from).to.equal(warmUpRows);
                expect(validation.from - train.to).to.equal(embargoRows);
                expect(test.from - validation.to).to.equal(embargoRows);
                expect(test.to).to.be.at.most(rows - horizonRows);
                if (withheldRows === 0) expect(withheld).to.equal(undefined);
                else {
                    expect(withheld).to.deep.equal({ from: rows - withheldRows, to: rows });
                    expect(rows - withheldRows - test.to).to.be.at.least(embargoRows);
                }
                const lengths = [train, validation, test].map(({ from, to }) => to - from);
                const usable = lengths.reduce((sum, length) => sum + length, 0);
                expect(Math.min(...lengths)).to.be.at.least(1);
                for (const [i, share] of [0.5, 0.25, 0.25].entries())
                    expect(lengths[i]! - share * usable).to.be.within(-1, 2);
            }),
        );
    });

    it("refuses a market that is too short, and says how long it must be", () => {
        const request = { warmUpRows: 100, horizonRows: 10, embargoRows: 20, withheldRows: 0 };
        expect(() => planSplits({ ...request, rows: 153 })).to.throw(
            RangeError,
            "The market has 153 minutes; a dataset needs at least 154",
        );
        expect(planSplits({ ...request, rows: 154 }).test).to.deep.equal({ from: 143, to: 144 });
    });
});

describe("planParts", () => {
    it("covers every split once, in order, by parts that are alike and not too long", () => {
        fc.assert(
            fc.property(requests, fc.integer({ min: 1, max: 20_000 }), (request, mostRows) => {
                const plan = planSplits(request);
                const parts = planParts(plan, Math.max(mostRows, Math.ceil(request.rows / 100)));
                for (const split of SPLITS) {
                    const own = parts.filter((part) => part.split === split);
                    expect(own.map(({ index }) => index)).to.deep.equal(own.map((_, place) => place));
                    expect(own[0]?.from).to.equal(plan[split].from);
                    expect(own.at(-1)?.to).to.equal(plan[split].to);
                    own.slice(1).forEach(({ from }, place) => expect(from).to.equal(own[place]?.to));
                    const lengths = own.map(({ from, to }) => to - from);
                    expect(Math.max(...lengths) - Math.min(...lengths)).to.be.at.most(1);
                }
            }),
        );
    });
});
