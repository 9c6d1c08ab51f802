import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../config/names";
import type { Stage } from "../config/tags";
import { bundleFunction, packageNames } from "./bundle";
import { arnOf, stageTags, type StackScope } from "./scope";

/** The code is tested on it; where none is given, Pulumi would never change it again. */
const RUNTIME = "nodejs22.x";

/** Certificate authorities of RDS on Lambda: Node's own list lacks them. */
const CA_FILE = "/var/runtime/ca-cert.pem";

/** Where functions run in the VPC. */
export interface FunctionNetwork {
    readonly privateSubnetIds: pulumi.Input<pulumi.Input<string>[]>;
    readonly securityGroups: Readonly<Record<"lambda", pulumi.Input<string>>>;
}

export interface CallbackArgs {
    readonly scope: StackScope;
    readonly stage: Stage;
    readonly network: FunctionNetwork;
    /** Its folder in functions/, whose handler.ts exports `handler`. */
    readonly folder: string;
    /** Last part of its physical name, such as `feature-refresh`. */
    readonly base: string;
    readonly description: string;
    readonly memoryMb: number;
    readonly timeoutSeconds: number;
    /** How many may run at once. */
    readonly concurrency: number;
    /** Secrets by ARN alone. */
    readonly variables: Readonly<Record<string, pulumi.Input<string>>>;
    /** What its code may do, besides writing its log. */
    readonly statements: readonly aws.iam.PolicyStatement[];
}

/** What a function's bundle exports, and how `__index.js` gets at it. */
interface Bundle {
    readonly handler: aws.lambda.Callback<unknown, unknown>;
}
declare const require: (path: string) => Bundle;

/** Physical name of a function. */
export function functionName(base: string, scope: StackScope): string {
    return physicalName("function", `bqx-ml-${base}`, scope);
}

/** ARN of a function, from its name: documents that name it are known in a preview. */
export function functionArn(base: string, scope: StackScope): string {
    return arnOf(scope, "lambda", `function:${functionName(base, scope)}`);
}

/** The log group of a function. */
export function functionLogGroup(base: string, scope: StackScope): string {
    return `/aws/lambda/${functionName(base, scope)}`;
}

/**
 * Makes a Lambda function in the VPC with a log group and a role of its own. Its archive has two files: Pulumi's
 * `__index.js`, which only requires the other, and the bundle.
 */
export function createCallback(
    name: string,
    args: CallbackArgs,
    child: pulumi.CustomResourceOptions,
): aws.lambda.Function {
    const { scope, stage, network, base } = args;
    const tags = stageTags(scope, stage);
    const logGroup = new aws.cloudwatch.LogGroup(
        `${name}-log`,
        { name: functionLogGroup(base, scope), retentionInDays: scope.settings.logs.retentionDays, tags },
        child,
    );
    const role = new aws.iam.Role(
        `${name}-role`,
        { assumeRolePolicy: JSON.stringify(LAMBDA_TRUST), tags },
        child,
    );
    const policy = new aws.iam.RolePolicy(
        `${name}-role-policy`,
        { role: role.id, policy: JSON.stringify(rolePolicy(args)) },
        child,
    );
    const bundle = bundleFunction(args.folder);
    return new aws.lambda.CallbackFunction(
        name,
        {
            name: functionName(base, scope),
            description: args.description,
            role: role.arn,
            runtime: RUNTIME,
            callbackFactory: requiring(`./${bundle}`),
            codePathOptions: { extraIncludePaths: [bundle], extraExcludePackages: packageNames() },
            memorySize: args.memoryMb,
            timeout: args.timeoutSeconds,
            reservedConcurrentExecutions: args.concurrency,
            environment: { variables: { ...args.variables, NODE_EXTRA_CA_CERTS: CA_FILE } },
            loggingConfig: { logFormat: "Text", logGroup: logGroup.name },
            tracingConfig: { mode: "PassThrough" },
            vpcConfig: {
                subnetIds: network.privateSubnetIds,
                securityGroupIds: [network.securityGroups.lambda],
            },
            tags,
        },
        // AWS makes its network interfaces with the role, so the role's rights come first.
        { ...child, dependsOn: [policy] },
    );
}

/** Pulumi turns this function, with the path it captures and nothing else, into the archive's `__index.js`. */
function requiring(path: string): aws.lambda.CallbackFactory<unknown, unknown> {
    return () => require(path).handler;
}

/** Lets Lambda take on a function's role. */
export const LAMBDA_TRUST: aws.iam.PolicyDocument = {
    Version: "2012-10-17",
    Statement: [
        { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" },
    ],
};

/** What Lambda needs to connect a function to the VPC. AWS takes no narrower resource for any of it. */
const NETWORK_INTERFACES = [
    ...["ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"],
    ...["ec2:DeleteNetworkInterface", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"],
];

/** What a function's role may do: its statements, its own log, and Lambda's network interfaces, which its code may not touch. */
export function rolePolicy({
    scope,
    base,
    statements,
}: Pick<CallbackArgs, "scope" | "base" | "statements">): aws.iam.PolicyDocument {
    return {
        Version: "2012-10-17",
        Statement: [
            ...statements,
            {
                Sid: "WriteOwnLog",
                Effect: "Allow",
                Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
                Resource: arnOf(scope, "logs", `log-group:${functionLogGroup(base, scope)}:*`),
            },
            { Sid: "ConnectToVpc", Effect: "Allow", Action: NETWORK_INTERFACES, Resource: "*" },
            {
                Sid: "ConnectToVpcNotByCode",
                Effect: "Deny",
                Action: NETWORK_INTERFACES,
                Resource: "*",
                Condition: { ArnEquals: { "lambda:SourceFunctionArn": functionArn(base, scope) } },
            },
        ],
    };
}
