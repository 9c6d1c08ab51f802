import { mkdtempSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import type { Bench, Benchmark, Figure } from "./benchmark";
import { dataset } from "./dataset";
import { features } from "./features";
import { inference } from "./inference";
import { benchMarket } from "./market";
import { online } from "./online";
import { regression, rolling, technical } from "./peers";

/** Every benchmark, in the order in which they run. */
export const BENCHMARKS: readonly Benchmark[] = [
    ...[features, technical, regression, rolling],
    ...[dataset, online, inference],
];

/** What was measured, and on what. */
export interface BenchReport {
    readonly machine: string;
    readonly node: string;
    /** Of the last minute, when the run began: others at work on the machine make all figures worse. */
    readonly loadAverage: number;
    readonly bars: string;
    readonly rows: number;
    readonly results: readonly { readonly benchmark: string; readonly figures: readonly Figure[] }[];
}

/** Runs benchmarks one after another over the same bars. */
export async function runBenchmarks(
    benchmarks: readonly Benchmark[],
    progress: Bench["progress"],
): Promise<BenchReport> {
    const folder = mkdtempSync(join(tmpdir(), "bqx-bench-"));
    try {
        const loadAverage = loadavg()[0] ?? NaN;
        progress("bars");
        const market = await benchMarket(folder);
        const results = [];
        for (const { name, run } of benchmarks) {
            const figures = await run({ market, folder, progress: (line) => progress(`${name}: ${line}`) });
            results.push({ benchmark: name, figures });
        }
        const [cpu] = cpus();
        return {
            machine: `${cpu?.model ?? "unknown processor"}, ${cpus().length} cores`,
            node: process.version,
            loadAverage,
            bars: market.source,
            rows: market.market.timestamps.length,
            results,
        };
    } finally {
        rmSync(folder, { recursive: true, force: true });
    }
}
