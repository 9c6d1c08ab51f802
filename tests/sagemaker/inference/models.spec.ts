import { expect } from "chai";
import { rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CATALOGUE_HASH } from "../../../features/catalogue";
import { Models } from "../../../sagemaker/inference/models";
import { temporaryDir } from "../../support/temporary";
import { contentsOf, writeArtefact, type ArtefactOptions } from "./artefact";
import { linearModel, padded } from "./onnx";

const MEMORY_BYTES = 4 * 1_048_576;
const { "examples.json": EXAMPLES, ...OTHERS } = contentsOf();
const edit = (dir: string, name: string, content: string) => writeFileSync(join(dir, name), content);

/** What loading failed with, without its first line. */
async function problemsOf(dir: string): Promise<string[]> {
    const error = await new Models(MEMORY_BYTES).load({ modelName: "m", modelUrl: dir }).then(
        () => undefined,
        (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(Error);
    const [first = "", ...problems] = (error as Error).message.split("\n  - ");
    expect(first).to.equal(`The model in ${dir} cannot be loaded:`);
    return problems;
}

describe("loading a model", () => {
    const dir = temporaryDir();

    it("takes what training writes", async () => {
        const { modelVersion } = writeArtefact(dir());
        const model = await new Models(MEMORY_BYTES).load({ modelName: "m", modelUrl: dir() });
        expect([model.pair, model.version]).to.deep.equal(["eurusd", modelVersion]);
        await model.retire();
    });

    for (const { title, options, expected } of [
        {
            title: "of another catalogue",
            options: { manifest: { catalogueHash: "0".repeat(64) } },
            expected: [
                `manifest.json: catalogueHash: got "${"0".repeat(64)}", allowed: ${CATALOGUE_HASH}, of this version's catalogue`,
            ],
        },
        {
            title: "of another format and of no pair",
            options: { manifest: { format: 2, pair: "eurxxx" } },
            expected: [/^manifest\.json: format: /, /^manifest\.json: pair: /],
        },
        {
            title: "whose manifest does not name its files",
            options: { manifest: { files: [] } },
            expected: [
                ...["model.onnx", "features.json", "intervals.json", "calibration.json", "examples.json"].map(
                    (name) => `manifest.json: files: ${name} is missing`,
                ),
                /^manifest\.json: modelVersion: got/,
            ],
        },
        {
            title: "whose files lie elsewhere",
            options: { manifest: { files: [{ path: "../features.json", bytes: 1, sha256: "" }] } },
            expected: [/^manifest\.json: files\.0\.path: got "\.\.\/features\.json", allowed: a file name/],
        },
        {
            title: "of another version than its files make",
            options: { manifest: { modelVersion: "0123456789ab" } },
            expected: [
                /^manifest\.json: modelVersion: got 0123456789ab, allowed: [0-9a-f]{12}, of its files$/,
            ],
        },
        {
            title: "whose parts do not fit",
            options: {
                contents: {
                    "intervals.json": { ...OTHERS["intervals.json"], halfWidths: [1, 2] },
                    "calibration.json": {
                        ...OTHERS["calibration.json"],
                        horizonMinutes: 75,
                        known: { name: "bqx_45", index: 2 },
                    },
                },
                manifest: { features: 4 },
            },
            expected: [
                "features.json: columns: got 3 values, allowed: 4",
                "intervals.json: halfWidths: got 2 values, allowed: 3",
                "calibration.json: known: got bqx_45, allowed: column 2 of the model, w15_idx_a2_lag60",
                "calibration.json: horizonMinutes: got 75, allowed: 60 at most",
            ],
        },
        {
            title: "of other inputs",
            options: {
                contents: { "model.onnx": linearModel({ means: [0], weights: [1], intercept: 0 }) },
            },
            expected: [/^model\.onnx: got features float32 \[rows, 1\]/],
        },
        {
            title: "that is no model",
            options: { contents: { "model.onnx": Buffer.from("none") } },
            expected: [/^model\.onnx: /],
        },
        {
            title: "that forecasts other than at its training",
            options: {
                contents: {
                    "examples.json": {
                        ...EXAMPLES,
                        forecasts: [3.5, 2.75, 5.5, 3.25 + 2e-6],
                        intervals: [[3.25, 3.750002], ...EXAMPLES.intervals.slice(1)],
                        impliedReturns: [-0.025, null, null, 0.0075],
                    },
                },
            },
            expected: [
                /^examples\.json: intervals\[0\]\[1\]: got 3\.75, allowed: 3\.750002 within 0\.000001$/,
                /^examples\.json: impliedReturns\[1\]: got -0\.0375/,
                /^examples\.json: forecasts\[3\]: got 3\.25, allowed: 3\.250002 within 0\.000001$/,
                /^examples\.json: intervals\[3\]\[0\]/,
                /^examples\.json: intervals\[3\]\[1\]/,
                /^examples\.json: impliedReturns\[3\]/,
            ],
        },
    ] satisfies { title: string; options: ArtefactOptions; expected: (string | RegExp)[] }[]) {
        it(`refuses one ${title}`, async () => {
            writeArtefact(dir(), options);
            const problems = await problemsOf(dir());
            expect(problems, problems.join("\n")).to.have.length(expected.length);
            expected.forEach((each, i) =>
                typeof each === "string"
                    ? expect(problems[i]).to.equal(each)
                    : expect(problems[i]).to.match(each),
            );
        });
    }

    it("takes a difference within the tolerance", async () => {
        const forecasts = EXAMPLES.forecasts.map((forecast) => forecast + 5e-7);
        writeArtefact(dir(), { contents: { "examples.json": { ...EXAMPLES, forecasts } } });
        const model = await new Models(MEMORY_BYTES).load({ modelName: "m", modelUrl: dir() });
        await model.retire();
    });

    it("names every file that has changed, is missing or is something else", async () => {
        writeArtefact(dir());
        edit(dir(), "calibration.json", JSON.stringify(OTHERS["calibration.json"]).replace("0.53", "0.54"));
        truncateSync(join(dir(), "examples.json"), 10);
        rmSync(join(dir(), "features.json"));
        rmSync(join(dir(), "scaler.json"));
        symlinkSync(join(dir(), "intervals.json"), join(dir(), "scaler.json"));
        const problems = await problemsOf(dir());
        expect(problems).to.have.length(4);
        expect(problems[0]).to.match(/^calibration\.json: its SHA-256 is not the manifest's [0-9a-f]{64}$/);
        expect(problems[1]).to.equal("examples.json: has 10 bytes, which the manifest does not allow");
        expect(problems[2]).to.match(/^features\.json: ENOENT/);
        expect(problems[3]).to.equal("scaler.json: is no regular file");
    });

    it("refuses a folder without a manifest, and a manifest that is no JSON", async () => {
        expect((await problemsOf(dir()))[0]).to.match(/^manifest\.json: ENOENT/);
        edit(dir(), "manifest.json", "{");
        expect((await problemsOf(dir()))[0]).to.match(/^manifest\.json: .*JSON/);
    });

    it("keeps no memory for a model that it refused", async () => {
        const models = new Models(MEMORY_BYTES);
        const big = padded(contentsOf()["model.onnx"], 150_000);
        const [good, bad] = [join(dir(), "good"), join(dir(), "bad")];
        writeArtefact(good, { contents: { "model.onnx": big } });
        writeArtefact(bad, {
            contents: { "model.onnx": big, "examples.json": { ...EXAMPLES, forecasts: [1] } },
        });
        for (let time = 0; time < 3; time++) {
            const [failed] = await Promise.allSettled([models.load({ modelName: "bad", modelUrl: bad })]);
            expect(failed)
                .to.have.nested.property("reason.message")
                .that.contains("examples.json: forecasts");
        }
        await models.load({ modelName: "good", modelUrl: good });
        const [second] = await Promise.allSettled([models.load({ modelName: "second", modelUrl: good })]);
        expect(second).to.have.nested.property("reason.status", 507);
        await models.unloadAll();
        expect(models.list()).to.deep.equal({ models: [] });
    });
});
