import { setTimeout as sleep } from "node:timers/promises";
import { passes } from "./filterPolicy";
import type { Message } from "./message";
import type { Delivery, Notifications } from "./notificationLog";
import type { Subscription } from "./subscriptions";

/** A message under way to the subscribers of a topic. */
export interface Publication {
    readonly messageId: string;
    readonly topicArn: string;
    /** What mail is sent as: the topic's display name, else its name. */
    readonly sender: string;
    readonly publishedAt: Date;
    readonly message: Message;
}

/** More HTTP deliveries at a time are refused, so that a receiver that hangs cannot fill the memory. */
const MAX_UNDER_WAY = 100;
const REQUEST_TIMEOUT_MILLISECONDS = 5000;

/** Takes messages to subscribers. Nothing leaves the machine. */
export class Courier {
    private readonly underWay = new Map<Promise<void>, AbortController>();

    /** `retryDelaysMilliseconds`: the waits between the tries of an HTTP delivery; one try more than waits. */
    constructor(
        private readonly notifications: Notifications,
        private readonly retryDelaysMilliseconds: readonly number[],
    ) {}

    /** Delivers, or starts to; says at once what is known. */
    deliver(publication: Publication, subscription: Subscription): Delivery {
        const { arn: subscriptionArn, protocol, endpoint } = subscription;
        const report = (status: Delivery["status"], detail: string): Delivery => ({
            subscriptionArn,
            protocol,
            endpoint,
            status,
            detail,
        });
        if (!passes(subscription.filterPolicy, publication.message.attributes)) {
            return report("filtered", "The filter policy of the subscription keeps it back.");
        }
        if (protocol === "email" || protocol === "email-json") {
            const file = this.keepMail(publication, subscription);
            return report("delivered", `Kept in the outbox as ${file}; no mail leaves this machine.`);
        }
        if (protocol === "slack") {
            const file = this.keepSlackMessage(publication, subscription);
            return report("delivered", `Kept in the outbox as ${file}; nothing goes to Slack.`);
        }
        if (protocol !== "http" && protocol !== "https") {
            return report("not-delivered", `The local stack does not deliver to ${protocol}.`);
        }
        if (!isLoopback(endpoint)) return report("not-delivered", "The endpoint is outside this machine.");
        if (this.underWay.size >= MAX_UNDER_WAY) {
            return report("failed", `${MAX_UNDER_WAY} other deliveries are waiting for an answer.`);
        }
        this.startPost(publication, subscription, report);
        return report("pending", "Being delivered.");
    }

    /** Gives up what is under way, and waits until it has ended. */
    async stop(): Promise<void> {
        for (const abort of this.underWay.values()) abort.abort();
        await Promise.all(this.underWay.keys());
    }

    private keepMail(publication: Publication, { protocol, endpoint }: Subscription): string {
        const body = protocol === "email" ? textFor(publication, protocol) : envelope(publication, protocol);
        const file = `${fileStem(publication)}-${endpoint.replaceAll(/[^\w.@-]/g, "_").slice(0, 64)}.eml`;
        const mail = [
            `From: "${publication.sender.replaceAll(/[^ !#-[\]-~]/g, "_")}" <no-reply@sns.amazonaws.com>`,
            `To: ${endpoint}`,
            `Subject: ${publication.message.subject ?? "AWS Notification Message"}`,
            `Date: ${publication.publishedAt.toUTCString().replace("GMT", "+0000")}`,
            `Message-ID: <${publication.messageId}@sns.amazonaws.com>`,
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=UTF-8",
            "Content-Transfer-Encoding: 8bit",
            "",
            body,
        ];
        this.notifications.keep(file, mail.join("\r\n"));
        return file;
    }

    private keepSlackMessage(publication: Publication, { endpoint }: Subscription): string {
        const file = `${fileStem(publication)}-slack.json`;
        const { message, topicArn } = publication;
        const content = {
            to: endpoint,
            topicArn,
            subject: message.subject,
            text: textFor(publication, "slack"),
        };
        this.notifications.keep(file, JSON.stringify(content, undefined, 4));
        return file;
    }

