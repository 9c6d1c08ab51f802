import { join } from "node:path";
import type { Pool } from "pg";
import { PAIRS, type Pair } from "../config/pairs";
import type { Bars } from "../data/bars";
import { createStage, insertStage, stage } from "../data/store/bars";
import type { FeatureBasis } from "../data/store/basis";
import { ensureFeatureTables } from "../data/store/featureTables";
import { activateParameters, ensureParameterTables, saveParameters } from "../data/store/parameters";
import { ensureBars } from "../data/store/schema";
import { inTransaction } from "../data/store/transaction";
import { computedColumns } from "../features/engine";
import { HISTORY_MINUTES } from "../features/slice";
import { MINUTE_MS } from "../features/time/instant";
import { bundle, WorkerPool } from "../sagemaker/processing/pool";
import { startCache } from "../tests/support/cache";
import { startDatabase } from "../tests/support/database";
import { type Bench, type Benchmark, least, percentile } from "./benchmark";
import type { Answer, OnlineData, OnlineTask } from "./onlineThread";
import { withThread } from "./thread";

/** Minutes that come in one after another. */
const MINUTES = 120;
/** Of them, those in which V8 is still compiling. */
const WARM_UP_MINUTES = 20;
const READS = 2_000;
const HOT_MINUTES = 60;
const DAY_MINUTES = 1_440;

/**
 * What happens each minute, with a real PostgreSQL and a real Valkey on this machine: bars of the minute come in,
 * featureRefresh computes all pairs' rows and stores them in both, and a model reads them.
 */
export const online: Benchmark = {
    name: "online",
    about: "the newest rows of all pairs from bars to both stores, and reading them",
    run: (bench) =>
        withThread(bench, async ({ parameters, run }) => {
            const columns = computedColumns();
            const { wallSeconds } = await run({ kind: "newest", columns, times: MINUTES });
            const computing = wallSeconds.slice(WARM_UP_MINUTES).map((seconds) => 1000 * seconds);
            const { market } = bench.market;
            const { activity, spread } = market;
            const basis = { activity, spread, trainingHash: "bench", parameters };
            const refreshed = await withStores(bench, basis);
            return [
                {
                    name: "newest rows, computing alone, median",
                    value: percentile(computing, 0.5),
                    unit: "ms",
                },
                ...refreshed,
            ];
        }),
};

async function withStores(bench: Bench, basis: FeatureBasis) {
    bench.progress("starting PostgreSQL and Valkey");
    const database = await startDatabase();
    try {
        const cache = await startCache();
        try {
            const rows = bench.market.market.timestamps.length;
            const first = rows - MINUTES;
            await prepare(database.pool, basis);
            await putBars(database.pool, bench, first - HISTORY_MINUTES - HOT_MINUTES, first);
            const data: OnlineData = { database: database.config, cache: cache.config };
            const pool = new WorkerPool<OnlineTask, Answer>(
                await bundle(join(__dirname, "onlineThread")),
                1,
                data,
            );
            try {
                return await refreshAndRead(bench, database.pool, first, (task) => pool.run(task));
            } finally {
                await pool.close();
            }
        } finally {
            await cache.remove();
        }
    } finally {
        await database.remove();
    }
}

async function refreshAndRead(
    bench: Bench,
    database: Pool,
    first: number,
    run: (task: OnlineTask) => Promise<Answer>,
) {
    const { timestamps } = bench.market.market;
    const refresh = (row: number) =>
        run({
            kind: "refresh",
            nowMs: (timestamps[row] ?? NaN) + MINUTE_MS,
            retentionDays: HOT_MINUTES / DAY_MINUTES,
        });
    bench.progress("first run");
    const cold = await refresh(first - 1);
    const warm = [];
    for (let row = first; row < timestamps.length; row++) {
        await putBars(database, bench, row, row + 1);
        bench.progress(`minute ${row - first + 1} of ${MINUTES}`);
        warm.push(await refresh(row));
    }
    const settled = warm.slice(WARM_UP_MINUTES);
    const totals = settled.flatMap(({ milliseconds }) => milliseconds);
    const stages = (["look", "compute", "store", "cache"] as const).map((stage) => ({
        name: `of it: ${stage}`,
        value: percentile(
            settled.map((each) => each.stages?.[stage] ?? 0),
            0.5,
        ),
        unit: "ms",
    }));
    const newestMs = timestamps.at(-1) ?? NaN;
    const fromTables = await run({ kind: "readTables", newestMs, times: READS });
    const fromCache = await run({ kind: "readCache", newestMs, times: READS });
    return [
        { name: "newest rows, bars to both stores, median", value: percentile(totals, 0.5), unit: "ms" },
        ...stages,
        {
            name: "newest rows, bars to both stores, P99",
            value: percentile(totals, 0.99),
            unit: "ms",
            target: { atMost: 500 },
        },
        {
            name: `first run, with ${HOT_MINUTES} minutes to catch up`,
            value: least(cold.milliseconds),
            unit: "ms",
        },
        ...readFigures("Aurora (PostgreSQL)", fromTables.milliseconds, 10),
        ...readFigures("Valkey", fromCache.milliseconds, 1),
    ];
}

const readFigures = (store: string, milliseconds: readonly number[], atMost: number) => [
    { name: `one minute of a pair from ${store}, median`, value: percentile(milliseconds, 0.5), unit: "ms" },
    {
        name: `one minute of a pair from ${store}, P99`,
        value: percentile(milliseconds, 0.99),
        unit: "ms",
        target: { atMost },
    },
];

async function prepare(database: Pool, basis: FeatureBasis): Promise<void> {
    await inTransaction(database, async (client) => {
        await ensureBars(client);
        await ensureParameterTables(client);
        await ensureFeatureTables(client);
    });
    const digest = await saveParameters(database, basis);
    await inTransaction(database, (client) => activateParameters(client, PAIRS, digest));
}

/** Puts the bars of rows [from, to) of all pairs into the database. */
async function putBars(database: Pool, bench: Bench, from: number, to: number): Promise<void> {
    await inTransaction(database, async (client) => {
        for (const pair of PAIRS) {
            await client.query("drop table if exists staged");
            await createStage(client);
            await stage(client, barsOf(bench, pair, from, to));
            await insertStage(client, pair, bench.market.origin);
        }
    });
}

function barsOf({ market: { market } }: Bench, pair: Pair, from: number, to: number): Bars {
    const of = market.bars.get(pair);
    if (of === undefined) throw new Error(`the market has no bars of ${pair}`);
    const cut = (values: Float64Array) => values.subarray(from, to);
    return {
        ...{ pair, source: "bench", timestamps: cut(market.timestamps), closedHoursDropped: 0 },
        ...{ open: cut(of.open), high: cut(of.high), low: cut(of.low), close: cut(of.close) },
        ...{ volume: cut(of.volume), spread: undefined },
    };
}
