import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Pair } from "../../../config/pairs";
import { CATALOGUE_HASH } from "../../../features/catalogue";
import { linearModel, type Linear } from "./onnx";

/** The model of {@link writeArtefact}, where nothing else is said: forecast = 2 rv + known / 2 + trend. */
export const LINEAR: Linear = { means: [0.5, 0, 0.25], weights: [2, 0.5, 1], intercept: 0 };
export const COLUMNS = ["rv_idx_60", "bqx_45", "w15_idx_a2_lag60"];
export const PAIR = "eurusd";
export const EXPIRES = "2017-11-13T19:44Z";

/** Values by their files' names; JSON documents are given as objects. */
export type Contents = Readonly<Record<string, object | Uint8Array>>;

export interface ArtefactOptions {
    readonly pair?: Pair;
    readonly columns?: readonly string[];
    /** Replaces files, before the manifest is made. */
    readonly contents?: Contents;
    /** Replaces fields of the manifest. */
    readonly manifest?: object;
}

/** What sagemaker/training writes, in format 1, of a model that needs no training. */
export function contentsOf(columns: readonly string[] = COLUMNS, pair: Pair = PAIR) {
    const rows = [
        [0.5, 1, 2],
        [1.5, -1, null],
        [2.5, null, 0.5],
        [null, 4, 0.25],
    ];
    return {
        "model.onnx": linearModel(LINEAR),
        "features.json": {
            ...{ format: 1, pair, catalogueHash: CATALOGUE_HASH },
            columns: columns.map((name) => ({ name, column: name, lagMinutes: 0 })),
        },
        "scaler.json": { names: columns, mean: columns.map(() => 0), std: columns.map(() => 1) },
        "intervals.json": {
            nominal: 0.9,
            regime: { name: columns[0] ?? "", index: 0, edges: [1, 2] },
            halfWidths: [0.25, 0.5, 1],
            halfWidthUnknown: 2,
        },
        "calibration.json": {
            ...{ windowMinutes: 60, horizonMinutes: 15, slope: 0.53 },
            known: { name: columns[1] ?? "", index: 1 },
        },
        // By hand: a forecast f around which the interval is f ± half a width, and -2 x 0.53 (f - known) / 106.
        "examples.json": {
            tolerance: 1e-6,
            rows,
            forecasts: [3.5, 2.75, 5.5, 3.25],
            intervals: [
                [3.25, 3.75],
                [2.25, 3.25],
                [4.5, 6.5],
                [1.25, 5.25],
            ],
            impliedReturns: [-0.025, -0.0375, null, 0.0075],
            featureTimes: rows.map(() => "2017-10-02T08:15Z"),
        },
    };
}

/** Writes an artefact, unpacked, into a new folder. @returns its manifest */
export function writeArtefact(dir: string, options: ArtefactOptions = {}): { modelVersion: string } {
    const { pair = PAIR, columns = COLUMNS } = options;
    mkdirSync(dir, { recursive: true });
    const files = Object.entries<object>({ ...contentsOf(columns, pair), ...options.contents })
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([path, content]) => {
            const data = content instanceof Uint8Array ? content : Buffer.from(JSON.stringify(content));
            writeFileSync(join(dir, path), data);
            return { path, bytes: data.length, sha256: sha256(data) };
        });
    const manifest = {
        ...{ format: 1, pair, catalogueHash: CATALOGUE_HASH, features: columns.length },
        modelVersion: sha256(files.map((file) => `${file.path} ${file.sha256}\n`).join("")).slice(0, 12),
        expires: EXPIRES,
        files,
        ...options.manifest,
    };
    writeFileSync(join(dir, "manifest.json"), JSON.stringify(manifest));
    return manifest;
}

const sha256 = (content: string | Uint8Array): string => createHash("sha256").update(content).digest("hex");