    private startPost(
        publication: Publication,
        subscription: Subscription,
        report: (status: Delivery["status"], detail: string) => Delivery,
    ): void {
        const abort = new AbortController();
        const work = this.postWithRetries(publication, subscription, abort.signal)
            .then((detail) => report("delivered", detail))
            .catch((error: unknown) => report("failed", describe(error)))
            .then((delivery) => {
                this.underWay.delete(work);
                this.notifications.update(publication.messageId, delivery);
            });
        this.underWay.set(work, abort);
    }

    private async postWithRetries(
        publication: Publication,
        subscription: Subscription,
        signal: AbortSignal,
    ): Promise<string> {
        const tries = this.retryDelaysMilliseconds.length + 1;
        for (let attempt = 1; ; attempt++) {
            try {
                const status = await post(publication, subscription, signal);
                return `Answered ${status} at try ${attempt} of ${tries}.`;
            } catch (error) {
                const delay = this.retryDelaysMilliseconds[attempt - 1];
                if (delay === undefined || signal.aborted) {
                    throw new Error(`Given up after try ${attempt} of ${tries}: ${describe(error)}`, {
                        cause: error,
                    });
                }
                await sleep(delay, undefined, { signal });
            }
        }
    }
}

async function post(
    publication: Publication,
    subscription: Subscription,
    signal: AbortSignal,
): Promise<number> {
    const { protocol, endpoint, rawMessageDelivery } = subscription;
    const response = await fetch(endpoint, {
        method: "POST",
        headers: {
            "content-type": "text/plain; charset=UTF-8",
            "user-agent": "Amazon Simple Notification Service Agent",
            "x-amz-sns-message-type": "Notification",
            "x-amz-sns-message-id": publication.messageId,
            "x-amz-sns-topic-arn": publication.topicArn,
            "x-amz-sns-subscription-arn": subscription.arn,
            ...(rawMessageDelivery ? { "x-amz-sns-rawdelivery": "true" } : {}),
        },
        body: rawMessageDelivery ? textFor(publication, protocol) : envelope(publication, protocol),
        // A redirect could lead off this machine.
        redirect: "manual",
        signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MILLISECONDS)]),
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`answered ${response.status}`);
    return response.status;
}

/** The JSON document SNS posts. It is not signed: there is no AWS certificate here to sign with. */
function envelope(publication: Publication, protocol: string): string {
    const { message, messageId, topicArn, publishedAt } = publication;
    const attributes = Object.entries(message.attributes);
    return JSON.stringify({
        Type: "Notification",
        MessageId: messageId,
        TopicArn: topicArn,
        Subject: message.subject,
        Message: textFor(publication, protocol),
        Timestamp: publishedAt.toISOString(),
        MessageAttributes:
            attributes.length === 0
                ? undefined
                : Object.fromEntries(
                      attributes.map(([name, { dataType, value }]) => [
                          name,
                          { Type: dataType, Value: value },
                      ]),
                  ),
    });
}

function textFor({ message }: Publication, protocol: string): string {
    return (Object.hasOwn(message.bodies, protocol) ? message.bodies[protocol] : undefined) ?? message.body;
}

/** Starts with the time, so that names sort by it. */
function fileStem({ publishedAt, messageId }: Publication): string {
    return `${publishedAt.toISOString().replaceAll(":", "-")}-${messageId}`;
}

function isLoopback(endpoint: string): boolean {
    const { hostname } = new URL(endpoint);
    return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

function describe(error: unknown): string {
    if (!(error instanceof Error)) return String(error);
    // fetch says only "fetch failed"; its cause says why.
    return error.message === "fetch failed" && error.cause instanceof Error
        ? error.cause.message
        : error.message;
}
