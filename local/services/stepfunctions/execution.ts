import { ExecutionAbortedError, ExecutionTimeoutError, StateMachine } from "aws-local-stepfunctions";
import { setImmediate } from "node:timers/promises";
import { messageOf } from "../../errors";
import type { Definition, TaskState } from "./definition";
import type { Outcome } from "./executionStore";
import { EventTranslator, textOf, type InterpreterEvent, type NewEvent } from "./history";
import { isFunction } from "./resources";
import { TaskError, type createTasks, type Json } from "./tasks";

/** An execution's values, as the context object has them. */
export interface ExecutionPlan {
    readonly definition: Definition;
    readonly input: Json;
    readonly context: {
        readonly Execution: { readonly Id: string; readonly Name: string; readonly RoleArn: string };
        readonly StateMachine: { readonly Id: string; readonly Name: string };
    };
    readonly region: string;
    readonly taskOf: ReturnType<typeof createTasks>;
    /** Takes the events in their order. */
    readonly record: (event: NewEvent) => void;
}

/** Step Functions hands on no more than this from state to state. */
export const PAYLOAD_BYTES_MAX = 256 * 1024;
/** What the interpreter says for the Error and the Cause that a Fail state does not give. */
const NO_ERROR = "FailStateError";
const NO_CAUSE = "Execution failed because of a Fail state";

/** A task that is under way. */
interface RunningTask {
    readonly state: TaskState;
    readonly abort: AbortController;
    /** Whether its TimeoutSeconds are over. */
    isLate: boolean;
}

/** One run of a state machine by the interpreter. */
export class Execution {
    private readonly running = new Set<RunningTask>();
    private readonly ending = new AbortController();
    private readonly translator = new EventTranslator();
    private readonly interpreted: ReturnType<StateMachine["run"]>;

    /** Starts it. */
    constructor(private readonly plan: ExecutionPlan) {
        const { definition, input, context } = plan;
        const handlers = [...definition.tasks.values()].map((state) => [
            state.name,
            (value: Json) => this.runTask(state, value),
        ]);
        // The definition was checked when it was deployed.
        const machine = new StateMachine(definition.machine, { validationOptions: { noValidate: true } });
        this.interpreted = machine.run(input, {
            overrides: { taskResourceLocalHandlers: Object.fromEntries(handlers) as Handlers },
            context,
        });
    }

    /** Ends it early: `outcome` answers ABORTED, and its tasks are told. */
    abort(): void {
        this.ending.abort();
        this.interpreted.abort();
    }

    /** How it ends. Never rejects. */
    async outcome(): Promise<Outcome> {
        const result = this.interpreted.result.then(
            (output): Outcome => ({ status: "SUCCEEDED", output: textOf(output) }),
            outcomeOf,
        );
        for await (const event of this.interpreted.eventLogs) this.follow(event);
        const outcome = await result;
        // Tasks of a run that has timed out go on otherwise.
        this.ending.abort();
        return outcome;
    }

    private follow(event: InterpreterEvent): void {
        this.translator.translate(event).forEach((each) => this.plan.record(each));
        if (event.type !== "StateFailed") return;
        const { name } = event.state;
        for (const task of this.running) {
            // The interpreter leaves to themselves the tasks of the other branches where one fails, and those out of time.
            const isInside = this.plan.definition.scopes.has(name) && task.state.within.includes(name);
            const isLate = event.Error === "States.Timeout" && task.state.name === name && task.isLate;
            if (isLate) this.event(task.state, "TimedOut", { error: event.Error });
            if (isInside || isLate) task.abort.abort();
        }
    }

    private async runTask(state: TaskState, input: Json): Promise<Json> {
        const task: RunningTask = { state, abort: new AbortController(), isLate: false };
        const signal = AbortSignal.any([this.ending.signal, task.abort.signal]);
        this.running.add(task);
        const stopTimer = limit(task);
        try {
            // The interpreter tries again at once what waits for a retry when it is aborted; by now `follow` has seen why.
            await setImmediate();
            signal.throwIfAborted();
            return await this.callTask(state, input, signal);
        } finally {
            stopTimer();
            this.running.delete(task);
        }
    }

    private async callTask(state: TaskState, input: Json, signal: AbortSignal): Promise<Json> {
        const { timeoutSeconds, resource } = state;
        const parameters = textOf(input);
        this.event(
            state,
            "Scheduled",
            isFunction(resource)
                ? { input: parameters, timeoutInSeconds: timeoutSeconds }
                : { parameters, region: this.plan.region, timeoutInSeconds: timeoutSeconds },
        );
        this.event(state, "Started");
        try {
            const submitted = (answer: Json) => this.event(state, "Submitted", { output: textOf(answer) });
            const result = await this.plan.taskOf(resource)(input, { signal, submitted });
            const output = textOf(result);
            if (Buffer.byteLength(output) > PAYLOAD_BYTES_MAX) {
                const problem = `The state/task '${state.name}' returned a result with a size exceeding the maximum number of bytes service limit.`;
                throw new TaskError("States.DataLimitExceeded", problem);
            }
            if (!signal.aborted) this.event(state, "Succeeded", { output });
            return result;
        } catch (error) {
            const known =
                error instanceof TaskError ? error : new TaskError("States.Runtime", messageOf(error));
            if (!signal.aborted) this.event(state, "Failed", { error: known.name, cause: known.message });
            throw known;
        }
    }

    /** Records an event of a task, under AWS's name for its kind. */
    private event({ resource }: TaskState, moment: string, details?: NewEvent["details"]): void {
        const timestamp = Date.now();
        if (isFunction(resource)) {
            const all = moment === "Scheduled" ? { resource, ...details } : details;
            this.plan.record({ type: `LambdaFunction${moment}`, timestamp, details: all });
            return;
        }
        const [, , , , , resourceType, action] = resource.split(":");
        this.plan.record({
            type: `Task${moment}`,
            timestamp,
            details: { resourceType, resource: action, ...details },
        });
    }
}

type Handlers = Record<string, (input: Json) => Promise<Json>>;

/** Marks a task once its time is over: the interpreter's own timer is set right after this one. @returns what stops it */
function limit(task: RunningTask): () => void {
    const { timeoutSeconds } = task.state;
    if (timeoutSeconds === undefined) return () => undefined;
    const timer = setTimeout(() => (task.isLate = true), timeoutSeconds * 1000);
    return () => clearTimeout(timer);
}

function outcomeOf(error: unknown): Outcome {
    if (error instanceof ExecutionAbortedError) return { status: "ABORTED" };
    if (error instanceof ExecutionTimeoutError) return { status: "TIMED_OUT" };
    const failure = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    if (!(failure instanceof Error))
        return { status: "FAILED", error: "States.Runtime", cause: String(failure) };
    return {
        status: "FAILED",
        ...(failure.name === NO_ERROR ? {} : { error: failure.name }),
        ...(failure.message === NO_CAUSE ? {} : { cause: failure.message }),
    };
}
