import type { iam } from "@pulumi/aws";
import { physicalName } from "../../config/names";
import { functionArn, functionName } from "../callback";
import { readCacheSecret, readDatabaseSecret } from "../secrets";
import { arnOf, type StackScope } from "../scope";

/** Last part of the refresh function's name. */
export const REFRESH = "feature-refresh";

/** Each minute of the days on which the market trades in New York; outside its hours the function answers at once. */
export const REFRESH_SCHEDULE = {
    scheduleExpression: "cron(* * ? * SUN-FRI *)",
    scheduleExpressionTimezone: "America/New_York",
};

/** What the schedule sends. EventBridge puts in the minute that it fires for, so a late delivery still names it. */
export const REFRESH_INPUT = JSON.stringify({ time: "<aws.scheduler.scheduled-time>" });

/** The least that AWS takes. An event that is older than a minute has been overtaken by the next one. */
export const EVENT_AGE_SECONDS = 60;

/** Physical names of the schedule and its group. */
export function scheduleNames(scope: StackScope) {
    return {
        group: physicalName("schedule", "bqx-ml", scope),
        refresh: physicalName("schedule", `bqx-ml-${REFRESH}`, scope),
    };
}

/** What the refresh function may do: read the passwords of the two stores. */
export function refreshStatements(scope: StackScope): iam.PolicyStatement[] {
    return [readDatabaseSecret(scope), readCacheSecret(scope)];
}

/** Lets EventBridge Scheduler take on the schedule's role, for schedules of this stack's group alone. */
export function scheduleTrust(scope: StackScope): iam.PolicyDocument {
    return {
        Version: "2012-10-17",
        Statement: [
            {
                Effect: "Allow",
                Principal: { Service: "scheduler.amazonaws.com" },
                Action: "sts:AssumeRole",
                Condition: {
                    StringEquals: {
                        "aws:SourceAccount": scope.account,
                        "aws:SourceArn": arnOf(
                            scope,
                            "scheduler",
                            `schedule-group/${scheduleNames(scope).group}`,
                        ),
                    },
                },
            },
        ],
    };
}

/** Lets the schedule start the refresh function, and nothing else. */
export function schedulePolicy(scope: StackScope): iam.PolicyDocument {
    return {
        Version: "2012-10-17",
        Statement: [
            { Effect: "Allow", Action: "lambda:InvokeFunction", Resource: functionArn(REFRESH, scope) },
        ],
    };
}

/** What one alarm of the inference stage watches. */
export interface AlarmPlan {
    /** Last part of the alarm's name. */
    readonly base: string;
    readonly severity: "critical" | "warning";
    readonly description: string;
    readonly namespace: string;
    readonly metricName: string;
    readonly dimensions: Readonly<Record<string, string>>;
    readonly statistic: "Maximum" | "Minimum" | "Sum";
    readonly threshold: number;
    /** Minutes in a row, and how many of them must be above the threshold. */
    readonly evaluationPeriods: number;
    readonly datapointsToAlarm: number;
}

/** Minutes without new features after which predictions are no longer to be trusted. */
const BEHIND_MINUTES_MAX = 10;

/**
 * Alarms of the refresh. One run may fail, as the next makes up for it. None of them takes missing data for trouble: on
 * Saturdays nothing runs, and how far the features are behind is told in trading hours only.
 */
export function refreshAlarms(scope: StackScope): AlarmPlan[] {
    const dimensions = { FunctionName: functionName(REFRESH, scope) };
    return [
        {
            base: "refresh-errors",
            severity: "critical",
            description: "The feature refresh keeps failing: predictions lack new features. See its log.",
            ...{ namespace: "AWS/Lambda", metricName: "Errors", dimensions, statistic: "Sum", threshold: 0 },
            ...{ evaluationPeriods: 5, datapointsToAlarm: 3 },
        },
        {
            base: "refresh-behind",
            severity: "critical",
            description:
                "Features are minutes behind the market: bars do not arrive, or the refresh catches up after a gap.",
            ...{ namespace: "BQX-ML", metricName: "behindMinutes", dimensions, statistic: "Minimum" },
            ...{ threshold: BEHIND_MINUTES_MAX, evaluationPeriods: 5, datapointsToAlarm: 5 },
        },
        {
            base: "refresh-dropped",
            severity: "warning",
            description:
                "EventBridge Scheduler could not start the feature refresh. Look at its role and limits.",
            ...{ namespace: "AWS/Scheduler", metricName: "InvocationDroppedCount", statistic: "Sum" },
            ...{ dimensions: { ScheduleGroup: scheduleNames(scope).group }, threshold: 0 },
            ...{ evaluationPeriods: 5, datapointsToAlarm: 3 },
        },
    ];
}
