import { z } from "zod";
import { defineType } from "../define";
import { conflicts, exactlyOneOf, requires, rule } from "../rules";
import { arn, jsonObject, regional, tags, text } from "./common";

/** Days for which CloudWatch Logs can keep events; 0 is for ever. */
const RETENTION_DAYS = [
    0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288,
    3653,
];

/** Periods in seconds: the short ones are for high-resolution metrics. */
const period = z
    .int()
    .refine(
        (seconds) => [10, 20, 30].includes(seconds) || (seconds > 0 && seconds % 60 === 0),
        "10, 20, 30 or a multiple of 60",
    );

const statistic = z.enum(["SampleCount", "Average", "Sum", "Minimum", "Maximum"]);

const extendedStatistic = text(
    /^(p(100|\d{1,2})(\.\d{1,10})?|IQM|(tm|wm|tc|ts|pr|TM|WM|TC|TS|PR)(\d{1,2}(\.\d+)?|\(.+\)))$/,
    "a percentile such as p99, or a trimmed statistic such as tm90",
);

const dimensions = z.record(z.string().min(1).max(255), z.string().min(1).max(1024));

const actions = z.array(arn()).max(5).optional();

const metricQuery = z
    .strictObject({
        accountId: z.string().optional(),
        expression: z.string().min(1).optional(),
        id: text(/^[a-z]\w{0,254}$/, "letters, digits and _, beginning with a lower-case letter"),
        label: z.string().optional(),
        metric: z
            .strictObject({
                dimensions: dimensions.optional(),
                metricName: z.string().min(1).max(255),
                namespace: z.string().min(1).max(255).optional(),
                period,
                stat: z.string().min(1),
                unit: z.string().optional(),
            })
            .optional(),
        period: period.optional(),
        returnData: z.boolean().optional(),
    })
    .refine(
        (query) => (query.expression === undefined) !== (query.metric === undefined),
        "exactly one of expression, metric",
    );

const metricAlarm = defineType({
    token: "aws:cloudwatch/metricAlarm:MetricAlarm",
    inputs: regional({
        actionsEnabled: z.boolean().optional(),
        alarmActions: actions,
        alarmDescription: z.string().max(1024).optional(),
        comparisonOperator: z
            .enum([
                "GreaterThanOrEqualToThreshold",
                "GreaterThanThreshold",
                "LessThanThreshold",
                "LessThanOrEqualToThreshold",
                "LessThanLowerOrGreaterThanUpperThreshold",
                "LessThanLowerThreshold",
                "GreaterThanUpperThreshold",
            ])
            .optional(),
        datapointsToAlarm: z.int().min(1).optional(),
        dimensions: dimensions.optional(),
        evaluateLowSampleCountPercentiles: z.enum(["evaluate", "ignore"]).optional(),
        evaluationPeriods: z.int().min(1).optional(),
        extendedStatistic: extendedStatistic.optional(),
        insufficientDataActions: actions,
        metricName: z.string().min(1).max(255).optional(),
        metricQueries: z.array(metricQuery).min(1).max(20).optional(),
        name: z.string().min(1).max(255).optional(),
        namespace: text(/^[^:]{1,255}$/, "at most 255 characters without :").optional(),
        okActions: actions,
        period: period.optional(),
        statistic: statistic.optional(),
        tags: tags.optional(),
        threshold: z.number().optional(),
        thresholdMetricId: z.string().min(1).max(255).optional(),
        treatMissingData: z.enum(["missing", "ignore", "breaching", "notBreaching"]).optional(),
        unit: z.string().min(1).optional(),
    }),
    rules: [
        rule(["comparisonOperator"], ({ comparisonOperator }) =>
            comparisonOperator === undefined ? "required, but missing" : undefined,
        ),
        rule(["evaluationPeriods"], ({ evaluationPeriods }) =>
            evaluationPeriods === undefined ? "required, but missing" : undefined,
        ),
        exactlyOneOf("metricName", "metricQueries"),
        exactlyOneOf("threshold", "thresholdMetricId"),
        conflicts("statistic", "extendedStatistic"),
        conflicts("metricQueries", "period"),
        conflicts("metricQueries", "namespace"),
        requires("metricName", "namespace", "period"),
        rule(["metricName", "statistic", "extendedStatistic"], (inputs) =>
            inputs.metricName !== undefined && (inputs.statistic ?? inputs.extendedStatistic) === undefined
                ? "also needs statistic or extendedStatistic"
                : undefined,
        ),
        rule(["datapointsToAlarm", "evaluationPeriods"], ({ datapointsToAlarm, evaluationPeriods }) =>
            Number(datapointsToAlarm ?? 0) > Number(evaluationPeriods ?? 0)
                ? `got ${Number(datapointsToAlarm)}; allowed: at most evaluationPeriods`
                : undefined,
        ),
        rule(["evaluationPeriods", "period"], ({ evaluationPeriods, period: seconds }) =>
            Number(evaluationPeriods ?? 0) * Number(seconds ?? 0) >
            Math.max(86400, Number(seconds ?? 0) > 3600 ? 604800 : 0)
                ? "evaluationPeriods times period is too long; allowed: one day, or seven where the period is above an hour"
                : undefined,
        ),
    ],
    replaceOn: ["name"],
    sets: ["alarmActions", "insufficientDataActions", "metricQueries", "okActions"],
    physicalName: { property: "name", maxLength: 255 },
    identify: ({ physicalName }) => physicalName,
    derive: ({ id, arn }, inputs) => ({
        actionsEnabled: inputs.actionsEnabled ?? true,
        arn: arn("cloudwatch", `alarm:${id}`),
        treatMissingData: inputs.treatMissingData ?? "missing",
    }),
});

