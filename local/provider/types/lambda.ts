import { specialArchiveSig, specialSigKey } from "@pulumi/pulumi/runtime/rpc";
import { z } from "zod";
import { defineType } from "../define";
import { conflicts, rule } from "../rules";
import { arn, ec2Id, int, regional, tags, text } from "./common";

/** Runtimes for which Lambda still makes functions. */
const RUNTIMES = [
    ...["nodejs20.x", "nodejs22.x", "nodejs24.x"],
    ...["python3.10", "python3.11", "python3.12", "python3.13", "python3.14"],
    ...["java8.al2", "java11", "java17", "java21", "java25", "dotnet8", "dotnet10"],
    ...["ruby3.2", "ruby3.3", "ruby3.4", "provided.al2", "provided.al2023"],
] as const;

/** Variables that Lambda sets itself, so that a function may not. */
const RESERVED_VARIABLES = new Set([
    ...["_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV"],
    ...["AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION"],
    ...["AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME"],
    ...["AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"],
    ...["AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR"],
]);

const VARIABLES_BYTES = 4096;

const variables = z
    .record(z.string(), z.string())
    .refine(
        (all) => Object.keys(all).every((name) => /^[A-Za-z]\w+$/.test(name)),
        "names of letters, digits and _ that begin with a letter",
    )
    .refine(
        (all) => !Object.keys(all).some((name) => RESERVED_VARIABLES.has(name)),
        "no variable that Lambda sets itself, such as AWS_REGION",
    )
    .refine(
        (all) => Buffer.byteLength(JSON.stringify(all)) <= VARIABLES_BYTES,
        `at most ${VARIABLES_BYTES} bytes of names and values as JSON`,
    );

/** An archive as the engine sends it: its content, or where that is. */
const archive = z.looseObject({ [specialSigKey]: z.literal(specialArchiveSig) });

/** The name of a function or its ARN, with or without a qualifier. */
const functionReference = text(
    /^(arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:)?[\w-]{1,64}(:(\$LATEST|[\w-]{1,128}))?$/,
    "a function's name or ARN",
);

const qualifier = text(/^(\$LATEST|[\w-]{1,128})$/, "a version or an alias");

