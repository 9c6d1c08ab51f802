import { z } from "zod";
import { messageOf } from "../../errors";
import type { LambdaInvoker } from "../lambda";
import { describeProblems } from "../protocol/fields";
import type { JobRunner, JobTitle } from "../sagemaker";
import { AwsError } from "../service";
import { INTEGRATIONS } from "./resources";

/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** The services that tasks call. */
export interface TaskServices {
    readonly jobs: JobRunner;
    readonly lambda: Pick<LambdaInvoker, "invoke">;
    /** Publishes to a topic. @returns the message's id */
    readonly publish: (topicArn: string, subject: string | undefined, message: string) => Promise<string>;
}

/** One run of a Task state. */
export interface TaskCall {
    /** Aborts when the result is no longer wanted: what was started is to be stopped. */
    readonly signal: AbortSignal;
    /** Tells what the service has answered where the task goes on afterwards. */
    readonly submitted: (answer: Json) => void;
}

/** Errors with which AWS fails the execution whatever Retry and Catch say. */
const TERMINAL = ["States.Runtime", "States.DataLimitExceeded"];

/** An error that Retry and Catch match by its name. */
export class TaskError extends Error {
    /** Both are what the interpreter asks of an error. */
    readonly isRetryable: boolean;
    readonly isCatchable: boolean;

    constructor(
        error: string,
        /** AWS's Cause. */
        cause: string,
    ) {
        super(cause);
        this.name = error;
        this.isRetryable = this.isCatchable = !TERMINAL.includes(error);
    }
}

type Task = (input: Json, call: TaskCall) => Promise<Json>;

const invokeSchema = z.strictObject({
    FunctionName: z.string(),
    Payload: z.json().optional(),
    InvocationType: z
        .literal("RequestResponse", "RequestResponse: the others do not run from a state machine here")
        .optional(),
});

const publishSchema = z.strictObject({
    TopicArn: z.string(),
    Message: z.json(),
    Subject: z.string().optional(),
});

const failureSchema = z.object({ errorType: z.string().optional() });

/** Finds what runs a Task's Resource: one that `isTaskResource` allows. */
export function createTasks(services: TaskServices): (resource: string) => Task {
    const integrations: Readonly<Record<string, Task>> = {
        [INTEGRATIONS.processingJob]: (input, call) => runJob(services.jobs, "Processing", input, call),
        [INTEGRATIONS.trainingJob]: (input, call) => runJob(services.jobs, "Training", input, call),
        [INTEGRATIONS.lambda]: (input) => invoke(services.lambda, input),
        [INTEGRATIONS.publish]: (input) => publish(services.publish, input),
    };
    return (resource) =>
        integrations[resource] ??
        ((input) => callFunction(services.lambda, resource, input, (payload) => payload));
}

/** Starts a job and waits for its end, as `.sync` does: the description of the job is the result, or the cause. */
async function runJob(
    jobs: JobRunner,
    title: JobTitle,
    input: Json,
    { signal, submitted }: TaskCall,
): Promise<Json> {
    const arn = await jobs.startJob(title, input).catch((error: unknown) => {
        throw refusal("SageMaker", error);
    });
    submitted({ [`${title}JobArn`]: arn });
    const name = arn.slice(arn.lastIndexOf("/") + 1);
    // It may have ended in the meantime.
    const stop = () => void jobs.stopJob(title, name).catch(() => undefined);
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    const job = await jobs.jobEnded(title, name);
    signal.removeEventListener("abort", stop);
    const description = JSON.stringify(job, inMilliseconds);
    if (job[`${title}JobStatus`] !== "Completed") throw new TaskError("States.TaskFailed", description);
    return JSON.parse(description) as Json;
}

/** Step Functions spells moments as milliseconds since 1970. */
function inMilliseconds(this: Record<string, unknown>, key: string, value: unknown): unknown {
    const original = this[key]; // JSON.stringify has made a text of a Date already.
    return original instanceof Date ? original.getTime() : value;
}

async function invoke(lambda: TaskServices["lambda"], input: Json): Promise<Json> {
    const { FunctionName, Payload = {} } = parse(invokeSchema, input);
    return callFunction(lambda, FunctionName, Payload, (payload) => ({
        ExecutedVersion: "$LATEST",
        Payload: payload,
        StatusCode: 200,
    }));
}

async function callFunction(
    lambda: TaskServices["lambda"],
    functionName: string,
    input: Json,
    answer: (payload: Json) => Json,
): Promise<Json> {
    const { payload, functionError } = await lambda
        .invoke(functionName, Buffer.from(JSON.stringify(input)))
        .catch((error: unknown) => {
            throw refusal("Lambda", error);
        });
    const text = payload.toString("utf8");
    const value = text === "" ? null : (JSON.parse(text) as Json);
    if (functionError === undefined) return answer(value);
    const failure = failureSchema.safeParse(value);
    throw new TaskError(failure.data?.errorType ?? "Lambda.Unknown", text);
}

async function publish(send: TaskServices["publish"], input: Json): Promise<Json> {
    const { TopicArn, Message, Subject } = parse(publishSchema, input);
    const message = typeof Message === "string" ? Message : JSON.stringify(Message);
    try {
        return { MessageId: await send(TopicArn, Subject, message) };
    } catch (error) {
        throw refusal("SNS", error);
    }
}

/** An API's refusal in the words of Step Functions: the exception's name after the service's. */
function refusal(service: "SageMaker" | "Lambda" | "SNS", error: unknown): TaskError {
    if (!(error instanceof AwsError)) return new TaskError("States.TaskFailed", messageOf(error));
    const { code, message, status } = error;
    const exception = code.endsWith("Exception") ? code : `${code}Exception`;
    // SageMaker models no exception for an input that does not fit; Step Functions then names its general one.
    const name =
        service === "SageMaker" && exception === "ValidationException"
            ? "AmazonSageMakerException"
            : exception;
    const cause = `${message} (Service: ${service}; Status Code: ${status}; Error Code: ${code})`;
    return new TaskError(`${service}.${name}`, cause);
}

function parse<Schema extends z.ZodType>(schema: Schema, input: Json): z.output<Schema> {
    const parsed = schema.safeParse(input);
    if (parsed.success) return parsed.data;
    throw new TaskError("States.Runtime", `Parameters: ${describeProblems(parsed.error)}`);
}
