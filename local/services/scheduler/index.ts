import { now, type MarketClock } from "../../../data/clock";
import { describeInstant } from "../../../features/time/instant";
import { messageOf } from "../../errors";
import type { MetricRecorder } from "../cloudwatch";
import type { Health, LocalService, ResourceRecord, ServiceContext } from "../service";
import { Deliveries, type Targets } from "./delivery";
import { ClockFollower, untilNextLook, type Passage } from "./follower";
import { createSchedulerHandler } from "./operations";
import {
    DEFAULT_GROUP,
    GROUP_TYPE,
    occurrencesIn,
    readSchedule,
    SCHEDULE_TYPE,
    schedulesOf,
} from "./schedules";
import { systemTime, type Time } from "./time";

/** What the scheduler needs of the host, and time set by tests. */
export interface SchedulerOptions {
    readonly targets: Targets;
    readonly metrics: Pick<MetricRecorder, "record">;
    /** The market's clock as it is now; it may change from one call to the next. */
    readonly clock: () => MarketClock;
    /** @default the machine's */
    readonly time?: Time;
}

/** A look at the clock that comes later than this makes what it finds late. AWS promises no more than 60 s. */
const LATE_MILLISECONDS = 1_000;

/**
 * EventBridge Scheduler for the local stack. Schedules run on the market's clock: in a replay at speed 60 one of each minute runs
 * each second, with the replayed time. What is due while the host is down does not run: it goes on from now. (AWS's own
 * scheduler is never down; what it cannot deliver at once it tries again for a day.)
 */
export function createSchedulerService(context: ServiceContext, options: SchedulerOptions): LocalService {
    return new SchedulerService(context, options);
}

class SchedulerService implements LocalService {
    readonly name = "scheduler";
    readonly title = "EventBridge Scheduler";
    readonly signingNames = ["scheduler"];
    readonly resourceTypes = [SCHEDULE_TYPE, GROUP_TYPE];
    readonly handle;
    private readonly time: Time;
    private readonly deliveries: Deliveries;
    private readonly counts = { late: 0, missed: 0 };
    private follower?: ClockFollower;
    private expectedMs = 0;
    private problem?: string;

    constructor(
        private readonly context: ServiceContext,
        private readonly options: SchedulerOptions,
    ) {
        this.time = options.time ?? systemTime();
        this.deliveries = new Deliveries(context, options.targets, options.metrics, this.time);
        this.handle = createSchedulerHandler(context);
    }

    start(): Promise<void> {
        this.follower = new ClockFollower(this.options.clock, this.time.now());
        this.expectedMs = this.time.now();
        this.look(this.follower);
        return Promise.resolve();
    }

    stop(): Promise<void> {
        this.time.stop();
        return Promise.resolve();
    }

    applied(record: ResourceRecord): Promise<undefined> {
        if (record.type === SCHEDULE_TYPE) {
            const { groupName } = readSchedule(record);
            if (
                groupName !== DEFAULT_GROUP &&
                this.context.resources.get(GROUP_TYPE, groupName) === undefined
            )
                throw new Error(
                    `${record.type} "${record.id}": groupName: schedule group ${groupName} does not exist`,
                );
        }
        return Promise.resolve(undefined);
    }

    health(): Promise<Health> {
        const schedules = schedulesOf(this.context);
        const { delivered, dropped } = this.deliveries.counts;
        return Promise.resolve({
            healthy: this.problem === undefined,
            detail: this.problem ?? this.describeNext(),
            figures: [
                { label: "schedules", value: schedules.length, unit: "" },
                {
                    label: "enabled",
                    value: schedules.filter(({ state }) => state === "ENABLED").length,
                    unit: "",
                },
                { label: "delivered", value: delivered, unit: "" },
                { label: "not delivered", value: dropped, unit: "" },
                { label: "late", value: this.counts.late, unit: "" },
                { label: "missed", value: this.counts.missed, unit: "" },
            ],
        });
    }

    /** Runs what has become due since the last look, then waits for the market's next minute. */
    private look(follower: ClockFollower): void {
        const wallMs = this.time.now();
        let waitMs = LATE_MILLISECONDS;
        try {
            const passage = follower.look(wallMs);
            this.run(passage, wallMs - this.expectedMs > LATE_MILLISECONDS);
            waitMs = untilNextLook(passage.clock, wallMs);
            this.problem = undefined;
        } catch (error) {
            const problem = `Nothing runs: ${messageOf(error)}`;
            if (problem !== this.problem) this.context.log(problem);
            this.problem = problem;
        }
        this.expectedMs = wallMs + waitMs;
        this.time.after(waitMs, () => this.look(follower));
    }

    private run({ clock, passed, missed }: Passage, isLate: boolean): void {
        const schedules = schedulesOf(this.context);
        for (const stretch of missed)
            for (const schedule of schedules)
                this.counts.missed += occurrencesIn(schedule, clock, stretch).length;
        for (const stretch of passed) {
            const due = schedules.flatMap((schedule) =>
                occurrencesIn(schedule, clock, stretch).map((occurrence) => ({ schedule, ...occurrence })),
            );
            if (isLate) this.counts.late += due.length;
            for (const { schedule, scheduledMs } of due.sort((a, b) => a.dueMs - b.dueMs))
                void this.deliveries.deliver(schedule, scheduledMs);
        }
    }

    /** What runs next on the market's clock, and when. Flexible windows are left out of account. */
    private describeNext(): string {
        const clock = this.options.clock();
        const marketMs = now(clock, this.time.now());
        const next = schedulesOf(this.context)
            .filter(({ state }) => state === "ENABLED")
            .map(({ name, expression }) => ({ name, dueMs: expression.next(marketMs) ?? Infinity }))
            .filter(({ dueMs }) => dueMs < Infinity)
            .sort((a, b) => a.dueMs - b.dueMs)
            .map(({ name, dueMs }) => `${name} at ${describeInstant(dueMs)}`);
        const time = `${clock.kind === "wall" ? "It is" : "A replay shows"} ${describeInstant(marketMs)}`;
        return next.length === 0
            ? `${time}; nothing is planned.`
            : `${time}; next is ${next.slice(0, 3).join(", ")}.`;
    }
}
