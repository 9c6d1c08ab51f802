import { parentPort, workerData } from "node:worker_threads";
import { PAIRS, type Pair } from "../config/pairs";
import { computeNewest, computeRange } from "../features/engine";
import type { Market } from "../features/market";
import type { FeatureParameters } from "../features/parameters";
import { HISTORY_MINUTES } from "../features/slice";
import { fitPair, joinFits } from "../sagemaker/processing/parameters";
import type { Outcome } from "../sagemaker/processing/pool";
import { marketOf, type SharedMarket } from "../sagemaker/processing/sharedMarket";
import type { RowRange } from "../sagemaker/processing/splits";

/** What is measured in a thread of bundled code, see bundle in sagemaker/processing/pool.ts. */
export type Task = FitTask | RangeTask | NewestTask;

/** Fits all pairs to some rows; the tasks that follow compute with it. */
export interface FitTask {
    readonly kind: "fit";
    readonly training: RowRange;
}

/** Computes columns of some rows, several times. */
export interface RangeTask extends RowRange {
    readonly kind: "range";
    readonly pairs: readonly Pair[];
    readonly columns: readonly string[];
    readonly chunkRows: number;
    readonly times: number;
}

/** Computes the last of each of so many rows as if it were the newest. */
export interface NewestTask {
    readonly kind: "newest";
    readonly columns: readonly string[];
    readonly times: number;
}

/** What a task took, run by run. */
export interface Measured {
    /** Processor time of the whole process: of compiling and collecting garbage too. */
    readonly cpuSeconds: readonly number[];
    readonly wallSeconds: readonly number[];
    /** What was fitted. */
    readonly parameters?: FeatureParameters;
}

const market = marketOf(workerData as SharedMarket);
let parameters: FeatureParameters = { pairs: new Map() };

function measure(times: number, work: (run: number) => void): Measured {
    const cpuSeconds = [];
    const wallSeconds = [];
    for (let run = 0; run < times; run++) {
        const cpu = process.cpuUsage();
        const started = performance.now();
        work(run);
        wallSeconds.push((performance.now() - started) / 1000);
        const { user, system } = process.cpuUsage(cpu);
        cpuSeconds.push((user + system) / 1e6);
    }
    return { cpuSeconds, wallSeconds };
}

function fit({ training }: FitTask): Measured {
    const measured = measure(1, () => {
        const fits = PAIRS.map((pair) => fitPair(market, pair, training));
        parameters = joinFits(market, fits, training);
    });
    return { ...measured, parameters };
}

function range({ times, chunkRows, ...request }: RangeTask): Measured {
    const rows = Math.min(chunkRows, request.to - request.from);
    const into = new Float32Array(rows * request.columns.length);
    return measure(times, () => {
        const blocks = computeRange(market, parameters, { ...request, chunkRows, into });
        while (blocks.next().done !== true);
    });
}

function newest({ columns, times }: NewestTask): Measured {
    const rows = market.timestamps.length;
    return measure(times, (run) => {
        computeNewest(lastRows(rows - times + run + 1), parameters, { pairs: PAIRS, columns });
    });
}

/** As much of the market as its newest row needs, were `to` its end. */
function lastRows(to: number): Market {
    const cut = (values: Float64Array) => values.subarray(Math.max(0, to - HISTORY_MINUTES - 1), to);
    const bars = Array.from(market.bars, ([pair, { open, high, low, close, volume, spreadBp }]) => {
        const prices = { open: cut(open), high: cut(high), low: cut(low), close: cut(close) };
        const quotes = spreadBp === undefined ? {} : { spreadBp: cut(spreadBp) };
        return [pair, { ...prices, volume: cut(volume), ...quotes }] as const;
    });
    return { ...market, timestamps: cut(market.timestamps), bars: new Map(bars) };
}

function perform(task: Task): Measured {
    switch (task.kind) {
        case "fit":
            return fit(task);
        case "range":
            return range(task);
        case "newest":
            return newest(task);
    }
}

parentPort?.on("message", (task: Task) => {
    let outcome: Outcome<Measured>;
    try {
        outcome = { answer: perform(task) };
    } catch (error) {
        outcome = { error: error instanceof Error ? error.message : String(error) };
    }
    parentPort?.postMessage(outcome);
});
