import { ExecutionError, StateMachine } from "aws-local-stepfunctions";
import { expect } from "chai";
import {
    processingMachine,
    processingStates,
    type ProcessingTargets,
} from "../../components/processing/states";
import { PAIRS } from "../../config/pairs";
import { scopeOf, tagsOf } from "../support/scope";

const TARGETS: ProcessingTargets = {
    stack: "dev",
    imageUri: "111122223333.dkr.ecr.us-east-1.amazonaws.com/bqx-ml-processing-dev:0.1.0",
    roleArn: "arn:aws:iam::111122223333:role/job",
    bucket: "bqx-ml-datasets-111122223333-dev",
    subnetIds: ["subnet-a", "subnet-b"],
    securityGroupId: "sg-jobs",
    database: { host: "database.test", port: 5432, name: "bqx", secretArn: "arn:secret" },
    criticalTopicArn: "arn:critical",
    warningTopicArn: "arn:warning",
    tags: { ...tagsOf("processing"), Project: "bqx-ml" } as ProcessingTargets["tags"],
};

const settingsOf = (processing: Record<string, unknown> = {}) => scopeOf({ processing }).settings.processing;
const publishing = {
    Type: "Task",
    Resource: "arn:aws:states:::sns:publish",
    ResultPath: "$.told",
    Retry: [{ ErrorEquals: ["States.ALL"], IntervalSeconds: 5, BackoffRate: 2, MaxAttempts: 3 }],
};

const REQUEST = {
    "ProcessingJobName.$": "States.Format('bqx-ml-processing-{}', States.UUID())",
    AppSpecification: { ImageUri: TARGETS.imageUri },
    RoleArn: TARGETS.roleArn,
    ProcessingResources: {
        ClusterConfig: { InstanceType: "ml.m5.2xlarge", InstanceCount: 1, VolumeSizeInGB: 100 },
    },
    ProcessingOutputConfig: {
        Outputs: [
            {
                OutputName: "dataset",
                S3Output: {
                    "S3Uri.$": "$.dataset",
                    LocalPath: "/opt/ml/processing/output/dataset",
                    S3UploadMode: "EndOfJob",
                },
            },
        ],
    },
    StoppingCondition: { MaxRuntimeInSeconds: 7200 },
    NetworkConfig: { VpcConfig: { Subnets: ["subnet-a", "subnet-b"], SecurityGroupIds: ["sg-jobs"] } },
    Environment: {
        SOURCE: "bars",
        HISTORY_DAYS: "365",
        "PAIRS.$": "$.run.pairs",
        "TO.$": "$.run.to",
        DATABASE_HOST: "database.test",
        DATABASE_PORT: "5432",
        DATABASE_NAME: "bqx",
        DATABASE_SECRET_ARN: "arn:secret",
    },
    Tags: Object.entries(TARGETS.tags).map(([Key, Value]) => ({ Key, Value })),
};

