import type { Command } from "commander";
import { BENCHMARKS, type BenchReport, runBenchmarks } from "../../bench";
import { type Figure, isMet } from "../../bench/benchmark";
import { UserError } from "../../local/errors";
import { printJson } from "../output";
import { createStep } from "../progress";

/** Digits of a figure: enough to compare two runs. */
const DIGITS = 3;

/** `bqx bench`. */
export function benchCommand(program: Command): void {
    program
        .command("bench")
        .argument("[names...]", "only these benchmarks")
        .description("measure how fast features are computed, written and read, beside other libraries")
        .option("--json", "print one JSON document")
        .action(bench);
}

async function bench(names: readonly string[], { json }: { readonly json?: true }): Promise<void> {
    const known = BENCHMARKS.map(({ name }) => name);
    const unknown = names.filter((name) => !known.includes(name));
    if (unknown.length > 0)
        throw new UserError(`There is no benchmark ${unknown.join(", ")}; there are ${known.join(", ")}.`);
    const wanted = BENCHMARKS.filter(({ name }) => names.length === 0 || names.includes(name));
    const report = await createStep()("Benchmarks", (detail) => runBenchmarks(wanted, detail));
    if (json) printJson(report);
    else process.stdout.write(describe(report));
}

function describe({ machine, node, loadAverage, bars, rows, results }: BenchReport): string {
    const line = (figure: Figure) => {
        const { name, value, unit, target } = figure;
        const bound = target === undefined ? "" : "atLeast" in target ? target.atLeast : target.atMost;
        const sign = target !== undefined && "atLeast" in target ? "at least" : "at most";
        const verdict =
            target === undefined ? "" : `  ${isMet(figure) ? "ok" : "MISSED"}: ${sign} ${round(bound)}`;
        return `  ${round(value).padStart(9)} ${unit.padEnd(11)} ${name}${verdict}`;
    };
    return [
        `${machine}, Node.js ${node}, load ${loadAverage.toFixed(1)}; ${bars}, ${rows} rows`,
        ...results.flatMap(({ benchmark, figures }) => [benchmark, ...figures.map(line)]),
        "",
    ].join("\n");
}

const round = (value: number | string): string => String(Number(Number(value).toPrecision(DIGITS)));
