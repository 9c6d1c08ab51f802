import { randomUUID } from "node:crypto";
import type { MetricRecorder } from "../cloudwatch";
import type { LogSink } from "../logs";
import { AwsError, type LocalService, type ResourceRecord, type ServiceContext } from "../service";
import type { EnvironmentPlan } from "./environment";
import { Environments } from "./environments";
import { EventQueue, type Attempt, type QueuedEvent } from "./eventQueue";
import {
    EVENT_INVOKE_CONFIG_TYPE,
    eventInvokeConfigOf,
    findFunction,
    FUNCTION_TYPE,
    functionNamed,
    functionsOf,
    packageOf,
    packageOutputs,
    PERMISSION_TYPE,
    type LambdaFunction,
} from "./functions";
import { Invocations, isThrottle, type Invocation } from "./invocations";
import { createLambdaHandler } from "./operations";
import { Packages } from "./packages";
import { planOf, type Surroundings } from "./plan";

export type { Invocation } from "./invocations";

/** The way for other local services to call functions. */
export interface LambdaInvoker {
    /**
     * Calls a function and waits for its answer. An error of the function is an answer too.
     * @param payload the event as JSON, at most 6 MB; nothing is an empty object
     * @throws AwsError as Lambda refuses: an unknown function, too many at once, an event that is no JSON or too large
     */
    invoke(functionNameOrArn: string, payload: Buffer): Promise<Invocation>;
    /**
     * Has a function called soon. Where it fails it is tried twice more, after one minute and after two.
     * @param payload the event as JSON, at most 1 MB
     * @throws AwsError as `invoke` does, but not for what happens later
     */
    enqueue(functionNameOrArn: string, payload: Buffer): void;
}

/** What Lambda needs of the host, and timing set by tests. */
export interface LambdaOptions extends Surroundings {
    readonly logs: LogSink;
    readonly metrics: MetricRecorder;
    /** How long an environment is kept warm. @default 5 minutes */
    readonly idleMilliseconds?: number;
    /** Before an event's second try and its third. @default [60000, 120000] */
    readonly retryDelaysMilliseconds?: readonly number[];
    /** After the first throttle of an event. @default 1000 */
    readonly throttleDelayMilliseconds?: number;
}

const EVENT_BYTES_AT_MOST = { invoke: 6_291_456, enqueue: 1_048_576 };
const IDLE_MILLISECONDS = 5 * 60_000;

/** Lambda for the local stack: the deployed packages in processes of their own, with Lambda's limits, logs and metrics. */
export function createLambdaService(
    context: ServiceContext,
    options: LambdaOptions,
): LocalService & LambdaInvoker {
    return new LocalLambda(context, options);
}

class LocalLambda implements LocalService, LambdaInvoker {
    readonly name = "lambda";
    readonly title = "Lambda";
    readonly signingNames = ["lambda"];
    readonly resourceTypes = [FUNCTION_TYPE, PERMISSION_TYPE, EVENT_INVOKE_CONFIG_TYPE];
    readonly handle;
    private readonly packages: Packages;
    private readonly environments: Environments;
    private readonly invocations: Invocations;
    private readonly queue: EventQueue;

    constructor(
        private readonly context: ServiceContext,
        private readonly options: LambdaOptions,
    ) {
        this.packages = new Packages(context.dataDir);
        this.environments = new Environments(
            options.logs,
            (name) => this.planNow(functionNamed(context, name)),
            options.idleMilliseconds ?? IDLE_MILLISECONDS,
        );
        const plan = (lambda: LambdaFunction) => planOf(context, this.packages, options, lambda);
        this.invocations = new Invocations(this.environments, options.metrics, plan);
        this.queue = new EventQueue({
            attempt: (event) => this.attempt(event),
            configOf: (name) => eventInvokeConfigOf(context, name),
            dropped: (event, reason) => this.drop(event, reason),
            retryDelaysMilliseconds: options.retryDelaysMilliseconds ?? [60_000, 120_000],
            throttleDelayMilliseconds: options.throttleDelayMilliseconds ?? 1000,
        });
        this.handle = createLambdaHandler(context, {
            invoke: (lambda, payload, requestId) => this.run(lambda, payload, requestId),
            enqueue: (lambda, payload, requestId) => this.put(lambda, payload, requestId),
        });
    }