const logGroupName = text(/^[\w./#-]{1,512}$/, "at most 512 letters, digits and _./#-");

const logGroup = defineType({
    token: "aws:cloudwatch/logGroup:LogGroup",
    inputs: regional({
        deletionProtectionEnabled: z.boolean().optional(),
        kmsKeyId: arn("kms").optional(),
        logGroupClass: z.enum(["STANDARD", "INFREQUENT_ACCESS", "DELIVERY"]).optional(),
        name: logGroupName.optional(),
        namePrefix: logGroupName.max(483).optional(),
        retentionInDays: z
            .number()
            .refine((days) => RETENTION_DAYS.includes(days), RETENTION_DAYS.join(", "))
            .optional(),
        skipDestroy: z.boolean().optional(),
        tags: tags.optional(),
    }),
    rules: [conflicts("name", "namePrefix")],
    replaceOn: ["logGroupClass", "name", "namePrefix"],
    physicalName: { property: "name", prefixProperty: "namePrefix", maxLength: 512 },
    identify: ({ physicalName }) => physicalName,
    derive: ({ id, arn }, inputs) => ({
        arn: arn("logs", `log-group:${id}`),
        logGroupClass: inputs.logGroupClass ?? "STANDARD",
        retentionInDays: inputs.retentionInDays ?? 0,
        skipDestroy: inputs.skipDestroy ?? false,
    }),
    refuseDelete: ({ deletionProtectionEnabled }) =>
        deletionProtectionEnabled === true
            ? "deletionProtectionEnabled is true; deploy it with deletionProtectionEnabled: false first"
            : undefined,
});

const dashboard = defineType({
    token: "aws:cloudwatch/dashboard:Dashboard",
    inputs: regional({
        dashboardBody: jsonObject,
        dashboardName: text(/^[\w-]{1,255}$/, "at most 255 letters, digits, _ and -"),
    }),
    replaceOn: ["dashboardName"],
    documents: ["dashboardBody"],
    physicalName: { property: "dashboardName", autoName: false, maxLength: 255 },
    identify: ({ physicalName }) => physicalName,
    derive: ({ id, globalArn }) => ({ dashboardArn: globalArn("cloudwatch", `dashboard/${id}`) }),
});

/** Alarms, logs and dashboards. */
export const cloudwatchTypes = [metricAlarm, logGroup, dashboard];
