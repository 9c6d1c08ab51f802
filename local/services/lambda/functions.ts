import { createHash } from "node:crypto";
import { z } from "zod";
import { readRecord } from "../protocol/records";
import { AwsError, type ResourceRecord, type ServiceContext } from "../service";

export const FUNCTION_TYPE = "aws:lambda/function:Function";
export const PERMISSION_TYPE = "aws:lambda/permission:Permission";
export const EVENT_INVOKE_CONFIG_TYPE = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig";

/** The only runtime that this machine has: the version of Node that the host itself runs on. */
const RUNTIME = `nodejs${process.versions.node.split(".", 1).join("")}.x`;
/** The largest package that can be handed to Lambda itself, and not by way of S3. */
const PACKAGE_BYTES_AT_MOST = 50 * 1024 * 1024;

const functionSchema = z.object({
    arn: z.string(),
    name: z.string(),
    architectures: z.array(z.string()),
    codeSha256: z.string(),
    description: z.string().default(""),
    environment: z.object({ variables: z.record(z.string(), z.string()).default({}) }).optional(),
    ephemeralStorage: z.object({ size: z.number().optional() }),
    handler: z.string(),
    lastModified: z.string(),
    loggingConfig: z.object({
        applicationLogLevel: z.string().optional(),
        logFormat: z.string(),
        logGroup: z.string().optional(),
        systemLogLevel: z.string().optional(),
    }),
    memorySize: z.number(),
    packageType: z.string(),
    reservedConcurrentExecutions: z.number(),
    role: z.string(),
    runtime: z.string(),
    sourceCodeSize: z.number(),
    tagsAll: z.record(z.string(), z.string()).default({}),
    timeout: z.number(),
    tracingConfig: z.object({ mode: z.string() }),
    version: z.string(),
    vpcConfig: z.object({ securityGroupIds: z.array(z.string()), subnetIds: z.array(z.string()) }).optional(),
});

/** A deployed function. Sizes as Lambda has them: memory in MB, timeout in seconds. */
export type LambdaFunction = z.output<typeof functionSchema>;

/** How often and how long an event is tried that nobody waits for. */
export interface EventInvokeConfig {
    readonly maximumRetryAttempts: number;
    readonly maximumEventAgeInSeconds: number;
}

const codeSchema = z.object({ code: z.object({ zip: z.base64() }) });

const eventInvokeSchema = z.object({
    maximumRetryAttempts: z.number().default(2),
    maximumEventAgeInSeconds: z.number().default(21_600),
});

/** The deployed functions, in the order of their names. */
export function functionsOf({ resources }: ServiceContext): LambdaFunction[] {
    const all = resources.ofType(FUNCTION_TYPE).map((record) => readRecord(functionSchema, record));
    return all.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The function of this name, or nothing where it is not deployed. */
export function functionNamed({ resources }: ServiceContext, name: string): LambdaFunction | undefined {
    const record = resources.get(FUNCTION_TYPE, name);
    return record === undefined ? undefined : readRecord(functionSchema, record);
}

/**
 * The function with this name or ARN.
 * @throws AwsError `ResourceNotFoundException` where it is not deployed, or the qualifier is not its only version
 */
export function findFunction(context: ServiceContext, reference: string, qualifier?: string): LambdaFunction {
    const { name, arn, version } = nameIn(reference);
    const found = functionNamed(context, name);
    const wanted = qualifier ?? version ?? "$LATEST";
    if (found !== undefined && wanted === "$LATEST" && (arn === undefined || arn === found.arn)) return found;
    const { region, account } = context;
    const missing = arn ?? `arn:aws:lambda:${region}:${account}:function:${name}`;
    const suffix = wanted === "$LATEST" ? "" : `:${wanted}`;
    throw new AwsError("ResourceNotFoundException", `Function not found: ${missing}${suffix}`, 404);
}

/** The deployment package of a function's record. */
export function packageOf(record: ResourceRecord): Buffer {
    return Buffer.from(codeSchema.parse(record.inputs).code.zip, "base64");
}

/**
 * What follows from a function's package: the outputs that only its content gives.
 * @throws AwsError where the runtime is not here, or the package is too large
 */
export function packageOutputs(record: ResourceRecord) {
    const { runtime } = record.inputs;
    if (runtime !== RUNTIME) {
        const got = String(runtime);
        throw new AwsError("InvalidParameterValueException", `runtime: got ${got}; runs here: ${RUNTIME}`);
    }
    const archive = packageOf(record);
    if (archive.length > PACKAGE_BYTES_AT_MOST) {
        const text = `The package has ${archive.length} bytes; allowed: ${PACKAGE_BYTES_AT_MOST}.`;
        throw new AwsError("RequestEntityTooLargeException", text, 413);
    }
    const codeSha256 = createHash("sha256").update(archive).digest("base64");
    return {
        codeSha256,
        sourceCodeHash: record.inputs.sourceCodeHash ?? codeSha256,
        sourceCodeSize: archive.length,
        lastModified: new Date().toISOString().replace("Z", "+0000"),
    };
}

/** How events for a function are tried, as deployed or by default. */
export function eventInvokeConfigOf({ resources }: ServiceContext, functionName: string): EventInvokeConfig {
    const record = resources
        .ofType(EVENT_INVOKE_CONFIG_TYPE)
        .find(({ inputs }) => nameIn(String(inputs.functionName)).name === functionName);
    return eventInvokeSchema.parse(record?.inputs ?? {});
}

/** The parts of `name`, `name:version`, or an ARN with or without a version. */
function nameIn(reference: string): { name: string; arn?: string; version?: string } {
    const [, arn, name = reference, version] =
        /^(arn:[^:]+:lambda:[^:]+:\d+:function:)?([^:]+)(?::([^:]+))?$/.exec(reference) ?? [];
    return { name, arn: arn === undefined ? undefined : arn + name, version };
}
