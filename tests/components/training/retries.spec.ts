import { ExecutionError, StateMachine, type StateMachineDefinition } from "aws-local-stepfunctions";
import { expect } from "chai";
import { trainingMachine } from "../../../components/training/states";
import { PAIRS } from "../../../config/pairs";
import { settingsOf, TARGETS } from "./fixture";

type Handlers = NonNullable<
    NonNullable<NonNullable<Parameters<StateMachine["run"]>[1]>["overrides"]>["taskResourceLocalHandlers"]
>;

describe("the training machine, whatever its tasks answer", () => {
    type Answer = Record<string, unknown>;

    /** Runs the machine; each of its tasks only does what the test says. */
    async function execute(tasks: Partial<Record<"Train" | "Register", (input: never) => unknown>>) {
        const told: Answer[] = [];
        const tell = (message: unknown) => {
            told.push(message as Answer);
            return {};
        };
        const job = {
            ...{ TrainingJobArn: "arn:job", TrainingJobName: "job", TrainingEndTime: 0 },
            OutputDataConfig: { S3OutputPath: "s3://models" },
        };
        const handlers: Record<string, (input: never) => unknown> = {
            ...{ Process: () => ({}), Train: () => job, TellAll: tell, TellSome: tell, TellNone: tell },
            ...{ TellNotRegistered: tell, Register: () => ({ Payload: { outcome: "all", message: "" } }) },
            ...tasks,
        };
        const definition = trainingMachine(settingsOf(), TARGETS) as unknown as StateMachineDefinition;
        const machine = new StateMachine(definition);
        const { result } = machine.run(
            {},
            {
                context: { Execution: { Name: "run-1" } },
                overrides: {
                    taskResourceLocalHandlers: handlers as Handlers,
                    retryIntervalOverrides: { Train: 0, Register: 0 },
                },
            },
        );
        const outcome: unknown = await result.catch((error: unknown) => error);
        return { outcome, told };
    }

    const failing = (name: string) => () => {
        throw Object.assign(new Error("because"), { name });
    };

    it("takes all pairs where it is not told which", async () => {
        const trained: string[] = [];
        const { outcome } = await execute({
            Train: ({ HyperParameters }: { HyperParameters: { pair: string } }) => {
                trained.push(HyperParameters.pair);
                return failing("States.TaskFailed")();
            },
        });
        expect(trained).to.have.members([...PAIRS]);
        expect(outcome).not.to.be.instanceOf(Error);
    });

    it("tells the critical topic where models are trained and cannot be registered, after four attempts", async () => {
        let attempts = 0;
        const { outcome, told } = await execute({
            Register: () => {
                attempts += 1;
                return failing("Lambda.ServiceException")();
            },
        });
        expect(attempts).to.equal(4);
        expect(told).to.deep.equal([
            {
                TopicArn: "arn:critical",
                Subject: "BQX-ML dev: models are not registered",
                Message:
                    "Models of s3://datasets/features/run-1 are trained but not registered. Lambda.ServiceException: because",
            },
        ]);
        expect(outcome).to.be.instanceOf(ExecutionError);
    });
});
