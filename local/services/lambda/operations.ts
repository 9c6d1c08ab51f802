import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { readBody } from "../protocol/body";
import { describeProblems, integer } from "../protocol/fields";
import { pageOf } from "../protocol/paging";
import { AwsError, type RequestContext, type ServiceContext } from "../service";
import { findFunction, functionsOf, type LambdaFunction } from "./functions";
import type { Invocation } from "./invocations";

/** What the API carries out, beside what it reads of the records. */
export interface LambdaApi {
    invoke(lambda: LambdaFunction, payload: Buffer, requestId: string): Promise<Invocation>;
    enqueue(lambda: LambdaFunction, payload: Buffer, requestId: string): void;
}

interface Answer {
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: Buffer | string;
}

/** Above the largest event, so that the function's own check can say what is allowed. */
const BODY_BYTES_AT_MOST = 16 * 1024 * 1024;

const listInput = z.object({ MaxItems: integer(1, 10_000).default(50), Marker: z.string().optional() });
const invokeInput = z.object({
    type: z.enum(["RequestResponse", "Event", "DryRun"]).default("RequestResponse"),
    log: z.enum(["None", "Tail"]).default("None"),
});

/**
 * Answers Lambda's API, which is REST with JSON. Errors are rendered here; one that is not an AwsError is a fault of ours: it is
 * logged and answered without its text.
 */
export function createLambdaHandler(service: ServiceContext, api: LambdaApi) {
    return async (request: IncomingMessage, response: ServerResponse, context: RequestContext) => {
        const { status, headers, body } = await answer(service, api, request, context).catch(
            (error: unknown) => refusal(error, service, context),
        );
        const type = { "content-type": "application/json", "x-amzn-requestid": context.requestId };
        response.writeHead(status, { ...type, ...headers }).end(body);
    };
}

async function answer(
    service: ServiceContext,
    api: LambdaApi,
    request: IncomingMessage,
    context: RequestContext,
): Promise<Answer> {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    const [, version, collection, name = "", part = "", ...rest] = pathname
        .split("/")
        .map(decodeURIComponent);
    const method = request.method ?? "";
    const isFunctions = version === "2015-03-31" && collection === "functions" && rest.length === 0;
    const lambda = () => findFunction(service, name, searchParams.get("Qualifier") ?? undefined);
    switch (isFunctions ? `${method} ${name === "" ? "" : "name"}/${part}` : "") {
        case "GET /":
            return json(listFunctions(service, Object.fromEntries(searchParams)));
        case "GET name/":
            return json(describeFunction(lambda()));
        case "GET name/configuration":
            return json(describeConfiguration(lambda()));
        case "POST name/invocations":
            return invoke(api, lambda(), request, context.requestId);
    }
    if (method !== "GET") {
        throw new AwsError(
            "AccessDeniedException",
            `${method} ${pathname} is not allowed here: functions are made by the Pulumi program.`,
            403,
        );
    }
    throw new AwsError(
        "UnknownOperationException",
        `The local stack does not offer ${method} ${pathname}. ` +
            "It offers GetFunction, GetFunctionConfiguration, Invoke, ListFunctions.",
    );
}

async function invoke(
    api: LambdaApi,
    lambda: LambdaFunction,
    request: IncomingMessage,
    requestId: string,
): Promise<Answer> {
    const { type, log } = invokeInput.parse({
        type: request.headers["x-amz-invocation-type"],
        log: request.headers["x-amz-log-type"],
    });
    const payload = await readBody(request, BODY_BYTES_AT_MOST);
    if (type === "DryRun") return { status: 204 };
    if (type === "Event") {
        api.enqueue(lambda, payload, requestId);
        return { status: 202 };
    }
    const { payload: body, functionError, logTail } = await api.invoke(lambda, payload, requestId);
    return {
        status: 200,
        body,
        headers: {
            "x-amz-executed-version": lambda.version,
            ...(functionError === undefined ? {} : { "x-amz-function-error": functionError }),
            ...(log === "Tail" ? { "x-amz-log-result": Buffer.from(logTail).toString("base64") } : {}),
        },
    };
}

function listFunctions(service: ServiceContext, query: object): object {
    const { MaxItems, Marker } = listInput.parse(query);
    const page = pageOf(functionsOf(service), MaxItems, Marker, "InvalidParameterValueException");
    return { Functions: page.items.map(describeConfiguration), NextMarker: page.nextToken };
}

function describeFunction(lambda: LambdaFunction): object {
    const { reservedConcurrentExecutions: reserved } = lambda;
    return {
        Configuration: describeConfiguration(lambda),
        Tags: lambda.tagsAll,
        ...(reserved < 0 ? {} : { Concurrency: { ReservedConcurrentExecutions: reserved } }),
    };
}

function describeConfiguration(lambda: LambdaFunction): object {
    const { environment, loggingConfig, vpcConfig } = lambda;
    return {
        FunctionName: lambda.name,
        FunctionArn: lambda.arn,
        Architectures: lambda.architectures,
        CodeSha256: lambda.codeSha256,
        CodeSize: lambda.sourceCodeSize,
        Description: lambda.description,
        Environment: environment && { Variables: environment.variables },
        EphemeralStorage: { Size: lambda.ephemeralStorage.size ?? 512 },
        Handler: lambda.handler,
        LastModified: lambda.lastModified,
        LastUpdateStatus: "Successful",
        LoggingConfig: {
            ApplicationLogLevel: loggingConfig.applicationLogLevel,
            LogFormat: loggingConfig.logFormat,
            LogGroup: loggingConfig.logGroup ?? `/aws/lambda/${lambda.name}`,
            SystemLogLevel: loggingConfig.systemLogLevel,
        },
        MemorySize: lambda.memorySize,
        PackageType: lambda.packageType,
        Role: lambda.role,
        Runtime: lambda.runtime,
        State: "Active",
        Timeout: lambda.timeout,
        TracingConfig: { Mode: lambda.tracingConfig.mode },
        Version: lambda.version,
        VpcConfig: vpcConfig && {
            SecurityGroupIds: vpcConfig.securityGroupIds,
            SubnetIds: vpcConfig.subnetIds,
        },
    };
}

function json(body: object): Answer {
    return { status: 200, body: JSON.stringify(body) };
}

function refusal(error: unknown, service: ServiceContext, { requestId }: RequestContext): Answer {
    const known = toAwsError(error);
    if (known === undefined)
        service.log(`request ${requestId} failed: ${error instanceof Error ? (error.stack ?? "") : ""}`);
    const { code, message, status } =
        known ??
        new AwsError(
            "ServiceException",
            `An internal error; the service's log has the cause under request ${requestId}.`,
            500,
        );
    return {
        status,
        headers: { "x-amzn-errortype": code },
        // Lambda's exceptions spell it in both ways.
        body: JSON.stringify({ Type: status < 500 ? "User" : "Service", Message: message, message }),
    };
}

function toAwsError(error: unknown): AwsError | undefined {
    if (error instanceof AwsError) return error;
    if (error instanceof z.ZodError)
        return new AwsError("InvalidParameterValueException", describeProblems(error));
    return undefined;
}
