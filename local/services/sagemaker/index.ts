import { S3Client } from "@aws-sdk/client-s3";
import { formatClock, type MarketClock } from "../../../data/clock";
import type { MetricRecorder } from "../cloudwatch";
import type { LogSink } from "../logs";
import { createHandler } from "../protocol/handler";
import type { LocalService, ResourceRecord, ServiceContext } from "../service";
import type { Credentials } from "../sigv4";
import { Jobs } from "./jobs";
import { describeJob, jobsApi, sageMakerApi } from "./operations";
import { processingJob } from "./processing";
import { GROUP_TYPE, Registry } from "./registry";
import { registryApi } from "./registry/operations";
import type { JobImage } from "./run";
import { Slots } from "./slots";
import { trainingJob } from "./training";

export type { JobImage } from "./run";

/** By their titles. A new kind of job is a file beside processing.ts and an entry here. */
const KINDS = { Processing: processingJob, Training: trainingJob };

export type JobTitle = keyof typeof KINDS;

/** A job as DescribeProcessingJob and its like answer with it; moments are Dates. */
export type JobDescription = Readonly<Record<string, unknown>>;

/** The way for other local services to run jobs. */
export interface JobRunner {
    /**
     * Starts a job, as CreateProcessingJob and its like do.
     *
     * @returns its ARN
     * @throws AwsError `ValidationException`, `ResourceInUse`
     */
    startJob(title: JobTitle, request: unknown): Promise<string>;
    /** Describes a job once it has ended. @throws AwsError for a name that no job has */
    jobEnded(title: JobTitle, jobName: string): Promise<JobDescription>;
    /** Asks a job to stop. @throws AwsError for one that has ended */
    stopJob(title: JobTitle, jobName: string): Promise<void>;
}

/** What SageMaker needs of the host, and timing set by tests. */
export interface SageMakerOptions {
    readonly logs: LogSink;
    /** Takes what jobs' logs tell by their metric definitions. */
    readonly metrics: MetricRecorder;
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
): LocalService & JobRunner {
    return new SageMakerService(context, options);
}

class SageMakerService implements LocalService, JobRunner {
    readonly name = "sagemaker";
    readonly title = "SageMaker";
    readonly signingNames = ["sagemaker"];
    readonly resourceTypes = [GROUP_TYPE];
    readonly handle;
    private readonly jobs: Jobs;
    private readonly registry: Registry;
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
        this.jobs = new Jobs(context, tools, options.images, options.metrics);
        this.registry = new Registry(context);
        const operations = { ...jobsApi(this.jobs, Object.values(KINDS)), ...registryApi(this.registry) };
        this.handle = createHandler(sageMakerApi(operations), (message) => context.log(message));
    }

    start(): Promise<void> {
        this.registry.load();
        return this.jobs.start();
    }

    async stop(): Promise<void> {
        await this.jobs.stop();
        this.s3.destroy();
    }

    applied(record: ResourceRecord): Promise<undefined> {
        this.registry.addGroup(record);
        return Promise.resolve(undefined);
    }

    removing(record: ResourceRecord): Promise<void> {
        this.registry.removeGroup(record);
        return Promise.resolve();
    }

    health() {
        const jobs = this.jobs.all();
        const failed = jobs.filter(({ status }) => status === "Failed").length;
        const packages = this.registry.packageCount;
        return Promise.resolve({
            healthy: true,
            detail: `${this.jobs.unfinished} jobs run or wait; ${failed} of the ${jobs.length} kept have failed. ${packages} model packages.`,
            figures: [
                { label: "jobs", value: jobs.length, unit: "" },
                { label: "unfinished", value: this.jobs.unfinished, unit: "" },
                { label: "failed", value: failed, unit: "" },
                { label: "model packages", value: packages, unit: "" },
            ],
        });
    }

    async startJob(title: JobTitle, request: unknown): Promise<string> {
        return Promise.resolve(this.jobs.create(KINDS[title], request).arn);
    }

    async jobEnded(title: JobTitle, jobName: string): Promise<JobDescription> {
        return describeJob(KINDS[title], await this.jobs.ended(KINDS[title], jobName));
    }

    async stopJob(title: JobTitle, jobName: string): Promise<void> {
        this.jobs.stopJob(KINDS[title], jobName);
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
