import { randomBytes, randomUUID } from "node:crypto";
import { messageOf } from "../../errors";
import type { MetricRecorder } from "../cloudwatch";
import { AwsError, type ServiceContext } from "../service";
import type { Schedule } from "./schedules";
import type { Time } from "./time";

/** What a schedule can start. */
export interface Targets {
    readonly lambda: {
        /** Hands over an event to be worked on later. @throws AwsError where it is not accepted */
        enqueue(functionNameOrArn: string, payload: Buffer): void;
    };
    readonly stateMachines: {
        /** Starts an execution. @throws AwsError where it is not accepted */
        start(stateMachineArn: string, input: string): Promise<void>;
    };
}

const FIRST_RETRY_MILLISECONDS = 1_000;
const RETRY_MILLISECONDS_MAX = 60_000;

type Metric =
    "InvocationAttemptCount" | "TargetErrorCount" | "TargetErrorThrottledCount" | "InvocationDroppedCount";

/** Brings schedules' events to their targets and tries again as their retry policies say. */
export class Deliveries {
    /** How many events have reached their target, and how many were given up, since the host started. */
    readonly counts = { delivered: 0, dropped: 0 };

    constructor(
        private readonly context: ServiceContext,
        private readonly targets: Targets,
        private readonly metrics: Pick<MetricRecorder, "record">,
        private readonly time: Time,
    ) {}

    /** Sends the event of one time of a schedule (ms UTC, on the market's clock). A failure is logged, not thrown. */
    async deliver(schedule: Schedule, scheduledMs: number): Promise<void> {
        await this.attempt(schedule, scheduledMs, 1, this.time.now());
    }

    /** @param firstMs wall time of the first attempt */
    private async attempt(
        schedule: Schedule,
        scheduledMs: number,
        number: number,
        firstMs: number,
    ): Promise<void> {
        this.record(schedule, "InvocationAttemptCount");
        try {
            await this.send(schedule, this.payloadOf(schedule, scheduledMs, number));
            this.counts.delivered++;
        } catch (error) {
            const throttled = error instanceof AwsError && error.status === 429;
            this.record(schedule, throttled ? "TargetErrorThrottledCount" : "TargetErrorCount");
            const { maximumRetryAttempts, maximumEventAgeInSeconds } = schedule.target.retryPolicy;
            const waitMs = Math.min(RETRY_MILLISECONDS_MAX, FIRST_RETRY_MILLISECONDS * 2 ** (number - 1));
            const isTooOld = this.time.now() + waitMs - firstMs > maximumEventAgeInSeconds * 1000;
            if (!isPassing(error) || number > maximumRetryAttempts || isTooOld) {
                this.counts.dropped++;
                this.record(schedule, "InvocationDroppedCount");
                this.context.log(
                    `schedule ${schedule.name} of ${format(scheduledMs)} is given up after attempt ${number}: ` +
                        messageOf(error),
                );
                return;
            }
            this.time.after(waitMs, () => void this.attempt(schedule, scheduledMs, number + 1, firstMs));
        }
    }

    private async send({ target: { arn } }: Schedule, payload: string): Promise<void> {
        if (/^arn:aws[\w-]*:lambda:[^:]*:\d{12}:function:/.test(arn)) {
            this.targets.lambda.enqueue(arn, Buffer.from(payload));
        } else if (/^arn:aws[\w-]*:states:[^:]*:\d{12}:stateMachine:/.test(arn)) {
            await this.targets.stateMachines.start(arn, payload);
        } else {
            throw new AwsError(
                "ValidationException",
                `the local stack starts Lambda functions and state machines, not ${arn}`,
            );
        }
    }

    /** The target's input with its keywords replaced; where there is none, the event that AWS sends. */
    private payloadOf(schedule: Schedule, scheduledMs: number, attempt: number): string {
        const values: Readonly<Record<string, string>> = {
            "schedule-arn": schedule.arn,
            "scheduled-time": format(scheduledMs),
            "execution-id": randomBytes(8).toString("hex"),
            "attempt-number": String(attempt),
        };
        return schedule.target.input === undefined
            ? JSON.stringify({
                  version: "0",
                  id: randomUUID(),
                  "detail-type": "Scheduled Event",
                  source: "aws.scheduler",
                  account: this.context.account,
                  time: format(scheduledMs),
                  region: this.context.region,
                  resources: [schedule.arn],
                  detail: "{}",
              })
            : schedule.target.input.replace(
                  /<aws\.scheduler\.([\w-]+)>/g,
                  (keyword, name: string) => values[name] ?? keyword,
              );
    }

    private record({ groupName }: Schedule, metric: Metric): void {
        this.metrics.record("AWS/Scheduler", metric, { ScheduleGroup: groupName }, 1, "Count");
    }
}

/** Whether trying again may help: what AWS calls an error of the caller stays one. */
function isPassing(error: unknown): boolean {
    return !(error instanceof AwsError) || error.status === 429 || error.status >= 500;
}

/** As AWS writes it: to the second. */
function format(ms: number): string {
    return new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
}
