import {
    CreateStateMachineCommand,
    DescribeStateMachineCommand,
    GetExecutionHistoryCommand,
    ListExecutionsCommand,
    ListStateMachinesCommand,
    ListTagsForResourceCommand,
    StartExecutionCommand,
    StopExecutionCommand,
} from "@aws-sdk/client-sfn";
import { expect } from "chai";
import { appendFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { refusal, until } from "../harness";
import { SageMakerFixture } from "../sagemaker/fixture";
import { executionArn, FUNCTION, machineArn, ROLE, single, StepFunctionsFixture } from "./fixture";

const WAIT = single({ Type: "Wait", Seconds: 60 });
const PASS = single({ Type: "Pass" });

describe("Step Functions: executions", function () {
    this.timeout(20_000);
    const test = StepFunctionsFixture.use(SageMakerFixture.use());
    const filesLeft = () => readdirSync(join(test.harness.dataDir, "executions"));

    it("run once under a name: again while it runs with the same input, refused otherwise", async () => {
        await test.deploy("wait", WAIT);
        const arn = await test.begin("wait", { a: 1 }, "one");
        expect(await test.begin("wait", { a: 1 }, "one")).to.equal(arn);
        expect(await refusal(test.begin("wait", { a: 2 }, "one"))).to.equal(
            `ExecutionAlreadyExists: Execution Already Exists: '${arn}'`,
        );
        await test.client.send(new StopExecutionCommand({ executionArn: arn }));
        expect(await refusal(test.begin("wait", { a: 1 }, "one"))).to.match(/^ExecutionAlreadyExists/);
        expect(test.metrics.filter(([name]) => name.includes("Started"))).to.have.length(1);
    });

    it("take JSON of at most 256 KiB, and names without special characters", async () => {
        await test.deploy("pass", PASS);
        const begin = (input: string, name?: string) =>
            test.client.send(new StartExecutionCommand({ stateMachineArn: machineArn("pass"), input, name }));
        expect(await refusal(begin("{"))).to.match(/^InvalidExecutionInput: .*not JSON/);
        expect(await refusal(begin(JSON.stringify("x".repeat(262_144))))).to.match(
            /^InvalidExecutionInput: .*262144/,
        );
        expect(await refusal(begin("{}", "a/b"))).to.match(/^ValidationException: name: 1 to 80 characters/);
        const unknown = new StartExecutionCommand({ stateMachineArn: machineArn("none") });
        expect(await refusal(test.client.send(unknown))).to.match(/^StateMachineDoesNotExist/);
        const wrong = new StartExecutionCommand({ stateMachineArn: "pass" });
        expect(await refusal(test.client.send(wrong))).to.match(/^InvalidArn: Invalid Arn: 'pass'/);
    });

    it("tell how they went, event by event", async () => {
        test.handler(() => ({ rows: 28 }));
        const definition = {
            StartAt: "Call",
            States: {
                Call: { Type: "Task", Resource: FUNCTION, Next: "Enough" },
                Enough: {
                    Type: "Choice",
                    Choices: [{ Variable: "$.rows", NumericGreaterThan: 20, Next: "Done" }],
                    Default: "Short",
                },
                Done: { Type: "Succeed" },
                Short: { Type: "Fail", Error: "Short", Cause: "too few rows" },
            },
        };
        const { executionArn: arn, ...execution } = await test.run(definition, { minute: 1 });
        expect(execution).to.deep.include({
            stateMachineArn: machineArn("machine"),
            status: "SUCCEEDED",
            input: '{"minute":1}',
            output: '{"rows":28}',
        });
        expect(execution.stopDate!.getTime()).to.be.at.least(execution.startDate!.getTime());
        const events = await test.history(arn!);
        expect(
            events.map(({ id, previousEventId, type }) => `${previousEventId} ${id} ${type}`),
        ).to.deep.equal([
            "0 1 ExecutionStarted",
            "1 2 TaskStateEntered",
            "2 3 LambdaFunctionScheduled",
            "3 4 LambdaFunctionStarted",
            "4 5 LambdaFunctionSucceeded",
            "5 6 TaskStateExited",
            "6 7 ChoiceStateEntered",
            "7 8 ChoiceStateExited",
            "8 9 SucceedStateEntered",
            "9 10 SucceedStateExited",
            "10 11 ExecutionSucceeded",
        ]);
        expect(events[0]!.executionStartedEventDetails).to.deep.equal({
            input: '{"minute":1}',
            roleArn: ROLE,
        });
        expect(events[1]!.stateEnteredEventDetails).to.deep.equal({ name: "Call", input: '{"minute":1}' });
        expect(events[2]!.lambdaFunctionScheduledEventDetails).to.deep.equal({
            resource: FUNCTION,
            input: '{"minute":1}',
        });
        expect(events[5]!.stateExitedEventDetails).to.deep.equal({ name: "Call", output: '{"rows":28}' });
        expect(events[10]!.executionSucceededEventDetails).to.deep.equal({ output: '{"rows":28}' });
        expect(test.metrics.map(([name]) => name)).to.deep.equal([
            "AWS/States ExecutionsStarted machine Count",
            "AWS/States ExecutionsSucceeded machine Count",
            "AWS/States ExecutionTime machine Milliseconds",
        ]);
        const page = { executionArn: arn, reverseOrder: true, maxResults: 2 };
        const newest = await test.client.send(new GetExecutionHistoryCommand(page));
        expect(newest.events?.map(({ id }) => id)).to.deep.equal([11, 10]);
        const { nextToken } = newest;
        const next = await test.client.send(new GetExecutionHistoryCommand({ ...page, nextToken }));
        expect(next.events?.map(({ id }) => id)).to.deep.equal([9, 8]);
    });

    it("fail with the error and the cause of a Fail state, which may have neither", async () => {
        const named = await test.run(
            {
                StartAt: "End",
                States: { End: { Type: "Fail", Error: "NoBars", CausePath: "$.why" } },
            },
            { why: "the market is closed" },
        );
        expect(named).to.include({ status: "FAILED", error: "NoBars", cause: "the market is closed" });
        const { error, cause, status } = await test.run({
            StartAt: "End",
            States: { End: { Type: "Fail" } },
        });
        expect([status, error, cause]).to.deep.equal(["FAILED", undefined, undefined]);
        expect(test.metrics.map(([name]) => name)).to.include("AWS/States ExecutionsFailed machine Count");
    });

    it("tell of branches, and of their failure that was caught", async () => {
        const branch = (name: string, state: object) => ({ StartAt: name, States: { [name]: state } });
        const { executionArn: arn, output } = await test.run({
            StartAt: "Both",
            States: {
                Both: {
                    Type: "Parallel",
                    Branches: [
                        branch("Good", { Type: "Pass", End: true }),
                        branch("Bad", { Type: "Fail", Error: "Bad", Cause: "so it is" }),
                    ],
                    Catch: [{ ErrorEquals: ["Bad"], ResultPath: "$.error", Next: "After" }],
                    Next: "After",
                },
                After: { Type: "Pass", End: true },
            },
        });
        expect(JSON.parse(output!)).to.deep.equal({ error: { Error: "Bad", Cause: "so it is" } });
        const types = (await test.history(arn!)).map(({ type }) => type);
        expect(types.slice(0, 3)).to.deep.equal([
            "ExecutionStarted",
            "ParallelStateEntered",
            "ParallelStateStarted",
        ]);
        expect(types.slice(-5)).to.deep.equal([
            "ParallelStateFailed",
            "ParallelStateExited",
            "PassStateEntered",
            "PassStateExited",
            "ExecutionSucceeded",
        ]);
    });

    it("end with TIMED_OUT at the machine's own limit", async () => {
        const { status } = await test.run({ TimeoutSeconds: 1, ...WAIT });
        expect(status).to.equal("TIMED_OUT");
        expect(test.metrics.map(([name]) => name)).to.include("AWS/States ExecutionsTimedOut machine Count");
    });

    it("are logged by their machine's level, without the data unless that is asked for", async () => {
        test.handler(() => {
            throw new Error("no bars");
        });
        const logDestination = "arn:aws:logs:us-east-1:123456789012:log-group:/machines/a:b:*";
        const call = single({ Type: "Task", Resource: FUNCTION });
        const run = async (name: string, loggingConfiguration: object) => {
            await test.deploy(name, call, {
                loggingConfiguration: { logDestination, ...loggingConfiguration },
            });
            const arn = await test.begin(name, { secret: 1 }, "run");
            await test.ended(arn);
            const lines = test.logged.filter(([, stream]) => stream.startsWith(`states/${name}/`));
            return lines.map(([group, stream, message]) => {
                expect(group).to.equal("/machines/a:b");
                expect(stream).to.match(/^states\/\w+\/\d{4}(-\d\d){4}\/run$/);
                return JSON.parse(message) as { type: string; execution_arn: string; details: object };
            });
        };
        expect((await run("fatal", { level: "FATAL" })).map(({ type }) => type)).to.deep.equal([
            "ExecutionFailed",
        ]);
        const errors = await run("errors", { level: "ERROR" });
        expect(errors.map(({ type }) => type)).to.deep.equal(["LambdaFunctionFailed", "ExecutionFailed"]);
        expect(errors[1]!.details).to.include({ error: "Error" });
        expect(errors[1]!.execution_arn).to.equal(executionArn("errors", "run"));
        const [started] = await run("all", { level: "ALL" });
        expect(started!.details).to.deep.equal({ roleArn: ROLE });
        const [told] = await run("data", { level: "ALL", includeExecutionData: true });
        expect(told!.details).to.deep.equal({ roleArn: ROLE, input: '{"secret":1}' });
        expect(await run("off", { level: "OFF" })).to.deep.equal([]);
    });

    it("are listed, the newest first, by status and by page", async () => {
        await test.deploy("pass", PASS);
        await test.deploy("wait", WAIT);
        await test.ended(await test.begin("pass", {}, "a"));
        await test.ended(await test.begin("pass", {}, "b"));
        await test.begin("wait", {}, "c");
        const list = async (machine: string, more: object = {}) => {
            const { executions = [], nextToken } = await test.client.send(
                new ListExecutionsCommand({ stateMachineArn: machineArn(machine), ...more }),
            );
            return { names: executions.map(({ name }) => name), nextToken };
        };
        expect((await list("pass")).names).to.deep.equal(["b", "a"]);
        expect((await list("pass", { statusFilter: "RUNNING" })).names).to.deep.equal([]);
        expect((await list("wait", { statusFilter: "RUNNING" })).names).to.deep.equal(["c"]);
        const { nextToken, names } = await list("pass", { maxResults: 1 });
        expect(names).to.deep.equal(["b"]);
        expect((await list("pass", { maxResults: 1, nextToken })).names).to.deep.equal(["a"]);
        expect(await refusal(list("pass", { nextToken: "?" }))).to.match(/^InvalidToken/);
    });

    it("outlast a restart once they have ended, and are ABORTED by it where they have not", async () => {
        await test.deploy("pass", PASS);
        await test.deploy("wait", WAIT);
        const done = await test.begin("pass", { a: 1 }, "done");
        await test.ended(done);
        const running = await test.begin("wait", {}, "running");
        await test.restart();
        expect(await test.describe(done)).to.include({ status: "SUCCEEDED", output: '{"a":1}' });
        expect((await test.history(done)).at(-1)!.type).to.equal("ExecutionSucceeded");
        expect(await test.describe(running)).to.include({
            status: "ABORTED",
            error: "LocalStack.Stopped",
            cause: "The local stack was stopped or has ended while the execution ran.",
        });
    });

    it("are ABORTED after a crash, with all events that were told before", async () => {
        const logDestination = "arn:aws:logs:us-east-1:123456789012:log-group:machines:*";
        await test.deploy("wait", WAIT, { loggingConfiguration: { level: "ERROR", logDestination } });
        const arn = await test.begin("wait", {}, "crashed");
        await until("the state is entered", async () => (await test.history(arn)).length === 2);
        const folder = join(test.harness.dataDir, "executions");
        const [file = ""] = filesLeft().filter((name) => name.endsWith(".history"));
        appendFileSync(join(folder, file), '\n{"id": 3, "type": "WaitSta');
        const second = test.another();
        await second.start();
        const types = (await test.history(arn)).map(({ id, type }) => `${id} ${type}`);
        expect(types).to.deep.equal(["1 ExecutionStarted", "2 WaitStateEntered", "3 ExecutionAborted"]);
        expect(test.logged.at(-1)?.[2]).to.contain("ExecutionAborted");
        await second.stop();
    });

    it("go with their state machine", async () => {
        const record = await test.deploy("wait", WAIT);
        const arn = await test.begin("wait", {}, "left");
        await test.harness.destroy(record);
        expect(await refusal(test.describe(arn))).to.equal(
            `ExecutionDoesNotExist: Execution Does Not Exist: '${executionArn("wait", "left")}'`,
        );
        expect(filesLeft()).to.deep.equal([]);
    });

    it("start for other services", async () => {
        await test.deploy("pass", PASS);
        await test.harness.service.startExecution(machineArn("pass"), '{"time":"now"}');
        const { executions = [] } = await test.client.send(
            new ListExecutionsCommand({ stateMachineArn: machineArn("pass") }),
        );
        expect((await test.ended(executions[0]!.executionArn!)).output).to.equal('{"time":"now"}');
    });

    it("belong to state machines that only the program changes", async () => {
        await test.deploy("pass", PASS);
        const { stateMachines } = await test.client.send(new ListStateMachinesCommand({}));
        expect(stateMachines?.map(({ name, type }) => [name, type])).to.deep.equal([["pass", "STANDARD"]]);
        const stateMachineArn = machineArn("pass");
        const described = await test.client.send(new DescribeStateMachineCommand({ stateMachineArn }));
        expect(described).to.deep.include({
            status: "ACTIVE",
            definition: JSON.stringify(PASS),
            roleArn: ROLE,
        });
        const { tags } = await test.client.send(
            new ListTagsForResourceCommand({ resourceArn: stateMachineArn }),
        );
        expect(tags).to.deep.equal([]);
        const create = new CreateStateMachineCommand({ name: "x", definition: "{}", roleArn: ROLE });
        expect(await refusal(test.client.send(create))).to.match(/^AccessDeniedException: .*Pulumi program/);
    });
});
