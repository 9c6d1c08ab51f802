import { join } from "node:path";
import type { FeatureParameters } from "../features/parameters";
import { bundle, WorkerPool } from "../sagemaker/processing/pool";
import { shareMarket } from "../sagemaker/processing/sharedMarket";
import { WARM_UP_ROWS } from "../sagemaker/processing/splits";
import type { Bench } from "./benchmark";
import type { Measured, Task } from "./compute";

/** Rows that parameters are fitted to: what they say does not matter here, and few are fitted fast. */
const TRAINING_ROWS = 4_096;

/** First row that benchmarks compute: one whose features all have values. */
export const FIRST_ROW = WARM_UP_ROWS + TRAINING_ROWS;

/** One thread of bundled code, with parameters fitted. */
export interface ComputeThread {
    readonly parameters: FeatureParameters;
    readonly run: (task: Task) => Promise<Measured>;
}

/** Works with a thread, and ends it. */
export async function withThread<Result>(
    { market, progress }: Bench,
    work: (thread: ComputeThread) => Promise<Result>,
): Promise<Result> {
    const code = await bundle(join(__dirname, "compute"));
    const pool = new WorkerPool<Task, Measured>(code, 1, shareMarket(market.market));
    try {
        progress("fitting parameters");
        const training = { from: WARM_UP_ROWS, to: FIRST_ROW };
        const { parameters } = await pool.run({ kind: "fit", training });
        if (parameters === undefined) throw new Error("the thread fitted nothing");
        return await work({ parameters, run: (task) => pool.run(task) });
    } finally {
        await pool.close();
    }
}
