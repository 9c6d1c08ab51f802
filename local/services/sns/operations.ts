import { z } from "zod";
import { absent, list, text } from "../protocol/fields";
import { operation, type Api } from "../protocol/handler";
import { pageOf } from "../protocol/paging";
import { tagsOf } from "../protocol/records";
import { AwsError, type ServiceContext } from "../service";
import { checkMessage, MAX_MESSAGE_BYTES, messageFields, type Message } from "./message";
import { subscriptionsOf, TOPIC_POLICY_TYPE, topicsOf, type Subscription, type Topic } from "./subscriptions";

/** SNS lists 100 entries at a time. */
const PAGE_SIZE = 100;
const MAX_BATCH_ENTRIES = 10;

/** Operations that change what is deployed. */
const RESERVED = [
    "AddPermission",
    "ConfirmSubscription",
    "CreateTopic",
    "DeleteTopic",
    "RemovePermission",
    "SetSubscriptionAttributes",
    "SetTopicAttributes",
    "Subscribe",
    "TagResource",
    "Unsubscribe",
    "UntagResource",
];

/** Sends a checked message to a topic; answers with the message's id. */
type Send = (topicArn: string, message: Message) => string;

const arn = text(1, 2048);
const nextToken = z.string().optional();

/** The SNS API, AWS Query. */
export function snsApi(context: ServiceContext, send: Send): Api {
    return {
        query: { namespace: "http://sns.amazonaws.com/doc/2010-03-31/" },
        operations: {
            ...publishOperations(context, send),
            ...topicOperations(context),
            ...subscriptionOperations(context),
        },
        reserved: RESERVED,
        refuse: (name) =>
            new AwsError(
                "AuthorizationError",
                `${name} is not allowed here: topics and subscriptions are made by the Pulumi program.`,
                403,
            ),
        invalidInputCode: "InvalidParameter",
        // Ten messages of a batch share the limit of one; a form may spell each byte with three.
        maxBodyBytes: 4 * MAX_MESSAGE_BYTES,
    };
}

function publishOperations(context: ServiceContext, send: Send): Api["operations"] {
    return {
        Publish: operation(
            z.object({
                TopicArn: arn.optional(),
                TargetArn: arn.optional(),
                PhoneNumber: absent("the local stack sends no text messages"),
                ...messageFields,
            }),
            (input) => {
                const topicArn = input.TopicArn ?? input.TargetArn;
                if (topicArn === undefined) {
                    throw new AwsError(
                        "InvalidParameter",
                        "Invalid parameter: TopicArn or TargetArn is needed",
                    );
                }
                findTopic(context, topicArn);
                return { MessageId: send(topicArn, checkMessage(input)) };
            },
        ),
        PublishBatch: operation(
            z.object({
                TopicArn: arn,
                PublishBatchRequestEntries: list(z.object({ Id: z.string(), ...messageFields }), 1000),
            }),
            ({ TopicArn: topicArn, PublishBatchRequestEntries: entries }) => {
                findTopic(context, topicArn);
                return publishBatch(entries, (message) => send(topicArn, message));
            },
        ),
    };
}

type BatchEntry = Parameters<typeof checkMessage>[0] & { readonly Id: string };

function publishBatch(entries: readonly BatchEntry[], send: (message: Message) => string): object {
    checkBatch(entries);
    const accepted: { id: string; message: Message }[] = [];
    const failed: object[] = [];
    for (const entry of entries) {
        try {
            accepted.push({ id: entry.Id, message: checkMessage(entry) });
        } catch (error) {
            if (!(error instanceof AwsError)) throw error;
            failed.push({ Id: entry.Id, Code: error.code, Message: error.message, SenderFault: true });
        }
    }
    const bytes = accepted.reduce((sum, { message }) => sum + message.bytes, 0);
    if (bytes > MAX_MESSAGE_BYTES) {
        throw new AwsError(
            "BatchRequestTooLong",
            `The batch has ${bytes} bytes; ${MAX_MESSAGE_BYTES} are allowed.`,
        );
    }
    return {
        Successful: accepted.map(({ id, message }) => ({ Id: id, MessageId: send(message) })),
        Failed: failed,
    };
}

function checkBatch(entries: readonly BatchEntry[]): void {
    if (entries.length === 0) throw new AwsError("EmptyBatchRequest", "The batch request has no entry.");
    if (entries.length > MAX_BATCH_ENTRIES) {
        const problem = `The batch has ${entries.length} entries; ${MAX_BATCH_ENTRIES} are allowed.`;
        throw new AwsError("TooManyEntriesInBatchRequest", problem);
    }
    const invalid = entries.find(({ Id }) => !/^[\w-]{1,80}$/.test(Id));
    if (invalid !== undefined) {
        const problem = `An entry's id has 1 to 80 letters, digits, _ and -; got "${invalid.Id}".`;
        throw new AwsError("InvalidBatchEntryId", problem);
    }
    if (new Set(entries.map(({ Id }) => Id)).size < entries.length) {
        throw new AwsError("BatchEntryIdsNotDistinct", "Two entries of the batch have the same id.");
    }
}

