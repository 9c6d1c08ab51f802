import { randomUUID } from "node:crypto";
import { createHandler } from "../protocol/handler";
import { AwsError, type LocalService, type ResourceRecord, type ServiceContext } from "../service";
import { Courier } from "./delivery";
import { checkMessage, type Message } from "./message";
import { Notifications, type Notification, type NotificationLog } from "./notificationLog";
import { snsApi } from "./operations";
import {
    checkRecord,
    SLACK_TYPE,
    slackChannelsOf,
    SUBSCRIPTION_TYPE,
    subscriptionsOf,
    TOPIC_POLICY_TYPE,
    TOPIC_TYPE,
    topicsOf,
} from "./subscriptions";

export type { Delivery, Notification, NotificationLog } from "./notificationLog";

/** The way for other local services, such as CloudWatch's alarms, to send a notification. */
export interface NotificationPublisher {
    /**
     * Publishes to a deployed topic and answers with the message's id.
     *
     * @throws AwsError `NotFound` for an unknown topic, `InvalidParameter` for a message SNS would refuse.
     */
    publish(topicArn: string, subject: string | undefined, message: string): string;
}

/** Timing, set by tests. */
export interface SnsOptions {
    /** Waits between the tries of an HTTP delivery. @default [500, 2000] */
    readonly retryDelaysMilliseconds?: readonly number[];
}

/** SNS for the local stack: mail and Slack messages go to an outbox, HTTP to this machine only. */
export function createSnsService(
    context: ServiceContext,
    options: SnsOptions = {},
): LocalService & NotificationLog & NotificationPublisher {
    return new SnsService(context, options);
}

class SnsService implements LocalService, NotificationLog, NotificationPublisher {
    readonly name = "sns";
    readonly title = "SNS";
    readonly signingNames = ["sns"];
    readonly resourceTypes = [TOPIC_TYPE, TOPIC_POLICY_TYPE, SUBSCRIPTION_TYPE, SLACK_TYPE];
    readonly handle;
    private readonly notifications: Notifications;
    private readonly courier: Courier;

    constructor(
        private readonly context: ServiceContext,
        options: SnsOptions,
    ) {
        this.notifications = new Notifications(context);
        this.courier = new Courier(this.notifications, options.retryDelaysMilliseconds ?? [500, 2000]);
        const publish = (topicArn: string, message: Message) => this.send(topicArn, message);
        this.handle = createHandler(snsApi(context, publish), (message) => context.log(message));
    }

    start(): Promise<void> {
        this.notifications.load();
        return Promise.resolve();
    }

    async stop(): Promise<void> {
        await this.courier.stop();
        this.notifications.save();
    }

    applied(record: ResourceRecord): Promise<undefined> {
        checkRecord(record);
        return Promise.resolve(undefined);
    }

    health() {
        const topics = this.context.resources.ofType(TOPIC_TYPE).length;
        return Promise.resolve({
            healthy: true,
            detail: `${topics} topics. Mail and Slack messages are kept in ${this.notifications.outbox}.`,
            figures: [
                { label: "topics", value: topics, unit: "" },
                { label: "recent notifications", value: this.notifications.count, unit: "" },
            ],
        });
    }

    recentNotifications(limit: number): readonly Notification[] {
        return this.notifications.recentNotifications(limit);
    }

    publish(topicArn: string, subject: string | undefined, message: string): string {
        return this.send(
            topicArn,
            checkMessage({ Message: message, Subject: subject, MessageAttributes: {} }),
        );
    }

    private send(topicArn: string, message: Message): string {
        const topic = topicsOf(this.context).find(({ arn }) => arn === topicArn);
        if (topic === undefined) throw new AwsError("NotFound", `Topic does not exist: ${topicArn}`, 404);
        const publication = {
            messageId: randomUUID(),
            topicArn,
            sender: topic.displayName ?? topic.name,
            publishedAt: new Date(),
            message,
        };
        const subscribers = [
            ...subscriptionsOf(this.context).filter((subscription) => subscription.topicArn === topicArn),
            ...slackChannelsOf(this.context, topicArn),
        ];
        this.notifications.add({
            messageId: publication.messageId,
            publishedAt: publication.publishedAt.toISOString(),
            topicArn,
            subject: message.subject,
            message: message.body,
            deliveries: subscribers.map((subscriber) => this.courier.deliver(publication, subscriber)),
        });
        return publication.messageId;
    }
}
