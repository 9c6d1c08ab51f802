import { z } from "zod";
import { instant, integer, list, text } from "../protocol/fields";
import { operation, type Api } from "../protocol/handler";
import { pageOf } from "../protocol/paging";
import { AwsError } from "../service";
import { STATISTICS } from "./aggregate";
import type { Alarm, Alarms } from "./alarms";
import { identityOf, metricFields, namespace, toMetric, unit } from "./metricFields";
import { keyOf } from "./metricStore";

const state = z.enum(["OK", "ALARM", "INSUFFICIENT_DATA"]);
const alarmName = text(1, 255);
const page = { MaxRecords: integer(1, 100).default(100), NextToken: z.string().optional() };

/** The operations on alarms. */
export function alarmOperations(alarms: Alarms): Api["operations"] {
    const describe = (alarm: Alarm) => toMetricAlarm(alarm, alarms.actionsEnabled(alarm));
    const setActions = (enabled: boolean) =>
        operation(z.object({ AlarmNames: list(alarmName, 100) }), ({ AlarmNames: names }) => {
            // Unknown names are passed over, as AWS does.
            const known = alarms.all().filter(({ configuration }) => names.includes(configuration.name));
            for (const alarm of known) alarms.setActionsEnabled(alarm, enabled);
            return {};
        });
    return {
        DescribeAlarms: describeAlarms(alarms, describe),
        DescribeAlarmsForMetric: describeAlarmsForMetric(alarms, describe),
        DescribeAlarmHistory: describeAlarmHistory(alarms),
        SetAlarmState: operation(
            z.object({
                AlarmName: alarmName,
                StateValue: state,
                StateReason: text(0, 1023),
                StateReasonData: text(0, 4000).optional(),
            }),
            (input) => {
                const alarm = alarms.find(input.AlarmName);
                if (alarm === undefined) {
                    throw new AwsError(
                        "ResourceNotFound",
                        `The alarm "${input.AlarmName}" does not exist.`,
                        404,
                    );
                }
                alarms.setState(alarm, input.StateValue, input.StateReason, input.StateReasonData);
                return {};
            },
        ),
        EnableAlarmActions: setActions(true),
        DisableAlarmActions: setActions(false),
    };
}

function describeAlarms(alarms: Alarms, describe: (alarm: Alarm) => object) {
    const input = z.object({
        AlarmNames: list(alarmName, 100).optional(),
        AlarmNamePrefix: alarmName.optional(),
        AlarmTypes: list(z.enum(["MetricAlarm", "CompositeAlarm"]), 2).default(["MetricAlarm"]),
        StateValue: state.optional(),
        ActionPrefix: text(1, 1024).optional(),
        ...page,
    });
    return operation(input, (wanted) => {
        const { AlarmNames: names, AlarmNamePrefix: prefix, ActionPrefix: actionPrefix } = wanted;
        if (names !== undefined && prefix !== undefined) {
            throw new AwsError(
                "InvalidParameterCombination",
                "AlarmNames and AlarmNamePrefix exclude each other.",
            );
        }
        const isWanted = ({ configuration, status }: Alarm) =>
            (names?.includes(configuration.name) ?? true) &&
            configuration.name.startsWith(prefix ?? "") &&
            (wanted.StateValue ?? status.state) === status.state &&
            (actionPrefix === undefined ||
                actionsOf(configuration).some((each) => each.startsWith(actionPrefix)));
        const found = wanted.AlarmTypes.includes("MetricAlarm") ? alarms.all().filter(isWanted) : [];
        const { items, nextToken } = pageOf(found, wanted.MaxRecords, wanted.NextToken, "InvalidNextToken");
        return { MetricAlarms: items.map(describe), CompositeAlarms: [], NextToken: nextToken };
    });
}

