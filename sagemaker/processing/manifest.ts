import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Pair } from "../../config/pairs";
import type { Origin } from "../../data/manifest";
import { basisDocument, type FeatureBasis } from "../../data/store/basis";
import { describeInstant } from "../../features/time/instant";
import { CATALOGUE, CATALOGUE_HASH } from "../../features/catalogue";
import type { SharedMarket } from "./sharedMarket";
import { type Part, type RowRange, type SplitPlan, SPLITS } from "./splits";
import { EMBARGO_MINUTES, TARGETS } from "./targets";

export const MANIFEST_FILE = "manifest.json";

/** The folder, beside a pair's manifest, that holds a folder of parts for each split. */
const FEATURES_FOLDER = "features_1080.parquet";

/** Path of a part's file, from its pair's folder. */
export const partPath = ({ split, index }: Pick<Part, "split" | "index">): string =>
    join(FEATURES_FOLDER, split, `part-${String(index).padStart(5, "0")}.parquet`);

/** What is the same for every pair of a dataset. */
export interface DatasetInputs {
    /** SHA-256 of all that the bytes depend on. */
    readonly inputsHash: string;
    /** SHA-256 of what the parameters were fitted to: catalogue, bars and rows. */
    readonly trainingHash: string;
    readonly origin: Origin;
    /** Names of the feature columns, in the order of the files. */
    readonly columns: readonly string[];
    readonly splits: SplitPlan;
    readonly parts: readonly Part[];
}

export interface FileEntry {
    /** From the pair's folder. */
    readonly path: string;
    readonly rows: number;
    readonly bytes: number;
    readonly sha256: string;
}

/** What a dataset says of one pair. It holds no clock and no path of this machine: the same inputs give the same bytes. */
export function pairManifest(
    pair: Pair,
    market: SharedMarket,
    { inputsHash, origin, columns, splits, parts }: DatasetInputs,
    basis: FeatureBasis,
    files: readonly FileEntry[],
): object {
    const { activity, spread, timestamps } = market;
    const { trainingHash, usdLoadings, pairs } = basisDocument(basis);
    const written = new Set(columns);
    const range = ({ from, to }: RowRange) => ({
        from: describeInstant(timestamps[from] ?? NaN),
        to: describeInstant(timestamps[to - 1] ?? NaN),
        rows: to - from,
    });
    return {
        pair,
        inputsHash,
        catalogueHash: CATALOGUE_HASH,
        origin,
        activity,
        spread,
        market: range({ from: 0, to: timestamps.length }),
        embargoMinutes: EMBARGO_MINUTES,
        splits: Object.fromEntries(
            SPLITS.map((split) => [
                split,
                { ...range(splits[split]), files: files.filter((_, place) => parts[place]?.split === split) },
            ]),
        ),
        withheld: splits.withheld === undefined ? null : range(splits.withheld),
        targets: TARGETS,
        columns,
        missingFeatures: CATALOGUE.filter(({ name }) => !written.has(name)).map(({ name }) => name),
        trainingHash,
        parameters: { ...pairs[pair], usdLoadings },
    };
}

const keptSchema = z.object({
    inputsHash: z.string(),
    splits: z.record(
        z.enum(SPLITS),
        z.object({ files: z.array(z.object({ path: z.string(), bytes: z.number() })) }),
    ),
});

/** The files that a pair consists of, by its manifest's text; undefined where it is of other inputs, or not ours. */
export function filesOf(text: string, inputsHash: string): { path: string; bytes: number }[] | undefined {
    const { data } = keptSchema.safeParse(parsed(text));
    if (data?.inputsHash !== inputsHash) return undefined;
    return Object.values(data.splits).flatMap(({ files }) => files);
}

/** Whether a pair's folder holds what these inputs give: its manifest says so, and its files have their length. */
export function isUpToDate(folder: string, inputsHash: string): boolean {
    const path = join(folder, MANIFEST_FILE);
    if (!existsSync(path)) return false;
    const files = filesOf(readFileSync(path, "utf8"), inputsHash);
    return (
        files?.every(
            (file) => statSync(join(folder, file.path), { throwIfNoEntry: false })?.size === file.bytes,
        ) === true
    );
}

function parsed(text: string): unknown {
    try {
        return JSON.parse(text);
    } catch {
        return undefined; // Not written by us: made anew.
    }
}
