import { Option, type Command } from "commander";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Pair } from "../../config/pairs";
import { daysToHoliday } from "../../data/holidays";
import { loadMarket, type LoadedMarket } from "../../data/load";
import { DataError } from "../../data/report";
import { writeSample } from "../../data/sample/write";
import { readMarket } from "../../data/store/readBars";
import { inTransaction } from "../../data/store/transaction";
import { CATALOGUE, CATALOGUE_GROUPS } from "../../features/catalogue";
import { connectDatabase } from "../../local/connect";
import { UserError } from "../../local/errors";
import { requireInstance } from "../../local/stack";
import { writeDataset, type DatasetReport } from "../../sagemaker/processing/dataset";
import type { FeatureSource } from "../../sagemaker/processing/source";
import { openTables } from "../../sagemaker/processing/tables";
import { printJson } from "../output";
import { parsePairs } from "../pairs";
import { createStep } from "../progress";

interface ComputeOptions {
    readonly data?: string;
    readonly sample?: true;
    readonly out: string;
    readonly pairs?: readonly Pair[];
    readonly source: "bars" | "tables";
    readonly stack: string;
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
        .description("write all features and targets as Parquet; a second run makes what is missing")
        .option(
            "--data <folder>",
            "the folder with the bars of all 28 pairs, CSV or HistData zips; tables have the stack's by default",
        )
        .option("--sample", "simulated bars instead")
        .requiredOption("--out <folder>", "the folder of the dataset")
        .option("--pairs <list>", "only these pairs, such as eurusd,usdjpy", parsePairs)
        .addOption(
            new Option("--source <source>", "compute features from bars, or read a stack's feature tables")
                .choices(["bars", "tables"])
                .default("bars"),
        )
        .option("--stack <name>", "the local stack with the tables", "local")
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

async function compute(options: ComputeOptions): Promise<void> {
    const { out, json } = options;
    const startedAt = Date.now();
    const report = await (options.source === "tables" ? fromTables(options) : fromBars(options)).catch(
        (error: unknown) => {
            // What cannot be used, in words for whoever gave it.
            const isInput = error instanceof RangeError || error instanceof DataError;
            throw isInput ? new UserError(error.message, { cause: error }) : error;
        },
    );
    const seconds = (Date.now() - startedAt) / 1000;
    if (json) printJson({ ...report, seconds });
    else process.stdout.write(describe(report, out, seconds));
    if (report.failed.length > 0) process.exitCode = 1;
}

async function fromBars(options: ComputeOptions): Promise<DatasetReport> {
    const step = createStep();
    return write(options, await step("Bars", () => bars(options)));
}

/** Reads bars and tables as one transaction sees them. */
async function fromTables(options: ComputeOptions): Promise<DatasetReport> {
    const { data, sample, pairs, stack } = options;
    if (sample === true) throw new UserError("Simulated bars have no feature tables: leave --sample out.");
    const step = createStep();
    const database = await connectDatabase(requireInstance(stack));
    try {
        return await inTransaction(database, async (client) => {
            const tables = await openTables(client, pairs);
            const { activity, spread } = tables.basis;
            const loaded = await step("Bars", () =>
                data === undefined ? readMarket(client, tables.bars, { activity, spread }) : load(data),
            );
            return write(options, loaded, tables);
        });
    } finally {
        await database.end();
    }
}

async function write(
    { out, pairs }: ComputeOptions,
    { market, origin }: LoadedMarket,
    source?: FeatureSource,
): Promise<DatasetReport> {
    return createStep()("Features", (detail) =>
        writeDataset({
            ...{ market, origin, out, pairs, source },
            onProgress: (done, of) => detail(`${done} of ${of} tasks`),
        }),
    );
}

async function bars({ data, sample }: ComputeOptions): Promise<LoadedMarket> {
    if ((sample === true) === (data !== undefined)) {
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
    return loadMarket(folder, { daysToHoliday });
}

function describe({ made, kept, failed, rows, values }: DatasetReport, out: string, seconds: number): string {
    return [
        `${made.length} pairs made, ${kept.length} were there, ${failed.length} failed: ${out}`,
        `${rows} rows, ${values} values, ${seconds.toFixed(1)} s`,
        ...failed.map(({ pair, error }) => `${pair} failed: ${error}`),
        "",
    ].join("\n");
}
