import type { Settings } from "../../config/settings";
import type { Tags } from "../../config/tags";
import { NO_INSTANCES_LEFT, publish, tagList, THROTTLED, type State } from "../machine";
import { inputStates, processingStates, type ProcessingTargets } from "../processing/states";
import { hyperparametersOf, METRIC_DEFINITIONS, PREFIXES } from "./plan";

/** What an execution may be told besides pairs and dataset, and is not by default. */
const DEFAULTS = { fast: false, gitCommit: "unknown", leakOverride: "" };

/** Refusals that may pass. Attempts of 28 pairs are spread by chance, or they would all come at the same moment again. */
const RETRIES = [
    {
        // An account's quota may be a few instances: pairs wait for those before them, for about an hour.
        ErrorEquals: [NO_INSTANCES_LEFT],
        ...{ IntervalSeconds: 30, BackoffRate: 2, MaxDelaySeconds: 240, MaxAttempts: 30 },
        JitterStrategy: "FULL",
    },
    {
        // SageMaker has one name for a throttled request and for one that will never be taken.
        ErrorEquals: THROTTLED,
        ...{ IntervalSeconds: 10, BackoffRate: 2, MaxAttempts: 4 },
        JitterStrategy: "FULL",
    },
];

/** What the states refer to, as plain text. */
export interface TrainingTargets {
    readonly stack: string;
    readonly imageUri: string;
    readonly roleArn: string;
    /** Name of the bucket that models go to. */
    readonly bucket: string;
    /** Name of the function that registers models. */
    readonly registerFunction: string;
    readonly subnetIds: readonly string[];
    readonly securityGroupId: string;
    /** Hear of a run that gave no model at all, of pairs that failed, and of a run in which all went well. */
    readonly topicArns: { readonly critical: string; readonly warning: string; readonly info: string };
    readonly tags: Tags;
    /** Encrypts models and the instances' disks; without one S3's and SageMaker's own keys do. */
    readonly kmsKeyArn?: string;
    readonly processing: ProcessingTargets;
}

/** The machine that takes bars to registered models: see the component `Training`. */
export function trainingMachine(
    { training, processing }: Pick<Settings, "training" | "processing">,
    targets: TrainingTargets,
) {
    const dataset = processingStates(processing, targets.processing, "TrainPairs");
    const input = inputStates(targets.processing.bucket, "Mode", DEFAULTS);
    return {
        Comment: "Trains a model for each pair and registers them",
        StartAt: input.startAt,
        States: {
            ...input.states,
            ...modeStates(training, "IsDatasetGiven"),
            ...givenDatasetStates(dataset.startAt, "TrainPairs"),
            ...dataset.states,
            TrainPairs: trainPairs(training, targets, "Register"),
            ...registerStates(targets),
        } satisfies Record<string, State>,
    };
}

/** `$.training`: the pairs as a list, and the hyperparameters of a fast run or of a full one. */
function modeStates(training: Settings["training"], next: string) {
    const mode = (name: "fast" | "full"): State => ({
        Type: "Pass",
        Parameters: {
            "pairs.$": "States.StringSplit($.run.pairs, ',')",
            hyperparameters: {
                ...hyperparametersOf(training, name),
                "git_commit.$": "$.run.gitCommit",
                "leak_override.$": "$.run.leakOverride",
            },
        },
        ResultPath: "$.training",
        Next: next,
    });
    return {
        Mode: {
            Type: "Choice",
            Choices: [
                { Variable: "$.run.fast", BooleanEquals: true, Next: "Fast" },
                { Variable: "$.run.fast", BooleanEquals: false, Next: "Full" },
            ],
            Default: "UnusableInput",
        },
        UnusableInput: {
            Type: "Fail",
            Error: "UnusableInput",
            Cause: "fast: allowed: true or false, not as text",
        },
        Fast: mode("fast"),
        Full: mode("full"),
    } satisfies Record<string, State>;
}

/** Models can be trained on a dataset that is there already. */
function givenDatasetStates(otherwise: string, next: string) {
    return {
        IsDatasetGiven: {
            Type: "Choice",
            Choices: [{ Variable: "$.run.dataset", IsPresent: true, Next: "GivenDataset" }],
            Default: otherwise,
        },
        GivenDataset: {
            Type: "Pass",
            InputPath: "$.run.dataset",
            ResultPath: "$.dataset",
            Next: next,
        },
    } satisfies Record<string, State>;
}

/** A job for each pair. One that fails is noted, and the others go on. */
function trainPairs(training: Settings["training"], targets: TrainingTargets, next: string): State {
    const states: Record<string, State> = {
        Train: {
            Type: "Task",
            Resource: "arn:aws:states:::sagemaker:createTrainingJob.sync",
            Parameters: jobRequest(training, targets),
            // A job's whole description, 28 times, would come near what an execution may hand on.
            ResultSelector: {
                "arn.$": "$.TrainingJobArn",
                "outputUri.$":
                    "States.Format('{}/{}/output/output.tar.gz', $.OutputDataConfig.S3OutputPath, $.TrainingJobName)",
                "endedAt.$": "$.TrainingEndTime",
            },
            ResultPath: "$.job",
            Retry: RETRIES,
            Catch: [{ ErrorEquals: ["States.ALL"], ResultPath: "$.error", Next: "NoteFailure" }],
            Next: "NoteModel",
        },
        NoteModel: { Type: "Pass", Parameters: { "pair.$": "$.own.pair", "job.$": "$.job" }, End: true },
        NoteFailure: {
            Type: "Pass",
            Parameters: { "pair.$": "$.own.pair", "error.$": "$.error" },
            End: true,
        },
    };
    return {
        Type: "Map",
        ItemsPath: "$.training.pairs",
        ItemSelector: {
            own: { "pair.$": "$$.Map.Item.Value" },
            "dataset.$": "$.dataset",
            "hyperparameters.$": "$.training.hyperparameters",
            "models.$": `States.Format('s3://${targets.bucket}/${PREFIXES.jobs}/{}', $$.Execution.Name)`,
        },
        MaxConcurrency: training.maxConcurrency,
        ItemProcessor: { ProcessorConfig: { Mode: "INLINE" }, StartAt: "Train", States: states },
        ResultPath: "$.results",
        Next: next,
    };
}

