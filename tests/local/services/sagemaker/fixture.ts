import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import {
    CreateProcessingJobCommand,
    DescribeProcessingJobCommand,
    SageMakerClient,
    type CreateProcessingJobCommandInput,
    type ProcessingInput,
    type ProcessingOutput,
} from "@aws-sdk/client-sagemaker";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WALL_CLOCK, type MarketClock } from "../../../../data/clock";
import { createSageMakerService, type SageMakerOptions } from "../../../../local/services/sagemaker";
import { createGateway } from "../../../../local/services/gateway";
import { close, CREDENTIALS, listen } from "../awsHost";
import { ACCOUNT, Harness, REGION, until } from "../harness";
import { bucket, TestServer } from "../s3/server";

export const ROLE = `arn:aws:iam::${ACCOUNT}:role/jobs`;
/** Name of the model package group that `deployGroup` deploys. */
export const GROUP = "bqx-ml-models";
const REPOSITORY = `${ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/stage`;

/** A line of a job's log. */
interface Line {
    readonly group: string;
    readonly stream: string;
    readonly message: string;
}

interface Metric {
    readonly namespace: string;
    readonly name: string;
    readonly dimensions: Readonly<Record<string, string>>;
    readonly value: number;
}

/** A SageMaker for each test, and S3 for its channels, both behind the stack's gateway; an image is a script that the test writes. */
export class SageMakerFixture {
    harness!: Harness<ReturnType<typeof createSageMakerService>>;
    client!: SageMakerClient;
    s3!: TestServer;
    lines: Line[] = [];
    /** What was recorded in CloudWatch. */
    metrics: Metric[] = [];
    clock: MarketClock = WALL_CLOCK;
    /** A second service on a copy of the first one's folder, as after a crash. */
    another!: (dataDir: string) => ReturnType<typeof createSageMakerService>;
    private images!: string;
    private gateway!: Server;
    private port = 0;

    /** Call once in a `describe`. */
    static use(options: Partial<SageMakerOptions> = {}): SageMakerFixture {
        const fixture = new SageMakerFixture();
        beforeEach(() => fixture.start(options));
        afterEach(() => fixture.stop());
        return fixture;
    }

    /** Writes the program of an image. @returns the image's URI */
    async image(name: string, script: string): Promise<string> {
        await writeFile(join(this.images, `${name}.js`), script);
        return `${REPOSITORY}:${name}`;
    }

    /** Starts a job whose image is a script. */
    async create(
        ProcessingJobName: string,
        script: string,
        more: Partial<CreateProcessingJobCommandInput> = {},
    ): Promise<string> {
        const ImageUri = await this.image(ProcessingJobName, script);
        const command = new CreateProcessingJobCommand({
            ...this.request(ProcessingJobName, ImageUri),
            ...more,
        });
        return (await this.client.send(command)).ProcessingJobArn!;
    }

    request(ProcessingJobName: string, ImageUri: string): CreateProcessingJobCommandInput {
        return {
            ProcessingJobName,
            RoleArn: ROLE,
            AppSpecification: { ImageUri },
            ProcessingResources: cluster(1),
        };
    }

    describe(ProcessingJobName: string) {
        return this.client.send(new DescribeProcessingJobCommand({ ProcessingJobName }));
    }

    /** Waits until a job has ended. */
    async ended(name: string) {
        await until(`${name} has ended`, async () => {
            const { ProcessingJobStatus } = await this.describe(name);
            return ProcessingJobStatus !== "InProgress" && ProcessingJobStatus !== "Stopping";
        });
        return this.describe(name);
    }

    async put(Key: string, Body: string): Promise<void> {
        await this.s3.client.send(
            new PutObjectCommand({ Bucket: "data", Key, Body, ContentLength: Buffer.byteLength(Body) }),
        );
    }

    async read(Key: string): Promise<string> {
        const answer = await this.s3.client.send(new GetObjectCommand({ Bucket: "data", Key }));
        return answer.Body!.transformToString();
    }

