import { expect } from "chai";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { computeRange } from "../../../features/engine";
import type { FeatureParameters } from "../../../features/parameters";
import { ensurePython } from "../../../local/toolchain/python";
import { writeDataset } from "../../../sagemaker/processing/dataset";
import { SPLITS } from "../../../sagemaker/processing/splits";
import { EMBARGO_MINUTES, TARGETS, targetValues } from "../../../sagemaker/processing/targets";
import { runProgram } from "../../support/processes";
import { temporaryDir } from "../../support/temporary";
import { COLUMNS, market, options, WARM_UP } from "./fixture";

const reportSchema = z.record(
    z.string(),
    z.object({ rows: z.number(), types: z.array(z.tuple([z.string(), z.string()])) }),
);

/** Rows of each split, as tests/sagemaker/processing/fixture.ts says. */
const ROWS = { train: 235, validation: 117, test: 118 };

describe("a dataset read by others", function () {
    this.timeout(300_000);
    const scratch = temporaryDir();

    it("has for pyarrow and DuckDB the schema, the rows and the bits that were written", async () => {
        const requirements = join(__dirname, "python", "requirements.txt");
        const python = join(await ensurePython(requirements, () => undefined), "bin", "python");
        let parameters: FeatureParameters | undefined;
        const [out, read] = [join(scratch(), "out"), join(scratch(), "read")];
        mkdirSync(read);
        await writeDataset({
            ...options(out),
            onFitted: (basis) => {
                ({ parameters } = basis);
                return Promise.resolve();
            },
        });
        const folder = join(out, "gbpjpy", "features_1080.parquet");
        const script = join(__dirname, "python", "read_back.py");
        const { code, stdout, stderr } = await runProgram(python, [script, folder, read]);
        expect(code, stderr).to.equal(0);
        const report = reportSchema.parse(JSON.parse(stdout));
        const names = [...COLUMNS, ...TARGETS.map(({ name }) => name)];
        let from = WARM_UP;
        for (const split of SPLITS) {
            const to = from + ROWS[split];
            const written = Buffer.concat(columnsOf(parameters!, from, to));
            for (const [reader, time] of [
                ["with_pyarrow", "timestamp[ms, tz=UTC]"],
                ["with_duckdb", "timestamp[us]"],
            ] as const) {
                const types = [["ts_utc", time], ...names.map((name) => [name, "float"])];
                expect(report[`${reader}.${split}`], reader).to.deep.equal({ rows: ROWS[split], types });
                const content = readFileSync(join(read, `${reader}.${split}.bin`));
                expect(content.equals(written), `${reader} ${split}`).to.equal(true);
            }
            from = to + EMBARGO_MINUTES;
        }
    });
});

/** The bytes of every column of some rows, computed apart from the dataset. */
function columnsOf(parameters: FeatureParameters, from: number, to: number): Uint8Array[] {
    const whole = market();
    const request = { pairs: ["gbpjpy"] as const, columns: COLUMNS, from, to };
    const [block] = computeRange(whole, parameters, request);
    const times = BigInt64Array.from(whole.timestamps.subarray(from, to), (ms) => BigInt(ms));
    const targets = targetValues(whole, parameters, "gbpjpy", { from, to });
    return [times, block!.values, ...targets].map(
        ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
    );
}
