import { createHash } from "node:crypto";
import { z } from "zod";
import { unpack } from "./archive";

/** What train.py names the model that it has packed, and its report. */
export const MODEL_FILE = "model.tar.gz";
export const METRICS_FILE = "metrics.json";
const SELECTED_FILE = "selected_features_250.json";
const DIGEST_FILE = "digest.json";
/** Within model.tar.gz. */
const MANIFEST_FILE = "manifest.json";

const measures = z.object({
    r2: z.number(),
    mae: z.number(),
    directionalAccuracy: z.number().nullable(),
    sharpe: z.number().nullable(),
});

const metricsSchema = z.object({
    pair: z.string(),
    ceiling: z.number(),
    test: measures,
    floors: z
        .record(z.string(), z.object({ test: measures }))
        .refine((floors) => Object.keys(floors).length > 0, "one floor or more"),
    coverage: z.object({ nominal: z.number(), test: z.number() }),
    importanceShare: z.number(),
    leakSuspected: z.boolean(),
});

const manifestSchema = z.object({
    pair: z.string(),
    modelVersion: z.string(),
    catalogueHash: z.string(),
    target: z.object({ name: z.string() }),
    model: z.object({ kind: z.string() }),
    features: z.int(),
    gitCommit: z.string(),
    isFast: z.boolean(),
    leakOverride: z.string().nullable(),
    dataset: z.object({ from: z.string(), to: z.string() }),
});

const digestSchema = z.object({ sha256: z.string() });

/** What a training job has left of one pair. The packing is the program's own, which repeats: SageMaker's has a clock in it. */
export interface Leftovers {
    readonly metrics: z.output<typeof metricsSchema>;
    readonly manifest: z.output<typeof manifestSchema>;
    /** Of model.tar.gz, in hexadecimal digits. */
    readonly sha256: string;
    /** What is kept with the model, by name. */
    readonly kept: ReadonlyMap<string, Buffer>;
}

/**
 * Reads a job's output.tar.gz.
 * @throws Error naming what is missing, broken, or not the pair's
 */
export function readLeftovers(pair: string, output: Uint8Array): Leftovers {
    const left = unpack(output);
    const model = fileIn(left, MODEL_FILE);
    const { sha256 } = parse(digestSchema, left, DIGEST_FILE);
    const actual = createHash("sha256").update(model).digest("hex");
    if (actual !== sha256) throw new Error(`${MODEL_FILE} has the SHA-256 ${actual}, not ${sha256}`);
    const metrics = parse(metricsSchema, left, METRICS_FILE);
    const manifest = parse(manifestSchema, unpack(model), MANIFEST_FILE);
    for (const [name, found] of [
        [METRICS_FILE, metrics.pair],
        [MANIFEST_FILE, manifest.pair],
    ]) {
        if (found !== pair) throw new Error(`${name} is of ${found}, not of ${pair}`);
    }
    const kept = [MODEL_FILE, METRICS_FILE, SELECTED_FILE].map((name) => [name, fileIn(left, name)] as const);
    return { metrics, manifest, sha256, kept: new Map(kept) };
}

function fileIn(files: ReadonlyMap<string, Buffer>, name: string): Buffer {
    const found = files.get(name);
    if (found === undefined) throw new Error(`There is no ${name} among ${[...files.keys()].join(", ")}`);
    return found;
}

function parse<Schema extends z.ZodType>(
    schema: Schema,
    files: ReadonlyMap<string, Buffer>,
    name: string,
): z.output<Schema> {
    const parsed = schema.safeParse(JSON.parse(fileIn(files, name).toString()));
    if (parsed.success) return parsed.data;
    throw new Error(`${name} cannot be used:\n${z.prettifyError(parsed.error)}`);
}
