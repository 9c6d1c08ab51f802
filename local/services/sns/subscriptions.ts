import { z } from "zod";
import { describeProblems, text } from "../protocol/fields";
import { readRecord } from "../protocol/records";
import type { ResourceRecord, ServiceContext } from "../service";
import { parseFilterPolicy, type FilterPolicy } from "./filterPolicy";

export const TOPIC_TYPE = "aws:sns/topic:Topic";
export const TOPIC_POLICY_TYPE = "aws:sns/topicPolicy:TopicPolicy";
export const SUBSCRIPTION_TYPE = "aws:sns/topicSubscription:TopicSubscription";
export const SLACK_TYPE = "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration";

const PROTOCOLS = [
    "email",
    "email-json",
    "http",
    "https",
    "sqs",
    "lambda",
    "sms",
    "application",
    "firehose",
] as const;

const topicRecord = z.object({
    arn: text(20, 2048),
    name: z.string().regex(/^[\w-]{1,256}$/, { error: "1 to 256 letters, digits, _ and - are allowed" }),
    displayName: text(0, 100).optional(),
    fifoTopic: z
        .literal(false, { error: "the local stack runs standard topics, not FIFO topics" })
        .default(false),
    kmsMasterKeyId: z.string().optional(),
});

const subscriptionRecord = z
    .object({
        arn: text(20, 2048),
        topic: text(20, 2048),
        protocol: z.enum(PROTOCOLS),
        endpoint: text(1, 2048),
        rawMessageDelivery: z.boolean().default(false),
        filterPolicy: z.string().default(""),
        filterPolicyScope: z
            .enum(["", "MessageAttributes"], {
                error: "the local stack filters by message attributes, not by the message's body",
            })
            .default(""),
    })
    .superRefine((subscription, check) => {
        const problem = endpointProblem(subscription.protocol, subscription.endpoint);
        if (problem !== undefined) check.addIssue({ code: "custom", path: ["endpoint"], message: problem });
        const policyProblem = filterPolicyProblem(subscription.filterPolicy);
        if (policyProblem !== undefined) {
            check.addIssue({ code: "custom", path: ["filterPolicy"], message: policyProblem });
        }
    });

const slackRecord = z.object({
    chatConfigurationArn: z.string().optional(),
    configurationName: text(1, 128),
    slackChannelId: text(1, 255),
    slackTeamId: text(1, 255),
    snsTopicArns: z.array(text(20, 2048)).default([]),
});

export type Topic = z.output<typeof topicRecord> & { readonly record: ResourceRecord };

/** Where messages of a topic go. */
export interface Subscription {
    readonly arn: string;
    readonly topicArn: string;
    /** SNS's protocol, or `slack` for a channel of AWS Chatbot. */
    readonly protocol: (typeof PROTOCOLS)[number] | "slack";
    readonly endpoint: string;
    readonly rawMessageDelivery: boolean;
    /** Lets every message through where it is empty. */
    readonly filterPolicy: FilterPolicy;
    /** The policy as it was deployed; empty where there is none. */
    readonly filterPolicyText: string;
}

/** Checks a record of any of this service's types. Throws an Error that names it and lists every problem. */
export function checkRecord(record: ResourceRecord): void {
    if (record.type === TOPIC_TYPE) readRecord(topicRecord, record);
    if (record.type === SUBSCRIPTION_TYPE) readRecord(subscriptionRecord, record);
    if (record.type === SLACK_TYPE) readRecord(slackRecord, record);
}

/** All deployed topics. */
export function topicsOf(context: ServiceContext): Topic[] {
    return context.resources
        .ofType(TOPIC_TYPE)
        .map((record) => ({ ...readRecord(topicRecord, record), record }));
}

/** All deployed subscriptions, those of SNS itself. */
export function subscriptionsOf(context: ServiceContext): Subscription[] {
    return context.resources.ofType(SUBSCRIPTION_TYPE).map((record) => {
        const { arn, topic, protocol, endpoint, rawMessageDelivery, filterPolicy } = readRecord(
            subscriptionRecord,
            record,
        );
        return {
            arn,
            topicArn: topic,
            protocol,
            endpoint,
            rawMessageDelivery,
            filterPolicy: filterPolicy === "" ? {} : parseFilterPolicy(filterPolicy),
            filterPolicyText: filterPolicy,
        };
    });
}

/** The Slack channels that AWS Chatbot would tell of a topic's messages. */
export function slackChannelsOf(context: ServiceContext, topicArn: string): Subscription[] {
    return context.resources
        .ofType(SLACK_TYPE)
        .map((record) => ({ id: record.id, ...readRecord(slackRecord, record) }))
        .filter(({ snsTopicArns }) => snsTopicArns.includes(topicArn))
        .map(({ id, chatConfigurationArn, configurationName, slackChannelId, slackTeamId }) => ({
            arn: chatConfigurationArn ?? id,
            topicArn,
            protocol: "slack" as const,
            endpoint: `${configurationName} (channel ${slackChannelId} of ${slackTeamId})`,
            rawMessageDelivery: false,
            filterPolicy: {},
            filterPolicyText: "",
        }));
}

function endpointProblem(protocol: string, endpoint: string): string | undefined {
    if (protocol.startsWith("email") && !z.email().safeParse(endpoint).success) {
        return `an e-mail address is needed, got "${endpoint}"`;
    }
    if ((protocol === "http" || protocol === "https") && !isUrl(protocol, endpoint)) {
        return `a URL that starts with ${protocol}:// is needed, got "${endpoint}"`;
    }
    return undefined;
}

function isUrl(protocol: string, endpoint: string): boolean {
    return URL.canParse(endpoint) && new URL(endpoint).protocol === `${protocol}:`;
}

function filterPolicyProblem(filterPolicy: string): string | undefined {
    if (filterPolicy === "") return undefined;
    try {
        parseFilterPolicy(filterPolicy);
        return undefined;
    } catch (error) {
        return error instanceof z.ZodError ? describeProblems(error) : `not valid JSON: ${filterPolicy}`;
    }
}
