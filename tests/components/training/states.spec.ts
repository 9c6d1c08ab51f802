import { expect } from "chai";
import { inputStates, processingStates } from "../../../components/processing/states";
import { trainingMachine } from "../../../components/training/states";
import { definitionProblems } from "../../../local/services/stepfunctions/definition";
import { PROCESSING, settingsOf, TARGETS } from "./fixture";

const publishing = {
    Type: "Task",
    Resource: "arn:aws:states:::sns:publish",
    ResultPath: "$.told",
    Retry: [{ ErrorEquals: ["States.ALL"], IntervalSeconds: 5, BackoffRate: 2, MaxAttempts: 3 }],
};

/** A state that tells a topic, and goes on whether it could or not. */
const telling = (severity: string, subject: string, message: string, Next: string) => ({
    ...publishing,
    Parameters: {
        TopicArn: `arn:${severity}`,
        Subject: `BQX-ML dev: ${subject}`,
        "Message.$": message,
    },
    Catch: [{ ErrorEquals: ["States.ALL"], ResultPath: "$.told", Next }],
    Next,
});

const REPORT = "$.registered.report.message";

const REQUEST = {
    "TrainingJobName.$": "States.Format('bqx-ml-training-{}-{}', $.own.pair, States.UUID())",
    AlgorithmSpecification: {
        TrainingImage: TARGETS.imageUri,
        TrainingInputMode: "File",
        MetricDefinitions: [
            { Name: "validation_r2", Regex: "validation_r2=([-+.0-9e]+)" },
            { Name: "test_r2", Regex: "test_r2=([-+.0-9e]+)" },
            { Name: "test_mae", Regex: "test_mae=([-+.0-9e]+)" },
            { Name: "test_directional_accuracy", Regex: "test_directional_accuracy=([-+.0-9e]+)" },
        ],
    },
    RoleArn: TARGETS.roleArn,
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
    OutputDataConfig: { "S3OutputPath.$": "$.models" },
    ResourceConfig: { InstanceType: "ml.m5.2xlarge", InstanceCount: 1, VolumeSizeInGB: 30 },
    StoppingCondition: { MaxRuntimeInSeconds: 3600 },
    VpcConfig: { Subnets: ["subnet-a", "subnet-b"], SecurityGroupIds: ["sg-jobs"] },
    Tags: [
        ...Object.entries(TARGETS.tags).map(([Key, Value]) => ({ Key, Value })),
        { Key: "Pair", "Value.$": "$.own.pair" },
    ],
};

const TRAIN_PAIRS = {
    Type: "Map",
    ItemsPath: "$.training.pairs",
    ItemSelector: {
        own: { "pair.$": "$$.Map.Item.Value" },
        "dataset.$": "$.dataset",
        "hyperparameters.$": "$.training.hyperparameters",
        "models.$": "States.Format('s3://models/training/{}', $$.Execution.Name)",
    },
    MaxConcurrency: 28,
    ItemProcessor: {
        ProcessorConfig: { Mode: "INLINE" },
        StartAt: "Train",
        States: {
            Train: {
                Type: "Task",
                Resource: "arn:aws:states:::sagemaker:createTrainingJob.sync",
                Parameters: REQUEST,
                ResultSelector: {
                    "arn.$": "$.TrainingJobArn",
                    "outputUri.$":
                        "States.Format('{}/{}/output/output.tar.gz', $.OutputDataConfig.S3OutputPath, $.TrainingJobName)",
                    "endedAt.$": "$.TrainingEndTime",
                },
                ResultPath: "$.job",
                Retry: [
                    {
                        ErrorEquals: ["SageMaker.ResourceLimitExceededException"],
                        ...{ IntervalSeconds: 30, BackoffRate: 2, MaxDelaySeconds: 240, MaxAttempts: 30 },
                        JitterStrategy: "FULL",
                    },
                    {
                        ErrorEquals: ["SageMaker.AmazonSageMakerException", "ThrottlingException"],
                        ...{ IntervalSeconds: 10, BackoffRate: 2, MaxAttempts: 4 },
                        JitterStrategy: "FULL",
                    },
                ],
                Catch: [{ ErrorEquals: ["States.ALL"], ResultPath: "$.error", Next: "NoteFailure" }],
                Next: "NoteModel",
            },
            NoteModel: {
                Type: "Pass",
                Parameters: { "pair.$": "$.own.pair", "job.$": "$.job" },
                End: true,
            },
            NoteFailure: {
                Type: "Pass",
                Parameters: { "pair.$": "$.own.pair", "error.$": "$.error" },
                End: true,
            },
        },
    },
    ResultPath: "$.results",
    Next: "Register",
};

