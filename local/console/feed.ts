import type { ServerResponse } from "node:http";

import type { StackStatus } from "./status";

/** How often the feed looks and speaks, in milliseconds. */
export interface FeedTiming {
    /** Between two looks at the status, so also the least time between two pushes. */
    readonly pollMilliseconds: number;
    /** Silence after which a heartbeat is sent. The page takes three times this as a lost connection. */
    readonly heartbeatMilliseconds: number;
}

/** What the console needs of its host. */
export interface StatusSource {
    /** Computes the status now. Called only while somebody listens or asks. */
    status(): Promise<StackStatus>;
    /** Told when the status cannot be computed; once for each run of failures. */
    onError(error: unknown): void;
}

/** Open streams at once; a browser keeps at most six to one address, so this is more than two people need. */
export const CLIENTS_MAX = 16;

/** A client that has this much unread is gone or stuck: it is dropped, and reconnects if it can. */
const UNREAD_BYTES_MAX = 1_048_576;

const PROBLEM = "problem";

interface Frame {
    /** Equal keys mean that nothing changed for a reader. */
    readonly key: string;
    readonly text: string;
}

/** Server-sent events of one status: pushed when it changed, computed only while somebody listens. */
export class StatusFeed {
    private readonly clients = new Set<ServerResponse>();
    private latest: Frame | undefined;
    private spokenAt = 0;
    private timer: NodeJS.Timeout | undefined;
    private looking = false;

    constructor(
        private readonly source: StatusSource,
        private readonly timing: FeedTiming,
    ) {}

    get full(): boolean {
        return this.clients.size >= CLIENTS_MAX;
    }

    /** Starts to push to a response whose head is written. Ends with the connection. */
    add(client: ServerResponse): void {
        this.clients.add(client);
        client.on("close", () => this.remove(client));
        if (this.latest !== undefined) client.write(this.latest.text);
        this.timer ??= setInterval(() => void this.look(), this.timing.pollMilliseconds);
        if (this.latest === undefined) void this.look();
    }

    /** Ends every stream. */
    close(): void {
        for (const client of this.clients) {
            client.end();
            this.remove(client);
        }
    }

    private remove(client: ServerResponse): void {
        this.clients.delete(client);
        if (this.clients.size > 0) return;
        clearInterval(this.timer);
        this.timer = undefined;
        this.latest = undefined;
    }

    private async look(): Promise<void> {
        // A slow status must not pile up; until it answers there is no heartbeat either, so that the page notices.
        if (this.looking) return;
        this.looking = true;
        const frame = await this.frame();
        this.looking = false;
        if (this.clients.size === 0) return;
        if (frame.key !== this.latest?.key) {
            this.latest = frame;
            this.push(frame.text);
        } else if (Date.now() - this.spokenAt >= this.timing.heartbeatMilliseconds) {
            this.push(eventText("heartbeat", new Date().toISOString()));
        }
    }

    private async frame(): Promise<Frame> {
        try {
            const status = await this.source.status();
            // `now` differs each time and alone is no news.
            return { key: JSON.stringify({ ...status, now: "" }), text: eventText("status", status) };
        } catch (error) {
            if (this.latest?.key !== PROBLEM) this.source.onError(error);
            return { key: PROBLEM, text: eventText(PROBLEM, STATUS_UNKNOWN) };
        }
    }

    private push(text: string): void {
        this.spokenAt = Date.now();
        for (const client of this.clients) {
            if (client.writableLength > UNREAD_BYTES_MAX) client.destroy();
            else client.write(text);
        }
    }
}

/** Said in place of a status that cannot be computed. The cause goes to the host's log only: it may name anything. */
export const STATUS_UNKNOWN = {
    message: "The host runs but cannot tell its status. Its log says why; ./bqx up repairs it.",
};

/** JSON has no raw line breaks, so one `data:` line always suffices. */
function eventText(event: string, data: unknown): string {
    return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
