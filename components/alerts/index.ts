import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../../config/names";
import { stageTags, stageType, type StackScope } from "../scope";
import {
    emailSubscriptions,
    keyPolicy,
    SEVERITIES,
    SLACK_PERMISSIONS,
    SLACK_TRUST,
    topicName,
    topicPolicy,
    type Severity,
} from "./plan";

/** ARN of the topic of each severity: where alarms and budgets send to. */
export type TopicArns = Readonly<Record<Severity, pulumi.Output<string>>>;

export interface AlertsArgs {
    /** The stack; `settings.alerts` says who is subscribed. */
    readonly scope: StackScope;
}

/**
 * Three encrypted SNS topics, and who hears of them.
 *
 * ```ts
 * const alerts = new Alerts("alerts", { scope });
 * new aws.cloudwatch.MetricAlarm("errors", { alarmActions: [alerts.topicArns.critical], ... });
 * ```
 *
 * E-mail addresses (`criticalEmails`, `warningEmails`, `infoEmails`) get a confirmation message from AWS first. With
 * `slack`, AWS Chatbot posts every message into one channel; the workspace must have been authorised once in its console.
 *
 * Cost: $1 a month for the key. AWS's own key for SNS costs nothing, but its policy cannot be changed and lets no alarm
 * and no budget publish. E-mail is free up to 1,000 a month; Chatbot is free.
 */
export class Alerts extends pulumi.ComponentResource {
    /** The topics. Whatever uses them waits until their policies let it publish. */
    readonly topicArns: TopicArns;

    constructor(name: string, args: AlertsArgs, opts?: pulumi.ComponentResourceOptions) {
        super(stageType("alerts"), name, {}, opts);
        const { settings, account, region } = args.scope;
        const child = { parent: this };

        const key = new aws.kms.Key(
            `${name}-key`,
            {
                description: `Messages of the alert topics of ${args.scope.stack}`,
                enableKeyRotation: true,
                policy: JSON.stringify(keyPolicy(account, region)),
                tags: stageTags(args.scope, "alerts"),
            },
            child,
        );
        this.topicArns = {
            critical: topic(name, "critical", args.scope, key, child),
            warning: topic(name, "warning", args.scope, key, child),
            info: topic(name, "info", args.scope, key, child),
        };
        for (const { severity, email } of emailSubscriptions(settings.alerts)) {
            new aws.sns.TopicSubscription(
                `${name}-${severity}-${email}`,
                { topic: this.topicArns[severity], protocol: "email", endpoint: email },
                child,
            );
        }
        if (settings.alerts.slack !== undefined) {
            slackChannel(name, args.scope, settings.alerts.slack, this.topicArns, child);
        }
        this.registerOutputs({ topicArns: this.topicArns });
    }
}

/** Makes one topic; its ARN is known once its policy is in force. */
function topic(
    name: string,
    severity: Severity,
    scope: StackScope,
    key: aws.kms.Key,
    child: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
    const { arn } = new aws.sns.Topic(
        `${name}-${severity}`,
        {
            name: topicName(severity, scope),
            displayName: `BQX-ML ${scope.stack} ${severity}`,
            kmsMasterKeyId: key.arn,
            tags: stageTags(scope, "alerts"),
        },
        child,
    );
    const policy = new aws.sns.TopicPolicy(
        `${name}-${severity}-policy`,
        { arn, policy: JSON.stringify(topicPolicy(severity, scope)) },
        child,
    );
    return policy.arn;
}

function slackChannel(
    name: string,
    scope: StackScope,
    { workspaceId, channelId }: NonNullable<StackScope["settings"]["alerts"]["slack"]>,
    topicArns: TopicArns,
    child: pulumi.CustomResourceOptions,
): void {
    const tags = stageTags(scope, "alerts");
    const role = new aws.iam.Role(
        `${name}-slack-role`,
        { assumeRolePolicy: JSON.stringify(SLACK_TRUST), tags },
        child,
    );
    new aws.iam.RolePolicy(
        `${name}-slack-role-policy`,
        { role: role.id, policy: JSON.stringify(SLACK_PERMISSIONS) },
        child,
    );
    new aws.chatbot.SlackChannelConfiguration(
        `${name}-slack`,
        {
            configurationName: physicalName("slackConfiguration", "bqx-ml", scope),
            slackTeamId: workspaceId,
            slackChannelId: channelId,
            iamRoleArn: role.arn,
            // AWS sets AdministratorAccess where none is given.
            guardrailPolicyArns: [aws.iam.ManagedPolicy.CloudWatchReadOnlyAccess],
            // Nobody in the channel runs a command with the channel's role.
            userAuthorizationRequired: true,
            snsTopicArns: SEVERITIES.map((severity) => topicArns[severity]),
            tags,
        },
        child,
    );
}
