import { S3Client } from "@aws-sdk/client-s3";
import { formatClock, type MarketClock } from "../../../data/clock";
import type { LogSink } from "../logs";
import { createHandler } from "../protocol/handler";
import type { LocalService, ServiceContext } from "../service";
import type { Credentials } from "../sigv4";
import type { JobKind } from "./jobKind";
import { Jobs } from "./jobs";
import { describeJob, sageMakerApi } from "./operations";
import { processingJob } from "./processing";
import type { JobImage } from "./run";
import { Slots } from "./slots";

export type { JobImage } from "./run";

/** A new kind of job is a file beside processing.ts and an entry here. */
const KINDS: readonly JobKind[] = [processingJob];

/** A job as DescribeProcessingJob answers with it; moments are Dates. */
export type ProcessingJobDescription = Readonly<Record<string, unknown>>;

/** The way for other local services to run processing jobs. */
export interface ProcessingJobs {
    /**
     * Starts a job, as CreateProcessingJob does.
     *
     * @returns its ARN
     * @throws AwsError `ValidationException`, `ResourceInUse`
     */
    startJob(request: unknown): Promise<string>;
    /** Describes a job once it has ended. @throws AwsError for a name that no job has */
    jobEnded(jobName: string): Promise<ProcessingJobDescription>;
    /** Asks a job to stop. @throws AwsError for one that has ended */
    stopJob(jobName: string): Promise<void>;
}

/** What SageMaker needs of the host, and timing set by tests. */
export interface SageMakerOptions {
    readonly logs: LogSink;
    /** The stack's gateway, for the service and its jobs alike. */
    readonly endpointUrl: string;
    readonly credentials: Credentials;
    /** The certificate that the local servers show. */
    readonly caPath: string;
    /** What runs for a container image; nothing for one that no program of this checkout stands for. */
    readonly images: (imageUri: string) => JobImage | undefined;
    readonly clock: () => MarketClock;
    /** Processes of jobs at the same time; others wait. @default 2 */
    readonly processesAtOnce?: number;
    /** Time between SIGTERM and SIGKILL. @default 120000, as on AWS */
    readonly graceMilliseconds?: number;
    /** How often outputs with S3UploadMode Continuous are looked at. @default 5000 */
    readonly continuousUploadMilliseconds?: number;
}

/** SageMaker for the local stack: jobs run as processes, by the contract of SageMaker's containers. */
export function createSageMakerService(
    context: ServiceContext,
    options: SageMakerOptions,
): LocalService & ProcessingJobs {
    return new SageMakerService(context, options);
}

class SageMakerService implements LocalService, ProcessingJobs {
    readonly name = "sagemaker";
    readonly title = "SageMaker";
    readonly signingNames = ["sagemaker"];
    readonly resourceTypes: readonly string[] = [];
    readonly handle;
    private readonly jobs: Jobs;
    private readonly s3: S3Client;

    constructor(
        private readonly context: ServiceContext,
        private readonly options: SageMakerOptions,
    ) {
        const { endpointUrl, credentials } = options;
        this.s3 = new S3Client({
            ...{ endpoint: endpointUrl, region: context.region, credentials, forcePathStyle: true },
        });
        const tools = {
            s3: this.s3,
            logs: options.logs,
            slots: new Slots(options.processesAtOnce ?? 2),
            environment: () => this.environment(),
            graceMilliseconds: options.graceMilliseconds ?? 120_000,
            continuousUploadMilliseconds: options.continuousUploadMilliseconds ?? 5_000,
        };
        this.jobs = new Jobs(context, tools, options.images);
        this.handle = createHandler(sageMakerApi(this.jobs, KINDS), (message) => context.log(message));
    }

    start(): Promise<void> {
        return this.jobs.start();
    }

    async stop(): Promise<void> {
        await this.jobs.stop();
        this.s3.destroy();
    }

    health() {
        const jobs = this.jobs.all();
        const failed = jobs.filter(({ status }) => status === "Failed").length;
        return Promise.resolve({
            healthy: true,
            detail: `${this.jobs.unfinished} jobs run or wait; ${failed} of the ${jobs.length} kept have failed.`,
            figures: [
                { label: "jobs", value: jobs.length, unit: "" },
                { label: "unfinished", value: this.jobs.unfinished, unit: "" },
                { label: "failed", value: failed, unit: "" },
            ],
        });
    }

    async startJob(request: unknown): Promise<string> {
        return Promise.resolve(this.jobs.create(processingJob, request).arn);
    }

    async jobEnded(jobName: string): Promise<ProcessingJobDescription> {
        return describeJob(processingJob, await this.jobs.ended(processingJob, jobName));
    }

    async stopJob(jobName: string): Promise<void> {
        this.jobs.stopJob(processingJob, jobName);
        return Promise.resolve();
    }

    /** What AWS gives a container, with the addresses of this machine. */
    private environment(): Readonly<Record<string, string>> {
        const { region } = this.context;
        const { credentials, endpointUrl, caPath, clock } = this.options;
        const market = clock();
        return {
            AWS_REGION: region,
            AWS_DEFAULT_REGION: region,
            AWS_ACCESS_KEY_ID: credentials.accessKeyId,
            AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
            AWS_ENDPOINT_URL: endpointUrl,
            NODE_EXTRA_CA_CERTS: caPath,
            PATH: process.env.PATH ?? "",
            TZ: "UTC",
            ...(market.kind === "replay" ? { MARKET_CLOCK: formatClock(market) } : {}),
        };
    }
}
