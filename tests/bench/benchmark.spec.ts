import { expect } from "chai";
import { Command } from "commander";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { BENCHMARKS } from "../../bench";
import { isMet, least, percentile } from "../../bench/benchmark";
import { rateOf } from "../../bench/peer";
import { benchCommand } from "../../cli/commands/bench";

const ROOT = join(__dirname, "..", "..");

describe("benchmarks", () => {
    it("have names of their own, and say what they are about", () => {
        const names = BENCHMARKS.map(({ name }) => name);
        expect(new Set(names).size).to.equal(names.length);
        for (const { name, about } of BENCHMARKS) expect(about, name).to.match(/\w{3}/);
    });

    it("have the peers they are measured against", () => {
        for (const name of ["technical", "regression", "rolling"]) {
            expect(existsSync(join(ROOT, "bench", "peers", `${name}.py`)), name).to.equal(true);
        }
    });

    it("refuse a name that there is not, and list those that there are", async () => {
        const program = new Command().exitOverride();
        benchCommand(program);
        const refused = await program.parseAsync(["node", "bqx", "bench", "nosuch"]).catch(String);
        expect(refused).to.match(/no benchmark nosuch; there are features, technical, /);
    });
});

describe("figures", () => {
    it("say whether they reach what they should", () => {
        const figure = { name: "rate", unit: "M values/s" };
        expect(isMet({ ...figure, value: 20, target: { atLeast: 20 } })).to.equal(true);
        expect(isMet({ ...figure, value: 19.9, target: { atLeast: 20 } })).to.equal(false);
        expect(isMet({ ...figure, value: 10, target: { atMost: 10 } })).to.equal(true);
        expect(isMet({ ...figure, value: 10.1, target: { atMost: 10 } })).to.equal(false);
        expect(isMet({ ...figure, value: NaN, target: { atMost: 10 } })).to.equal(false);
        expect(isMet({ ...figure, value: 1 })).to.equal(undefined);
    });

    it("take the least of several runs, and percentiles that some run had", () => {
        expect(least([3, 1, 2])).to.equal(1);
        expect(rateOf(8e6, [4, 2])).to.equal(4);
        const values = Array.from({ length: 200 }, (_, index) => 200 - index);
        expect(percentile(values, 0.99)).to.equal(198);
        expect(percentile(values, 0.5)).to.equal(100);
        expect(percentile([7], 0.99)).to.equal(7);
    });
});
