import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Pair } from "../../config/pairs";
import type { Origin } from "../../data/manifest";
import { describeInstant } from "../../features/time/instant";
import { CATALOGUE, CATALOGUE_HASH } from "../../features/catalogue";
import type { FeatureParameters } from "../../features/parameters";
import { parametersDocument } from "./parameters";
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
    parameters: FeatureParameters,
    files: readonly FileEntry[],
): object {
    const { activity, spread, timestamps } = market;
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
        source: "bars",
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
        parameters: parametersDocument(parameters, pair),
    };
}

const keptSchema = z.object({
    inputsHash: z.string(),
    splits: z.record(
        z.enum(SPLITS),
        z.object({ files: z.array(z.object({ path: z.string(), bytes: z.number() })) }),
    ),
});

/** Whether a pair's folder holds what these inputs give: its manifest says so, and its files have their length. */
export function isUpToDate(folder: string, inputsHash: string): boolean {
    const path = join(folder, MANIFEST_FILE);
    if (!existsSync(path)) return false;
    const manifest = keptSchema.safeParse(parsed(readFileSync(path, "utf8")));
    if (manifest.data?.inputsHash !== inputsHash) return false;
    const files = Object.values(manifest.data.splits).flatMap((split) => split.files);
    return files.every(
        (file) => statSync(join(folder, file.path), { throwIfNoEntry: false })?.size === file.bytes,
    );
}

function parsed(text: string): unknown {
    try {
        return JSON.parse(text);
    } catch {
        return undefined; // Not written by us: made anew.
    }
}
