import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Tags } from "../config/tags";
import { jobNames, trustOf, type JobStage } from "./jobs";
import { stageTags, type StackScope } from "./scope";

/** One state in Amazon States Language, JSONPath. */
export interface State {
    readonly Type: "Pass" | "Task" | "Choice" | "Map" | "Succeed" | "Fail";
    readonly Next?: string;
    readonly End?: true;
    readonly [key: string]: unknown;
}

/** Some states of a machine. The last of them lead on to a state that is not among them. */
export interface Fragment {
    readonly startAt: string;
    readonly states: Readonly<Record<string, State>>;
}

/** SageMaker's refusal of a job for which the account's quota has no instances left. */
export const NO_INSTANCES_LEFT = "SageMaker.ResourceLimitExceededException";

/** Names under which a throttled request to SageMaker is refused. */
export const THROTTLED = ["SageMaker.AmazonSageMakerException", "ThrottlingException"];

/**
 * A state that tells a topic, without a `Next`.
 * @param message an expression of the States Language that gives text
 */
export function publish(topicArn: string, subject: string, message: string) {
    return {
        Type: "Task",
        Resource: "arn:aws:states:::sns:publish",
        Parameters: { TopicArn: topicArn, Subject: subject, "Message.$": message },
        ResultPath: "$.told",
        Retry: [{ ErrorEquals: ["States.ALL"], IntervalSeconds: 5, BackoffRate: 2, MaxAttempts: 3 }],
    } as const;
}

/** Tags as SageMaker's requests have them. */
export function tagList(tags: Tags): { readonly Key: string; readonly Value: string }[] {
    return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** Makes the role that a stage's jobs have. @returns the role, and its rights, which it is of no use without */
export function createJobRole(
    name: string,
    { stage, scope, policy }: MachineArgs,
    child: pulumi.CustomResourceOptions,
): { readonly role: aws.iam.Role; readonly rights: aws.iam.RolePolicy } {
    return createRole(`${name}-job-role`, {
        name: jobNames(stage, scope).jobRole,
        trust: trustOf("sagemaker", scope),
        ...{ stage, scope, policy, child },
    });
}

interface MachineArgs {
    readonly stage: JobStage;
    readonly scope: StackScope;
    readonly policy: aws.iam.PolicyDocument;
}

/** Makes a stage's state machine with a role and a log of its own. */
export function createMachine(
    name: string,
    args: MachineArgs & { readonly definition: pulumi.Input<string> },
    child: pulumi.CustomResourceOptions,
    dependsOn: readonly pulumi.Resource[],
): aws.sfn.StateMachine {
    const { stage, scope } = args;
    const names = jobNames(stage, scope);
    const tags = stageTags(scope, stage);
    const { role, rights } = createRole(`${name}-machine-role`, {
        name: names.machineRole,
        trust: trustOf("states", scope),
        ...{ stage, scope, policy: args.policy, child },
    });
    const logGroup = new aws.cloudwatch.LogGroup(
        `${name}-machine-log`,
        { name: names.logGroup, retentionInDays: scope.settings.logs.retentionDays, tags },
        child,
    );
    return new aws.sfn.StateMachine(
        `${name}-machine`,
        {
            name: names.stateMachine,
            roleArn: role.arn,
            definition: args.definition,
            loggingConfiguration: {
                level: "ERROR",
                includeExecutionData: false,
                logDestination: pulumi.interpolate`${logGroup.arn}:*`,
            },
            tags,
        },
        // AWS tries the role's rights on the log when it makes the machine.
        { ...child, dependsOn: [rights, ...dependsOn] },
    );
}

function createRole(
    resource: string,
    args: MachineArgs & {
        readonly name: string;
        readonly trust: aws.iam.PolicyDocument;
        readonly child: pulumi.CustomResourceOptions;
    },
) {
    const { name, trust, policy, child } = args;
    const tags = stageTags(args.scope, args.stage);
    const role = new aws.iam.Role(resource, { name, assumeRolePolicy: JSON.stringify(trust), tags }, child);
    const rights = new aws.iam.RolePolicy(
        `${resource}-policy`,
        { role: role.id, policy: JSON.stringify(policy) },
        child,
    );
    return { role, rights };
}
