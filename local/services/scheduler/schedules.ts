import { createHash } from "node:crypto";
import { z } from "zod";
import type { MarketClock, Stretch } from "../../../data/clock";
import { shows } from "../../../data/clock";
import { MINUTE_MS } from "../../../features/time/instant";
import { readRecord } from "../protocol/records";
import type { ResourceRecord, ServiceContext } from "../service";
import { parseExpression, type Expression } from "./expression";

export const SCHEDULE_TYPE = "aws:scheduler/schedule:Schedule";
export const GROUP_TYPE = "aws:scheduler/scheduleGroup:ScheduleGroup";
/** The group that every account has. */
export const DEFAULT_GROUP = "default";

const instant = z.iso.datetime({ offset: true, error: "a time such as 2030-01-01T01:00:00Z" });

const scheduleSchema = z.object({
    arn: z.string(),
    name: z.string(),
    groupName: z.string().default(DEFAULT_GROUP),
    description: z.string().optional(),
    kmsKeyArn: z.string().optional(),
    scheduleExpression: z.string(),
    scheduleExpressionTimezone: z.string().default("UTC"),
    startDate: instant.optional(),
    endDate: instant.optional(),
    state: z.enum(["ENABLED", "DISABLED"]).default("ENABLED"),
    actionAfterCompletion: z
        .enum(["NONE"], {
            error: "only NONE: the local stack deletes no schedule that the Pulumi program makes",
        })
        .default("NONE"),
    flexibleTimeWindow: z.object({
        mode: z.enum(["OFF", "FLEXIBLE"]),
        maximumWindowInMinutes: z.number().optional(),
    }),
    target: z.object({
        arn: z.string(),
        roleArn: z.string(),
        /** There are no queues here: what is dropped is logged and counted. */
        deadLetterConfig: z.object({ arn: z.string() }).optional(),
        input: z.string().optional(),
        retryPolicy: z
            .object({
                maximumEventAgeInSeconds: z.number().default(86_400),
                maximumRetryAttempts: z.number().default(185),
            })
            .prefault({}),
    }),
});

/** A deployed schedule. */
export interface Schedule extends z.output<typeof scheduleSchema> {
    readonly expression: Expression;
}

/** A time at which a schedule runs (ms UTC, on the market's clock). */
export interface Occurrence {
    /** The time that its expression gives. */
    readonly scheduledMs: number;
    /** When it is to run: later where it has a flexible window. */
    readonly dueMs: number;
}

/** Records do not change, so each is read once. */
const read = new WeakMap<ResourceRecord, Schedule>();

/** All deployed schedules, in the order of their names. */
export function schedulesOf(context: ServiceContext): Schedule[] {
    return context.resources
        .ofType(SCHEDULE_TYPE)
        .map((record) => {
            const schedule = read.get(record) ?? readSchedule(record);
            read.set(record, schedule);
            return schedule;
        })
        .sort((a, b) => compare(a.groupName, b.groupName) || compare(a.name, b.name));
}

/**
 * What a record says.
 * @throws Error that names the schedule and lists every problem
 */
export function readSchedule(record: ResourceRecord): Schedule {
    const schedule = readRecord(scheduleSchema, record);
    try {
        return {
            ...schedule,
            expression: parseExpression(schedule.scheduleExpression, {
                timezone: schedule.scheduleExpressionTimezone,
                startMs: instantMs(schedule.startDate),
                endMs: instantMs(schedule.endDate),
            }),
        };
    } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        throw new Error(`${record.type} "${record.id}": scheduleExpression: ${error.message}`, {
            cause: error,
        });
    }
}

/**
 * When a schedule runs within a stretch of the clock. Of its times in hours that a replay leaves out the last one runs, when the
 * market opens: what is planned for weekends happens, but not each minute of them at once.
 */
export function occurrencesIn(
    schedule: Schedule,
    clock: MarketClock,
    { fromMs, toMs }: Stretch,
): Occurrence[] {
    if (schedule.state === "DISABLED") return [];
    const found: Occurrence[] = [];
    let scheduledMs = schedule.expression.next(fromMs - windowMs(schedule) - 1);
    while (scheduledMs !== undefined && scheduledMs <= toMs) {
        const dueMs = scheduledMs + delayMs(schedule, scheduledMs);
        if (dueMs >= fromMs && dueMs <= toMs) found.push({ scheduledMs, dueMs });
        scheduledMs = schedule.expression.next(scheduledMs);
    }
    found.sort((a, b) => a.dueMs - b.dueMs);
    return found.filter(({ dueMs }, i) => {
        const later = found[i + 1];
        return shows(clock, dueMs) || later === undefined || shows(clock, later.dueMs);
    });
}

function windowMs({ flexibleTimeWindow: { mode, maximumWindowInMinutes = 0 } }: Schedule): number {
    return mode === "OFF" ? 0 : maximumWindowInMinutes * MINUTE_MS;
}

/** How late in its flexible window a schedule runs: spread as by chance, but always the same for the same time. */
function delayMs(schedule: Schedule, scheduledMs: number): number {
    const width = windowMs(schedule);
    if (width === 0) return 0;
    const hash = createHash("sha256").update(`${schedule.arn} ${scheduledMs}`).digest();
    return Math.floor((hash.readUInt32BE() / 2 ** 32) * width);
}

function instantMs(text: string | undefined): number | undefined {
    return text === undefined ? undefined : Date.parse(text);
}

function compare(a: string, b: string): number {
    return a < b ? -1 : a > b ? 1 : 0;
}