    async keys(Prefix: string): Promise<string[]> {
        const { Contents = [] } = await this.s3.client.send(
            new ListObjectsV2Command({ Bucket: "data", Prefix }),
        );
        return Contents.map(({ Key = "" }) => Key);
    }

    /** What a job has written, line by line. */
    logOf(job: string): string[] {
        return this.lines.filter(({ stream }) => stream.startsWith(`${job}/`)).map(({ message }) => message);
    }

    deployGroup(name = GROUP) {
        const inputs = { modelPackageGroupName: name, modelPackageGroupDescription: "Forex models" };
        const arn = `arn:aws:sagemaker:${REGION}:${ACCOUNT}:model-package-group/${name}`;
        return this.harness.deploy("aws:sagemaker/modelPackageGroup:ModelPackageGroup", name, inputs, {
            arn,
        });
    }

    /** The gateway's address. */
    get url(): string {
        return `http://127.0.0.1:${this.port}`;
    }

    /** Behind the gateway is what runs now. */
    private openGateway(): Server {
        const running = () => [this.s3.service, this.harness.service];
        return createGateway({
            get services() {
                return running();
            },
            ...{ account: ACCOUNT, region: REGION, credentials: CREDENTIALS },
            control: () => Promise.resolve(),
            log: (line) => void this.harness.log.push(line),
        });
    }

    private async start(options: Partial<SageMakerOptions>): Promise<void> {
        this.lines = [];
        this.metrics = [];
        this.clock = WALL_CLOCK;
        this.images = await mkdtemp(join(tmpdir(), "bqx-images-"));
        this.s3 = await TestServer.start([bucket("data")]);
        this.gateway = this.openGateway();
        this.port = await listen(this.gateway);
        const all: SageMakerOptions = {
            logs: { append: (group, stream, message) => void this.lines.push({ group, stream, message }) },
            metrics: {
                record: (namespace, name, dimensions, value) =>
                    void this.metrics.push({ namespace, name, dimensions, value }),
            },
            endpointUrl: this.url,
            credentials: CREDENTIALS,
            caPath: "/stack/server.crt",
            images: (uri) => {
                const [repository, name = ""] = uri.split(":");
                if (repository !== REPOSITORY) return undefined;
                return {
                    pull: () => Promise.resolve([process.execPath, `${name}.js`]),
                    cwd: this.images,
                };
            },
            clock: () => this.clock,
            ...options,
        };
        this.harness = await Harness.start((context) => {
            this.another = (dataDir) => createSageMakerService({ ...context, dataDir }, all);
            return this.another(context.dataDir);
        });
        this.client = new SageMakerClient({
            ...{ endpoint: this.url, region: REGION, credentials: CREDENTIALS, maxAttempts: 1 },
        });
        await this.harness.deploy("aws:iam/role:Role", "jobs", {}, { arn: ROLE });
    }

    private async stop(): Promise<void> {
        await this.harness.stop();
        await close(this.gateway);
        await this.s3.remove();
        await rm(this.images, { recursive: true });
    }
}

export const cluster = (InstanceCount: number) => ({
    ClusterConfig: { InstanceCount, InstanceType: "ml.m5.xlarge" as const, VolumeSizeInGB: 30 },
});

export const input = (
    InputName: string,
    S3Uri: string,
    more: Partial<ProcessingInput["S3Input"]> = {},
): ProcessingInput => ({
    InputName,
    S3Input: {
        ...{ S3Uri, LocalPath: `/opt/ml/processing/input/${InputName}` },
        ...{ S3DataType: "S3Prefix", S3InputMode: "File" },
        ...more,
    },
});

export const output = (
    OutputName: string,
    S3Uri: string,
    S3UploadMode: "Continuous" | "EndOfJob" = "EndOfJob",
): ProcessingOutput => ({
    OutputName,
    S3Output: { S3Uri, LocalPath: `/opt/ml/processing/output/${OutputName}`, S3UploadMode },
});
