import { z } from "zod";
import { absent, integer, text } from "../protocol/fields";
import { readRecord } from "../protocol/records";
import type { ResourceRecord } from "../service";
import { PERCENTILE, STATISTICS } from "./aggregate";
import { COMPARISONS, type AlarmInputs } from "./evaluateAlarm";
import type { MetricIdentity } from "./metricStore";
import { UNITS } from "./units";

export const ALARM_TYPE = "aws:cloudwatch/metricAlarm:MetricAlarm";

/** AWS's limit for the time that one evaluation may span: a week for periods of an hour and more, else a day. */
const DAY_SECONDS = 86_400;
const MAX_DIMENSIONS = 30;

const COMPARISON_NAMES = Object.keys(COMPARISONS) as (keyof typeof COMPARISONS)[];

/** An alarm as it was deployed. */
export interface AlarmConfiguration extends AlarmInputs {
    readonly name: string;
    readonly arn: string;
    readonly description?: string;
    readonly metric: MetricIdentity;
    readonly actionsEnabled: boolean;
    readonly alarmActions: readonly string[];
    readonly okActions: readonly string[];
    readonly insufficientDataActions: readonly string[];
}

/** An input whose effect the local stack does not have; what it would do to alarms must not be lost in silence. */
const notRun = (what: string) => absent(`the local stack does not run ${what}`);
const actions = z.array(text(1, 1024)).max(5).default([]);

const alarmRecord = z
    .object({
        name: text(1, 255),
        arn: text(20, 2048),
        alarmDescription: text(0, 1024).optional(),
        namespace: text(1, 255),
        metricName: text(1, 255),
        dimensions: z.record(text(1, 255), text(1, 1024)).default({}),
        period: integer(10, DAY_SECONDS * 7).refine(
            (period) => [10, 20, 30].includes(period) || period % 60 === 0,
            {
                error: "10, 20, 30 or a multiple of 60 seconds is allowed",
            },
        ),
        evaluationPeriods: integer(1, 10_080),
        datapointsToAlarm: integer(1, 10_080).optional(),
        threshold: z.number(),
        comparisonOperator: z.enum(COMPARISON_NAMES, {
            error: `the local stack compares with a threshold only: ${COMPARISON_NAMES.join(", ")}`,
        }),
        statistic: z.enum(STATISTICS).optional(),
        extendedStatistic: z
            .string()
            .regex(PERCENTILE, { error: "the local stack computes percentiles such as p99 and p99.9 only" })
            .optional(),
        treatMissingData: z.enum(["missing", "notBreaching", "breaching", "ignore"]).default("missing"),
        unit: z.enum(UNITS).optional(),
        actionsEnabled: z.boolean().default(true),
        alarmActions: actions,
        okActions: actions,
        insufficientDataActions: actions,
        evaluateLowSampleCountPercentiles: z
            .enum(["", "evaluate"], { error: 'the local stack always evaluates: "evaluate" is allowed' })
            .optional(),
        metricQueries: z
            .array(z.unknown())
            .max(0, { error: "the local stack does not run metric math: give the alarm one metric" })
            .optional(),
        thresholdMetricId: notRun("anomaly detection"),
        evaluationCriteria: notRun("evaluation criteria"),
        evaluationInterval: notRun("an evaluation interval"),
        warmUpConfiguration: notRun("a warm-up"),
    })
    .superRefine((alarm, check) => {
        const problem = (path: string, message: string) =>
            check.addIssue({ code: "custom", path: [path], message });
        if ((alarm.statistic === undefined) === (alarm.extendedStatistic === undefined)) {
            problem("statistic", "exactly one of statistic and extendedStatistic is needed");
        }
        if ((alarm.datapointsToAlarm ?? 1) > alarm.evaluationPeriods) {
            problem("datapointsToAlarm", `at most evaluationPeriods, ${alarm.evaluationPeriods}, is allowed`);
        }
        if (Object.keys(alarm.dimensions).length > MAX_DIMENSIONS) {
            problem("dimensions", `at most ${MAX_DIMENSIONS} are allowed`);
        }
        const limit = alarm.period >= 3600 ? 7 * DAY_SECONDS : DAY_SECONDS;
        if (alarm.period * alarm.evaluationPeriods > limit) {
            problem("evaluationPeriods", `period times evaluationPeriods is at most ${limit} seconds`);
        }
    });

/** Reads and checks an alarm's record. Throws an Error that names the alarm and lists every problem. */
export function readAlarm(record: ResourceRecord): AlarmConfiguration {
    const alarm = readRecord(alarmRecord, record);
    const { namespace, metricName, dimensions } = alarm;
    return {
        name: alarm.name,
        arn: alarm.arn,
        description: alarm.alarmDescription,
        metric: { namespace, metricName, dimensions },
        periodSeconds: alarm.period,
        evaluationPeriods: alarm.evaluationPeriods,
        datapointsToAlarm: alarm.datapointsToAlarm ?? alarm.evaluationPeriods,
        threshold: alarm.threshold,
        comparisonOperator: alarm.comparisonOperator,
        statistic: alarm.statistic ?? alarm.extendedStatistic ?? "",
        treatMissingData: alarm.treatMissingData,
        unit: alarm.unit,
        actionsEnabled: alarm.actionsEnabled,
        alarmActions: alarm.alarmActions,
        okActions: alarm.okActions,
        insufficientDataActions: alarm.insufficientDataActions,
    };
}
