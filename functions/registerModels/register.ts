import { GetObjectCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { z } from "zod";
import { PAIRS } from "../../config/pairs";
import type { ModelRegistry, PackageMetadata, Registered, Registration } from "../../sagemaker/registry";
import { METRICS_FILE, MODEL_FILE, readLeftovers, type Leftovers } from "./leftovers";
import { reportOf, type ReportedModel, type TrainingReport } from "./report";

const uri = z.string().regex(/^s3:\/\/[^/]+\/.+$/, "an S3 URI");

/** What the state machine sends: where the dataset is, and what became of each pair's job. */
export const runSchema = z.object({
    dataset: uri,
    results: z
        .array(
            z.union([
                z.object({
                    pair: z.enum(PAIRS),
                    /** `endedAt`: milliseconds since 1970. */
                    job: z.object({ arn: z.string(), outputUri: uri, endedAt: z.number() }),
                }),
                z.object({
                    pair: z.string(),
                    error: z.object({ Error: z.string(), Cause: z.string().default("") }),
                }),
            ]),
        )
        .min(1),
});

export type TrainingRun = z.output<typeof runSchema>;
type Trained = Extract<TrainingRun["results"][number], { job: unknown }>;

/** What it works with. */
export interface Surroundings {
    readonly s3: S3Client;
    readonly registry: ModelRegistry;
    /** S3 URI below which packed models are kept, without a slash at its end. */
    readonly artefacts: string;
    /** URI of the inference image. */
    readonly imageUri: string;
}

interface Prepared {
    readonly left: Leftovers;
    readonly registration: Registration;
    /** Why nobody may approve it. */
    readonly rejection: string | undefined;
}

/**
 * Registers all models of a run. It may be repeated: an artefact is kept under its digest, and registered once. A pair that
 * fails, here or in training, leaves the others and its own earlier models as they are.
 */
export async function registerRun(run: TrainingRun, surroundings: Surroundings): Promise<TrainingReport> {
    const { registry } = surroundings;
    const failed: { pair: string; error: string }[] = [];
    const prepared = new Map<string, Prepared>();
    for (const result of run.results) {
        const { pair } = result;
        try {
            if ("error" in result) failed.push({ pair, error: reasonOf(result.error) });
            else prepared.set(pair, await prepare(result, run.dataset, surroundings));
        } catch (error) {
            failed.push({ pair, error: messageOf(error) });
        }
    }
    const outcome = await registry.registerAll(Array.from(prepared.values(), (each) => each.registration));
    failed.push(...outcome.failed.map(({ pair, error }) => ({ pair, error: messageOf(error) })));
    const models: ReportedModel[] = [];
    for (const registered of outcome.registered) {
        const found = prepared.get(registered.pair);
        if (found === undefined) continue;
        const { rejection } = found;
        if (rejection !== undefined) failed.push({ pair: registered.pair, error: rejection });
        // It is Rejected from its first moment on; this adds the reason. What a person has said since stands.
        if (rejection !== undefined && registered.isNew) await registry.reject(registered.arn, rejection);
        models.push(await describe(registered, found.left, registry));
    }
    return reportOf(run.dataset, models, failed);
}

/** Keeps what a job has left under the digest of its model, and says how that is to be registered. */
async function prepare(
    { pair, job }: Trained,
    dataset: string,
    { s3, artefacts, imageUri }: Surroundings,
): Promise<Prepared> {
    const answer = await s3.send(new GetObjectCommand(locationOf(job.outputUri)));
    const left = readLeftovers(pair, (await answer.Body?.transformToByteArray()) ?? new Uint8Array());
    const folder = `${artefacts}/${pair}/${left.sha256}`;
    for (const [name, Body] of left.kept)
        await s3.send(new PutObjectCommand({ ...locationOf(`${folder}/${name}`), Body }));
    const rejection = rejectionOf(left);
    return {
        left,
        rejection,
        registration: {
            metadata: metadataOf({ pair, job }, dataset, left),
            imageUri,
            modelDataUrl: `${folder}/${MODEL_FILE}`,
            metricsUrl: `${folder}/${METRICS_FILE}`,
            trainingJobArn: job.arn,
            status: rejection === undefined ? "PendingManualApproval" : "Rejected",
        },
    };
}

function rejectionOf({ metrics, manifest }: Leftovers): string | undefined {
    if (!metrics.leakSuspected || manifest.leakOverride !== null) return undefined;
    const { test, ceiling } = metrics;
    return `leakSuspected: R2 is ${test.r2.toFixed(3)} where ${ceiling.toFixed(3)} is the ceiling, and nobody has written why`;
}

function metadataOf(
    { pair, job }: Trained,
    dataset: string,
    { metrics, manifest, sha256 }: Leftovers,
): PackageMetadata {
    const { r2, mae, directionalAccuracy, sharpe } = metrics.test;
    return {
        pair,
        target: manifest.target.name,
        model: manifest.model.kind,
        ...{ r2, ceiling: metrics.ceiling, mae },
        ...(directionalAccuracy === null ? {} : { directionalAccuracy }),
        ...(sharpe === null ? {} : { sharpe }),
        trainedAt: new Date(job.endedAt).toISOString(),
        dataFrom: manifest.dataset.from,
        dataTo: manifest.dataset.to,
        features: manifest.features,
        isFast: manifest.isFast,
        catalogueHash: manifest.catalogueHash,
        gitCommit: manifest.gitCommit,
        datasetManifest: `${dataset}/${pair}/manifest.json`,
        artefactSha256: sha256,
        modelVersion: manifest.modelVersion,
        isLeakOverridden: metrics.leakSuspected && manifest.leakOverride !== null,
    };
}

async function describe(
    { pair, arn, isNew }: Registered,
    { metrics, manifest }: Leftovers,
    registry: ModelRegistry,
): Promise<ReportedModel> {
    const { version, status } = await registry.describe(arn);
    const { r2, mae, directionalAccuracy, sharpe } = metrics.test;
    const { ceiling, coverage, importanceShare } = metrics;
    const { features, isFast } = manifest;
    return {
        ...{ pair, version, arn, status, isNew, model: manifest.model.kind, r2, ceiling },
        floor: bestFloor(metrics.floors),
        ...{ mae, directionalAccuracy, sharpe, coverage, features, importanceShare, isFast },
    };
}

function bestFloor(floors: Leftovers["metrics"]["floors"]): ReportedModel["floor"] {
    const all = Object.entries(floors).map(([name, { test }]) => ({ name, r2: test.r2 }));
    return all.reduce((best, each) => (each.r2 > best.r2 ? each : best));
}

/** Step Functions' Cause of a job that failed is the whole description of the job. */
function reasonOf({ Error: name, Cause }: { readonly Error: string; readonly Cause: string }): string {
    const reason = /"FailureReason":("(?:[^"\\]|\\.)*")/.exec(Cause)?.[1];
    return reason === undefined ? `${name}: ${Cause}` : String(JSON.parse(reason));
}

function locationOf(s3Uri: string): { readonly Bucket: string; readonly Key: string } {
    const [, Bucket = "", Key = ""] = /^s3:\/\/([^/]+)\/(.*)$/s.exec(s3Uri) ?? [];
    return { Bucket, Key };
}

function messageOf(error: unknown): string {
    return error instanceof Error ? error.message : String(error);
}