/** SageMaker's CreateTrainingJob. The name holds the pair, by which metrics and logs are found. */
function jobRequest(training: Settings["training"], targets: TrainingTargets): object {
    const { kmsKeyArn } = targets;
    return {
        "TrainingJobName.$": "States.Format('bqx-ml-training-{}-{}', $.own.pair, States.UUID())",
        AlgorithmSpecification: {
            TrainingImage: targets.imageUri,
            TrainingInputMode: "File",
            MetricDefinitions: METRIC_DEFINITIONS,
        },
        RoleArn: targets.roleArn,
        "HyperParameters.$": "States.JsonMerge($.hyperparameters, $.own, false)",
        InputDataConfig: [
            {
                ChannelName: "dataset",
                DataSource: {
                    S3DataSource: {
                        S3DataType: "S3Prefix",
                        "S3Uri.$": "States.Format('{}/{}/', $.dataset, $.own.pair)",
                        S3DataDistributionType: "FullyReplicated",
                    },
                },
            },
        ],
        OutputDataConfig: {
            "S3OutputPath.$": "$.models",
            ...(kmsKeyArn === undefined ? {} : { KmsKeyId: kmsKeyArn }),
        },
        ResourceConfig: {
            InstanceType: training.instanceType,
            InstanceCount: 1,
            VolumeSizeInGB: training.volumeGb,
            ...(kmsKeyArn === undefined ? {} : { VolumeKmsKeyId: kmsKeyArn }),
        },
        StoppingCondition: { MaxRuntimeInSeconds: training.maxRuntimeSeconds },
        VpcConfig: { Subnets: targets.subnetIds, SecurityGroupIds: [targets.securityGroupId] },
        Tags: [...tagList(targets.tags), { Key: "Pair", "Value.$": "$.own.pair" }],
    };
}

/** Registers what jobs have left, and tells how it went: `$.registered.report` is what functions/registerModels answers with. */
function registerStates({ stack, registerFunction, topicArns }: TrainingTargets) {
    // The models are registered, whether anybody could be told or not.
    const toldOr = (next: string) => ({
        Catch: [{ ErrorEquals: ["States.ALL"], ResultPath: "$.told", Next: next }],
        Next: next,
    });
    const tell = (severity: keyof typeof topicArns, what: string, message: string) =>
        publish(topicArns[severity], `BQX-ML ${stack}: ${what}`, message);
    return {
        Register: {
            Type: "Task",
            Resource: "arn:aws:states:::lambda:invoke",
            Parameters: {
                FunctionName: registerFunction,
                Payload: { "dataset.$": "$.dataset", "results.$": "$.results" },
            },
            ResultSelector: { "report.$": "$.Payload" },
            ResultPath: "$.registered",
            // It registers no artefact twice, so that whatever has failed can be tried again: after 10, 20 and 40 s.
            Retry: [{ ErrorEquals: ["States.ALL"], IntervalSeconds: 10, BackoffRate: 2, MaxAttempts: 3 }],
            Catch: [{ ErrorEquals: ["States.ALL"], ResultPath: "$.error", Next: "TellNotRegistered" }],
            Next: "Outcome",
        },
        Outcome: {
            Type: "Choice",
            Choices: [
                { Variable: "$.registered.report.outcome", StringEquals: "all", Next: "TellAll" },
                { Variable: "$.registered.report.outcome", StringEquals: "some", Next: "TellSome" },
            ],
            Default: "TellNone",
        },
        TellAll: {
            ...tell("info", "models are trained", "$.registered.report.message"),
            ...toldOr("Trained"),
        },
        TellSome: {
            ...tell("warning", "pairs failed in training", "$.registered.report.message"),
            ...toldOr("Trained"),
        },
        TellNone: {
            ...tell("critical", "training failed", "$.registered.report.message"),
            ...toldOr("TrainingFailed"),
        },
        TellNotRegistered: {
            ...tell(
                "critical",
                "models are not registered",
                "States.Format('Models of {} are trained but not registered. {}: {}', $.dataset, $.error.Error, $.error.Cause)",
            ),
            ...toldOr("TrainingFailed"),
        },
        Trained: { Type: "Pass", OutputPath: "$.registered.report", End: true },
        TrainingFailed: {
            Type: "Fail",
            Error: "TrainingFailed",
            Cause: "No model was registered; the message to the critical topic and /aws/sagemaker/TrainingJobs say why.",
        },
    } satisfies Record<string, State>;
}
