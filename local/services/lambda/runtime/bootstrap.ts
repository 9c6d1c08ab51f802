/** The process of a function: loads the handler, then answers one event after another. It is started by environment.ts. */
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { FunctionConsole } from "./console";
import { loadHandler, type Handler, type HandlerContext } from "./handler";
import type { ErrorBody, InvokeMessage, RuntimeMessage } from "./messages";

/** A message without what is said of the memory, which is measured when it is sent. */
type Told = RuntimeMessage extends infer Message
    ? Message extends RuntimeMessage
        ? Omit<Message, "maxMemoryMb">
        : never
    : never;

/** The request that is being answered, and how to end it. */
interface Current {
    readonly requestId: string;
    end(told: Told, then?: () => void): void;
    /** What to do when nothing is left to wait for. */
    drained: () => void;
}

// What Lambda sets, before the function's code can change it.
const {
    AWS_LAMBDA_FUNCTION_NAME: functionName = "",
    AWS_LAMBDA_FUNCTION_VERSION: functionVersion = "",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: memoryLimitInMB = "",
    AWS_LAMBDA_LOG_GROUP_NAME: logGroupName = "",
    AWS_LAMBDA_LOG_STREAM_NAME: logStreamName = "",
    AWS_LAMBDA_LOG_FORMAT: logFormat = "Text",
    AWS_LAMBDA_LOG_LEVEL: logLevel = "INFO",
    LAMBDA_TASK_ROOT: taskRoot = "",
    _HANDLER: handlerName = "",
} = process.env;
const [hostPid = "0"] = process.argv.slice(2);
const output = new FunctionConsole(logFormat, logLevel);
/** Written by the thread that watches: one number. */
const peakMemoryMb = new Int32Array(new SharedArrayBuffer(4));
let current: Current | undefined;

void main();

async function main(): Promise<void> {
    output.install();
    const watched = { hostPid: Number(hostPid), memoryLimitMb: Number(memoryLimitInMB), peakMemoryMb };
    new Worker(join(__dirname, "watch.js"), { workerData: watched }).unref();
    process.once("disconnect", () => process.exit());
    process.on("uncaughtException", (error) => fail("Uncaught Exception", describe(error), 129));
    process.on("unhandledRejection", (reason) => {
        const { errorMessage, trace } = describe(reason);
        const error = { errorType: "Runtime.UnhandledPromiseRejection", errorMessage, trace };
        fail("Unhandled Promise Rejection", error, 128);
    });
    process.on("beforeExit", () => current?.drained());
    try {
        const handler = await loadHandler(taskRoot, handlerName);
        process.on("message", (message) => answer(handler, message as InvokeMessage));
        tell({ type: "ready" });
    } catch (error) {
        fail("Uncaught Exception", describe(error), 1);
    }
}

function answer(handler: Handler, { requestId, payload, functionArn, deadline }: InvokeMessage): void {
    output.requestId = requestId;
    // The channel to the host does not count when the handler waits until nothing is left to do.
    process.channel?.unref();
    const end = (told: Told, then?: () => void): void => {
        if (current?.requestId !== requestId) return; // It has answered already.
        current = undefined;
        process.channel?.ref();
        output.endRequest(requestId);
        tell(told, then);
    };
    const succeed = (value: unknown) => end(resultOf(value));
    const reject = (reason: unknown) => {
        const error = describe(reason);
        output.log("error", [`Invoke Error \t${JSON.stringify(error)}`]);
        end({ type: "error", error });
    };
    current = { requestId, end, drained: () => succeed(null) };
    const context: HandlerContext = {
        callbackWaitsForEmptyEventLoop: true,
        ...{ functionName, functionVersion, memoryLimitInMB, logGroupName, logStreamName },
        invokedFunctionArn: functionArn,
        awsRequestId: requestId,
        getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    };
    const callback = (error?: unknown, value?: unknown): void => {
        if (current?.requestId !== requestId) return;
        current.drained = () => {
            if (error === undefined || error === null) succeed(value);
            else reject(error);
        };
        if (!context.callbackWaitsForEmptyEventLoop) current.drained();
    };
    try {
        const returned = handler(JSON.parse(payload), context, callback);
        if (returned instanceof Promise) returned.then(succeed, reject);
    } catch (error) {
        reject(error);
    }
}

/** Reports what no handler has caught, and ends: what state it has left is unknown. */
function fail(title: string, error: ErrorBody, exitCode: number): void {
    output.log("error", [`${title} \t${JSON.stringify(error)}`]);
    const exit = () => process.exit(exitCode);
    if (current === undefined) tell({ type: "failed", error }, exit);
    else current.end({ type: "failed", error }, exit);
}

function resultOf(value: unknown): Told {
    try {
        // In a list, what JSON cannot say (undefined, a function) becomes null.
        return { type: "result", payload: JSON.stringify([value]).slice(1, -1) };
    } catch (error) {
        const errorMessage = `Unable to stringify response body: ${describe(error).errorMessage}`;
        return { type: "error", error: { errorType: "Runtime.MarshalError", errorMessage, trace: [] } };
    }
}

function describe(error: unknown): ErrorBody {
    if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
    const { name, message, stack = "" } = error;
    return { errorType: name, errorMessage: message, trace: stack.split("\n") };
}

function tell(told: Told, then?: () => void): void {
    const maxMemoryMb = Math.max(peakMemoryMb[0] ?? 0, toMb(process.memoryUsage.rss()));
    process.send?.({ ...told, maxMemoryMb }, undefined, undefined, then);
}

function toMb(bytes: number): number {
    return Math.ceil(bytes / 1024 / 1024);
}
