import { ListExecutionsCommand, StopExecutionCommand } from "@aws-sdk/client-sfn";
import { expect } from "chai";
import { AwsError } from "../../../../local/services/service";
import { until } from "../harness";
import { ROLE as JOB_ROLE, cluster, SageMakerFixture } from "../sagemaker/fixture";
import { executionArn, FUNCTION, single, StepFunctionsFixture, TOPIC } from "./fixture";

const JOB = "arn:aws:states:::sagemaker:createProcessingJob.sync";
const INVOKE = "arn:aws:states:::lambda:invoke";

describe("Step Functions: tasks", function () {
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

    describe("Lambda", () => {
        it("invokes a function by the integration, with its payload and its answer in an envelope", async () => {
            const called: unknown[] = [];
            test.handler((input) => {
                called.push(input);
                return { rows: 28 };
            });
            const Parameters = { FunctionName: FUNCTION, Payload: { "minute.$": "$.minute" } };
            const answer = await test.outputOf(single({ Type: "Task", Resource: INVOKE, Parameters }), {
                minute: 7,
            });
            expect(called).to.deep.equal([{ minute: 7 }]);
            expect(answer).to.deep.equal({
                ExecutedVersion: "$LATEST",
                Payload: { rows: 28 },
                StatusCode: 200,
            });
        });

        it("invokes a function by its ARN, with the input and the bare answer", async () => {
            test.handler(({ minute }: { minute: number }) => ({ next: minute + 1 }));
            const state = { Type: "Task", Resource: FUNCTION, ResultPath: "$.result" };
            expect(await test.outputOf(single(state), { minute: 7 })).to.deep.equal({
                minute: 7,
                result: { next: 8 },
            });
        });

        it("retries by the error's name, as often as Retry says, and then catches", async () => {
            let calls = 0;
            test.handler(() => {
                calls++;
                throw new TypeError("broken");
            });
            const definition = {
                StartAt: "Call",
                States: {
                    Call: {
                        Type: "Task",
                        Resource: FUNCTION,
                        Retry: [
                            {
                                ErrorEquals: ["TypeError"],
                                IntervalSeconds: 1,
                                MaxAttempts: 2,
                                BackoffRate: 1,
                            },
                        ],
                        Catch: [
                            { ErrorEquals: ["States.TaskFailed"], ResultPath: "$.error", Next: "Caught" },
                        ],
                        End: true,
                    },
                    Caught: { Type: "Pass", End: true },
                },
            };
            const output = (await test.outputOf(definition, { keep: 1 })) as {
                keep: number;
                error: { Error: string; Cause: string };
            };
            expect(calls).to.equal(3);
            expect(output.keep).to.equal(1);
            expect(output.error.Error).to.equal("TypeError");
            expect(JSON.parse(output.error.Cause)).to.deep.equal({
                errorType: "TypeError",
                errorMessage: "broken",
                trace: [],
            });
        });

        it("names Lambda's own refusals", async () => {
            test.invoke = () =>
                Promise.reject(new AwsError("TooManyRequestsException", "Rate exceeded", 429));
            const { error, cause } = await test.run(single({ Type: "Task", Resource: FUNCTION }));
            expect(error).to.equal("Lambda.TooManyRequestsException");
            expect(cause).to.match(/^Rate exceeded \(Service: Lambda; Status Code: 429/);
        });

        it("fails a result that is larger than 256 KiB, which States.ALL does not catch", async () => {
            test.handler(() => "x".repeat(262_144));
            const { error } = await test.run({
                StartAt: "Call",
                States: {
                    Call: {
                        Type: "Task",
                        Resource: FUNCTION,
                        Catch: [{ ErrorEquals: ["States.ALL"], Next: "Caught" }],
                        End: true,
                    },
                    Caught: { Type: "Succeed" },
                },
            });
            expect(error).to.equal("States.DataLimitExceeded");
        });
    });

    describe("sns:publish", () => {
        const state = (Parameters: object) => ({
            Type: "Task",
            Resource: "arn:aws:states:::sns:publish",
            Parameters,
        });

        it("publishes text as it is, and other values as JSON", async () => {
            const subject = { TopicArn: TOPIC, Subject: "Hello", "Message.$": "$.text" };
            expect(await test.outputOf(single(state(subject)), { text: "plain" })).to.deep.equal({
                MessageId: "message-1",
            });
            await test.outputOf(single(state({ TopicArn: TOPIC, Message: { "pairs.$": "$.n" } })), { n: 28 });
            expect(test.published).to.deep.equal([
                [TOPIC, "Hello", "plain"],
                [TOPIC, undefined, '{"pairs":28}'],
            ]);
        });

        it("fails for what it does not know", async () => {
            const { error, cause } = await test.run(single(state({ PhoneNumber: "+1555", Message: "x" })));
            expect(error).to.equal("States.Runtime");
            expect(cause).to.contain("PhoneNumber");
        });
    });

    it("runs tasks in maps under one name, and knows the execution", async () => {
        test.handler((input) => input);
        const definition = {
            StartAt: "Each",
            States: {
                Each: {
                    Type: "Map",
                    ItemsPath: "$.pairs",
                    ItemSelector: {
                        "pair.$": "$$.Map.Item.Value",
                        "index.$": "$$.Map.Item.Index",
                        "run.$": "$$.Execution.Name",
                    },
                    MaxConcurrency: 2,
                    ItemProcessor: {
                        StartAt: "Call",
                        States: { Call: { Type: "Task", Resource: FUNCTION, End: true } },
                    },
                    End: true,
                },
            },
        };
        await test.deploy("maps", definition);
        const arn = await test.begin("maps", { pairs: ["EURUSD", "GBPUSD", "USDJPY"] }, "nightly");
        expect(arn).to.equal(executionArn("maps", "nightly"));
        const { output } = await test.ended(arn);
        expect(JSON.parse(output!)).to.deep.equal([
            { pair: "EURUSD", index: 0, run: "nightly" },
            { pair: "GBPUSD", index: 1, run: "nightly" },
            { pair: "USDJPY", index: 2, run: "nightly" },
        ]);
        const events = await test.history(arn);
        const count = (wanted: string) => events.filter(({ type }) => type === wanted).length;
        expect(
            ["MapIterationStarted", "LambdaFunctionSucceeded", "MapIterationSucceeded"].map(count),
        ).to.deep.equal([3, 3, 3]);
    });
});
