import type { AlarmConfiguration } from "./alarmConfiguration";
import { STATISTICS } from "./aggregate";
import { toAwsDate, type AlarmState } from "./evaluateAlarm";

/** What happened to an alarm. Times are milliseconds since 1970. */
export interface StateChange {
    readonly oldState: AlarmState;
    readonly newState: AlarmState;
    readonly reason: string;
    readonly changedAt: number;
    readonly configurationUpdatedAt: number;
}

/** AWS spells the region out in alarm messages; other regions appear by their code. */
const REGION_NAMES: Readonly<Record<string, string>> = {
    "us-east-1": "US East (N. Virginia)",
    "us-east-2": "US East (Ohio)",
    "us-west-2": "US West (Oregon)",
    "eu-west-1": "EU (Ireland)",
    "eu-central-1": "EU (Frankfurt)",
};

const MAX_SUBJECT_CHARACTERS = 100;

/** The subject of an alarm's notification, within SNS's limits: `ALARM: "name" in US East (N. Virginia)`. */
export function alarmSubject(alarm: AlarmConfiguration, newState: AlarmState, region: string): string {
    const place = ` in ${REGION_NAMES[region] ?? region}`;
    const room = MAX_SUBJECT_CHARACTERS - `${newState}: ""${place}`.length;
    return `${newState}: "${alarm.name.replaceAll(/[^ -~]/g, "?").slice(0, room)}"${place}`;
}

/** The JSON document that CloudWatch publishes to an alarm's SNS topics. */
export function alarmMessage(
    alarm: AlarmConfiguration,
    change: StateChange,
    place: { readonly account: string; readonly region: string },
): string {
    const isNamed = STATISTICS.some((name) => name === alarm.statistic);
    return JSON.stringify({
        AlarmName: alarm.name,
        AlarmDescription: alarm.description ?? null,
        AWSAccountId: place.account,
        AlarmConfigurationUpdatedTimestamp: toAwsDate(change.configurationUpdatedAt),
        NewStateValue: change.newState,
        NewStateReason: change.reason,
        StateChangeTime: toAwsDate(change.changedAt),
        Region: REGION_NAMES[place.region] ?? place.region,
        AlarmArn: alarm.arn,
        OldStateValue: change.oldState,
        OKActions: alarm.okActions,
        AlarmActions: alarm.alarmActions,
        InsufficientDataActions: alarm.insufficientDataActions,
        Trigger: {
            MetricName: alarm.metric.metricName,
            Namespace: alarm.metric.namespace,
            StatisticType: isNamed ? "Statistic" : "ExtendedStatistic",
            ...(isNamed
                ? { Statistic: alarm.statistic.replace(/(?<=[a-z])(?=[A-Z])/, "_").toUpperCase() }
                : { ExtendedStatistic: alarm.statistic }),
            Unit: alarm.unit ?? null,
            Dimensions: Object.entries(alarm.metric.dimensions).map(([name, value]) => ({ value, name })),
            Period: alarm.periodSeconds,
            EvaluationPeriods: alarm.evaluationPeriods,
            DatapointsToAlarm: alarm.datapointsToAlarm,
            ComparisonOperator: alarm.comparisonOperator,
            Threshold: alarm.threshold,
            TreatMissingData: alarm.treatMissingData,
            EvaluateLowSampleCountPercentile: "",
        },
    });
}