const mode = (hyperparameters: object) => ({
    Type: "Pass",
    Parameters: {
        "pairs.$": "States.StringSplit($.run.pairs, ',')",
        hyperparameters: {
            ...hyperparameters,
            "git_commit.$": "$.run.gitCommit",
            "leak_override.$": "$.run.leakOverride",
        },
    },
    ResultPath: "$.training",
    Next: "IsDatasetGiven",
});

const COMMON = { target: "target_60_60", candidates: "all", seed: "1", expires_days: "45", n_jobs: "8" };
const FAST = { selection_rows: "5000", fit_rows: "10000", n_estimators: "25", boosting_rounds: "50" };

describe("the states of training", () => {
    const settings = settingsOf();
    const machine = trainingMachine(settings, TARGETS);

    it("make a dataset or take one, train each pair, register, and tell", () => {
        const defaults = { fast: false, gitCommit: "unknown", leakOverride: "" };
        expect(machine).to.deep.equal({
            Comment: "Trains a model for each pair and registers them",
            StartAt: "Defaults",
            States: {
                ...inputStates("datasets", "Mode", defaults).states,
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
                Fast: mode({ ...COMMON, ...FAST, fast: "true" }),
                Full: mode({ ...COMMON, fast: "false" }),
                IsDatasetGiven: {
                    Type: "Choice",
                    Choices: [{ Variable: "$.run.dataset", IsPresent: true, Next: "GivenDataset" }],
                    Default: "Process",
                },
                GivenDataset: {
                    Type: "Pass",
                    InputPath: "$.run.dataset",
                    ResultPath: "$.dataset",
                    Next: "TrainPairs",
                },
                ...processingStates(settings.processing, PROCESSING, "TrainPairs").states,
                TrainPairs: TRAIN_PAIRS,
                Register: {
                    Type: "Task",
                    Resource: "arn:aws:states:::lambda:invoke",
                    Parameters: {
                        FunctionName: "bqx-ml-register-models-dev",
                        Payload: { "dataset.$": "$.dataset", "results.$": "$.results" },
                    },
                    ResultSelector: { "report.$": "$.Payload" },
                    ResultPath: "$.registered",
                    Retry: [
                        { ErrorEquals: ["States.ALL"], IntervalSeconds: 10, BackoffRate: 2, MaxAttempts: 3 },
                    ],
                    Catch: [
                        { ErrorEquals: ["States.ALL"], ResultPath: "$.error", Next: "TellNotRegistered" },
                    ],
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
                TellAll: telling("info", "models are trained", REPORT, "Trained"),
                TellSome: telling("warning", "pairs failed in training", REPORT, "Trained"),
                TellNone: telling("critical", "training failed", REPORT, "TrainingFailed"),
                TellNotRegistered: telling(
                    "critical",
                    "models are not registered",
                    "States.Format('Models of {} are trained but not registered. {}: {}', $.dataset, $.error.Error, $.error.Cause)",
                    "TrainingFailed",
                ),
                Trained: { Type: "Pass", OutputPath: "$.registered.report", End: true },
                TrainingFailed: {
                    Type: "Fail",
                    Error: "TrainingFailed",
                    Cause: "No model was registered; the message to the critical topic and /aws/sagemaker/TrainingJobs say why.",
                },
            },
        });
    });

    it("are what AWS's rules allow, and what the local stack runs", () => {
        expect(definitionProblems(JSON.stringify(machine))).to.deep.equal([]);
    });

    it("take sizes from the settings, and encrypt by the buckets' key", () => {
        const sized = settingsOf({
            ...{ instanceType: "ml.m5.xlarge", volumeGb: 50, maxRuntimeSeconds: 900, maxConcurrency: 4 },
        });
        const { TrainPairs } = trainingMachine(sized, { ...TARGETS, kmsKeyArn: "arn:key" }).States;
        expect(TrainPairs).to.include({ MaxConcurrency: 4 });
        expect(TrainPairs)
            .to.have.nested.property("ItemProcessor.States.Train.Parameters")
            .that.deep.equals({
                ...REQUEST,
                OutputDataConfig: { "S3OutputPath.$": "$.models", KmsKeyId: "arn:key" },
                ResourceConfig: {
                    InstanceType: "ml.m5.xlarge",
                    InstanceCount: 1,
                    VolumeSizeInGB: 50,
                    VolumeKmsKeyId: "arn:key",
                },
                StoppingCondition: { MaxRuntimeInSeconds: 900 },
            });
    });

    it("start jobs whose names, and subjects whose length, AWS takes for every stack", () => {
        const uuid = "f6a2a4a0-1111-4222-8333-444455556666";
        expect(`bqx-ml-training-eurusd-${uuid}`).to.match(/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/);
        const { States } = trainingMachine(settings, { ...TARGETS, stack: "x".repeat(50) });
        for (const state of [States.TellAll, States.TellSome, States.TellNone, States.TellNotRegistered])
            expect(state.Parameters.Subject).to.have.length.of.at.most(100);
    });
});
