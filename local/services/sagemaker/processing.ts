import { posix } from "node:path";
import { z } from "zod";
import { absent, text } from "../protocol/fields";
import * as fields from "./fields";
import type { InputChannel, JobKind, JobPlan, OutputChannel } from "./jobKind";

const FOLDER = `${fields.CONTAINER_ROOT}/processing`;
const DAY_SECONDS = 24 * 60 * 60;

const input = z.strictObject({
    InputName: text(1, 255),
    AppManaged: z.literal(false, "false: the local stack downloads what is S3Input only").optional(),
    DatasetDefinition: absent("the local stack has neither Athena nor Redshift; give S3Input"),
    S3Input: z.strictObject({
        S3Uri: fields.s3Uri,
        LocalPath: fields.localPath(FOLDER),
        S3DataType: z.enum(["ManifestFile", "S3Prefix"]),
        S3InputMode: z.literal("File", "File: the local stack has no pipes").optional(),
        S3DataDistributionType: z.enum(["FullyReplicated", "ShardedByS3Key"]).optional(),
        S3CompressionType: z.literal("None", "None: AWS unpacks Gzip in Pipe mode only").optional(),
    }),
});

const output = z.strictObject({
    OutputName: text(1, 255),
    AppManaged: z.literal(false, "false: the local stack uploads what is S3Output only").optional(),
    FeatureStoreOutput: absent("the local stack has no SageMaker Feature Store; give S3Output"),
    S3Output: z.strictObject({
        S3Uri: fields.s3Uri,
        LocalPath: fields.localPath(FOLDER),
        S3UploadMode: z.enum(["Continuous", "EndOfJob"]),
    }),
});

const request = z
    .strictObject({
        ProcessingJobName: fields.jobName,
        RoleArn: fields.roleArn,
        AppSpecification: z.strictObject({
            ImageUri: fields.imageUri,
            ContainerEntrypoint: fields.commandLine.optional(),
            ContainerArguments: fields.commandLine.optional(),
        }),
        ProcessingResources: z.strictObject({ ClusterConfig: fields.cluster }),
        ProcessingInputs: z.array(input).max(10).optional(),
        ProcessingOutputConfig: z
            .strictObject({ Outputs: z.array(output).max(10), KmsKeyId: text(1, 2048).optional() })
            .optional(),
        StoppingCondition: z
            .strictObject({
                MaxRuntimeInSeconds: z
                    .int()
                    .min(1)
                    .max(9 * DAY_SECONDS),
            })
            .optional(),
        Environment: fields.environment.optional(),
        NetworkConfig: fields.network.optional(),
        Tags: fields.tags.optional(),
        ExperimentConfig: fields.experiment,
    })
    .superRefine((value, context) => {
        for (const problem of repeatedNames(value)) context.addIssue({ code: "custom", message: problem });
    });

type Request = z.output<typeof request>;

/** SageMaker Processing. */
export const processingJob: JobKind = {
    title: "Processing",
    arnType: "processing-job",
    logGroup: "/aws/sagemaker/ProcessingJobs",
    request,
    planOf: (value, arn) => planOf(request.parse(value), arn),
    summaryOf: ({ exitMessage, failureReason }) => ({
        ExitMessage: exitMessage,
        FailureReason: failureReason,
    }),
    detailsOf: () => ({}),
};

function planOf(job: Request, arn: string): JobPlan {
    const { AppSpecification: app, NetworkConfig: network } = job;
    return {
        name: job.ProcessingJobName,
        roleArn: job.RoleArn,
        imageUri: app.ImageUri,
        entrypoint: app.ContainerEntrypoint,
        arguments: app.ContainerArguments ?? [],
        environment: job.Environment ?? {},
        subnetIds: network?.VpcConfig?.Subnets ?? [],
        securityGroupIds: network?.VpcConfig?.SecurityGroupIds ?? [],
        instanceCount: job.ProcessingResources.ClusterConfig.InstanceCount,
        inputs: inputsOf(job).map(inputChannel),
        outputs: outputsOf(job).map(outputChannel),
        archives: [],
        metrics: [],
        maxRuntimeSeconds: job.StoppingCondition?.MaxRuntimeInSeconds ?? DAY_SECONDS,
        messageFile: "output/message",
        configFiles: ({ root, name, names }) => ({
            "config/processingjobconfig.json": configOf(job, arn, root),
            "config/resourceconfig.json": { current_host: name, hosts: names },
        }),
    };
}

/** What AWS writes into the container: the request with its defaults, here with the paths of this machine. */
function configOf(job: Request, arn: string, root: string): object {
    const located = (path: string) => posix.join(root, relative(path));
    return {
        ProcessingJobArn: arn,
        ProcessingJobName: job.ProcessingJobName,
        AppSpecification: job.AppSpecification,
        Environment: job.Environment ?? {},
        ProcessingInputs: inputsOf(job).map((each) => ({
            ...each,
            S3Input: { ...each.S3Input, LocalPath: located(each.S3Input.LocalPath) },
        })),
        ProcessingOutputConfig: {
            Outputs: outputsOf(job).map((each) => ({
                ...each,
                S3Output: { ...each.S3Output, LocalPath: located(each.S3Output.LocalPath) },
            })),
            KmsKeyId: job.ProcessingOutputConfig?.KmsKeyId ?? null,
        },
        ProcessingResources: job.ProcessingResources,
        NetworkConfig: job.NetworkConfig ?? null,
        RoleArn: job.RoleArn,
        StoppingCondition: {
            MaxRuntimeInSeconds: job.StoppingCondition?.MaxRuntimeInSeconds ?? DAY_SECONDS,
        },
    };
}

function inputChannel({ InputName, S3Input }: z.output<typeof input>): InputChannel {
    return {
        name: InputName,
        s3Uri: S3Input.S3Uri,
        dataType: S3Input.S3DataType,
        sharded: S3Input.S3DataDistributionType === "ShardedByS3Key",
        path: relative(S3Input.LocalPath),
    };
}

function outputChannel({ OutputName, S3Output }: z.output<typeof output>): OutputChannel {
    return {
        name: OutputName,
        s3Uri: S3Output.S3Uri,
        continuous: S3Output.S3UploadMode === "Continuous",
        path: relative(S3Output.LocalPath),
    };
}

const relative = (path: string): string => path.slice(fields.CONTAINER_ROOT.length + 1);
const inputsOf = (job: Request) => job.ProcessingInputs ?? [];
const outputsOf = (job: Request) => job.ProcessingOutputConfig?.Outputs ?? [];

function repeatedNames(job: Request): string[] {
    const inputs = inputsOf(job);
    const outputs = outputsOf(job);
    const paths = [
        ...inputs.map(({ S3Input }) => S3Input.LocalPath),
        ...outputs.map(({ S3Output }) => S3Output.LocalPath),
    ];
    return [
        ...fields
            .repeated(inputs.map(({ InputName }) => InputName))
            .map((name) => `two inputs are named "${name}"`),
        ...fields
            .repeated(outputs.map(({ OutputName }) => OutputName))
            .map((name) => `two outputs are named "${name}"`),
        ...fields.repeated(paths).map((path) => `two channels have the LocalPath ${path}`),
    ];
}
