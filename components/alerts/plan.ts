import type { iam } from "@pulumi/aws";
import { physicalName } from "../../config/names";
import type { Settings } from "../../config/settings";
import { arnOf, type StackScope } from "../scope";

/** How urgent a message is; each has its own topic. */
export const SEVERITIES = ["critical", "warning", "info"] as const;

export type Severity = (typeof SEVERITIES)[number];

/** AWS services that send to the topics: alarms, budgets, and rules on AWS's own events. */
const PUBLISHERS = ["cloudwatch.amazonaws.com", "budgets.amazonaws.com", "events.amazonaws.com"];

/** What a message is encrypted and read with. */
const USE_KEY = ["kms:Decrypt", "kms:GenerateDataKey*"];

/** What managing the key takes, with no right to give it to others by a grant. */
const MANAGE_KEY = [
    ...["kms:DescribeKey", "kms:EnableKey", "kms:DisableKey", "kms:UpdateKeyDescription"],
    ...[
        "kms:GetKeyPolicy",
        "kms:PutKeyPolicy",
        "kms:ListResourceTags",
        "kms:TagResource",
        "kms:UntagResource",
    ],
    ...["kms:GetKeyRotationStatus", "kms:EnableKeyRotation", "kms:DisableKeyRotation"],
    ...["kms:ScheduleKeyDeletion", "kms:CancelKeyDeletion"],
];

/** One e-mail address on one topic. */
export interface EmailSubscription {
    severity: Severity;
    email: string;
}

/** The e-mail subscriptions of a stack. The settings hold no address twice for one severity. */
export function emailSubscriptions(alerts: Settings["alerts"]): EmailSubscription[] {
    const emails = {
        critical: alerts.criticalEmails,
        warning: alerts.warningEmails,
        info: alerts.infoEmails,
    };
    return SEVERITIES.flatMap((severity) => emails[severity].map((email) => ({ severity, email })));
}

/** Physical name of a severity's topic. */
export function topicName(severity: Severity, scope: StackScope): string {
    return physicalName("topic", `bqx-ml-${severity}`, scope);
}

/** ARN of a severity's topic, from its name: a preview can then show and check the policy of a topic still to be made. */
export function topicArn(severity: Severity, scope: StackScope): string {
    return arnOf(scope, "sns", topicName(severity, scope));
}

/**
 * Who may publish to a topic: the services that watch this account, over TLS. Roles of this account need no statement
 * here; their own policies let them.
 */
export function topicPolicy(severity: Severity, scope: StackScope): iam.PolicyDocument {
    const resource = topicArn(severity, scope);
    return {
        Version: "2012-10-17",
        Statement: [
            {
                Sid: "PublishFromServicesOfThisAccount",
                Effect: "Allow",
                Principal: { Service: PUBLISHERS },
                Action: "sns:Publish",
                Resource: resource,
                // Without it, a stranger's alarm or budget could write to this topic.
                Condition: { StringEquals: { "aws:SourceAccount": scope.account } },
            },
            {
                Sid: "RefuseWithoutTls",
                Effect: "Deny",
                Principal: "*",
                Action: "sns:Publish",
                Resource: resource,
                Condition: { Bool: { "aws:SecureTransport": "false" } },
            },
        ],
    };
}

/**
 * Who may use the topics' key. The resource `*` of a key policy is the key itself. The account's own statement only lets
 * IAM policies decide; the services need no condition on the account, since the topics' policies hold it.
 */
export function keyPolicy(account: string, region: string): iam.PolicyDocument {
    return {
        Version: "2012-10-17",
        Statement: [
            {
                Sid: "ManageByThisAccount",
                Effect: "Allow",
                Principal: { AWS: account },
                Action: MANAGE_KEY,
                Resource: "*",
            },
            {
                Sid: "PublishByThisAccount",
                Effect: "Allow",
                Principal: { AWS: account },
                Action: USE_KEY,
                Resource: "*",
                Condition: { StringEquals: { "kms:ViaService": `sns.${region}.amazonaws.com` } },
            },
            {
                Sid: "PublishByServices",
                Effect: "Allow",
                Principal: { Service: PUBLISHERS },
                Action: USE_KEY,
                Resource: "*",
            },
        ],
    };
}

/** Lets AWS Chatbot take on the Slack channel's role. */
export const SLACK_TRUST: iam.PolicyDocument = {
    Version: "2012-10-17",
    Statement: [
        { Effect: "Allow", Principal: { Service: "chatbot.amazonaws.com" }, Action: "sts:AssumeRole" },
    ],
};

/** What the graph under an alarm is drawn from. Metrics have no ARN, so AWS takes no narrower resource. */
export const SLACK_PERMISSIONS: iam.PolicyDocument = {
    Version: "2012-10-17",
    Statement: [
        {
            Effect: "Allow",
            Action: [
                "cloudwatch:DescribeAlarms",
                "cloudwatch:GetMetricData",
                "cloudwatch:GetMetricStatistics",
            ],
            Resource: "*",
        },
    ],
};
