import { createHash } from "node:crypto";
import { lstat, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { PAIRS } from "../../config/pairs";
import { CATALOGUE_HASH } from "../../features/catalogue";
import { describeIssue, Problems } from "./refusal";

/** A manifest names a handful of files. */
const MANIFEST_BYTES_MAX = 1_048_576;

const instant = z
    .string()
    .regex(/Z$/, "an instant such as 2017-11-13T19:44Z")
    .transform((text) => Date.parse(text))
    .refine(Number.isFinite, "an instant such as 2017-11-13T19:44Z");

const bound = z.number().min(0);
const place = z.object({ name: z.string(), index: z.int().min(0) });

const manifestSchema = z.object({
    format: z.literal(1),
    pair: z.enum(PAIRS),
    modelVersion: z.string(),
    catalogueHash: z.literal(CATALOGUE_HASH, `${CATALOGUE_HASH}, of this version's catalogue`),
    features: z.int().min(1),
    expires: instant,
    files: z.array(
        z.object({
            path: z.string().regex(/^[\w-][\w.-]*$/, "a file name without folders"),
            bytes: z.int().min(0),
            sha256: z.string(),
        }),
    ),
});

const featuresSchema = z.object({
    pair: z.enum(PAIRS),
    catalogueHash: z.literal(CATALOGUE_HASH, `${CATALOGUE_HASH}, of this version's catalogue`),
    columns: z.array(z.object({ name: z.string() })),
});

const intervalsSchema = z.object({
    regime: place.extend({ edges: z.array(z.number()) }),
    halfWidths: z.array(bound),
    halfWidthUnknown: bound,
});

const calibrationSchema = z.object({
    windowMinutes: z.int().min(1),
    horizonMinutes: z.int().min(1),
    slope: z.number(),
    known: place.nullable(),
});

const examplesSchema = z.object({
    tolerance: z.number().positive(),
    rows: z.array(z.array(z.number().nullable())).min(1),
    forecasts: z.array(z.number()),
    intervals: z.array(z.tuple([z.number(), z.number()])),
    impliedReturns: z.array(z.number().nullable()),
});

const MODEL_FILE = "model.onnx";
const NEEDED_FILES = [MODEL_FILE, "features.json", "intervals.json", "calibration.json", "examples.json"];

export type Manifest = z.infer<typeof manifestSchema>;
export type Intervals = z.infer<typeof intervalsSchema>;
export type Calibration = z.infer<typeof calibrationSchema>;
export type Examples = z.infer<typeof examplesSchema>;

/** What sagemaker/training has packed for one pair, checked. */
export interface Artefact {
    readonly manifest: Manifest;
    /** Names of the model's inputs, in its order. */
    readonly columns: readonly string[];
    readonly intervals: Intervals;
    readonly calibration: Calibration;
    readonly examples: Examples;
    /** The content of model.onnx. */
    readonly onnx: Uint8Array;
}

/** A model that cannot be served: its artefact is not what it should be. */
export class ArtefactError extends Error {
    constructor(dir: string, problems: readonly string[]) {
        super(`The model in ${dir} cannot be loaded:\n${problems.map((each) => `  - ${each}`).join("\n")}`);
    }
}

/**
 * Reads what says which model a folder holds.
 * @throws ArtefactError where there is none, or one for another version of the features
 */
export async function readManifest(dir: string): Promise<Manifest> {
    const problems = new Problems();
    const content = await readIfSize(dir, "manifest.json", (bytes) => bytes <= MANIFEST_BYTES_MAX).catch(
        (error: unknown) => problems.add(`manifest.json: ${reasonOf(error)}`),
    );
    const manifest = content && parse(manifestSchema, "manifest.json", content, problems);
    if (manifest !== undefined) checkNames(manifest, problems);
    if (manifest === undefined || problems.count > 0) throw new ArtefactError(dir, problems.list());
    return manifest;
}

/** Bytes of the model itself, which its memory depends on. */
export function modelBytes({ files }: Manifest): number {
    return files.find(({ path }) => path === MODEL_FILE)?.bytes ?? 0;
}

/**
 * Reads a model's files. What is returned is what was checked: nothing is read twice.
 * @throws ArtefactError listing every file that is missing, has changed, or does not fit the others
 */
export async function readArtefact(dir: string, manifest: Manifest): Promise<Artefact> {
    const problems = new Problems();
    const contents = new Map<string, Buffer>();
    for (const { path, bytes, sha256 } of manifest.files) {
        try {
            const content = await readIfSize(dir, path, (size) => size === bytes);
            if (digest(content) === sha256) contents.set(path, content);
            else problems.add(`${path}: its SHA-256 is not the manifest's ${sha256}`);
        } catch (error) {
            problems.add(`${path}: ${reasonOf(error)}`);
        }
    }
    const read = <Schema extends z.ZodType>(name: string, schema: Schema): z.infer<Schema> | undefined =>
        parse(schema, name, contents.get(name), problems);
    const features = read("features.json", featuresSchema);
    const intervals = read("intervals.json", intervalsSchema);
    const calibration = read("calibration.json", calibrationSchema);
    const examples = read("examples.json", examplesSchema);
    const onnx = contents.get(MODEL_FILE);
    if (!features || !intervals || !calibration || !examples || !onnx)
        throw new ArtefactError(dir, problems.list());
    if (features.pair !== manifest.pair)
        problems.add(`features.json: got pair ${features.pair}, allowed: the manifest's ${manifest.pair}`);
    const columns = features.columns.map(({ name }) => name);
    const artefact = { manifest, columns, intervals, calibration, examples, onnx };
    checkFit(artefact, problems);
    if (problems.count > 0) throw new ArtefactError(dir, problems.list());
    return artefact;
}

/** The manifest must name every file that is needed, each once, and have a version that follows from them. */
function checkNames({ files, modelVersion }: Manifest, problems: Problems): void {
    const paths = files.map(({ path }) => path);
    if (new Set(paths).size < paths.length) problems.add("manifest.json: files: a path is there twice");
    for (const name of NEEDED_FILES)
        if (!paths.includes(name)) problems.add(`manifest.json: files: ${name} is missing`);
    const version = digest(files.map(({ path, sha256 }) => `${path} ${sha256}\n`).join("")).slice(0, 12);
    if (modelVersion !== version)
        problems.add(`manifest.json: modelVersion: got ${modelVersion}, allowed: ${version}, of its files`);
}

function checkFit(artefact: Artefact, problems: Problems): void {
    const { manifest, columns, intervals, calibration, examples } = artefact;
    const expect = (isRight: boolean, where: string, got: unknown, allowed: unknown) => {
        if (!isRight) problems.add(`${where}: got ${String(got)}, allowed: ${String(allowed)}`);
    };
    const expectCount = (where: string, { length }: { length: number }, count: number) =>
        expect(length === count, where, `${length} values`, count);
    expectCount("features.json: columns", columns, manifest.features);
    expect(new Set(columns).size === columns.length, "features.json: columns", "a name twice", "each once");
    const { regime, halfWidths } = intervals;
    expectCount("intervals.json: halfWidths", halfWidths, regime.edges.length + 1);
    for (const [where, named] of [
        ["intervals.json: regime", regime],
        ["calibration.json: known", calibration.known],
    ] as const) {
        if (named === null) continue;
        const column = columns[named.index] ?? "none";
        expect(column === named.name, where, named.name, `column ${named.index} of the model, ${column}`);
    }
    const { windowMinutes, horizonMinutes } = calibration;
    expect(
        horizonMinutes <= windowMinutes,
        "calibration.json: horizonMinutes",
        horizonMinutes,
        `${windowMinutes} at most`,
    );
    examples.rows.forEach((row, i) => expectCount(`examples.json: rows[${i}]`, row, columns.length));
    for (const name of ["forecasts", "intervals", "impliedReturns"] as const)
        expectCount(`examples.json: ${name}`, examples[name], examples.rows.length);
}

async function readIfSize(dir: string, name: string, isRight: (bytes: number) => boolean): Promise<Buffer> {
    const file = join(dir, name);
    const stats = await lstat(file);
    if (!stats.isFile()) throw new Error("is no regular file");
    if (!isRight(stats.size)) throw new Error(`has ${stats.size} bytes, which the manifest does not allow`);
    return readFile(file);
}

function parse<Schema extends z.ZodType>(
    schema: Schema,
    name: string,
    content: Buffer | undefined,
    problems: Problems,
): z.infer<Schema> | undefined {
    if (content === undefined) return undefined;
    try {
        const { data, error } = schema.safeParse(JSON.parse(content.toString()), { reportInput: true });
        for (const issue of error?.issues ?? []) problems.add(`${name}: ${describeIssue(issue)}`);
        return data;
    } catch (error) {
        problems.add(`${name}: ${reasonOf(error)}`);
        return undefined;
    }
}

const digest = (content: string | Buffer): string => createHash("sha256").update(content).digest("hex");
const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