    /** Also removes the code of functions that are no longer deployed. */
    start(): Promise<void> {
        this.packages.prepareRuntime();
        this.packages.keepOnly(functionsOf(this.context).map(({ codeSha256 }) => codeSha256));
        return Promise.resolve();
    }

    async stop(): Promise<void> {
        this.queue.stop();
        await this.environments.stop();
    }

    applied(record: ResourceRecord): Promise<Record<string, unknown> | undefined> {
        return Promise.resolve(this.apply(record));
    }

    removing({ type, id }: ResourceRecord): Promise<void> {
        if (type === FUNCTION_TYPE) this.environments.retireIdle(id);
        return Promise.resolve();
    }

    async invoke(functionNameOrArn: string, payload: Buffer): Promise<Invocation> {
        return this.run(findFunction(this.context, functionNameOrArn), payload, randomUUID());
    }

    enqueue(functionNameOrArn: string, payload: Buffer): void {
        this.put(findFunction(this.context, functionNameOrArn), payload, randomUUID());
    }

    health() {
        const functions = functionsOf(this.context);
        const running = functions.reduce((sum, { name }) => sum + this.environments.busyCount(name), 0);
        return Promise.resolve({
            healthy: true,
            detail: `${functions.length} functions, each in processes of its own.`,
            figures: [
                { label: "functions", value: functions.length, unit: "" },
                { label: "environments", value: this.environments.count, unit: "" },
                { label: "running", value: running, unit: "" },
                { label: "events waiting", value: this.queue.length, unit: "" },
            ],
        });
    }

    private apply(record: ResourceRecord): Record<string, unknown> | undefined {
        if (record.type !== FUNCTION_TYPE) {
            const reference = record.inputs.function ?? record.inputs.functionName;
            findFunction(this.context, String(reference));
            return undefined;
        }
        const outputs = packageOutputs(record);
        this.packages.folderOf(outputs.codeSha256, () => packageOf(record));
        this.environments.retireIdle(record.id);
        return outputs;
    }

    private run(lambda: LambdaFunction, payload: Buffer, requestId: string): Promise<Invocation> {
        return this.invocations.run(lambda, eventOf(payload, "invoke"), requestId);
    }

    private put(lambda: LambdaFunction, payload: Buffer, requestId: string): void {
        const event = { requestId, functionName: lambda.name, payload: eventOf(payload, "enqueue") };
        this.queue.add(event);
        this.invocations.count(lambda, "AsyncEventsReceived", 1);
    }

    private async attempt({ functionName, payload, requestId }: QueuedEvent): Promise<Attempt> {
        const lambda = functionNamed(this.context, functionName);
        if (lambda === undefined) return "gone";
        try {
            const { functionError } = await this.invocations.run(lambda, payload, requestId);
            return functionError === undefined ? "done" : "failed";
        } catch (error) {
            if (isThrottle(error)) return "throttled";
            this.context.log(`${functionName}: event ${requestId} could not be tried: ${String(error)}`);
            return "failed";
        }
    }

    private drop({ functionName, requestId }: QueuedEvent, reason: string): void {
        this.context.log(`${functionName}: event ${requestId} is given up: ${reason}`);
        const lambda = functionNamed(this.context, functionName);
        if (lambda !== undefined) this.invocations.count(lambda, "AsyncEventsDropped", 1);
    }

    private planNow(lambda: LambdaFunction | undefined): EnvironmentPlan | undefined {
        return lambda && planOf(this.context, this.packages, this.options, lambda);
    }
}

/** The event as JSON. @throws AwsError where it is none, or too large */
function eventOf(payload: Buffer, by: keyof typeof EVENT_BYTES_AT_MOST): string {
    const bytesAtMost = EVENT_BYTES_AT_MOST[by];
    if (payload.length > bytesAtMost) {
        throw new AwsError(
            "RequestTooLargeException",
            `Request must be smaller than ${bytesAtMost} bytes for the InvokeFunction operation`,
            413,
        );
    }
    const text = payload.length === 0 ? "{}" : payload.toString();
    try {
        JSON.parse(text);
        return text;
    } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new AwsError(
            "InvalidRequestContentException",
            `Could not parse request body into json: ${reason}`,
        );
    }
}
