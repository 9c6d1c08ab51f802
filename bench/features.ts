import { PAIRS } from "../config/pairs";
import { STORED_COLUMNS } from "../features/catalogue";
import { computedColumns, computedFamilies } from "../features/engine";
import type { Benchmark } from "./benchmark";
import { rateOf } from "./peer";
import { FIRST_ROW, withThread } from "./thread";

/** Rows computed at once, as a dataset does. */
export const CHUNK_ROWS = 8_192;

/** Runs, of which the best one counts. */
const TIMES = 3;

/** Features of all pairs on one core: the whole catalogue, and each family by itself with what it shares with others. */
export const features: Benchmark = {
    name: "features",
    about: "the whole catalogue and each family, range mode, values per second of one core",
    run: (bench) =>
        withThread(bench, async (thread) => {
            const from = FIRST_ROW;
            const to = from + CHUNK_ROWS;
            const rows = CHUNK_ROWS * PAIRS.length;
            const measured = async (columns: readonly string[]) => {
                const { cpuSeconds } = await thread.run({
                    ...{
                        kind: "range",
                        pairs: PAIRS,
                        columns,
                        from,
                        to,
                        chunkRows: CHUNK_ROWS,
                        times: TIMES,
                    },
                });
                return rateOf(rows * columns.length, cpuSeconds);
            };
            const whole = await measured(computedColumns());
            const figures = [
                { name: "whole catalogue", value: whole, unit: "M values/s", target: { atLeast: 20 } },
            ];
            const families = [];
            for (const family of computedFamilies()) {
                bench.progress(family);
                const columns = STORED_COLUMNS.filter((column) => column.family === family);
                const value = await measured(columns.map(({ name }) => name));
                families.push({ name: family, value, unit: "M values/s" });
            }
            return [...figures, ...families];
        }),
};
