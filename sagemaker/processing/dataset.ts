import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { PAIRS, type Pair } from "../../config/pairs";
import type { Origin } from "../../data/manifest";
import type { FeatureBasis } from "../../data/store/basis";
import { CATALOGUE_HASH } from "../../features/catalogue";
import { computedColumns } from "../../features/engine";
import type { Market } from "../../features/market";
import { Failures, type Failure } from "./failures";
import { TEMPORARY } from "./files";
import { type DatasetInputs, isUpToDate, partPath } from "./manifest";
import { joinFits, type PairFit } from "./parameters";
import { bundle, WorkerPool } from "./pool";
import { hashOfMarket, shareMarket, type SharedMarket } from "./sharedMarket";
import type { FeatureSource } from "./source";
import { type Part, planParts, planSplits, WARM_UP_ROWS } from "./splits";
import { EMBARGO_MINUTES, LONGEST_HORIZON, TARGETS } from "./targets";
import type { Answer, Task } from "./worker";

/** Raise it when files of the same values get other bytes. */
const FORMAT = 2;

/** Rows of a file, and computed at once: a part costs 40 MB, and is what a killed run loses at most. */
const PART_ROWS = 8_192;

/** Minutes of a trading day, the last of which can be withheld. */
const DAY_MINUTES = 1_440;

const STAGING = ".staging-";

export interface DatasetOptions {
    /** Bars of all 28 pairs, whichever are wanted: features look across pairs. */
    readonly market: Market;
    readonly origin: Origin;
    /** Where feature values come from that were computed before; targets come from the bars. @default computed from the bars */
    readonly source?: FeatureSource;
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
    /** Told what was fitted for the pairs to be made, before any of them is published; awaited. Nothing is for a source's. */
    readonly onFitted?: (basis: FeatureBasis) => Promise<void>;
    /** Pairs that are finished elsewhere, of the same inputs by their hash: they are kept, and not here. @default none */
    readonly finished?: (inputsHash: string) => Promise<readonly Pair[]>;
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
 *
 * A source gives the same bytes as bars do, where its values were computed from these bars by what is fitted to them.
 * @throws RangeError where the market is too short, lacks pairs, or is not what the source's values were computed from
 */
export async function writeDataset(options: DatasetOptions): Promise<DatasetReport> {
    const { out, pairs = PAIRS, workers = availableParallelism() } = options;
    const missing = PAIRS.filter((pair) => !options.market.bars.has(pair));
    if (missing.length > 0)
        throw new RangeError(
            `The market lacks bars of ${missing.join(", ")}; features look across all pairs`,
        );
    checkSource(options);
    const market = shareMarket(options.market);
    const inputs = inputsOf(options, market);
    const staging = join(out, `${STAGING}${inputs.inputsHash}`);
    prepare(out, staging);
    const finished = await options.finished?.(inputs.inputsHash);
    const kept = pairs.filter(
        (pair) => finished?.includes(pair) === true || isUpToDate(join(out, pair), inputs.inputsHash),
    );
    const pending = pairs.filter((pair) => !kept.includes(pair));
    const failed =
        pending.length === 0 ? [] : await make({ ...options, pending, inputs, market, staging, workers });
    if (failed.length === 0) rmSync(staging, { recursive: true, force: true });
    const made = pending.filter((pair) => !failed.some((failure) => failure.pair === pair));
    const rows = made.length * inputs.parts.reduce((sum, { from, to }) => sum + to - from, 0);
    return { made, kept, failed, rows, values: rows * (inputs.columns.length + TARGETS.length) };
}

function checkSource({ market, source }: DatasetOptions): void {
    if (source === undefined) return;
    const problems = (["activity", "spread"] as const)
        .filter((kind) => market[kind] !== source.basis[kind])
        .map((kind) => `${kind} is ${source.basis[kind]}, that of the bars ${market[kind]}`);
    if (problems.length > 0)
        throw new RangeError(`The source's features are of other bars: ${problems.join("; ")}`);
}

/** Removes what is unfinished, so that the folder holds whole pairs alone. */
export function discardUnfinished(out: string): void {
    for (const name of readdirSync(out).filter((each) => each.startsWith(STAGING)))
        rmSync(join(out, name), { recursive: true, force: true });
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
        warmUpRows: WARM_UP_ROWS,
        horizonRows: LONGEST_HORIZON,
        embargoRows: EMBARGO_MINUTES,
        withheldRows: withholdLastDay ? DAY_MINUTES : 0,
    });
    const parts = planParts(splits, partRows);
    const marketHash = hashOfMarket(market);
    const trainingHash =
        options.source?.basis.trainingHash ?? digest([CATALOGUE_HASH, marketHash, splits.train]);
    const inputsHash = digest([
        ...[FORMAT, marketHash, origin, CATALOGUE_HASH, trainingHash],
        ...[columns, TARGETS, splits, parts],
    ]);
    return { inputsHash, trainingHash, origin, columns, splits, parts };
}

