import * as aws from "@pulumi/aws";
import { LAMBDA_LIMITS } from "../limits";
import { on, resourceRule } from "../rule";
import { rangeProblem, shown } from "../sizes";

/** What Lambda takes where nothing is said. */
const DEFAULT_MEMORY_MB = 128;
const DEFAULT_TIMEOUT_SECONDS = 3;

const { runtimes, memoryMb, timeoutSeconds, reservedConcurrency } = LAMBDA_LIMITS;
const FIX = "Keep to policies/limits.ts: work that needs more is a job's, not a function's";

/** One function without bounds can use up the account's concurrency, and its budget. */
export const lambdaBounds = resourceRule({
    name: "lambda-bounds",
    description:
        "Lambda functions keep to the runtime, memory, timeout and reserved concurrency of policies/limits.ts.",
    validateResource: [
        on(
            aws.lambda.Function,
            ({ runtime }) =>
                runtimes.some((allowed) => allowed === runtime)
                    ? undefined
                    : {
                          found: `runtime is ${shown(runtime)}`,
                          allowed: runtimes.join(", "),
                          fix: "Set the runtime that the code is tested on",
                      },
            ({ memorySize }) => rangeProblem("memorySize", memorySize ?? DEFAULT_MEMORY_MB, memoryMb, FIX),
            ({ timeout }) => rangeProblem("timeout", timeout ?? DEFAULT_TIMEOUT_SECONDS, timeoutSeconds, FIX),
            ({ reservedConcurrentExecutions }) =>
                rangeProblem(
                    "reservedConcurrentExecutions",
                    reservedConcurrentExecutions,
                    reservedConcurrency,
                    "Set it: a function with no share of its own can use up every other's",
                ),
        ),
    ],
});
