import { setTimeout as sleep } from "node:timers/promises";
import { AwsError } from "../service";
import type { EventInvokeConfig } from "./functions";

/** How one attempt to deliver an event ended. */
export type Attempt = "done" | "failed" | "throttled" | "gone";

/** An event that nobody waits for. */
export interface QueuedEvent {
    readonly requestId: string;
    readonly functionName: string;
    /** JSON. */
    readonly payload: string;
}

/** How an event is tried, and what is told of one that is given up. */
export interface QueueOptions {
    attempt(event: QueuedEvent): Promise<Attempt>;
    configOf(functionName: string): EventInvokeConfig;
    dropped(event: QueuedEvent, reason: string): void;
    /** Before the second try and the third. */
    readonly retryDelaysMilliseconds: readonly number[];
    /** After the first throttle; doubles with each further one. */
    readonly throttleDelayMilliseconds: number;
}

const EVENTS_AT_MOST = 1000;
const THROTTLE_DELAY_MILLISECONDS_AT_MOST = 5 * 60_000;

/** Events on their way to functions, in memory: those that wait when the host stops are lost. */
export class EventQueue {
    private readonly life = new AbortController();
    private readonly waiting = new Set<QueuedEvent>();

    constructor(private readonly options: QueueOptions) {}

    get length(): number {
        return this.waiting.size;
    }

    /** @throws AwsError `TooManyRequestsException` where too many wait already */
    add(event: QueuedEvent): void {
        if (this.waiting.size >= EVENTS_AT_MOST)
            throw new AwsError("TooManyRequestsException", `${EVENTS_AT_MOST} events wait already.`, 429);
        this.waiting.add(event);
        void this.deliver(event, Date.now()).finally(() => this.waiting.delete(event));
    }

    stop(): void {
        this.life.abort();
    }

    private async deliver(event: QueuedEvent, queuedAt: number): Promise<void> {
        const { signal } = this.life;
        let [failures, throttles] = [0, 0];
        while (!signal.aborted) {
            const ended = await this.options.attempt(event);
            if (ended === "done") return;
            const config = this.options.configOf(event.functionName);
            if (ended === "failed") failures++;
            const delay = ended === "failed" ? this.retryDelay(failures) : this.throttleDelay(throttles++);
            const reason = reasonToDrop(ended, failures, Date.now() + delay - queuedAt, config);
            if (reason !== undefined) {
                this.options.dropped(event, reason);
                return;
            }
            await sleep(delay, undefined, { signal }).catch(() => undefined);
        }
    }

    private retryDelay(failures: number): number {
        return this.options.retryDelaysMilliseconds[failures - 1] ?? 0;
    }

    private throttleDelay(throttles: number): number {
        return Math.min(
            this.options.throttleDelayMilliseconds * 2 ** throttles,
            THROTTLE_DELAY_MILLISECONDS_AT_MOST,
        );
    }
}

function reasonToDrop(
    ended: Attempt,
    failures: number,
    ageMilliseconds: number,
    { maximumRetryAttempts, maximumEventAgeInSeconds }: EventInvokeConfig,
): string | undefined {
    if (ended === "gone") return "the function is no longer deployed";
    if (failures > maximumRetryAttempts) return `it failed ${failures} times`;
    return ageMilliseconds > maximumEventAgeInSeconds * 1000
        ? `it would be older than ${maximumEventAgeInSeconds} s`
        : undefined;
}