const digest = (content: readonly unknown[]): string =>
    createHash("sha256").update(JSON.stringify(content)).digest("hex");

interface Work extends Pick<DatasetOptions, "source" | "out" | "onProgress" | "onFitted"> {
    readonly pending: readonly Pair[];
    readonly inputs: DatasetInputs;
    readonly market: SharedMarket;
    readonly staging: string;
    readonly workers: number;
}

type Run = (task: Task) => Promise<Answer>;

/** Fits, computes and publishes the pending pairs. A pair that fails is left out from then on. */
async function make(work: Work): Promise<Failure[]> {
    const { pending, inputs, source, staging, out } = work;
    const code = await bundle(join(__dirname, "worker"));
    const pool = new WorkerPool<Task, Answer>(code, work.workers, work.market);
    const parts = inputs.parts.length;
    const total = (source === undefined ? PAIRS.length + parts : parts * pending.length) + pending.length;
    let done = 0;
    const run: Run = async (task) => {
        const answer = await pool.run(task);
        work.onProgress?.(++done, total);
        return answer;
    };
    const failures = new Failures();
    try {
        const basis = source?.basis ?? (await fitAll(work, run));
        if (source === undefined) await computeParts(work, basis, run, failures);
        else await storeParts(work, source, run, failures);
        await Promise.all(
            pending
                .filter((pair) => !failures.has(pair))
                .map((pair) =>
                    failures.catching(pair, () =>
                        run({ kind: "publish", pair, inputs, basis, staging, out }),
                    ),
                ),
        );
        return failures.of(pending);
    } finally {
        await pool.close();
    }
}

/** Part by part for all pairs, as they share what is computed across them. */
async function computeParts(work: Work, basis: FeatureBasis, run: Run, failures: Failures): Promise<void> {
    const { pending, inputs, staging } = work;
    const { columns } = inputs;
    const { parameters } = basis;
    await Promise.all(
        inputs.parts.map(async (part) => {
            const pairs = pending.filter((pair) => !isWritten(staging, pair, part));
            const failed = await run({ kind: "part", pairs, part, columns, parameters, staging });
            for (const failure of failed as readonly Failure[]) failures.add(failure);
        }),
    );
}

/** File by file; at most as many are in memory as there are threads that write them. */
async function storeParts(work: Work, source: FeatureSource, run: Run, failures: Failures): Promise<void> {
    const { pending, inputs, market, staging, workers } = work;
    const { columns } = inputs;
    const { parameters } = source.basis;
    const files = inputs.parts.flatMap((part) => pending.map((pair) => ({ part, pair }))).values();
    const store = async (): Promise<void> => {
        for (const { part, pair } of files) {
            if (failures.has(pair) || isWritten(staging, pair, part)) continue;
            await failures.catching(pair, async () => {
                const timestamps = market.timestamps.subarray(part.from, part.to);
                const values = await source.read(pair, timestamps, columns);
                await run({ kind: "store", pair, part, columns, values, parameters, staging });
            });
        }
    };
    await Promise.all(Array.from({ length: workers }, store));
}

/** Fits all pairs, as features look across them. */
async function fitAll({ market, inputs, onFitted }: Work, run: Run): Promise<FeatureBasis> {
    const { trainingHash, splits } = inputs;
    const training = splits.train;
    const fits = await Promise.all(PAIRS.map((pair) => run({ kind: "fit", pair, training })));
    const parameters = joinFits({ ...market, daysToHoliday: () => NaN }, fits as PairFit[], training);
    const { activity, spread } = market;
    const basis = { activity, spread, trainingHash, parameters };
    await onFitted?.(basis);
    return basis;
}

function isWritten(staging: string, pair: Pair, part: Part): boolean {
    return statSync(join(staging, pair, partPath(part)), { throwIfNoEntry: false })?.isFile() === true;
}
