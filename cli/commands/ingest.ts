import type { Command } from "commander";
import { statSync } from "node:fs";
import type { Pair } from "../../config/pairs";
import { ingest, type IngestReport, type PairReport } from "../../data/ingest";
import { DataError } from "../../data/report";
import { connectDatabase } from "../../local/connect";
import { UserError } from "../../local/errors";
import { requireInstance } from "../../local/stack";
import { printJson } from "../output";
import { parsePairs } from "../pairs";
import { createStep } from "../progress";

interface IngestOptions {
    readonly stack: string;
    readonly pairs?: readonly Pair[];
    readonly json?: true;
}

/** `bqx ingest`: a folder of bars into a running stack's database. Exits 1 where any pair failed. */
export function ingestCommand(program: Command): void {
    program
        .command("ingest")
        .description("store a folder of bars, CSV or HistData zips, in a running local stack's database")
        .argument("<folder>", "the folder with the files")
        .option("--stack <name>", "the local stack", "local")
        .option("--pairs <list>", "only these pairs, such as eurusd,usdjpy", parsePairs)
        .option("--json", "print one JSON document")
        .action(ingestFolder);
}

async function ingestFolder(folder: string, { stack, pairs, json }: IngestOptions): Promise<void> {
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
        throw new UserError(`There is no folder ${folder}.`);
    const startedAt = Date.now();
    const database = await connectDatabase(requireInstance(stack));
    try {
        const report = await createStep()("Bars", (detail) =>
            ingest(folder, database, {
                pairs,
                onPair: (pair, number, of) => detail(`${pair}, ${number} of ${of}`),
            }),
        );
        const seconds = (Date.now() - startedAt) / 1000;
        if (json) printJson({ ...report, seconds });
        else process.stdout.write(describe(report));
        const problems = [...report.problems, ...report.pairs.flatMap((pair) => pair.problems)];
        if (problems.length > 0) throw new UserError(new DataError(problems).message);
    } finally {
        await database.end();
    }
}

const COLUMNS = [
    ["new", ({ added }: PairReport) => added],
    ["already there", ({ alreadyThere }: PairReport) => alreadyThere],
    ["missing minutes", ({ missingMinutes }: PairReport) => missingMinutes],
    ["closed hours dropped", ({ closedHoursDropped }: PairReport) => closedHoursDropped],
] as const;

/** A line for each pair. What is wrong with the others follows on standard error. */
function describe({ pairs }: IngestReport): string {
    if (pairs.length === 0) return "";
    const cells = (values: readonly string[]) =>
        values.map((value, i) => value.padStart(COLUMNS[i]?.[0].length ?? 0)).join("  ");
    const lines = pairs.map((report) =>
        report.problems.length > 0
            ? `${report.pair}  refused`
            : `${report.pair}  ${cells(COLUMNS.map(([, count]) => String(count(report))))}`,
    );
    return [`${" ".repeat(6)}  ${cells(COLUMNS.map(([title]) => title))}`, ...lines, ""].join("\n");
}
