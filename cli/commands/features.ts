import { Option, type Command } from "commander";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Pair } from "../../config/pairs";
import { daysToHoliday } from "../../data/holidays";
import { loadMarket, type LoadedMarket } from "../../data/load";
import { DataError } from "../../data/report";
import { writeSample } from "../../data/sample/write";
import { CATALOGUE, CATALOGUE_GROUPS } from "../../features/catalogue";
import { UserError } from "../../local/errors";
import { writeDataset, type DatasetReport } from "../../sagemaker/processing/dataset";
import { printJson } from "../output";
import { parsePairs } from "../pairs";
import { createStep } from "../progress";

interface ComputeOptions {
    readonly data?: string;
    readonly sample?: true;
    readonly out: string;
    readonly pairs?: readonly Pair[];
    readonly source: "bars";
    readonly json?: true;
}

/** `bqx features list` and `bqx features compute`. */
export function featuresCommand(program: Command): void {
    const features = program
        .command("features")
        .description("the catalogue of features, and datasets of them");
    features
        .command("list")
        .description("list the features of the catalogue; without --json, how many each family has")
        .option("--json", "print one JSON document")
        .action(list);
    features
        .command("compute")
        .description(
            "compute all features and targets from bars, as Parquet; a second run makes what is missing",
        )
        .option("--data <folder>", "the folder with the bars of all 28 pairs, CSV or HistData zips")
        .option("--sample", "simulated bars instead")
        .requiredOption("--out <folder>", "the folder of the dataset")
        .option("--pairs <list>", "only these pairs, such as eurusd,usdjpy", parsePairs)
        .addOption(
            new Option("--source <source>", "where the bars come from").choices(["bars"]).default("bars"),
        )
        .option("--json", "print one JSON document")
        .action(compute);
}

function list({ json }: { readonly json?: true }): void {
    if (json) {
        printJson(CATALOGUE);
        return;
    }
    const lines = Object.entries(CATALOGUE_GROUPS).flatMap(([group, families]) => [
        `${String(families.reduce((sum, { columns }) => sum + columns.length, 0)).padStart(5)}  ${group}`,
        ...families.map(({ name, columns }) => `${String(columns.length).padStart(9)}  ${name}`),
    ]);
    process.stdout.write(`${[`${String(CATALOGUE.length).padStart(5)}  features`, ...lines].join("\n")}\n`);
}

async function compute({ data, sample, out, pairs, json }: ComputeOptions): Promise<void> {
    const startedAt = Date.now();
    const step = createStep();
    const { market, origin } = await step("Bars", () => bars(data, sample === true));
    const report = await step("Features", (detail) =>
        writeDataset({
            market,
            origin,
            out,
            pairs,
            onProgress: (done, of) => detail(`${done} of ${of} tasks`),
        }).catch((error: unknown) => {
            throw error instanceof RangeError ? new UserError(error.message, { cause: error }) : error;
        }),
    );
    const seconds = (Date.now() - startedAt) / 1000;
    if (json) printJson({ ...report, seconds });
    else process.stdout.write(describe(report, out, seconds));
    if (report.failed.length > 0) process.exitCode = 1;
}

async function bars(data: string | undefined, isSample: boolean): Promise<LoadedMarket> {
    if (isSample === (data !== undefined)) {
        throw new UserError(
            "Say where the bars are: --data FOLDER with your own, or --sample for simulated ones.",
        );
    }
    if (data !== undefined) return load(data);
    const folder = mkdtempSync(join(tmpdir(), "bqx-sample-"));
    try {
        await writeSample(folder);
        return await load(folder);
    } finally {
        rmSync(folder, { recursive: true, force: true });
    }
}

async function load(folder: string): Promise<LoadedMarket> {
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
        throw new UserError(`There is no folder ${folder}.`);
    try {
        return await loadMarket(folder, { daysToHoliday });
    } catch (error) {
        throw error instanceof DataError ? new UserError(error.message, { cause: error }) : error;
    }
}

function describe({ made, kept, failed, rows, values }: DatasetReport, out: string, seconds: number): string {
    return [
        `${made.length} pairs made, ${kept.length} were there, ${failed.length} failed: ${out}`,
        `${rows} rows, ${values} values, ${seconds.toFixed(1)} s`,
        ...failed.map(({ pair, error }) => `${pair} failed: ${error}`),
        "",
    ].join("\n");
}
