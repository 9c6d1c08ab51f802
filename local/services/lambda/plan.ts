import { dirname } from "node:path";
import { formatClock, type MarketClock } from "../../../data/clock";
import type { Credentials } from "../sigv4";
import type { ServiceContext } from "../service";
import type { EnvironmentPlan } from "./environment";
import { FUNCTION_TYPE, packageOf, type LambdaFunction } from "./functions";
import type { Packages } from "./packages";

/** What functions are given of the stack that they run in. */
export interface Surroundings {
    /** Where the stack's AWS APIs answer. */
    readonly endpointUrl: string;
    readonly credentials: Credentials;
    /** What the stack's database and cache are trusted by: it takes the place of the CAs that Lambda brings along. */
    readonly caPath: string;
    readonly clock: () => MarketClock;
}

/** How a function's execution environment is started now. @throws AwsError where its package is no sound zip */
export function planOf(
    context: ServiceContext,
    packages: Packages,
    surroundings: Surroundings,
    lambda: LambdaFunction,
): EnvironmentPlan {
    const { name, codeSha256, loggingConfig, memorySize, timeout } = lambda;
    const group = loggingConfig.logGroup ?? `/aws/lambda/${name}`;
    const taskRoot = packages.folderOf(codeSha256, () => {
        const record = context.resources.get(FUNCTION_TYPE, name);
        if (record === undefined) throw new Error(`The function ${name} is being removed.`);
        return packageOf(record);
    });
    return {
        functionName: name,
        bootstrap: packages.bootstrap,
        taskRoot,
        memoryMb: memorySize,
        timeoutSeconds: timeout,
        log: { group, format: loggingConfig.logFormat, systemLevel: loggingConfig.systemLogLevel ?? "INFO" },
        variables: {
            ...ownVariables(lambda, surroundings.caPath),
            ...stackVariables(context, surroundings),
            _HANDLER: lambda.handler,
            AWS_EXECUTION_ENV: `AWS_Lambda_${lambda.runtime}`,
            AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memorySize),
            AWS_LAMBDA_FUNCTION_NAME: name,
            AWS_LAMBDA_FUNCTION_VERSION: lambda.version,
            AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
            AWS_LAMBDA_LOG_FORMAT: loggingConfig.logFormat,
            AWS_LAMBDA_LOG_GROUP_NAME: group,
            AWS_LAMBDA_LOG_LEVEL: loggingConfig.applicationLogLevel ?? "INFO",
            LAMBDA_TASK_ROOT: taskRoot,
            NODE_PATH: packages.modules,
        },
    };
}

function ownVariables({ environment }: LambdaFunction, caPath: string): Record<string, string> {
    const own = environment?.variables ?? {};
    return "NODE_EXTRA_CA_CERTS" in own ? { ...own, NODE_EXTRA_CA_CERTS: caPath } : own;
}

/** Nothing of the host's own environment is among them. */
function stackVariables(
    { region }: ServiceContext,
    { endpointUrl, credentials, clock }: Surroundings,
): Record<string, string> {
    const time = clock();
    return {
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
        AWS_DEFAULT_REGION: region,
        AWS_REGION: region,
        AWS_ENDPOINT_URL: endpointUrl,
        LANG: "en_US.UTF-8",
        PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
        TZ: "UTC",
        ...(time.kind === "wall" ? {} : { MARKET_CLOCK: formatClock(time) }),
    };
}
