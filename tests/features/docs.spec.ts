import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CATALOGUE_HASH, STORED_COLUMNS } from "../../features/catalogue";
import { featuresDoc } from "../../features/docs";

describe("docs/features.md", () => {
    const text = featuresDoc();

    it('is up to date; else run "tsx tools/featuresDoc.ts"', () =>
        expect(readFileSync(join(__dirname, "../../docs/features.md"), "utf8")).to.equal(text));

    it("has one row for every column, and the hash they make", () => {
        const rows = text.split("\n").flatMap((line) => /^\| `([a-z0-9_]+)`/.exec(line)?.[1] ?? []);
        expect(rows).to.deep.equal(STORED_COLUMNS.map(({ name }) => name));
        expect(text).to.contain(`catalogue ${CATALOGUE_HASH}`);
    });

    it("states the counts that the plan gives", () => {
        for (const part of [
            "1,080 base features",
            "2,640 candidates",
            "3,200",
            "| **268** |",
            "| **350** |",
        ]) {
            expect(text).to.contain(part);
        }
    });
});
