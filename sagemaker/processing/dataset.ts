import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { PAIRS, type Pair } from "../../config/pairs";
import type { Origin } from "../../data/manifest";
import { CATALOGUE_HASH, STORED_COLUMNS } from "../../features/catalogue";
import { computedColumns } from "../../features/engine";
import type { Market } from "../../features/market";
import type { FeatureParameters } from "../../features/parameters";
import { TEMPORARY } from "./files";
import { type DatasetInputs, isUpToDate, partPath } from "./manifest";
import { joinFits, type PairFit } from "./parameters";
import { bundle, WorkerPool } from "./pool";
import { hashOfMarket, shareMarket, type SharedMarket } from "./sharedMarket";
import { type Part, planParts, planSplits } from "./splits";
import { EMBARGO_MINUTES, LONGEST_HORIZON, TARGETS } from "./targets";
import type { Answer, Failure, Task } from "./worker";

/** Raise it when files of the same values get other bytes. */
const FORMAT = 1;

/** Rows of a file, and computed at once: a part costs 40 MB, and is what a killed run loses at most. */
const PART_ROWS = 8_192;

/** Minutes of a trading day, the last of which can be withheld. */
const DAY_MINUTES = 1_440;

const STAGING = ".staging-";

/** Rows before which some feature is still warming up, whichever are written. */
const WARM_UP = Math.max(...STORED_COLUMNS.map(({ lookbackMinutes }) => lookbackMinutes));

export interface DatasetOptions {
    /** Bars of all 28 pairs, whichever are wanted: features look across pairs. */
    readonly market: Market;
    readonly origin: Origin;
    /** Folder of the dataset; one run at a time writes to it. */
    readonly out: string;
    /** @default all 28 */
    readonly pairs?: readonly Pair[];
    /** Features to write. @default all that can be computed */
    readonly columns?: readonly string[];
    /** Whether the last day is kept out of every split, to be replayed. @default false */
    readonly withholdLastDay?: boolean;
    /** Threads. @default one for each core */
    readonly workers?: number;
    /** Rows of a file at most. @default 8,192 */
    readonly partRows?: number;
    /** Told when some work is done, of so much in all. */
    readonly onProgress?: (done: number, of: number) => void;
}

export interface DatasetReport {
    /** Pairs that this run made. */
    readonly made: readonly Pair[];
    /** Pairs that were there already, of the same inputs. */
    readonly kept: readonly Pair[];
    readonly failed: readonly Failure[];
    /** Rows that this run made, of all pairs. */
    readonly rows: number;
    /** Values in them, targets included. */
    readonly values: number;
}

/**
 * Writes a dataset: for each pair `<pair>/features_1080.parquet/<split>/part-NNNNN.parquet` and `<pair>/manifest.json`. A
 * pair's folder appears whole. What is unfinished is kept in a hidden folder, part by part, and taken up by the next run of
 * the same inputs; whether and where one was killed, and how many threads worked, the bytes are the same.
 * @throws RangeError where the market is too short, or lacks pairs
 */
export async function writeDataset(options: DatasetOptions): Promise<DatasetReport> {
    const { out, pairs = PAIRS, workers = availableParallelism() } = options;
    const missing = PAIRS.filter((pair) => !options.market.bars.has(pair));
    if (missing.length > 0)
        throw new RangeError(
            `The market lacks bars of ${missing.join(", ")}; features look across all pairs`,
        );
    const market = shareMarket(options.market);
    const inputs = inputsOf(options, market);
    const staging = join(out, `${STAGING}${inputs.inputsHash}`);
    prepare(out, staging);
    const kept = pairs.filter((pair) => isUpToDate(join(out, pair), inputs.inputsHash));
    const pending = pairs.filter((pair) => !kept.includes(pair));
    const failed =
        pending.length === 0 ? [] : await make({ ...options, pending, inputs, market, staging, workers });
    if (failed.length === 0) rmSync(staging, { recursive: true, force: true });
    const made = pending.filter((pair) => !failed.some((failure) => failure.pair === pair));
    const rows = made.length * inputs.parts.reduce((sum, { from, to }) => sum + to - from, 0);
    return { made, kept, failed, rows, values: rows * (inputs.columns.length + TARGETS.length) };
}