function describeAlarmsForMetric(alarms: Alarms, describe: (alarm: Alarm) => object) {
    const input = z.object({
        Namespace: namespace,
        ...metricFields,
        Statistic: z.enum(STATISTICS).optional(),
        ExtendedStatistic: z.string().optional(),
        Period: integer(1, 604_800).optional(),
        Unit: unit.optional(),
    });
    return operation(input, (wanted) => {
        const key = keyOf(identityOf(wanted.Namespace, wanted));
        const statistic = wanted.Statistic ?? wanted.ExtendedStatistic;
        const found = alarms
            .all()
            .filter(
                ({ configuration }) =>
                    keyOf(configuration.metric) === key &&
                    (statistic ?? configuration.statistic) === configuration.statistic &&
                    (wanted.Period ?? configuration.periodSeconds) === configuration.periodSeconds &&
                    (wanted.Unit ?? configuration.unit) === configuration.unit,
            );
        return { MetricAlarms: found.map(describe) };
    });
}

function describeAlarmHistory(alarms: Alarms) {
    const input = z.object({
        AlarmName: alarmName.optional(),
        HistoryItemType: z.enum(["ConfigurationUpdate", "StateUpdate", "Action"]).optional(),
        StartDate: instant().optional(),
        EndDate: instant().optional(),
        ScanBy: z.enum(["TimestampDescending", "TimestampAscending"]).default("TimestampDescending"),
        ...page,
    });
    return operation(input, (wanted) => {
        const from = wanted.StartDate?.getTime() ?? 0;
        const to = wanted.EndDate?.getTime() ?? Infinity;
        const found = alarms
            .all()
            .filter(({ configuration }) => (wanted.AlarmName ?? configuration.name) === configuration.name)
            .flatMap(({ configuration, status }) =>
                status.history.map((item) => ({ name: configuration.name, ...item })),
            )
            .filter(({ at, type }) => at >= from && at <= to && (wanted.HistoryItemType ?? type) === type)
            .sort((left, right) => left.at - right.at);
        const ordered = wanted.ScanBy === "TimestampAscending" ? found : found.reverse();
        const { items, nextToken } = pageOf(ordered, wanted.MaxRecords, wanted.NextToken, "InvalidNextToken");
        const toItem = ({ name, at, type, summary, data }: (typeof found)[number]) => ({
            AlarmName: name,
            AlarmType: "MetricAlarm",
            Timestamp: new Date(at),
            HistoryItemType: type,
            HistorySummary: summary,
            HistoryData: data,
        });
        return { AlarmHistoryItems: items.map(toItem), NextToken: nextToken };
    });
}

function actionsOf({ alarmActions, okActions, insufficientDataActions }: Alarm["configuration"]): string[] {
    return [...alarmActions, ...okActions, ...insufficientDataActions];
}

function toMetricAlarm({ configuration, status }: Alarm, actionsEnabled: boolean): object {
    const isNamed = STATISTICS.some((name) => name === configuration.statistic);
    return {
        AlarmName: configuration.name,
        AlarmArn: configuration.arn,
        AlarmDescription: configuration.description,
        AlarmConfigurationUpdatedTimestamp: new Date(status.configurationUpdatedAt),
        ActionsEnabled: actionsEnabled,
        OKActions: configuration.okActions,
        AlarmActions: configuration.alarmActions,
        InsufficientDataActions: configuration.insufficientDataActions,
        StateValue: status.state,
        StateReason: status.reason,
        StateReasonData: status.reasonData,
        StateUpdatedTimestamp: new Date(status.stateUpdatedAt),
        StateTransitionedTimestamp: new Date(status.stateUpdatedAt),
        ...toMetric(configuration.metric),
        ...(isNamed
            ? { Statistic: configuration.statistic }
            : { ExtendedStatistic: configuration.statistic }),
        Period: configuration.periodSeconds,
        Unit: configuration.unit,
        EvaluationPeriods: configuration.evaluationPeriods,
        DatapointsToAlarm: configuration.datapointsToAlarm,
        Threshold: configuration.threshold,
        ComparisonOperator: configuration.comparisonOperator,
        TreatMissingData: configuration.treatMissingData,
    };
}
