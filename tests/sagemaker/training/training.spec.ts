import { expect } from "chai";
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { CATALOGUE_HASH, STORED_COLUMNS } from "../../../features/catalogue";
import { ensurePython } from "../../../local/toolchain/python";
import { writeDataset } from "../../../sagemaker/processing/dataset";
import { EMBARGO_MINUTES, LONGEST_HORIZON } from "../../../sagemaker/processing/targets";
import { currencyMarket } from "../../features/families/currencyMarket";
import { runProgram } from "../../support/processes";
import { temporaryDir } from "../../support/temporary";
import { WARM_UP } from "../processing/fixture";

const TRAINING = join(__dirname, "../../../sagemaker/training");
const PYTHON_TESTS = join(__dirname, "python");

/** Rows of the dataset in its three splits; a quarter of them must be longer than the longest lag. */
const USABLE = 1_600;

/** What every report needs, and families that are quick to compute. */
const COLUMNS = STORED_COLUMNS.filter(
    ({ name, family }) =>
        ["memory", "regression idx", "regression bqx", "realized volatility"].includes(family) ||
        ["roc_idx_30", "roc_idx_60", "spread_bp"].includes(name),
).map(({ name }) => name);

const SETTINGS = {
    pair: "eurusd",
    fast: "true",
    selection_trees: "10",
    n_estimators: "10",
    permutation_rows: "50",
};

const manifestSchema = z.object({
    pair: z.string(),
    catalogueHash: z.string(),
    features: z.number(),
    dataset: z.object({ splits: z.record(z.string(), z.object({ rows: z.number() })) }),
});
const metricsSchema = z.object({ test: z.object({ r2: z.number(), rows: z.number() }) });
const calibrationSchema = z.object({ slope: z.number() });

describe("training", function () {
    this.timeout(300_000);
    const scratch = temporaryDir();
    let python = "";

    before(async () => {
        const environment = await ensurePython(join(TRAINING, "requirements.txt"), () => undefined);
        python = join(environment, "bin", "python");
    });

    for (const file of readdirSync(PYTHON_TESTS).filter((name) => /^test_.*\.py$/.test(name))) {
        it(`passes ${file}`, async () => {
            const env = { ...process.env, PYTHONPATH: TRAINING, PYTHONDONTWRITEBYTECODE: "1" };
            const args = ["-W", "ignore", "-m", "unittest", file];
            const { code, stderr } = await runProgram(python, args, { cwd: PYTHON_TESTS, env });
            expect(code, stderr).to.equal(0);
            expect(stderr).to.match(/^Ran [1-9]\d* tests? in/m);
        });
    }

    it("takes what processing writes, and finds in a random walk what is there: nothing", async () => {
        const base = join(scratch(), "ml");
        const [config, input, out] = [
            join(base, "input/config"),
            join(base, "input/data"),
            join(base, "out"),
        ];
        for (const folder of [config, input, out]) mkdirSync(folder, { recursive: true });
        await writeDataset({
            market: currencyMarket(WARM_UP + USABLE + 2 * EMBARGO_MINUTES + LONGEST_HORIZON),
            origin: "simulated",
            out,
            pairs: ["eurusd"],
            columns: COLUMNS,
            workers: 1,
        });
        renameSync(join(out, "eurusd"), join(input, "dataset"));
        const files = {
            hyperparameters: SETTINGS,
            inputdataconfig: { dataset: { TrainingInputMode: "File" } },
            resourceconfig: { current_host: "algo-1", hosts: ["algo-1"] },
        };
        for (const [name, content] of Object.entries(files))
            writeFileSync(join(config, `${name}.json`), JSON.stringify(content));

        const env = { ...process.env, SAGEMAKER_BASE_DIR: base, PYTHONDONTWRITEBYTECODE: "1" };
        const { code, stdout, stderr } = await runProgram(python, [join(TRAINING, "train.py")], { env });
        expect(code, stdout + stderr).to.equal(0);

        const read = (name: string): unknown => JSON.parse(readFileSync(join(base, "model", name), "utf8"));
        const manifest = manifestSchema.parse(read("manifest.json"));
        expect(manifest).to.include({ pair: "eurusd", catalogueHash: CATALOGUE_HASH });
        expect(manifest.features).to.be.within(200, 250);
        const { test } = metricsSchema.parse(read("metrics.json"));
        expect(test.rows).to.equal((manifest.dataset.splits["test"]?.rows ?? NaN) - 240);
        expect(test.r2).to.be.below(0.1);
        // Three quarters on a random walk: the columns that returns and targets are read from mean what Python takes them for.
        expect(calibrationSchema.parse(read("calibration.json")).slope).to.be.within(0.6, 0.9);
    });
});
