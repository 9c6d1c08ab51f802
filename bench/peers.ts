import { PAIRS } from "../config/pairs";
import { STORED_COLUMNS } from "../features/catalogue";
import type { FamilyName } from "../features/catalogue/column";
import type { Benchmark, Target } from "./benchmark";
import { CHUNK_ROWS } from "./features";
import { rateOf, runPeer } from "./peer";
import { FIRST_ROW, withThread } from "./thread";

const TIMES = 5;

/** Pairs that both sides compute. */
const COMPARED = PAIRS.slice(0, 4);

/** Chunks that both sides compute: a peer begins at the first row, which costs it less the more follow. */
const CHUNKS = 4;

interface Comparison {
    readonly name: string;
    readonly about: string;
    readonly families: readonly FamilyName[];
    /** How many times as fast as the peer. */
    readonly target?: Target;
}

/** Families on one core against peers/<name>.py in the same run, each by the values that it computes. */
const comparison = ({ name, about, families, target }: Comparison): Benchmark => ({
    name,
    about,
    run: (bench) =>
        withThread(bench, async (thread) => {
            const columns = STORED_COLUMNS.filter(({ family }) => families.includes(family));
            const range = { from: FIRST_ROW, to: FIRST_ROW + CHUNKS * CHUNK_ROWS, pairs: COMPARED };
            const { cpuSeconds } = await thread.run({
                ...{ kind: "range", chunkRows: CHUNK_ROWS, times: TIMES, ...range },
                columns: columns.map((column) => column.name),
            });
            const own = rateOf((range.to - range.from) * COMPARED.length * columns.length, cpuSeconds);
            const peer = await runPeer(name, bench, range);
            const other = rateOf(peer.values, peer.cpuSeconds);
            return [
                { name: families.join(" and "), value: own, unit: "M values/s" },
                { name: peer.library, value: other, unit: "M values/s" },
                { name: "ratio", value: own / other, unit: "x", ...(target && { target }) },
            ];
        }),
});

export const technical = comparison({
    name: "technical",
    about: "indicators of rate_idx against TA-Lib",
    families: ["technical idx"],
    target: { atLeast: 1 / 1.5 },
});

export const regression = comparison({
    name: "regression",
    about: "regressions of rate_idx against fits by numpy over sliding windows",
    families: ["regression idx"],
    target: { atLeast: 20 },
});

export const rolling = comparison({
    name: "rolling",
    about: "rolling statistics and moving averages against polars",
    families: ["statistics bqx", "moving averages"],
});