function topicOperations(context: ServiceContext): Api["operations"] {
    return {
        ListTopics: operation(z.object({ NextToken: nextToken }), (input) => {
            const page = pageOf(topicsOf(context), PAGE_SIZE, input.NextToken, "InvalidParameter");
            return {
                Topics: page.items.map((topic) => ({ TopicArn: topic.arn })),
                NextToken: page.nextToken,
            };
        }),
        GetTopicAttributes: operation(z.object({ TopicArn: arn }), ({ TopicArn: topicArn }) => ({
            Attributes: topicAttributes(context, findTopic(context, topicArn)),
        })),
        ListTagsForResource: operation(z.object({ ResourceArn: arn }), ({ ResourceArn: topicArn }) => {
            const topic = topicsOf(context).find((each) => each.arn === topicArn);
            if (topic === undefined) throw new AwsError("ResourceNotFound", "Resource does not exist", 404);
            return { Tags: tagsOf(topic.record) };
        }),
    };
}

function subscriptionOperations(context: ServiceContext): Api["operations"] {
    const answer = (subscriptions: Subscription[], token: string | undefined) => {
        const page = pageOf(subscriptions, PAGE_SIZE, token, "InvalidParameter");
        const toEntry = (subscription: Subscription) => ({
            SubscriptionArn: subscription.arn,
            Owner: context.account,
            Protocol: subscription.protocol,
            Endpoint: subscription.endpoint,
            TopicArn: subscription.topicArn,
        });
        return { Subscriptions: page.items.map(toEntry), NextToken: page.nextToken };
    };
    return {
        ListSubscriptions: operation(z.object({ NextToken: nextToken }), (input) =>
            answer(subscriptionsOf(context), input.NextToken),
        ),
        ListSubscriptionsByTopic: operation(z.object({ TopicArn: arn, NextToken: nextToken }), (input) => {
            const topic = findTopic(context, input.TopicArn);
            const subscriptions = subscriptionsOf(context).filter(({ topicArn }) => topicArn === topic.arn);
            return answer(subscriptions, input.NextToken);
        }),
        GetSubscriptionAttributes: operation(z.object({ SubscriptionArn: arn }), (input) => {
            const found = subscriptionsOf(context).find((each) => each.arn === input.SubscriptionArn);
            if (found === undefined) throw new AwsError("NotFound", "Subscription does not exist", 404);
            return { Attributes: subscriptionAttributes(context, found) };
        }),
    };
}

function topicAttributes(context: ServiceContext, topic: Topic): Map<string, unknown> {
    const attached = context.resources
        .ofType(TOPIC_POLICY_TYPE)
        .find(({ inputs }) => inputs.arn === topic.arn);
    const confirmed = subscriptionsOf(context).filter(({ topicArn }) => topicArn === topic.arn).length;
    const attributes = {
        TopicArn: topic.arn,
        Owner: context.account,
        DisplayName: topic.displayName ?? "",
        Policy: attached?.inputs.policy ?? topic.record.inputs.policy,
        KmsMasterKeyId: topic.kmsMasterKeyId,
        SubscriptionsConfirmed: confirmed,
        SubscriptionsPending: 0,
        SubscriptionsDeleted: 0,
    };
    return new Map(Object.entries(attributes).filter(([, value]) => value !== undefined));
}

function subscriptionAttributes(context: ServiceContext, subscription: Subscription): Map<string, unknown> {
    const attributes = new Map<string, unknown>([
        ["SubscriptionArn", subscription.arn],
        ["TopicArn", subscription.topicArn],
        ["Owner", context.account],
        ["Protocol", subscription.protocol],
        ["Endpoint", subscription.endpoint],
        ["RawMessageDelivery", subscription.rawMessageDelivery],
        ["PendingConfirmation", false],
        ["ConfirmationWasAuthenticated", true],
    ]);
    if (subscription.filterPolicyText !== "") attributes.set("FilterPolicy", subscription.filterPolicyText);
    return attributes;
}

function findTopic(context: ServiceContext, topicArn: string): Topic {
    const topic = topicsOf(context).find((each) => each.arn === topicArn);
    if (topic !== undefined) return topic;
    if (!topicArn.startsWith("arn:")) {
        throw new AwsError(
            "InvalidParameter",
            `Invalid parameter: TopicArn Reason: "${topicArn}" is not an ARN`,
        );
    }
    throw new AwsError("NotFound", `Topic does not exist: ${topicArn}`, 404);
}
