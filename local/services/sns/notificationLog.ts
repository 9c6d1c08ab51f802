import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "../../files";
import type { ServiceContext } from "../service";

/** How a notification fared with one subscriber. */
export interface Delivery {
    readonly subscriptionArn: string;
    readonly protocol: string;
    readonly endpoint: string;
    /**
     * `delivered`: to the outbox, or to an HTTP endpoint that accepted it. `pending`: being tried.
     * `failed`: given up. `filtered`: the filter policy keeps it back. `not-delivered`: never tried, see `detail`.
     */
    readonly status: "delivered" | "pending" | "failed" | "filtered" | "not-delivered";
    /** One sentence for a person. */
    readonly detail: string;
}

/** One published message, as the console shows it. */
export interface Notification {
    readonly messageId: string;
    /** ISO 8601. */
    readonly publishedAt: string;
    readonly topicArn: string;
    readonly subject?: string;
    /** Cut after 4,096 characters; the outbox has the whole text. */
    readonly message: string;
    readonly deliveries: readonly Delivery[];
}

/** What the console reads of SNS. */
export interface NotificationLog {
    /** The latest notifications, newest first. */
    recentNotifications(limit: number): readonly Notification[];
}

const MAX_NOTIFICATIONS = 200;
const MAX_MESSAGE_CHARACTERS = 4096;

/** The last 200 notifications as JSON lines, and the last 200 texts for people as files of an outbox. */
export class Notifications implements NotificationLog {
    /** Where mail lies that no mail server ever sees. */
    readonly outbox: string;
    private readonly file: string;
    private notifications: Notification[] = [];
    private dirty = false;

    constructor(private readonly context: ServiceContext) {
        this.outbox = join(context.dataDir, "outbox");
        this.file = join(context.dataDir, "notifications.jsonl");
    }

    /** Reads what an earlier run has left. Deliveries that were under way then have failed. */
    load(): void {
        mkdirSync(this.outbox, { recursive: true });
        this.notifications = readLines(this.file).map((line) => {
            const notification = JSON.parse(line) as Notification;
            return { ...notification, deliveries: notification.deliveries.map(interrupted) };
        });
    }

    get count(): number {
        return this.notifications.length;
    }

    recentNotifications(limit: number): readonly Notification[] {
        return this.notifications.slice(-limit).reverse();
    }

    add(notification: Notification): void {
        const message = notification.message.slice(0, MAX_MESSAGE_CHARACTERS);
        this.notifications = [...this.notifications, { ...notification, message }].slice(-MAX_NOTIFICATIONS);
        this.saveSoon();
    }

    /** Replaces what is known of one delivery. */
    update(messageId: string, delivery: Delivery): void {
        const isSame = (other: Delivery) => other.subscriptionArn === delivery.subscriptionArn;
        this.notifications = this.notifications.map((notification) =>
            notification.messageId === messageId
                ? {
                      ...notification,
                      deliveries: notification.deliveries.map((each) => (isSame(each) ? delivery : each)),
                  }
                : notification,
        );
        this.saveSoon();
    }

    /** Puts a text for a person into the outbox, and drops the oldest above the limit. */
    keep(fileName: string, content: string): void {
        writeFileAtomic(join(this.outbox, fileName), content);
        const files = readdirSync(this.outbox).sort();
        for (const old of files.slice(0, Math.max(0, files.length - MAX_NOTIFICATIONS))) {
            rmSync(join(this.outbox, old), { force: true });
        }
    }

    /** Writes what has changed. */
    save(): void {
        if (!this.dirty) return;
        this.dirty = false;
        writeFileAtomic(this.file, this.notifications.map((each) => `${JSON.stringify(each)}\n`).join(""));
    }

    private saveSoon(): void {
        // A burst of messages is written once, not once for each.
        if (!this.dirty) setImmediate(() => this.saveOrLog());
        this.dirty = true;
    }

    private saveOrLog(): void {
        try {
            this.save();
        } catch (error) {
            this.context.log(`cannot write ${this.file}: ${String(error)}`);
        }
    }
}

function readLines(file: string): string[] {
    try {
        return readFileSync(file, "utf8").split("\n").filter(Boolean);
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
        throw error;
    }
}

function interrupted(delivery: Delivery): Delivery {
    if (delivery.status !== "pending") return delivery;
    return { ...delivery, status: "failed", detail: "The local stack stopped before it was delivered." };
}