/** Removes what runs of other inputs left unfinished, and what was killed within a file. */
function prepare(out: string, staging: string): void {
    mkdirSync(staging, { recursive: true });
    for (const name of readdirSync(out).filter((each) => each.startsWith(STAGING)))
        if (join(out, name) !== staging) rmSync(join(out, name), { recursive: true });
    for (const name of readdirSync(staging, { recursive: true, encoding: "utf8" }))
        if (name.endsWith(TEMPORARY)) rmSync(join(staging, name));
}

function inputsOf(options: DatasetOptions, market: SharedMarket): DatasetInputs {
    const { origin, columns = computedColumns(), withholdLastDay = false, partRows = PART_ROWS } = options;
    const splits = planSplits({
        rows: market.timestamps.length,
        warmUpRows: WARM_UP,
        horizonRows: LONGEST_HORIZON,
        embargoRows: EMBARGO_MINUTES,
        withheldRows: withholdLastDay ? DAY_MINUTES : 0,
    });
    const parts = planParts(splits, partRows);
    const all = [FORMAT, hashOfMarket(market), origin, CATALOGUE_HASH, columns, TARGETS, splits, parts];
    const inputsHash = createHash("sha256").update(JSON.stringify(all)).digest("hex");
    return { inputsHash, origin, columns, splits, parts };
}

interface Work extends Pick<DatasetOptions, "out" | "onProgress"> {
    readonly pending: readonly Pair[];
    readonly inputs: DatasetInputs;
    readonly market: SharedMarket;
    readonly staging: string;
    readonly workers: number;
}

/** Fits, computes and publishes the pending pairs. A pair that fails is left out from then on. */
async function make(work: Work): Promise<Failure[]> {
    const { pending, inputs, staging, out } = work;
    const code = await bundle(join(__dirname, "worker.ts"));
    const pool = new WorkerPool<Task, Answer>(code, work.workers, work.market);
    let done = 0;
    const total = PAIRS.length + inputs.parts.length + pending.length;
    const run = async (task: Task): Promise<Answer> => {
        const answer = await pool.run(task);
        work.onProgress?.(++done, total);
        return answer;
    };
    try {
        const parameters = await fitAll(work, run);
        const failures = new Map<Pair, Failure>();
        const isWell = (pair: Pair) => !failures.has(pair);
        const { columns } = inputs;
        await Promise.all(
            inputs.parts.map(async (part) => {
                const pairs = pending.filter((pair) => !isWritten(staging, pair, part));
                const failed = await run({ kind: "part", pairs, part, columns, parameters, staging });
                for (const failure of failed as readonly Failure[]) failures.set(failure.pair, failure);
            }),
        );
        await Promise.all(
            pending.filter(isWell).map(async (pair) => {
                try {
                    await run({ kind: "publish", pair, inputs, parameters, staging, out });
                } catch (error) {
                    failures.set(pair, {
                        pair,
                        error: error instanceof Error ? error.message : String(error),
                    });
                }
            }),
        );
        return pending.flatMap((pair) => failures.get(pair) ?? []);
    } finally {
        await pool.close();
    }
}

/** Of all pairs, as features look across them. */
async function fitAll(
    { market, inputs }: Work,
    run: (task: Task) => Promise<Answer>,
): Promise<FeatureParameters> {
    const training = inputs.splits.train;
    const fits = await Promise.all(PAIRS.map((pair) => run({ kind: "fit", pair, training })));
    return joinFits({ ...market, daysToHoliday: () => NaN }, fits as PairFit[], training);
}

function isWritten(staging: string, pair: Pair, part: Part): boolean {
    return statSync(join(staging, pair, partPath(part)), { throwIfNoEntry: false })?.isFile() === true;
}
