import { z } from "zod";
import { text } from "../protocol/fields";
import * as fields from "./fields";
import type { InputChannel, JobKind, JobPlan, JobRecord, JobState } from "./jobKind";

const DAY_SECONDS = 24 * 60 * 60;

const fileMode = z.literal(
    "File",
    "File: the local stack downloads data before the container starts; it has no pipes and mounts nothing",
);

const channel = z.strictObject({
    ChannelName: z.string().regex(/^[A-Za-z0-9.\-_]{1,64}$/, "1 to 64 letters, digits, dots, hyphens and _"),
    DataSource: z.strictObject({
        S3DataSource: z.strictObject({
            S3DataType: z.enum(["ManifestFile", "S3Prefix"]),
            S3Uri: fields.s3Uri,
            S3DataDistributionType: z.enum(["FullyReplicated", "ShardedByS3Key"]).optional(),
        }),
    }),
    ContentType: z.string().max(256).optional(),
    CompressionType: z.literal("None", "None: AWS unpacks Gzip in Pipe mode only").optional(),
    RecordWrapperType: z.literal("None", "None: AWS wraps records in Pipe mode only").optional(),
    InputMode: fileMode.optional(),
});

const metricDefinition = z.strictObject({
    Name: text(1, 255),
    Regex: text(1, 500).refine(
        (source) => groupsOf(source) > 0,
        "a regular expression with a group for the number",
    ),
});

const request = z
    .strictObject({
        TrainingJobName: fields.jobName,
        RoleArn: fields.roleArn,
        AlgorithmSpecification: z.strictObject({
            TrainingImage: fields.imageUri,
            TrainingInputMode: fileMode,
            MetricDefinitions: z.array(metricDefinition).max(40).optional(),
            EnableSageMakerMetricsTimeSeries: z.boolean().optional(),
            ContainerEntrypoint: fields.commandLine.optional(),
            ContainerArguments: fields.commandLine.optional(),
        }),
        HyperParameters: z
            .record(text(1, 256), z.string().max(2500))
            .refine((values) => Object.keys(values).length <= 100, "at most 100 hyperparameters")
            .optional(),
        InputDataConfig: z.array(channel).min(1).max(20).optional(),
        OutputDataConfig: z.strictObject({
            S3OutputPath: fields.s3Uri,
            KmsKeyId: text(1, 2048).optional(),
            CompressionType: z.literal("GZIP", "GZIP: the local stack leaves archives only").optional(),
        }),
        ResourceConfig: z.strictObject({
            InstanceCount: z.literal(1, "1: the local stack trains a model on one host"),
            InstanceType: fields.instanceType,
            VolumeSizeInGB: z.int().min(1).max(16_384),
            VolumeKmsKeyId: text(1, 2048).optional(),
        }),
        StoppingCondition: z
            .strictObject({
                MaxRuntimeInSeconds: z
                    .int()
                    .min(1)
                    .max(28 * DAY_SECONDS)
                    .default(DAY_SECONDS),
            })
            .prefault({}),
        VpcConfig: fields.vpc.optional(),
        EnableNetworkIsolation: fields.networkIsolation.default(false),
        EnableInterContainerTrafficEncryption: z.boolean().default(false),
        EnableManagedSpotTraining: z
            .literal(false, "false: the local stack has no spot instances")
            .default(false),
        Environment: fields.environment.optional(),
        ProfilerConfig: z
            .strictObject({
                DisableProfiler: z.literal(true, "true: the local stack does not profile"),
            })
            .optional(),
        Tags: fields.tags.optional(),
        ExperimentConfig: fields.experiment,
    })
    .superRefine(({ InputDataConfig = [] }, context) => {
        for (const name of fields.repeated(InputDataConfig.map(({ ChannelName }) => ChannelName))) {
            context.addIssue({ code: "custom", message: `two channels are named "${name}"` });
        }
    });

type Request = z.output<typeof request>;

/** SageMaker Training. */
export const trainingJob: JobKind = {
    title: "Training",
    arnType: "training-job",
    logGroup: "/aws/sagemaker/TrainingJobs",
    request,
    planOf: (value, arn) => planOf(request.parse(value), arn),
    summaryOf: (record) => ({ SecondaryStatus: secondaryStatusOf(record) }),
    detailsOf,
};

