import { expect } from "chai";
import { AwsError } from "../../../../local/services/service";
import { SageMakerFixture } from "../sagemaker/fixture";
import { executionArn, FUNCTION, single, StepFunctionsFixture, TOPIC } from "./fixture";

const INVOKE = "arn:aws:states:::lambda:invoke";

describe("Step Functions: tasks", function () {
    this.timeout(20_000);
    const sageMaker = SageMakerFixture.use({ graceMilliseconds: 300 });
    const test = StepFunctionsFixture.use(sageMaker);

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
