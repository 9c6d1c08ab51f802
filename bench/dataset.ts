import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { setInterval } from "node:timers";
import { writeDataset } from "../sagemaker/processing/dataset";
import type { Benchmark } from "./benchmark";

const THREADS = 2;
const SAMPLE_MILLISECONDS = 200;
const GIBIBYTE = 2 ** 30;

/** Minutes of a trading year: 52 weeks of five days, and what is left of one. */
const YEAR_ROWS = 373_000;

/** All that `bqx features compute` does after reading the bars: fits, features, targets, Parquet, hashes, manifests. */
export const dataset: Benchmark = {
    name: "dataset",
    about: `bars of all pairs to Parquet on ${THREADS} threads`,
    async run({ market: { market, origin }, folder, progress }) {
        const out = join(folder, "dataset");
        let peakBytes = 0;
        const timer = setInterval(() => {
            peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
        }, SAMPLE_MILLISECONDS);
        const cpu = process.cpuUsage();
        const started = performance.now();
        const { rows, values, failed } = await writeDataset({
            ...{ market, origin, out, workers: THREADS },
            onProgress: (done, of) => progress(`${done} of ${of} tasks`),
        }).finally(() => clearInterval(timer));
        const seconds = (performance.now() - started) / 1000;
        const { user, system } = process.cpuUsage(cpu);
        const cpuSeconds = (user + system) / 1e6;
        if (failed.length > 0)
            throw new Error(failed.map(({ pair, error }) => `${pair}: ${error}`).join("\n"));
        const year = (seconds * YEAR_ROWS) / market.timestamps.length;
        return [
            { name: "time", value: seconds, unit: "s", target: { atMost: 150 } },
            { name: "a year from that", value: year / 60, unit: "min", target: { atMost: 10 } },
            { name: "processor time", value: cpuSeconds, unit: "s" },
            { name: "rate", value: values / cpuSeconds / 1e6, unit: "M values/s" },
            { name: "peak memory", value: peakBytes / GIBIBYTE, unit: "GiB", target: { atMost: 6 } },
            { name: "rows", value: rows, unit: "" },
            { name: "files", value: sizeOf(out) / GIBIBYTE, unit: "GiB" },
        ];
    },
};

const sizeOf = (folder: string): number =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
        .map((path) => statSync(join(folder, path)))
        .reduce((sum, each) => sum + (each.isFile() ? each.size : 0), 0);
