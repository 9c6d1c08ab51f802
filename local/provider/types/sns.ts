import { z } from "zod";
import { defineType } from "../define";
import { conflicts, rule } from "../rules";
import { arn, int, jsonObject, regional, resourcePolicy, tags, text } from "./common";

const percent = int(0, 100).optional();
const roleArn = arn("iam").optional();

const topic = defineType({
    token: "aws:sns/topic:Topic",
    inputs: regional({
        archivePolicy: jsonObject.optional(),
        contentBasedDeduplication: z.boolean().optional(),
        deliveryPolicy: jsonObject.optional(),
        displayName: z.string().max(100).optional(),
        fifoThroughputScope: z.enum(["Topic", "MessageGroup"]).optional(),
        fifoTopic: z.boolean().optional(),
        httpFailureFeedbackRoleArn: roleArn,
        httpSuccessFeedbackRoleArn: roleArn,
        httpSuccessFeedbackSampleRate: percent,
        kmsMasterKeyId: z.string().min(1).optional(),
        lambdaFailureFeedbackRoleArn: roleArn,
        lambdaSuccessFeedbackRoleArn: roleArn,
        lambdaSuccessFeedbackSampleRate: percent,
        name: text(/^[\w-]{1,251}(\.fifo)?$/, "at most 256 letters, digits, _ and -").optional(),
        namePrefix: text(/^[\w-]{1,230}$/, "at most 230 letters, digits, _ and -").optional(),
        policy: resourcePolicy.optional(),
        signatureVersion: int(1, 2).optional(),
        sqsFailureFeedbackRoleArn: roleArn,
        sqsSuccessFeedbackRoleArn: roleArn,
        sqsSuccessFeedbackSampleRate: percent,
        tags: tags.optional(),
        tracingConfig: z.enum(["Active", "PassThrough"]).optional(),
    }),
    rules: [
        conflicts("name", "namePrefix"),
        rule(["name", "fifoTopic"], ({ name, fifoTopic }) =>
            typeof name === "string" && name.endsWith(".fifo") !== (fifoTopic ?? false)
                ? `got "${name}"; allowed: a name that ends in .fifo where fifoTopic is true, and only there`
                : undefined,
        ),
        rule(["contentBasedDeduplication", "fifoTopic"], ({ contentBasedDeduplication, fifoTopic }) =>
            contentBasedDeduplication === true && fifoTopic !== true
                ? "allowed where fifoTopic is true only"
                : undefined,
        ),
    ],
    replaceOn: ["fifoTopic", "name", "namePrefix"],
    documents: ["archivePolicy", "deliveryPolicy", "policy"],
    physicalName: {
        property: "name",
        prefixProperty: "namePrefix",
        maxLength: 256,
        after: ({ fifoTopic }) => (fifoTopic === true ? ".fifo" : ""),
    },
    identify: ({ arn, physicalName }) => arn("sns", physicalName),
    derive: ({ id, account }, inputs) => ({
        arn: id,
        displayName: inputs.displayName ?? "",
        fifoTopic: inputs.fifoTopic ?? false,
        owner: account,
        signatureVersion: inputs.signatureVersion ?? 1,
    }),
});

const topicPolicy = defineType({
    token: "aws:sns/topicPolicy:TopicPolicy",
    inputs: regional({ arn: arn("sns"), policy: resourcePolicy }),
    replaceOn: ["arn"],
    documents: ["policy"],
    identify: (_, inputs) => inputs.arn,
    derive: ({ account }) => ({ owner: account }),
});

/** What an endpoint must look like, by protocol. */
const ENDPOINTS: Readonly<Record<string, readonly [pattern: RegExp, allowed: string]>> = {
    application: [/^arn:/, "an ARN"],
    email: [/^[^@\s]+@[^@\s]+\.[^@\s]+$/, "an e-mail address"],
    "email-json": [/^[^@\s]+@[^@\s]+\.[^@\s]+$/, "an e-mail address"],
    firehose: [/^arn:/, "an ARN"],
    http: [/^http:\/\/\S+$/, "an http:// URL"],
    https: [/^https:\/\/\S+$/, "an https:// URL"],
    lambda: [/^arn:/, "an ARN"],
    sms: [/^\+?[0-9-]{5,20}$/, "a telephone number"],
    sqs: [/^arn:/, "an ARN"],
};

const topicSubscription = defineType({
    token: "aws:sns/topicSubscription:TopicSubscription",
    inputs: regional({
        confirmationTimeoutInMinutes: z.int().min(1).optional(),
        deliveryPolicy: jsonObject.optional(),
        endpoint: z.string().min(1),
        endpointAutoConfirms: z.boolean().optional(),
        filterPolicy: jsonObject.optional(),
        filterPolicyScope: z.enum(["MessageAttributes", "MessageBody"]).optional(),
        protocol: z.enum([
            "application",
            "email",
            "email-json",
            "firehose",
            "http",
            "https",
            "lambda",
            "sms",
            "sqs",
        ]),
        rawMessageDelivery: z.boolean().optional(),
        redrivePolicy: jsonObject.optional(),
        subscriptionRoleArn: roleArn,
        topic: arn("sns"),
    }),
    rules: [
        rule(["endpoint", "protocol"], ({ endpoint, protocol }) => {
            const [pattern, allowed] = ENDPOINTS[String(protocol)] ?? [/./, ""];
            return pattern.test(String(endpoint))
                ? undefined
                : `got "${String(endpoint)}"; allowed: ${allowed}`;
        }),
        rule(["subscriptionRoleArn", "protocol"], ({ subscriptionRoleArn, protocol }) =>
            (protocol === "firehose") !== (subscriptionRoleArn !== undefined)
                ? "required for the protocol firehose, and allowed for no other"
                : undefined,
        ),
        rule(["rawMessageDelivery", "protocol"], ({ rawMessageDelivery, protocol }) =>
            rawMessageDelivery === true && !["sqs", "http", "https", "firehose"].includes(String(protocol))
                ? "got true; allowed for sqs, http, https and firehose"
                : undefined,
        ),
    ],
    replaceOn: ["endpoint", "protocol", "topic"],
    documents: ["deliveryPolicy", "filterPolicy", "redrivePolicy"],
    identify: ({ uuid }, inputs) => `${inputs.topic}:${uuid("subscription")}`,
    derive: ({ id, account }, inputs) => ({
        arn: id,
        confirmationWasAuthenticated: !needsConfirmation(inputs.protocol),
        ownerId: account,
        pendingConfirmation: needsConfirmation(inputs.protocol),
        rawMessageDelivery: inputs.rawMessageDelivery ?? false,
    }),
});

/** A person answers these; machines in the same account are believed. */
function needsConfirmation(protocol: string): boolean {
    return ["email", "email-json", "http", "https"].includes(protocol);
}

/** Notification topics and their subscribers. */
export const snsTypes = [topic, topicPolicy, topicSubscription];
