import type { MetricRecorder } from "../cloudwatch";
import { AwsError } from "../service";
import type { EnvironmentPlan, Outcome } from "./environment";
import type { Claimed, Environments } from "./environments";
import type { LambdaFunction } from "./functions";

/** What a handler may return, in bytes of JSON. */
const RESPONSE_BYTES_AT_MOST = 6_291_556;

/** What the caller of a function is answered. */
export interface Invocation {
    /** What the handler returned, or the error with which it failed, as JSON. */
    readonly payload: Buffer;
    readonly functionError?: "Unhandled";
    /** The end of the log. */
    readonly logTail: string;
}

/** Carries out invocations: claims an environment, writes the log's frame and the function's metrics. */
export class Invocations {
    constructor(
        private readonly environments: Environments,
        private readonly metrics: MetricRecorder,
        private readonly planOf: (lambda: LambdaFunction) => EnvironmentPlan,
    ) {}

    /**
     * Answers one event. An error of the function is an answer too.
     * @param payload JSON
     * @throws AwsError `TooManyRequestsException` where too many run already
     */
    async run(lambda: LambdaFunction, payload: string, requestId: string): Promise<Invocation> {
        const claimed = this.claim(lambda);
        const { environment, log, isNew } = claimed;
        try {
            const startedAt = performance.now();
            if (isNew) await environment.init();
            const initMs = isNew ? performance.now() - startedAt : undefined;
            log.start(requestId);
            const functionArn = lambda.arn;
            const outcome = withinSize(await environment.invoke({ requestId, payload, functionArn }));
            const logTail = log.end(requestId, { ...outcome, initMs, memoryMb: lambda.memorySize });
            this.count(lambda, "Invocations", 1);
            this.count(lambda, "Errors", outcome.error === undefined ? 0 : 1);
            this.record(lambda, "Duration", outcome.durationMs, "Milliseconds");
            return outcome.error === undefined
                ? { payload: Buffer.from(outcome.payload ?? "null"), logTail }
                : {
                      payload: Buffer.from(JSON.stringify(outcome.error)),
                      functionError: "Unhandled",
                      logTail,
                  };
        } finally {
            claimed.release();
        }
    }

    /** Records a count in the namespace `AWS/Lambda`. */
    count(lambda: LambdaFunction, metricName: string, value: number): void {
        this.record(lambda, metricName, value, "Count");
    }

    private claim(lambda: LambdaFunction): Claimed {
        try {
            const claimed = this.environments.claim(this.planOf(lambda), lambda.reservedConcurrentExecutions);
            this.count(lambda, "ConcurrentExecutions", this.environments.busyCount(lambda.name));
            return claimed;
        } catch (error) {
            if (isThrottle(error)) this.count(lambda, "Throttles", 1);
            throw error;
        }
    }

    private record(
        { name }: LambdaFunction,
        metricName: string,
        value: number,
        unit: "Count" | "Milliseconds",
    ): void {
        this.metrics.record("AWS/Lambda", metricName, { FunctionName: name }, value, unit);
    }
}

/** Whether an invocation was refused because too many run. */
export function isThrottle(error: unknown): boolean {
    return error instanceof AwsError && error.code === "TooManyRequestsException";
}

function withinSize(outcome: Outcome): Outcome {
    const bytes = Buffer.byteLength(outcome.payload ?? "");
    if (bytes <= RESPONSE_BYTES_AT_MOST) return outcome;
    const errorMessage =
        `Response payload size (${bytes} bytes) exceeded maximum allowed payload size ` +
        `(${RESPONSE_BYTES_AT_MOST} bytes).`;
    return {
        ...outcome,
        status: "error",
        error: { errorType: "Function.ResponseSizeTooLarge", errorMessage },
    };
}
