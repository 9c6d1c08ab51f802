import { Redis, type RedisOptions } from "ioredis";
import { parentPort, workerData } from "node:worker_threads";
import { Pool, type PoolConfig } from "pg";
import { PAIRS, type Pair } from "../config/pairs";
import { readCacheRows, type Digests } from "../data/store/featureCache";
import { activeParameters } from "../data/store/parameters";
import { readFeaturesAt } from "../data/store/readFeatures";
import { STORED_COLUMNS } from "../features/catalogue";
import { minuteIndex } from "../features/time/calendar";
import { FeatureRefresh, type RefreshAnswer, type RefreshRequest } from "../functions/featureRefresh/refresh";
import type { Outcome } from "../sagemaker/processing/pool";

/** How the thread finds the two stores. */
export interface OnlineData {
    readonly database: PoolConfig;
    readonly cache: RedisOptions;
}

/** What is measured in a thread of bundled code, as Lambda has it. */
export type OnlineTask =
    | { readonly kind: "refresh"; readonly nowMs: number; readonly retentionDays: number }
    /** Reads the newest minute, pair after pair. */
    | { readonly kind: "readTables" | "readCache"; readonly newestMs: number; readonly times: number };

export interface Answer {
    /** Of each run. */
    readonly milliseconds: readonly number[];
    /** What a refresh took stage by stage. */
    readonly stages?: RefreshAnswer["milliseconds"];
}

const { database: databaseConfig, cache: cacheConfig } = workerData as OnlineData;
const database = new Pool(databaseConfig);
const cache = new Redis(cacheConfig);
const refresh = new FeatureRefresh();

const TIME_LIMIT_MILLISECONDS = 600_000;
const COLUMNS = STORED_COLUMNS.map(({ name }) => name);

async function perform(task: OnlineTask): Promise<Answer> {
    switch (task.kind) {
        case "refresh":
            return refreshed(task);
        case "readTables":
            return timed(task.times, async (pair) => {
                const { timestamps } = await readFeaturesAt(database, pair, [task.newestMs], COLUMNS);
                if (timestamps.length !== 1) throw new Error(`the tables lack the newest minute of ${pair}`);
            });
        case "readCache": {
            const digests = await activeDigests();
            const minute = minuteIndex(task.newestMs);
            return timed(task.times, async (pair) => {
                const [row] = await readCacheRows(cache, digests, pair, [minute]);
                if (row === undefined) throw new Error(`the cache lacks the newest minute of ${pair}`);
            });
        }
    }
}

async function refreshed(request: Pick<RefreshRequest, "nowMs" | "retentionDays">): Promise<Answer> {
    const started = performance.now();
    const answer = await refresh.run(
        { database, cache },
        { ...request, remainingMilliseconds: () => TIME_LIMIT_MILLISECONDS },
    );
    if (answer.status !== "refreshed") throw new Error(`featureRefresh answered ${JSON.stringify(answer)}`);
    return { milliseconds: [performance.now() - started], stages: answer.milliseconds };
}

/** After a first round, in which connections open and plans are made. */
async function timed(times: number, read: (pair: Pair) => Promise<void>): Promise<Answer> {
    for (const pair of PAIRS) await read(pair);
    const milliseconds = [];
    for (let time = 0; time < times; time++) {
        const pair = PAIRS[time % PAIRS.length] ?? PAIRS[0];
        const started = performance.now();
        await read(pair);
        milliseconds.push(performance.now() - started);
    }
    return { milliseconds };
}

async function activeDigests(): Promise<Digests> {
    const active = await activeParameters(database);
    return new Map(active.flatMap(({ pairs, digest }) => pairs.map((pair) => [pair, digest] as const)));
}

parentPort?.on("message", (task: OnlineTask) => {
    void perform(task).then(
        (answer) => parentPort?.postMessage({ answer } satisfies Outcome<Answer>),
        (error: unknown) =>
            parentPort?.postMessage({
                error: error instanceof Error ? error.message : String(error),
            } satisfies Outcome<Answer>),
    );
});