describe("the states of processing", () => {
    it("make a dataset, tell what failed, and end", () => {
        const machine = processingMachine(settingsOf(), TARGETS);
        expect(machine).to.deep.equal({
            Comment: "Makes a dataset of features and targets",
            StartAt: "Defaults",
            States: {
                Defaults: {
                    Type: "Pass",
                    Parameters: {
                        "dataset.$": `States.Format('s3://${TARGETS.bucket}/features/{}', $$.Execution.Name)`,
                        defaults: { pairs: PAIRS.join(","), "to.$": "$$.Execution.StartTime" },
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
                    Next: "Process",
                },
                Process: {
                    Type: "Task",
                    Resource: "arn:aws:states:::sagemaker:createProcessingJob.sync",
                    Parameters: REQUEST,
                    ResultPath: "$.job",
                    Retry: [
                        {
                            ErrorEquals: [
                                "SageMaker.ResourceLimitExceededException",
                                "SageMaker.AmazonSageMakerException",
                                "ThrottlingException",
                            ],
                            IntervalSeconds: 30,
                            BackoffRate: 2,
                            MaxAttempts: 4,
                        },
                    ],
                    Catch: [{ ErrorEquals: ["States.ALL"], ResultPath: "$.error", Next: "TellFailure" }],
                    Next: "AreAllPairsThere",
                },
                AreAllPairsThere: {
                    Type: "Choice",
                    Choices: [{ Variable: "$.job.ExitMessage", IsPresent: true, Next: "TellFailedPairs" }],
                    Default: "Done",
                },
                TellFailedPairs: {
                    ...publishing,
                    Parameters: {
                        TopicArn: "arn:warning",
                        Subject: "BQX-ML dev: pairs failed in processing",
                        "Message.$":
                            "States.Format('The dataset {} lacks pairs. {}', $.dataset, $.job.ExitMessage)",
                    },
                    Catch: [{ ErrorEquals: ["States.ALL"], ResultPath: "$.told", Next: "Done" }],
                    Next: "Done",
                },
                TellFailure: {
                    ...publishing,
                    Parameters: {
                        TopicArn: "arn:critical",
                        Subject: "BQX-ML dev: processing failed",
                        "Message.$":
                            "States.Format('There is no dataset {}. {}: {}', $.dataset, $.error.Error, $.error.Cause)",
                    },
                    Catch: [{ ErrorEquals: ["States.ALL"], ResultPath: "$.told", Next: "ProcessingFailed" }],
                    Next: "ProcessingFailed",
                },
                ProcessingFailed: {
                    Type: "Fail",
                    Error: "ProcessingFailed",
                    Cause: "The processing job failed; the event history and /aws/sagemaker/ProcessingJobs say why.",
                },
                Done: { Type: "Succeed" },
            },
        });
    });

    it("take sizes and source from the settings, and encrypt by the buckets' key", () => {
        const settings = settingsOf({
            ...{ source: "tables", historyDays: 90, instanceType: "ml.m5.xlarge", instanceCount: 2 },
            ...{ volumeGb: 50, maxRuntimeSeconds: 3600 },
        });
        const { states } = processingStates(settings, { ...TARGETS, kmsKeyArn: "arn:key" }, "Next");
        expect(states["Process"]?.["Parameters"]).to.deep.equal({
            ...REQUEST,
            ProcessingResources: {
                ClusterConfig: {
                    InstanceType: "ml.m5.xlarge",
                    InstanceCount: 2,
                    VolumeSizeInGB: 50,
                    VolumeKmsKeyId: "arn:key",
                },
            },
            ProcessingOutputConfig: { ...REQUEST.ProcessingOutputConfig, KmsKeyId: "arn:key" },
            StoppingCondition: { MaxRuntimeInSeconds: 3600 },
            Environment: { ...REQUEST.Environment, SOURCE: "tables", HISTORY_DAYS: "90" },
        });
    });

    it("lead on to whatever follows, and name no state that is not there", () => {
        const { startAt, states } = processingStates(settingsOf(), TARGETS, "Select");
        const named = new Set([startAt]);
        JSON.stringify(states, (key, value: unknown) => {
            if (key === "Next" || key === "Default") named.add(String(value));
            return value;
        });
        expect([...named]).to.have.members([...Object.keys(states), "Select"]);
    });

    it("start a job whose name, and subjects whose length, AWS takes for every stack", () => {
        const uuid = "f6a2a4a0-1111-4222-8333-444455556666";
        expect(`bqx-ml-processing-${uuid}`).to.match(/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/);
        const { states } = processingStates(settingsOf(), { ...TARGETS, stack: "x".repeat(50) }, "Next");
        for (const name of ["TellFailure", "TellFailedPairs"]) {
            const { Subject } = states[name]?.["Parameters"] as { Subject: string };
            expect(Subject).to.have.length.of.at.most(100);
        }
    });
});

describe("an execution of the processing machine", () => {
    type Answer = Record<string, string>;
    interface Request {
        readonly Environment: Readonly<Record<string, string>>;
        readonly ProcessingOutputConfig: { Outputs: { S3Output: { S3Uri: string } }[] };
    }

    /** Runs the machine; each of its tasks only notes what it is asked for. */
    async function execute(input: Record<string, string>, process: () => Answer) {
        const requests: Request[] = [];
        const told: Answer[] = [];
        const tell = (message: unknown) => {
            told.push(message as Answer);
            return {};
        };
        const machine = new StateMachine(processingMachine(settingsOf(), TARGETS));
        const { result } = machine.run(input, {
            context: { Execution: { Name: "run-1" } },
            overrides: {
                taskResourceLocalHandlers: {
                    Process: (request) => {
                        requests.push(request as unknown as Request);
                        return process();
                    },
                    TellFailedPairs: tell,
                    TellFailure: tell,
                },
                retryIntervalOverrides: { Process: 0 },
            },
        });
        const outcome: unknown = await result.catch((error: unknown) => error);
        return { outcome, requests, told };
    }

    it("asks for all pairs of bars until its start, under a prefix of its own", async () => {
        const { requests, told } = await execute({}, () => ({}));
        const [{ Environment, ProcessingOutputConfig }] = requests as [Request];
        expect(Environment["PAIRS"]).to.equal(PAIRS.join(","));
        expect(Math.abs(Date.parse(Environment["TO"] ?? "") - Date.now())).to.be.below(60_000);
        expect(ProcessingOutputConfig.Outputs[0]?.S3Output.S3Uri).to.equal(
            `s3://${TARGETS.bucket}/features/run-1`,
        );
        expect(told).to.deep.equal([]);
    });

    it("takes pairs and end from its input, and hands on where the dataset is", async () => {
        const input = { pairs: "eurusd", to: "2017-10-01T00:00:00Z" };
        const { outcome, requests } = await execute(input, () => ({}));
        expect(requests[0]?.Environment).to.include({ PAIRS: "eurusd", TO: "2017-10-01T00:00:00Z" });
        expect(outcome).to.deep.equal({
            dataset: `s3://${TARGETS.bucket}/features/run-1`,
            run: input,
            job: {},
        });
    });

    it("warns of pairs that failed, and succeeds", async () => {
        const { outcome, told } = await execute({}, () => ({ ExitMessage: "1 failed: eurusd." }));
        expect(outcome).not.to.be.instanceOf(Error);
        expect(told).to.deep.equal([
            {
                TopicArn: "arn:warning",
                Subject: "BQX-ML dev: pairs failed in processing",
                Message: `The dataset s3://${TARGETS.bucket}/features/run-1 lacks pairs. 1 failed: eurusd.`,
            },
        ]);
    });

    for (const { title, error, attempts } of [
        { title: "at once where the job failed", error: "States.TaskFailed", attempts: 1 },
        { title: "after five attempts where SageMaker refuses", error: "ThrottlingException", attempts: 5 },
    ]) {
        it(`tells a failure, and fails, ${title}`, async () => {
            const { outcome, requests, told } = await execute({}, () => {
                throw Object.assign(new Error("too many jobs"), { name: error });
            });
            expect(requests).to.have.length(attempts);
            expect(told[0]).to.include({
                TopicArn: "arn:critical",
                Message: `There is no dataset s3://${TARGETS.bucket}/features/run-1. ${error}: too many jobs`,
            });
            expect(outcome).to.be.instanceOf(ExecutionError);
            expect(String(outcome)).to.contain("The processing job failed");
        });
    }
});
