import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { type MarketClock, WALL_CLOCK } from "../../../../data/clock";
import type { LocalService } from "../../../../local/services/service";
import { createSchedulerService } from "../../../../local/services/scheduler";
import type { Time } from "../../../../local/services/scheduler/time";
import { ACCOUNT, Harness, REGION } from "../harness";

export const SCHEDULE = "aws:scheduler/schedule:Schedule";
export const GROUP = "aws:scheduler/scheduleGroup:ScheduleGroup";
export const FUNCTION = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:refresh`;
export const STATE_MACHINE = `arn:aws:states:${REGION}:${ACCOUNT}:stateMachine:retraining`;
export const ROLE = `arn:aws:iam::${ACCOUNT}:role/scheduler`;
/** A Tuesday, while the market is open, ten seconds before a minute begins. */
export const START_MS = Date.parse("2026-01-06T12:00:50Z");

/** Wall time that stands still until it is moved. */
export class FakeTime implements Time {
    private waiting: { readonly atMs: number; readonly run: () => void }[] = [];

    constructor(private nowMs: number) {}

    now(): number {
        return this.nowMs;
    }

    after(milliseconds: number, run: () => void): void {
        this.waiting.push({ atMs: this.nowMs + milliseconds, run });
    }

    stop(): void {
        this.waiting = [];
    }

    /** Lets time go by, running what is due on the way. */
    async advance(milliseconds: number): Promise<void> {
        const untilMs = this.nowMs + milliseconds;
        for (;;) {
            const next = this.waiting.sort((a, b) => a.atMs - b.atMs)[0];
            if (next === undefined || next.atMs > untilMs) break;
            this.waiting.shift();
            this.nowMs = Math.max(this.nowMs, next.atMs);
            next.run();
            // What was started goes on until it waits for time again.
            await new Promise((resolve) => setImmediate(resolve));
        }
        this.nowMs = Math.max(this.nowMs, untilMs);
    }

    /** Sets the clock back. Timers do not go by it: they wait as long as they would have. */
    setBack(milliseconds: number): void {
        this.nowMs -= milliseconds;
        this.waiting = this.waiting.map(({ atMs, run }) => ({ atMs: atMs - milliseconds, run }));
    }

    /** Lets time go by while nothing can run, as when the machine sleeps. */
    async sleep(milliseconds: number): Promise<void> {
        this.nowMs += milliseconds;
        await this.advance(0);
    }
}

/** A scheduler of its own for each test, with targets that note what they get. */
export class SchedulerFixture {
    harness!: Harness<LocalService>;
    client!: SchedulerClient;
    time = new FakeTime(START_MS);
    clock: MarketClock = WALL_CLOCK;
    /** Payloads in the order in which they came. */
    payloads: string[] = [];
    executions: { readonly arn: string; readonly input: string }[] = [];
    metrics: string[] = [];
    /** Thrown by the targets, one for each call, before they take anything. */
    failures: Error[] = [];

    /** Call once in a `describe`. */
    static use(): SchedulerFixture {
        const fixture = new SchedulerFixture();
        beforeEach(() => fixture.start());
        afterEach(() => fixture.harness.stop());
        return fixture;
    }

    deploy(name: string, inputs: Record<string, unknown> = {}, groupName = "default") {
        const id = `${groupName}/${name}`;
        const all = {
            name,
            groupName,
            scheduleExpression: "rate(1 minute)",
            flexibleTimeWindow: { mode: "OFF" },
            target: { arn: FUNCTION, roleArn: ROLE, input: `${name} <aws.scheduler.scheduled-time>` },
            ...inputs,
        };
        return this.harness.deploy(SCHEDULE, id, all, {
            arn: `arn:aws:scheduler:${REGION}:${ACCOUNT}:schedule/${id}`,
        });
    }

    /** What the service says of itself: its figures by their labels, and its one sentence. */
    async health(): Promise<Record<string, unknown>> {
        const { figures = [], detail, healthy } = await this.harness.service.health();
        return { detail, healthy, ...Object.fromEntries(figures.map(({ label, value }) => [label, value])) };
    }

    private async start(): Promise<void> {
        this.time = new FakeTime(START_MS);
        Object.assign(this, { clock: WALL_CLOCK, payloads: [], executions: [], metrics: [], failures: [] });
        this.harness = await Harness.start((context) => {
            // A service that is started anew goes on in the same time.
            this.time = new FakeTime(this.time.now());
            return createSchedulerService(context, {
                targets: {
                    lambda: {
                        enqueue: (_, payload) => {
                            this.fail();
                            this.payloads.push(payload.toString());
                        },
                    },
                    stateMachines: {
                        start: (arn, input) => {
                            this.fail();
                            this.executions.push({ arn, input });
                            return Promise.resolve();
                        },
                    },
                },
                metrics: {
                    record: (namespace, metric, dimensions, value, unit) =>
                        this.metrics.push(
                            [namespace, metric, ...Object.values(dimensions), value, unit].join(" "),
                        ),
                },
                clock: () => this.clock,
                time: this.time,
            });
        });
        this.client = new SchedulerClient(this.harness.clientOptions);
    }

    private fail(): void {
        const failure = this.failures.shift();
        if (failure !== undefined) throw failure;
    }
}
