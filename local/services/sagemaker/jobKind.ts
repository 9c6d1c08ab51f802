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

/** A folder that is uploaded as one object, .tar.gz, unless there is nothing in it. */
export interface OutputArchive {
    readonly name: string;
    /** Of the object. */
    readonly s3Uri: string;
    /** Relative to the folder that stands for /opt/ml. */
    readonly path: string;
    /** Whether a job that failed leaves it too. */
    readonly ofFailedJobs: boolean;
}

/** A number that a job's log tells: what the expression's first group matches. */
export interface MetricDefinition {
    readonly name: string;
    readonly pattern: RegExp;
}

/** One of a job's hosts, as its configuration files describe it. */
export interface JobHostPlace {
    /** The folder that stands for /opt/ml. */
    readonly root: string;
    /** `algo-1` and so on. */
    readonly name: string;
    /** The names of all hosts of the job. */
    readonly names: readonly string[];
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
    readonly archives: readonly OutputArchive[];
    readonly metrics: readonly MetricDefinition[];
    readonly maxRuntimeSeconds: number;
    /** File below /opt/ml in which the container says why it has ended. */
    readonly messageFile: string;
    /** Values of JSON files that the container expects, by path below /opt/ml. */
    configFiles(host: JobHostPlace): Readonly<Record<string, unknown>>;
}

/** One kind of job: how its requests look, and what runs for them. A new kind is one file, listed in index.ts. */
export interface JobKind {
    /** As in the API: `Processing` gives CreateProcessingJob and ProcessingJobArn. */
    readonly title: string;
    /** As in its ARNs: `processing-job`. */
    readonly arnType: string;
    /** Name of its log group; metrics of its logs have the same for their namespace. */
    readonly logGroup: string;
    /** Checks a request of Create, and answers with what Describe gives back of it. */
    readonly request: z.ZodType<Readonly<Record<string, unknown>>>;
    /** @param request one that the schema has passed */
    planOf(request: unknown, arn: string): JobPlan;
    /** What List tells of a job besides what it tells of every kind, and Describe too. */
    summaryOf(record: JobRecord): Readonly<Record<string, unknown>>;
    /** What Describe tells besides the request and what List tells. */
    detailsOf(record: JobRecord): Readonly<Record<string, unknown>>;
}

export type JobStatus = "InProgress" | "Completed" | "Failed" | "Stopping" | "Stopped";

/** What a job does while it is in progress. */
export type JobPhase = "Starting" | "Downloading" | "Running" | "Uploading";

/** A job's status, told more exactly while it is in progress. */
export type JobState = JobPhase | Exclude<JobStatus, "InProgress">;

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
    /** What it has done and been, each since when. The last is what it is. */
    readonly history: readonly { readonly state: JobState; readonly since: number }[];
    /** Whether it was stopped because it ran for too long. */
    readonly timedOut?: true;
    /** The last value of each metric that its log has told. */
    readonly metrics?: readonly MetricValue[];
}

/** A number that a job's log has told. */
export interface MetricValue {
    readonly name: string;
    readonly value: number;
    readonly at: number;
}

/** Whether a job is over. */
export function hasEnded({ status }: JobRecord): boolean {
    return status !== "InProgress" && status !== "Stopping";
}
