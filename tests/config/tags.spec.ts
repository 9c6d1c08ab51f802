import { expect } from "chai";
import fc from "fast-check";
import { COST_ALLOCATION_TAGS, REQUIRED_TAGS, STAGES, TAG_VALUE, tagsFor } from "../../config/tags";

const owner = { stack: "prod-eu", owner: "ml-platform", costCenter: "fx-research" };

describe("tagsFor", () => {
    it("gives every required tag and no other", () => {
        const tags = tagsFor(owner, "network");
        expect(tags).to.deep.equal({
            Project: "bqx-ml",
            Environment: "prod",
            Owner: "ml-platform",
            CostCenter: "fx-research",
            ManagedBy: "pulumi",
            Stage: "network",
        });
        expect(tags).to.have.all.keys(...REQUIRED_TAGS);
    });

    it("adds the pair to what belongs to one", () => {
        const tags = tagsFor(owner, "registry", "eurusd");
        expect(tags).to.include({ Pair: "eurusd" });
        expect(tags).to.have.all.keys(...COST_ALLOCATION_TAGS);
    });

    for (const stage of STAGES) {
        it(`names the stage ${stage}`, () => expect(tagsFor(owner, stage).Stage).to.equal(stage));
    }

    it("lists every value that AWS refuses", () =>
        expect(() => tagsFor({ ...owner, owner: "R&D", costCenter: "" }, "billing")).to.throw(
            'Tags of stage billing: Owner: got "R&D", allowed: 1 to 256 letters, digits, spaces and _.:/=+-@; ' +
                'CostCenter: got "", allowed: 1 to 256 letters, digits, spaces and _.:/=+-@',
        ));

    it("accepts letters of every script, and 256 characters at most", () => {
        for (const value of ["Zürich Käse", "東京", "a@b.ch:/=+-_", "x".repeat(256)]) {
            expect(TAG_VALUE.test(value), value).to.be.true;
        }
        expect(TAG_VALUE.test("x".repeat(257))).to.be.false;
    });

    it("refuses whatever holds a character beyond those", () => {
        const refused = fc.constantFrom(...Array.from("!\"#$%&'()*,;<>?[\\]^`{|}~\n\t"));
        fc.assert(
            fc.property(fc.string(), refused, fc.string(), (before, bad, after) => {
                const tags = () => tagsFor({ ...owner, owner: `${before}${bad}${after}` }, "alerts");
                expect(tags).to.throw("Owner: got");
            }),
        );
    });
});
