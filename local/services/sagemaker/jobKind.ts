import type { z } from "zod";

/** Data that each host is given before its process starts. */
export interface InputChannel {
    readonly name: string;
    readonly s3Uri: string;
    readonly dataType: "S3Prefix" | "ManifestFile";
    /** Whether the objects are dealt out among the hosts, by key, instead of given to each. */
    readonly sharded: boolean;
    /** Relative to the folder that stands for /opt/ml. */
    readonly path: string;
}

/** A folder whose files are uploaded. */
export interface OutputChannel {
    readonly name: string;
    readonly s3Uri: string;
    /** Uploaded while the job runs, and not only after it has succeeded. */
    readonly continuous: boolean;
    /** Relative to the folder that stands for /opt/ml. */
    readonly path: string;
}

/** What it takes to run a job, whatever its kind. */
export interface JobPlan {
    readonly name: string;
    readonly roleArn: string;
    readonly imageUri: string;
    /** Takes the place of the image's own command. */
    readonly entrypoint: readonly string[] | undefined;
    readonly arguments: readonly string[];
    readonly environment: Readonly<Record<string, string>>;
    readonly subnetIds: readonly string[];
    readonly securityGroupIds: readonly string[];
    readonly instanceCount: number;
    readonly inputs: readonly InputChannel[];
    readonly outputs: readonly OutputChannel[];
    readonly maxRuntimeSeconds: number;
    /** Values of JSON files that the container expects, by path below /opt/ml; the paths in them begin with `root`. */
    configFiles(arn: string, root: string): Readonly<Record<string, unknown>>;
}

/** One kind of job: how its requests look, and what runs for them. A new kind is one file, listed in index.ts. */
export interface JobKind {
    /** As in the API: `Processing` gives CreateProcessingJob and ProcessingJobArn. */
    readonly title: string;
    /** As in its ARNs: `processing-job`. */
    readonly arnType: string;
    readonly logGroup: string;
    /** Checks a request of Create, and answers with what Describe gives back of it. */
    readonly request: z.ZodType<Readonly<Record<string, unknown>>>;
    /** @param request one that the schema has passed */
    planOf(request: unknown): JobPlan;
}

export type JobStatus = "InProgress" | "Completed" | "Failed" | "Stopping" | "Stopped";

/** A job as it is kept on disk. Moments are milliseconds since 1970. */
export interface JobRecord {
    readonly kind: string;
    readonly name: string;
    readonly arn: string;
    readonly request: Readonly<Record<string, unknown>>;
    readonly status: JobStatus;
    readonly createdAt: number;
    readonly modifiedAt: number;
    readonly startedAt?: number;
    readonly endedAt?: number;
    readonly exitMessage?: string;
    readonly failureReason?: string;
}

/** Whether a job is over. */
export function hasEnded({ status }: JobRecord): boolean {
    return status !== "InProgress" && status !== "Stopping";
}
