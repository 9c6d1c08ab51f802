import {
    DescribeExecutionCommand,
    GetExecutionHistoryCommand,
    SFNClient,
    StartExecutionCommand,
    type HistoryEvent,
} from "@aws-sdk/client-sfn";
import {
    createStepFunctionsService,
    type StepFunctionsOptions,
    type TaskServices,
} from "../../../../local/services/stepfunctions";
import { ACCOUNT, Harness, REGION, until } from "../harness";
import type { SageMakerFixture } from "../sagemaker/fixture";

export const STATE_MACHINE = "aws:sfn/stateMachine:StateMachine";
export const ROLE = `arn:aws:iam::${ACCOUNT}:role/machines`;
export const FUNCTION = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:refresh`;
export const TOPIC = `arn:aws:sns:${REGION}:${ACCOUNT}:warning`;

export const machineArn = (name: string) => `arn:aws:states:${REGION}:${ACCOUNT}:stateMachine:${name}`;
export const executionArn = (machine: string, name: string) =>
    `arn:aws:states:${REGION}:${ACCOUNT}:execution:${machine}:${name}`;

/** A machine of one state, that is the last. */
export const single = (state: object) => ({ StartAt: "Only", States: { Only: { ...state, End: true } } });

/** Step Functions for each test, with the SageMaker of another fixture; functions are the test's own. */
export class StepFunctionsFixture {
    harness!: Harness<ReturnType<typeof createStepFunctionsService>>;
    client!: SFNClient;
    /** A second service on the same folder, as after a crash of the first. */
    another!: () => ReturnType<typeof createStepFunctionsService>;
    /** What was published: topic, subject, message. */
    published: unknown[][] = [];
    /** What was recorded: metric, value. */
    metrics: [string, number][] = [];
    /** What was logged: group, stream, message. */
    logged: [string, string, string][] = [];
    /** Answers calls of functions, by name or ARN. */
    invoke: TaskServices["lambda"]["invoke"] = () => Promise.reject(new Error("no function is set"));

    /** Call once in a `describe`, after that of SageMaker. */
    static use(sageMaker: SageMakerFixture): StepFunctionsFixture {
        const fixture = new StepFunctionsFixture();
        beforeEach(() => fixture.start(sageMaker));
        afterEach(() => fixture.harness.stop());
        return fixture;
    }

    /** Answers a function's calls with what the handler gives or throws, as Lambda does. */
    handler(handle: (input: never) => unknown): void {
        this.invoke = async (_, payload) => {
            try {
                const value: unknown = await handle(JSON.parse(payload.toString()) as never);
                return { payload: Buffer.from(JSON.stringify(value)), logTail: "" };
            } catch (error) {
                const { name, message } = error as Error;
                const failure = JSON.stringify({ errorType: name, errorMessage: message, trace: [] });
                return { payload: Buffer.from(failure), functionError: "Unhandled", logTail: "" };
            }
        };
    }

    deploy(name: string, definition: object, more: object = {}) {
        const inputs = { name, definition: JSON.stringify(definition), roleArn: ROLE, ...more };
        const arn = machineArn(name);
        const creationDate = new Date().toISOString();
        return this.harness.deploy(STATE_MACHINE, arn, inputs, { arn, creationDate, revisionId: "r-1" });
    }

    async begin(machine: string, input: unknown = {}, name?: string): Promise<string> {
        const { executionArn: arn } = await this.client.send(
            new StartExecutionCommand({
                stateMachineArn: machineArn(machine),
                input: JSON.stringify(input),
                name,
            }),
        );
        return arn!;
    }

    describe(arn: string) {
        return this.client.send(new DescribeExecutionCommand({ executionArn: arn }));
    }

    /** Waits until an execution has ended. */
    async ended(arn: string) {
        await until(`${arn} has ended`, async () => (await this.describe(arn)).status !== "RUNNING");
        return this.describe(arn);
    }

    /** Deploys a machine and runs it once. */
    async run(definition: object, input: unknown = {}) {
        await this.deploy("machine", definition);
        return this.ended(await this.begin("machine", input));
    }

    /** The output of a machine that must succeed. */
    async outputOf(definition: object, input: unknown = {}): Promise<unknown> {
        const { status, output = "null", error, cause } = await this.run(definition, input);
        if (status !== "SUCCEEDED") throw new Error(`${status}: ${error ?? ""} ${cause ?? ""}`);
        return JSON.parse(output) as unknown;
    }

    async history(arn: string): Promise<HistoryEvent[]> {
        const { events = [] } = await this.client.send(new GetExecutionHistoryCommand({ executionArn: arn }));
        return events;
    }

    async restart(): Promise<void> {
        await this.harness.restart();
        this.client = new SFNClient(this.harness.clientOptions);
    }

    private async start(sageMaker: SageMakerFixture): Promise<void> {
        this.published = [];
        this.metrics = [];
        this.logged = [];
        const options: StepFunctionsOptions = {
            jobs: sageMaker.harness.service,
            lambda: { invoke: (name, payload) => this.invoke(name, payload) },
            publish: (...message) => {
                this.published.push(message);
                return Promise.resolve("message-1");
            },
            logs: {
                append: (...line) => void this.logged.push(line.slice(0, 3) as [string, string, string]),
            },
            metrics: {
                record: (namespace, name, dimensions, value, unit) => {
                    const { StateMachineArn = "" } = dimensions;
                    const machine = StateMachineArn.split(":").at(-1) ?? "";
                    this.metrics.push([`${namespace} ${name} ${machine} ${unit}`, value]);
                },
            },
        };
        this.harness = await Harness.start((context) => {
            this.another = () => createStepFunctionsService(context, options);
            return this.another();
        });
        this.client = new SFNClient(this.harness.clientOptions);
    }
}
