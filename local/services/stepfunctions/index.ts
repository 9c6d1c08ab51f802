import { join } from "node:path";
import type { MetricRecorder } from "../cloudwatch";
import type { LogSink } from "../logs";
import { createHandler } from "../protocol/handler";
import { type LocalService, type ResourceRecord, type ServiceContext } from "../service";
import { Executions } from "./executions";
import { ExecutionStore } from "./executionStore";
import { checkMachine, machinesOf, readMachine, STATE_MACHINE_TYPE } from "./machines";
import { stepFunctionsApi } from "./operations";
import { createTasks, type TaskServices } from "./tasks";

export type { TaskServices } from "./tasks";

/** The way for other local services, such as schedules, to start executions. */
export interface StateMachines {
    /**
     * Starts an execution under a name of its own; it does not wait for its end.
     *
     * @param input JSON
     * @throws AwsError `StateMachineDoesNotExist`, `InvalidExecutionInput`
     */
    startExecution(stateMachineArn: string, input: string): Promise<void>;
}

/** What Step Functions needs of the host. */
export interface StepFunctionsOptions extends TaskServices {
    readonly metrics: MetricRecorder;
    readonly logs: LogSink;
}

/** Step Functions for the local stack: definitions in JSONPath, run by an interpreter in this process. */
export function createStepFunctionsService(
    context: ServiceContext,
    options: StepFunctionsOptions,
): LocalService & StateMachines {
    return new StepFunctionsService(context, options);
}

class StepFunctionsService implements LocalService, StateMachines {
    readonly name = "stepfunctions";
    readonly title = "Step Functions";
    readonly signingNames = ["states"];
    readonly resourceTypes = [STATE_MACHINE_TYPE];
    readonly handle;
    private readonly executions: Executions;

    constructor(
        private readonly context: ServiceContext,
        options: StepFunctionsOptions,
    ) {
        this.executions = new Executions(
            context,
            new ExecutionStore(join(context.dataDir, "executions")),
            createTasks(options),
            options,
        );
        this.handle = createHandler(stepFunctionsApi(context, this.executions), (message) =>
            context.log(message),
        );
    }

    start(): Promise<void> {
        this.executions.start();
        return Promise.resolve();
    }

    stop(): Promise<void> {
        return this.executions.stop();
    }

    applied(record: ResourceRecord): Promise<undefined> {
        checkMachine(record);
        return Promise.resolve(undefined);
    }

    /** AWS waits for what runs; here it is ended, as what it works on goes too. */
    removing(record: ResourceRecord): Promise<void> {
        return this.executions.removeMachine(readMachine(record).arn);
    }

    async startExecution(stateMachineArn: string, input: string): Promise<void> {
        await Promise.resolve(this.executions.begin(stateMachineArn, input));
    }

    health() {
        const machines = machinesOf(this.context).length;
        const running = this.executions.all().filter(({ status }) => status === "RUNNING").length;
        return Promise.resolve({
            healthy: true,
            detail: `${machines} state machines; ${running} executions run.`,
            figures: [
                { label: "state machines", value: machines, unit: "" },
                { label: "running", value: running, unit: "" },
            ],
        });
    }
}
