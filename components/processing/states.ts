import { PAIRS } from "../../config/pairs";
import type { Settings } from "../../config/settings";
import type { Tags } from "../../config/tags";
import { NO_INSTANCES_LEFT, publish, tagList, THROTTLED, type Fragment, type State } from "../machine";

/** Where the container writes its dataset: sagemaker/processing/container.ts has the same path. */
const DATASET_PATH = "/opt/ml/processing/output/dataset";

/** SageMaker refuses a request for a moment: it is asked again after 30 s, 1, 2 and 4 minutes. */
const REFUSED_FOR_A_WHILE = {
    ErrorEquals: [NO_INSTANCES_LEFT, ...THROTTLED],
    IntervalSeconds: 30,
    BackoffRate: 2,
    MaxAttempts: 4,
};

/** What the states refer to, as plain text. */
export interface ProcessingTargets {
    readonly stack: string;
    readonly imageUri: string;
    readonly roleArn: string;
    /** Name of the bucket that datasets go to. */
    readonly bucket: string;
    readonly subnetIds: readonly string[];
    readonly securityGroupId: string;
    readonly database: {
        readonly host: string;
        readonly port: number;
        readonly name: string;
        readonly secretArn: string;
    };
    /** Hears of a job that failed. */
    readonly criticalTopicArn: string;
    /** Hears of pairs that a dataset lacks. */
    readonly warningTopicArn: string;
    readonly tags: Tags;
    /** Encrypts the dataset and the instances' disks; without one S3's and SageMaker's own keys do. */
    readonly kmsKeyArn?: string;
}

/**
 * The states that make a dataset, at `$.dataset`, of what was asked for, `$.run`: see `inputStates`. What follows finds
 * `$.job`, the job as AWS describes it. A pair that failed is told and left out: its folder is not there.
 * @param next the state that they lead to
 */
export function processingStates(
    settings: Settings["processing"],
    targets: ProcessingTargets,
    next: string,
): Fragment {
    const states: Record<string, State> = {
        Process: {
            Type: "Task",
            Resource: "arn:aws:states:::sagemaker:createProcessingJob.sync",
            Parameters: jobRequest(settings, targets),
            ResultPath: "$.job",
            Retry: [REFUSED_FOR_A_WHILE],
            Catch: [{ ErrorEquals: ["States.ALL"], ResultPath: "$.error", Next: "TellFailure" }],
            Next: "AreAllPairsThere",
        },
        // The container leaves a message only to name pairs that failed; AWS joins those of all instances.
        AreAllPairsThere: {
            Type: "Choice",
            Choices: [{ Variable: "$.job.ExitMessage", IsPresent: true, Next: "TellFailedPairs" }],
            Default: next,
        },
        TellFailedPairs: {
            ...publish(
                targets.warningTopicArn,
                `BQX-ML ${targets.stack}: pairs failed in processing`,
                "States.Format('The dataset {} lacks pairs. {}', $.dataset, $.job.ExitMessage)",
            ),
            // The other pairs' dataset is good, whether anybody could be told or not.
            Catch: [{ ErrorEquals: ["States.ALL"], ResultPath: "$.told", Next: next }],
            Next: next,
        },
        TellFailure: {
            ...publish(
                targets.criticalTopicArn,
                `BQX-ML ${targets.stack}: processing failed`,
                "States.Format('There is no dataset {}. {}: {}', $.dataset, $.error.Error, $.error.Cause)",
            ),
            Catch: [{ ErrorEquals: ["States.ALL"], ResultPath: "$.told", Next: "ProcessingFailed" }],
            Next: "ProcessingFailed",
        },
        ProcessingFailed: {
            Type: "Fail",
            Error: "ProcessingFailed",
            Cause: "The processing job failed; the event history and /aws/sagemaker/ProcessingJobs say why.",
        },
    };
    return { startAt: "Process", states };
}

/**
 * The states that read an execution's input, which may be `{}`. It may hold `pairs`, separated by commas, and `to`, the
 * instant before which bars are read; else it is all pairs, and the execution's start, so that every instance of a job and
 * every repeated attempt reads the same bars. What follows finds `$.run`, what was asked for, and `$.dataset`, the S3 URI
 * of this execution's own dataset.
 * @param bucket name of the bucket that datasets go to
 * @param next the state that they lead to
 * @param more defaults of whatever else the input may hold
 */
export function inputStates(
    bucket: string,
    next: string,
    more: Readonly<Record<string, unknown>> = {},
): Fragment {
    const states: Record<string, State> = {
        Defaults: {
            Type: "Pass",
            Parameters: {
                "dataset.$": `States.Format('s3://${bucket}/features/{}', $$.Execution.Name)`,
                defaults: { pairs: PAIRS.join(","), "to.$": "$$.Execution.StartTime", ...more },
                "input.$": "$$.Execution.Input",
            },
            Next: "Settings",
        },
        Settings: {
            Type: "Pass",
            Parameters: {
                "dataset.$": "$.dataset",
                "run.$": "States.JsonMerge($.defaults, $.input, false)",
            },
            Next: next,
        },
    };
    return { startAt: "Defaults", states };
}

/** The machine that makes a dataset and ends. */
export function processingMachine(settings: Settings["processing"], targets: ProcessingTargets) {
    const process = processingStates(settings, targets, "Done");
    const input = inputStates(targets.bucket, process.startAt);
    return {
        Comment: "Makes a dataset of features and targets",
        StartAt: input.startAt,
        States: { ...input.states, ...process.states, Done: { Type: "Succeed" } satisfies State },
    };
}

/** SageMaker's CreateProcessingJob. The job has a name of its own, as an execution may start several, one after another. */
function jobRequest(settings: Settings["processing"], targets: ProcessingTargets): object {
    const { instanceType, instanceCount, volumeGb, maxRuntimeSeconds } = settings;
    const { kmsKeyArn, database } = targets;
    return {
        "ProcessingJobName.$": "States.Format('bqx-ml-processing-{}', States.UUID())",
        AppSpecification: { ImageUri: targets.imageUri },
        RoleArn: targets.roleArn,
        ProcessingResources: {
            ClusterConfig: {
                InstanceType: instanceType,
                InstanceCount: instanceCount,
                VolumeSizeInGB: volumeGb,
                ...(kmsKeyArn === undefined ? {} : { VolumeKmsKeyId: kmsKeyArn }),
            },
        },
        ProcessingOutputConfig: {
            Outputs: [
                {
                    OutputName: "dataset",
                    S3Output: {
                        "S3Uri.$": "$.dataset",
                        LocalPath: DATASET_PATH,
                        S3UploadMode: "EndOfJob",
                    },
                },
            ],
            ...(kmsKeyArn === undefined ? {} : { KmsKeyId: kmsKeyArn }),
        },
        StoppingCondition: { MaxRuntimeInSeconds: maxRuntimeSeconds },
        NetworkConfig: {
            VpcConfig: { Subnets: targets.subnetIds, SecurityGroupIds: [targets.securityGroupId] },
        },
        Environment: {
            SOURCE: settings.source,
            HISTORY_DAYS: String(settings.historyDays),
            "PAIRS.$": "$.run.pairs",
            "TO.$": "$.run.to",
            DATABASE_HOST: database.host,
            DATABASE_PORT: String(database.port),
            DATABASE_NAME: database.name,
            DATABASE_SECRET_ARN: database.secretArn,
        },
        Tags: tagList(targets.tags),
    };
}