function planOf(job: Request, arn: string): JobPlan {
    const { AlgorithmSpecification: algorithm, InputDataConfig = [] } = job;
    return {
        name: job.TrainingJobName,
        roleArn: job.RoleArn,
        imageUri: algorithm.TrainingImage,
        entrypoint: algorithm.ContainerEntrypoint,
        // SageMaker runs an image with this one word, unless it is told what to run.
        arguments:
            algorithm.ContainerArguments ?? (algorithm.ContainerEntrypoint === undefined ? ["train"] : []),
        environment: {
            ...job.Environment,
            TRAINING_JOB_NAME: job.TrainingJobName,
            TRAINING_JOB_ARN: arn,
        },
        subnetIds: job.VpcConfig?.Subnets ?? [],
        securityGroupIds: job.VpcConfig?.SecurityGroupIds ?? [],
        instanceCount: job.ResourceConfig.InstanceCount,
        inputs: InputDataConfig.map(inputChannel),
        outputs: [],
        archives: [
            { name: "model", path: "model", s3Uri: outputUri(job, "model"), ofFailedJobs: false },
            { name: "output", path: "output/data", s3Uri: outputUri(job, "output"), ofFailedJobs: true },
        ],
        metrics: (algorithm.MetricDefinitions ?? []).map(({ Name, Regex }) => ({
            name: Name,
            pattern: new RegExp(Regex),
        })),
        maxRuntimeSeconds: job.StoppingCondition.MaxRuntimeInSeconds,
        messageFile: "output/failure",
        configFiles: ({ name, names }) => ({
            "input/config/hyperparameters.json": job.HyperParameters ?? {},
            "input/config/inputdataconfig.json": Object.fromEntries(
                InputDataConfig.map((each) => [each.ChannelName, channelConfig(each)]),
            ),
            "input/config/resourceconfig.json": resourceConfig(job, name, names),
        }),
    };
}

function inputChannel({ ChannelName, DataSource }: z.output<typeof channel>): InputChannel {
    const { S3Uri, S3DataType, S3DataDistributionType } = DataSource.S3DataSource;
    return {
        name: ChannelName,
        s3Uri: S3Uri,
        dataType: S3DataType,
        sharded: S3DataDistributionType === "ShardedByS3Key",
        path: `input/data/${ChannelName}`,
    };
}

function channelConfig({ ContentType, DataSource }: z.output<typeof channel>): object {
    return {
        ...(ContentType === undefined ? {} : { ContentType }),
        TrainingInputMode: "File",
        S3DistributionType: DataSource.S3DataSource.S3DataDistributionType ?? "FullyReplicated",
        RecordWrapperType: "None",
    };
}

function resourceConfig({ ResourceConfig }: Request, current: string, hosts: readonly string[]): object {
    const { InstanceType } = ResourceConfig;
    const group = "homogeneousCluster";
    return {
        current_host: current,
        current_instance_type: InstanceType,
        current_group_name: group,
        hosts,
        instance_groups: [{ instance_group_name: group, instance_type: InstanceType, hosts }],
        network_interface_name: "lo",
    };
}

function outputUri({ OutputDataConfig, TrainingJobName }: Request, archive: string): string {
    return `${OutputDataConfig.S3OutputPath.replace(/\/+$/, "")}/${TrainingJobName}/output/${archive}.tar.gz`;
}

/** AWS's name for each state, and what it says of it. */
const STATES: Readonly<Record<JobState, readonly [string, string]>> = {
    Starting: ["Starting", "Waiting for a place among the processes that run at once"],
    Downloading: ["Downloading", "Downloading the training data"],
    Running: ["Training", "Training in progress"],
    Uploading: ["Uploading", "Uploading generated training model"],
    Stopping: ["Stopping", "Stopping the training job"],
    Completed: ["Completed", "Training job completed"],
    Failed: ["Failed", "Training job failed"],
    Stopped: ["Stopped", "Training job stopped"],
};

const ENDS: readonly JobState[] = ["Completed", "Failed", "Stopped"];

const TIMED_OUT = [
    "MaxRuntimeExceeded",
    "Training job runtime exceeded MaxRuntimeInSeconds provided",
] as const;

function secondaryStatusOf(record: JobRecord): string | undefined {
    return transitionsOf(record).at(-1)?.Status;
}

function transitionsOf({ history, timedOut, failureReason }: JobRecord) {
    return history.map(({ state, since }, index) => {
        const [status, message] = state === "Stopped" && timedOut ? TIMED_OUT : STATES[state];
        const until = history[index + 1]?.since ?? (ENDS.includes(state) ? since : undefined);
        return {
            Status: status,
            StartTime: new Date(since),
            EndTime: until === undefined ? undefined : new Date(until),
            StatusMessage: state === "Failed" ? (failureReason ?? message) : message,
        };
    });
}

function detailsOf(record: JobRecord): Record<string, unknown> {
    const { startedAt, endedAt, status } = record;
    const job = request.parse(record.request);
    const seconds =
        startedAt === undefined || endedAt === undefined
            ? undefined
            : Math.ceil((endedAt - startedAt) / 1000);
    const hasModel = status === "Completed" || status === "Stopped";
    return {
        ModelArtifacts: hasModel ? { S3ModelArtifacts: outputUri(job, "model") } : undefined,
        FailureReason: status === "Failed" ? record.failureReason : undefined,
        SecondaryStatusTransitions: transitionsOf(record),
        FinalMetricDataList: record.metrics?.map(({ name, value, at }) => ({
            MetricName: name,
            Value: value,
            Timestamp: new Date(at),
        })),
        TrainingTimeInSeconds: seconds,
        BillableTimeInSeconds: seconds,
    };
}

/** How many groups a regular expression has; -1 for what is none. */
function groupsOf(source: string): number {
    try {
        return (new RegExp(`${source}|`).exec("")?.length ?? 0) - 1;
    } catch {
        return -1;
    }
}
