import { mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import type { Pair } from "../../config/pairs";
import { computeRange } from "../../features/engine";
import type { FeatureBasis } from "../../data/store/basis";
import type { FeatureParameters } from "../../features/parameters";
import type { Failure } from "./failures";
import { sha256OfFile, writeWhole } from "./files";
import { type DatasetInputs, MANIFEST_FILE, pairManifest, partPath } from "./manifest";
import { fitPair, type PairFit } from "./parameters";
import { parquetOf } from "./parquet";
import type { Outcome } from "./pool";
import { marketOf, type SharedMarket } from "./sharedMarket";
import type { Part, RowRange } from "./splits";
import { TARGETS, targetValues } from "./targets";

/** Fits one pair to the training split. */
export interface FitTask {
    readonly kind: "fit";
    readonly pair: Pair;
    readonly training: RowRange;
}

/** Computes some rows of some pairs, and writes a file for each. */
export interface PartTask {
    readonly kind: "part";
    readonly pairs: readonly Pair[];
    readonly part: Part;
    readonly columns: readonly string[];
    readonly parameters: FeatureParameters;
    /** Folder of unfinished pairs. */
    readonly staging: string;
}

/** Writes a file of values that were computed before. */
export interface StoreTask {
    readonly kind: "store";
    readonly pair: Pair;
    readonly part: Part;
    readonly columns: readonly string[];
    /** Of the columns, column by column. */
    readonly values: Float32Array;
    readonly parameters: FeatureParameters;
    readonly staging: string;
}

/** Puts a pair whose parts are all there in its place, with its manifest. */
export interface PublishTask {
    readonly kind: "publish";
    readonly pair: Pair;
    readonly inputs: DatasetInputs;
    readonly basis: FeatureBasis;
    readonly staging: string;
    readonly out: string;
}

export type Task = FitTask | PartTask | StoreTask | PublishTask;

/** Failures of a part; the fit of a pair; nothing for a pair that was published. */
export type Answer = readonly Failure[] | PairFit | undefined;

const shared = workerData as SharedMarket;
const market = marketOf(shared);

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Goes on with the next pair after one that failed. */
function writePart(task: PartTask): Failure[] {
    const failures: Failure[] = [];
    let pairs = task.pairs;
    while (pairs.length > 0) {
        let done = 0;
        try {
            for (const pair of writtenPairs({ ...task, pairs })) done = pairs.indexOf(pair) + 1;
            return failures;
        } catch (error) {
            const failed = pairs[done];
            if (failed === undefined) throw error;
            failures.push({ pair: failed, error: messageOf(error) });
            pairs = pairs.slice(done + 1);
        }
    }
    return failures;
}

/** Values of the pair whose file is next; see `into` of computeRange. */
let room = new Float32Array(0);

/** Each pair once its file is written. */
function* writtenPairs({ pairs, part, columns, parameters, staging }: PartTask): Generator<Pair> {
    const { from, to } = part;
    const size = columns.length * (to - from);
    if (room.length < size) room = new Float32Array(size);
    const request = { pairs, columns, from, to, chunkRows: to - from, into: room };
    for (const { pair, values } of computeRange(market, parameters, request)) {
        writeFile({ pair, part, columns, values, parameters, staging });
        yield pair;
    }
}

/** The file of a part: the features, and the targets beside them. */
function writeFile({ pair, part, columns, values, parameters, staging }: Omit<StoreTask, "kind">): void {
    const { from, to } = part;
    const rows = to - from;
    const features = columns.map((_, place) => values.subarray(place * rows, (place + 1) * rows));
    const path = join(staging, pair, partPath(part));
    mkdirSync(dirname(path), { recursive: true });
    writeWhole(
        path,
        parquetOf({
            timestamps: market.timestamps.subarray(from, to),
            names: [...columns, ...TARGETS.map(({ name }) => name)],
            values: [...features, ...targetValues(market, parameters, pair, part)],
        }),
    );
}

/** The pair's folder appears whole: it is renamed, in place of the one before. */
async function publish({ pair, inputs, basis, staging, out }: PublishTask): Promise<void> {
    const [staged, target, former] = [join(staging, pair), join(out, pair), join(staging, `${pair}.former`)];
    const files = [];
    for (const part of inputs.parts) {
        const path = join(staged, partPath(part));
        const entry = { path: partPath(part), rows: part.to - part.from, bytes: statSync(path).size };
        files.push({ ...entry, sha256: await sha256OfFile(path) });
    }
    const manifest = pairManifest(pair, shared, inputs, basis, files);
    writeWhole(join(staged, MANIFEST_FILE), `${JSON.stringify(manifest, undefined, 2)}\n`);
    rmSync(former, { recursive: true, force: true });
    if (statSync(target, { throwIfNoEntry: false }) !== undefined) renameSync(target, former);
    renameSync(staged, target);
    rmSync(former, { recursive: true, force: true });
}

async function perform(task: Task): Promise<Answer> {
    switch (task.kind) {
        case "fit":
            return fitPair(market, task.pair, task.training);
        case "part":
            return writePart(task);
        case "store":
            writeFile(task);
            return undefined;
        case "publish":
            return publish(task).then(() => undefined);
    }
}

parentPort?.on("message", (task: Task) => {
    void perform(task).then(
        (answer) => parentPort?.postMessage({ answer } satisfies Outcome<Answer>),
        (error: unknown) => parentPort?.postMessage({ error: messageOf(error) } satisfies Outcome<Answer>),
    );
});