const lambdaFunction = defineType({
    token: "aws:lambda/function:Function",
    inputs: regional({
        architectures: z
            .array(z.enum(["x86_64", "arm64"]))
            .length(1)
            .optional(),
        code: archive,
        description: z.string().max(256).optional(),
        environment: z.strictObject({ variables: variables.optional() }).optional(),
        ephemeralStorage: z.strictObject({ size: int(512, 10240).optional() }).optional(),
        handler: text(/^\S{1,128}$/, "file.export, at most 128 characters").optional(),
        kmsKeyArn: arn("kms").optional(),
        loggingConfig: z
            .strictObject({
                applicationLogLevel: z.enum(["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"]).optional(),
                logFormat: z.enum(["JSON", "Text"]),
                logGroup: text(/^[\w./#-]{1,512}$/, "at most 512 letters, digits and _./#-").optional(),
                systemLogLevel: z.enum(["DEBUG", "INFO", "WARN"]).optional(),
            })
            .refine(
                ({ logFormat, applicationLogLevel, systemLogLevel }) =>
                    logFormat === "JSON" || (applicationLogLevel ?? systemLogLevel) === undefined,
                "log levels with the logFormat JSON only",
            )
            .optional(),
        memorySize: int(128, 10240).optional(),
        name: text(/^[\w-]{1,64}$/, "at most 64 letters, digits, _ and -").optional(),
        packageType: z.enum(["Zip"]).optional(),
        reservedConcurrentExecutions: z.int().min(-1).optional(),
        role: arn("iam"),
        runtime: z.enum(RUNTIMES).optional(),
        skipDestroy: z.boolean().optional(),
        sourceCodeHash: z.string().min(1).optional(),
        tags: tags.optional(),
        timeout: int(1, 900).optional(),
        tracingConfig: z.strictObject({ mode: z.enum(["Active", "PassThrough"]) }).optional(),
        vpcConfig: z
            .strictObject({
                ipv6AllowedForDualStack: z.boolean().optional(),
                securityGroupIds: z.array(ec2Id("sg")).max(5),
                subnetIds: z.array(ec2Id("subnet")).max(16),
            })
            .refine(
                ({ securityGroupIds, subnetIds }) =>
                    (securityGroupIds.length === 0) === (subnetIds.length === 0),
                "subnetIds and securityGroupIds both, or neither",
            )
            .optional(),
    }),
    rules: [
        rule(["handler", "runtime"], ({ handler, runtime }) =>
            handler === undefined || runtime === undefined
                ? "handler and runtime are required for the packageType Zip"
                : undefined,
        ),
    ],
    replaceOn: ["name", "packageType"],
    physicalName: { property: "name", maxLength: 64 },
    identify: ({ physicalName }) => physicalName,
    // The service adds what depends on the content of the archive: hash, size and when it was deployed.
    derive: ({ id, arn, region }, inputs) => {
        const functionArn = arn("lambda", `function:${id}`);
        const qualifiedArn = `${functionArn}:$LATEST`;
        const gateway = `arn:aws:apigateway:${region}:lambda:path`;
        return {
            architectures: inputs.architectures ?? ["x86_64"],
            arn: functionArn,
            ephemeralStorage: inputs.ephemeralStorage ?? { size: 512 },
            invokeArn: `${gateway}/2015-03-31/functions/${functionArn}/invocations`,
            loggingConfig: inputs.loggingConfig ?? { logFormat: "Text", logGroup: `/aws/lambda/${id}` },
            memorySize: inputs.memorySize ?? 128,
            packageType: inputs.packageType ?? "Zip",
            qualifiedArn,
            qualifiedInvokeArn: `${gateway}/2015-03-31/functions/${qualifiedArn}/invocations`,
            reservedConcurrentExecutions: inputs.reservedConcurrentExecutions ?? -1,
            responseStreamingInvokeArn: `${gateway}/2021-11-15/functions/${functionArn}/response-streaming-invocations`,
            timeout: inputs.timeout ?? 3,
            tracingConfig: inputs.tracingConfig ?? { mode: "PassThrough" },
            version: "$LATEST",
        };
    },
});

const permission = defineType({
    token: "aws:lambda/permission:Permission",
    inputs: regional({
        action: text(/^(lambda:(\*|[A-Za-z]+)|\*)$/, "lambda:InvokeFunction or another action of Lambda"),
        function: functionReference,
        principal: text(/^[^\s]+$/, "a service such as scheduler.amazonaws.com, an account or an ARN"),
        principalOrgId: text(/^o-[a-z0-9]{10,32}$/, "an organisation's id such as o-abcdefghij").optional(),
        qualifier: qualifier.optional(),
        sourceAccount: text(/^\d{12}$/, "an account id of 12 digits").optional(),
        sourceArn: arn().optional(),
        statementId: text(/^[\w-]{1,100}$/, "at most 100 letters, digits, _ and -").optional(),
        statementIdPrefix: text(/^[\w-]{1,74}$/, "at most 74 letters, digits, _ and -").optional(),
    }),
    rules: [conflicts("statementId", "statementIdPrefix")],
    replaceOn: [
        ...(["action", "function", "principal", "principalOrgId", "qualifier"] as const),
        ...(["sourceAccount", "sourceArn", "statementId", "statementIdPrefix"] as const),
    ],
    physicalName: { property: "statementId", prefixProperty: "statementIdPrefix", maxLength: 100 },
    identify: ({ physicalName }, inputs) => `${inputs.function}/${physicalName}`,
});

const eventInvokeConfig = defineType({
    token: "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
    inputs: regional({
        functionName: functionReference,
        maximumEventAgeInSeconds: int(60, 21600).optional(),
        maximumRetryAttempts: int(0, 2).optional(),
        qualifier: qualifier.optional(),
    }),
    replaceOn: ["functionName", "qualifier"],
    identify: (_, inputs) =>
        inputs.qualifier === undefined ? inputs.functionName : `${inputs.functionName}:${inputs.qualifier}`,
    derive: (_, inputs) => ({ maximumRetryAttempts: inputs.maximumRetryAttempts ?? 2 }),
});

/** Functions, who may invoke them, and how often an event is tried. */
export const lambdaTypes = [lambdaFunction, permission, eventInvokeConfig];
