import { expect } from "chai";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Pair } from "../../config/pairs";
import { STORED_COLUMNS } from "../../features/catalogue";
import { computedFamilies } from "../../features/engine";
import type { Market } from "../../features/market";
import type { FeatureParameters } from "../../features/parameters";
import { ensurePython } from "../../local/toolchain/python";
import { runProgram } from "../support/processes";
import { type Measured, writeGroup, writeMarket } from "./exchange";
import { REFERENCE_GROUPS, type ReferenceGroup, WITHOUT_REFERENCE } from "./groups";
import { fittedParameters, referenceMarket, TRAINING_ROWS } from "./market";

/** One pair with the dollar and one without. */
const COMPARED: readonly Pair[] = ["eurusd", "audjpy"];

const exempt = new Set(WITHOUT_REFERENCE.map(({ what }) => what));
const familyOf = new Map(STORED_COLUMNS.map(({ name, family }) => [name, family]));

/** One line for each column that is further away than its family's tolerance allows. */
function tooFar({ families }: ReferenceGroup, report: readonly Measured[]): string[] {
    return report.flatMap((each) => {
        if (each.unknown) return [`${each.column}: not in the catalogue`];
        const family = familyOf.get(each.column);
        const tolerance = family === undefined ? undefined : families[family];
        if (tolerance !== undefined && each.known > 0 && each.apart === 0) return [];
        const { pair, column, rows, known, apart, oneSidedNaN, maxAbsolute, maxRelative } = each;
        const errors = `error at most ${maxAbsolute.toExponential(1)}, relative ${maxRelative.toExponential(1)}`;
        return [
            `${pair} ${column}: ${apart} of ${rows} rows apart (NaN ${oneSidedNaN}; known ${known}), ${errors}`,
        ];
    });
}

describe("features against independent implementations", function () {
    this.timeout(300_000);
    let folder = "";
    let python = "";
    let market: Market;
    let parameters: FeatureParameters;

    before(async () => {
        python = join(
            await ensurePython(join(__dirname, "requirements.txt"), () => undefined),
            "bin",
            "python",
        );
        folder = mkdtempSync(join(tmpdir(), "bqx-reference-"));
        const sample = join(folder, "sample");
        mkdirSync(sample);
        market = await referenceMarket(sample);
        parameters = fittedParameters(market, COMPARED);
        writeMarket(folder, market, parameters, TRAINING_ROWS);
    });

    after(() => {
        if (folder !== "") rmSync(folder, { recursive: true, force: true });
    });

    it("cover every family that is computed, but those that say why not", () => {
        const covered = REFERENCE_GROUPS.filter(({ isPartial }) => isPartial !== true).flatMap(
            ({ families }) => Object.keys(families),
        );
        const families = computedFamilies().filter(
            (family) => !covered.includes(family) && !exempt.has(family),
        );
        expect(families).to.deep.equal([]);
    });

    it("excuse nothing that does not exist", () => {
        const known = new Set<string>([...computedFamilies(), ...familyOf.keys()]);
        expect([...exempt].filter((what) => !known.has(what))).to.deep.equal([]);
    });

    for (const group of REFERENCE_GROUPS) {
        it(`agree with python/${group.name}.py: ${Object.keys(group.families).join(", ")}`, async () => {
            writeGroup(folder, group, market, parameters, COMPARED);
            const script = join(__dirname, "python", "compare.py");
            const { code, stdout, stderr } = await runProgram(python, [script, folder, group.name]);
            expect(code, stderr).to.equal(0);
            const report = JSON.parse(stdout) as Measured[];
            expect(tooFar(group, report)).to.deep.equal([]);
            if (group.isPartial === true) return;
            const referenced = new Set(report.map(({ column }) => column));
            const missing = STORED_COLUMNS.filter(
                ({ name, family }) =>
                    group.families[family] !== undefined && !referenced.has(name) && !exempt.has(name),
            );
            expect(missing.map(({ name }) => name)).to.deep.equal([]);
        });
    }
});
