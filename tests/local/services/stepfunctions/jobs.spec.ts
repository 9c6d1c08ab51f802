import { ListExecutionsCommand, StopExecutionCommand } from "@aws-sdk/client-sfn";
import { expect } from "chai";
import { until } from "../harness";
import { ROLE as JOB_ROLE, cluster, SageMakerFixture } from "../sagemaker/fixture";
import { FUNCTION, single, StepFunctionsFixture } from "./fixture";

const JOB = "arn:aws:states:::sagemaker:createProcessingJob.sync";

describe("Step Functions: jobs", function () {
    this.timeout(20_000);
    const sageMaker = SageMakerFixture.use({ graceMilliseconds: 300 });
    const test = StepFunctionsFixture.use(sageMaker);

    const jobState = (ImageUri: string, more: object = {}) => ({
        Type: "Task",
        Resource: JOB,
        Parameters: {
            "ProcessingJobName.$": "$.job",
            RoleArn: JOB_ROLE,
            AppSpecification: { ImageUri },
            ProcessingResources: cluster(1),
        },
        ...more,
    });

    describe("createProcessingJob.sync", () => {
        it("waits for the job, and answers with its description", async () => {
            const image = await sageMaker.image("good", "console.log('done')");
            const job = await test.outputOf(single(jobState(image)), { job: "good" });
            expect(job).to.include({
                ProcessingJobName: "good",
                ProcessingJobStatus: "Completed",
                RoleArn: JOB_ROLE,
            });
            const { CreationTime, ProcessingEndTime } = job as Record<string, number>;
            expect(ProcessingEndTime).to.be.at.least(CreationTime!).and.closeTo(Date.now(), 10_000);
            const events = await test.history((await latest())!);
            const submitted = events.find(({ type }) => type === "TaskSubmitted")!.taskSubmittedEventDetails!;
            expect(submitted).to.include({ resourceType: "sagemaker", resource: "createProcessingJob.sync" });
            expect(JSON.parse(submitted.output!)).to.deep.equal({
                ProcessingJobArn: "arn:aws:sagemaker:us-east-1:123456789012:processing-job/good",
            });
        });

        const latest = async () => {
            const stateMachineArn = "arn:aws:states:us-east-1:123456789012:stateMachine:machine";
            const answer = await test.client.send(new ListExecutionsCommand({ stateMachineArn }));
            return answer.executions?.[0]?.executionArn;
        };

        it("fails with States.TaskFailed where the job fails, and the cause is the job", async () => {
            const image = await sageMaker.image("bad", "process.exit(3)");
            const { status, error, cause } = await test.run(single(jobState(image)), { job: "bad" });
            expect([status, error]).to.deep.equal(["FAILED", "States.TaskFailed"]);
            expect(JSON.parse(cause!)).to.include({
                ProcessingJobName: "bad",
                ProcessingJobStatus: "Failed",
                FailureReason: "AlgorithmError: See job logs for more information, exit code: 3",
            });
        });

        it("names refusals of SageMaker as AWS does, for Retry and Catch", async () => {
            const image = await sageMaker.image("twice", "");
            const refused = (ErrorEquals: string, job: string) =>
                test.outputOf(
                    {
                        StartAt: "Job",
                        States: {
                            Job: jobState(image, {
                                Catch: [{ ErrorEquals: [ErrorEquals], Next: "Caught" }],
                                End: true,
                            }),
                            Caught: { Type: "Pass", End: true },
                        },
                    },
                    { job },
                );
            await refused("States.ALL", "twice");
            const taken = (await refused("SageMaker.ResourceInUseException", "twice")) as { Cause: string };
            expect(taken.Cause).to.match(
                /already exists.*\(Service: SageMaker; Status Code: 400; Error Code: Res/,
            );
            const invalid = (await refused("SageMaker.AmazonSageMakerException", "not_a_name")) as {
                Cause: string;
            };
            expect(invalid.Cause).to.match(/ProcessingJobName: .*Error Code: ValidationException\)$/);
        });

        it("stops the job with the execution", async () => {
            const image = await sageMaker.image("long", "console.log('began'); setInterval(() => {}, 1000)");
            await test.deploy("machine", single(jobState(image)));
            const arn = await test.begin("machine", { job: "long" });
            await until("the job began", () => sageMaker.logOf("long").includes("began"));
            const stop = { executionArn: arn, error: "Operator", cause: "not needed" };
            await test.client.send(new StopExecutionCommand(stop));
            expect(await test.describe(arn)).to.include({
                status: "ABORTED",
                error: "Operator",
                cause: "not needed",
            });
            expect((await sageMaker.ended("long")).ProcessingJobStatus).to.equal("Stopped");
            expect((await test.history(arn)).at(-1)).to.deep.include({
                type: "ExecutionAborted",
                executionAbortedEventDetails: { error: "Operator", cause: "not needed" },
            });
        });

        it("stops the job at the task's time limit, which Catch knows as States.Timeout", async () => {
            const image = await sageMaker.image("slow", "setInterval(() => {}, 1000)");
            const definition = {
                StartAt: "Job",
                States: {
                    Job: jobState(image, {
                        TimeoutSeconds: 1,
                        Catch: [
                            { ErrorEquals: ["States.TaskFailed"], Next: "Wrong" },
                            { ErrorEquals: ["States.Timeout"], Next: "Late" },
                        ],
                        Next: "Wrong",
                    }),
                    Wrong: { Type: "Fail" },
                    Late: { Type: "Succeed" },
                },
            };
            await test.outputOf(definition, { job: "slow" });
            expect((await sageMaker.ended("slow")).ProcessingJobStatus).to.equal("Stopped");
            const types = (await test.history((await latest())!)).map(({ type }) => type);
            expect(types).to.include("TaskTimedOut").and.not.include("TaskFailed");
        });

        it("stops the jobs of the other branches where one fails, and starts none of their retries", async () => {
            const image = await sageMaker.image("branch", "setInterval(() => {}, 1000)");
            test.handler(async () => {
                await until("the job runs", () =>
                    sageMaker.describe("branch").then(
                        () => true,
                        () => false,
                    ),
                );
                throw new Error("no");
            });
            const failing = single({ Type: "Task", Resource: FUNCTION });
            const { status, error } = await test.run(
                {
                    StartAt: "Both",
                    States: {
                        Both: {
                            Type: "Parallel",
                            Branches: [
                                failing,
                                {
                                    StartAt: "Job",
                                    States: {
                                        Job: jobState(image, {
                                            Retry: [{ ErrorEquals: ["States.ALL"], IntervalSeconds: 60 }],
                                            End: true,
                                        }),
                                    },
                                },
                            ],
                            End: true,
                        },
                    },
                },
                { job: "branch" },
            );
            expect([status, error]).to.deep.equal(["FAILED", "Error"]);
            expect((await sageMaker.ended("branch")).ProcessingJobStatus).to.equal("Stopped");
        });
    });

    describe("createTrainingJob.sync", () => {
        const trainState = (TrainingImage: string, more: object = {}) => ({
            Type: "Task",
            Resource: "arn:aws:states:::sagemaker:createTrainingJob.sync",
            Parameters: {
                "TrainingJobName.$": "States.Format('train-{}', $.pair)",
                RoleArn: JOB_ROLE,
                AlgorithmSpecification: {
                    TrainingImage,
                    TrainingInputMode: "File",
                    MetricDefinitions: [{ Name: "test:r2", Regex: "test_r2=([-+.0-9e]+)" }],
                },
                HyperParameters: { "pair.$": "$.pair" },
                OutputDataConfig: { S3OutputPath: "s3://data/models" },
                ResourceConfig: { InstanceCount: 1, InstanceType: "ml.m5.large", VolumeSizeInGB: 1 },
            },
            ...more,
        });
        /** Fails for one pair. */
        const SCRIPT = `
            const { readFileSync, writeFileSync } = require("node:fs");
            const root = process.env.SAGEMAKER_BASE_DIR;
            const { pair } = JSON.parse(readFileSync(root + "/input/config/hyperparameters.json", "utf8"));
            if (pair === "gbpusd") {
                writeFileSync(root + "/output/failure", "no bars");
                process.exit(1);
            }
            console.log("test_r2=0.25");
            writeFileSync(root + "/model/model.onnx", pair);`;

        it("trains a model for each item of a map, and goes on past one that fails", async () => {
            const image = await sageMaker.image("trains", SCRIPT);
            const definition = {
                StartAt: "Each",
                States: {
                    Each: {
                        Type: "Map",
                        ItemsPath: "$.pairs",
                        ItemSelector: { "pair.$": "$$.Map.Item.Value" },
                        ItemProcessor: {
                            StartAt: "Train",
                            States: {
                                Train: trainState(image, {
                                    ResultPath: "$.job",
                                    Catch: [
                                        {
                                            ErrorEquals: ["States.TaskFailed"],
                                            ResultPath: "$.error",
                                            Next: "Note",
                                        },
                                    ],
                                    End: true,
                                }),
                                Note: { Type: "Pass", End: true },
                            },
                        },
                        End: true,
                    },
                },
            };
            const results = await test.outputOf(definition, { pairs: ["eurusd", "gbpusd", "usdjpy"] });
            const [first, failed, last] = results as Record<string, Record<string, unknown>>[];
            for (const [pair, result] of [
                ["eurusd", first!],
                ["usdjpy", last!],
            ] as const) {
                expect(result.job).to.deep.include({
                    TrainingJobName: `train-${pair}`,
                    TrainingJobStatus: "Completed",
                    ModelArtifacts: {
                        S3ModelArtifacts: `s3://data/models/train-${pair}/output/model.tar.gz`,
                    },
                });
                const { FinalMetricDataList, TrainingEndTime } = result.job!;
                expect(FinalMetricDataList).to.have.nested.property("[0].Value", 0.25);
                expect(TrainingEndTime).to.be.closeTo(Date.now(), 20_000);
            }
            expect(failed!.error!.Error).to.equal("States.TaskFailed");
            expect(JSON.parse(failed!.error!.Cause as string)).to.include({
                TrainingJobName: "train-gbpusd",
                TrainingJobStatus: "Failed",
                FailureReason: "AlgorithmError: no bars, exit code: 1",
            });
        });

        it("names a name that is taken as AWS does, and tells what it has submitted", async () => {
            const image = await sageMaker.image("once", SCRIPT);
            await test.outputOf(single(trainState(image)), { pair: "eurusd" });
            await test.deploy("again", single(trainState(image)));
            const arn = await test.begin("again", { pair: "audusd" });
            await test.ended(arn);
            const events = await test.history(arn);
            const submitted = events.find(({ type }) => type === "TaskSubmitted")!.taskSubmittedEventDetails!;
            expect(submitted).to.include({ resourceType: "sagemaker", resource: "createTrainingJob.sync" });
            expect(JSON.parse(submitted.output!)).to.deep.equal({
                TrainingJobArn: "arn:aws:sagemaker:us-east-1:123456789012:training-job/train-audusd",
            });
            const { error } = await test.ended(await test.begin("again", { pair: "eurusd" }));
            expect(error).to.equal("SageMaker.ResourceInUseException");
        });
    });
});
