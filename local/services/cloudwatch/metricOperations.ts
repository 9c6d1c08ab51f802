import { z } from "zod";
import { flag, instant, integer, list, text } from "../protocol/fields";
import { operation, type Api } from "../protocol/handler";
import { pageOf } from "../protocol/paging";
import { AwsError } from "../service";
import { PERCENTILE, STATISTICS, statisticOf, type Aggregate } from "./aggregate";
import { identityOf, metricFields, namespace, period, toMetric, unit } from "./metricFields";
import type { MetricJournal } from "./metricJournal";
import { MAX_METRICS, type MetricIdentity, type MetricStore } from "./metricStore";
import { putMetricDataInput, toPoints } from "./putMetricData";

/** What the metric operations work on. */
export interface MetricParts {
    readonly store: MetricStore;
    readonly journal: MetricJournal;
    /** Milliseconds since 1970. */
    readonly now: () => number;
}

const LIST_PAGE_SIZE = 500;
const LISTED_MILLISECONDS = 14 * 24 * 3600 * 1000;
const RECENTLY_ACTIVE_MILLISECONDS = 3 * 3600 * 1000;
const MAX_STATISTICS_DATAPOINTS = 1440;
const MAX_DATAPOINTS = 100_800;

const percentile = z
    .string()
    .regex(PERCENTILE, { error: "the local stack computes percentiles such as p99 and p99.9 only" });
const range = { StartTime: instant(), EndTime: instant() };

/** PutMetricData and the operations that read metrics. */
export function metricOperations(parts: MetricParts): Api["operations"] {
    return {
        PutMetricData: operation(putMetricDataInput, (input) => {
            const refused = parts.journal.add(toPoints(input, parts.now()));
            if (refused === 0) return {};
            throw new AwsError("LimitExceeded", `The local stack keeps at most ${MAX_METRICS} metrics.`);
        }),
        ListMetrics: listMetrics(parts),
        GetMetricStatistics: getMetricStatistics(parts),
        GetMetricData: getMetricData(parts),
    };
}

function listMetrics({ store, now }: MetricParts) {
    const input = z.object({
        Namespace: namespace.optional(),
        MetricName: text(1, 255).optional(),
        Dimensions: list(z.object({ Name: text(1, 255), Value: text(1, 1024).optional() }), 30).default([]),
        RecentlyActive: z.literal("PT3H").optional(),
        IncludeLinkedAccounts: flag().optional(),
        NextToken: z.string().optional(),
    });
    return operation(input, (wanted) => {
        const since = now() - (wanted.RecentlyActive ? RECENTLY_ACTIVE_MILLISECONDS : LISTED_MILLISECONDS);
        const isWanted = (metric: MetricIdentity) =>
            (wanted.Namespace ?? metric.namespace) === metric.namespace &&
            (wanted.MetricName ?? metric.metricName) === metric.metricName &&
            wanted.Dimensions.every(
                ({ Name, Value }) =>
                    Object.hasOwn(metric.dimensions, Name) &&
                    (Value === undefined || metric.dimensions[Name] === Value),
            );
        const found = store.metrics(since).filter(isWanted);
        const page = pageOf(found, LIST_PAGE_SIZE, wanted.NextToken, "InvalidNextToken");
        return { Metrics: page.items.map(toMetric), NextToken: page.nextToken };
    });
}

function getMetricStatistics({ store }: MetricParts) {
    const input = z.object({
        Namespace: namespace,
        ...metricFields,
        ...range,
        Period: period,
        Statistics: list(z.enum(STATISTICS), 5).default([]),
        ExtendedStatistics: list(percentile, 10).default([]),
        Unit: unit.optional(),
    });
    return operation(input, (wanted) => {
        const { Statistics: names, ExtendedStatistics: percentiles } = wanted;
        if (names.length + percentiles.length === 0) {
            throw new AwsError("MissingParameter", "Statistics or ExtendedStatistics is needed.");
        }
        const { start, end, periods } = alignedRange(wanted.StartTime, wanted.EndTime, wanted.Period);
        if (periods > MAX_STATISTICS_DATAPOINTS) {
            throw new AwsError(
                "InvalidParameterCombination",
                `You have requested up to ${periods} datapoints, which exceeds the limit of ${MAX_STATISTICS_DATAPOINTS}.`,
            );
        }
        const identity = identityOf(wanted.Namespace, wanted);
        const units = store.unitsOf(identity).filter((each) => (wanted.Unit ?? each) === each);
        const datapoints = units.flatMap((Unit) =>
            store.query(identity, start, end, wanted.Period, Unit).map((found) => ({
                Timestamp: new Date(found.start),
                Unit,
                ...Object.fromEntries(names.map((name) => [name, statisticOf(found.values, name)])),
                ExtendedStatistics:
                    percentiles.length > 0 ? percentilesOf(found.values, percentiles) : undefined,
            })),
        );
        return { Label: wanted.MetricName, Datapoints: datapoints };
    });
}

const metricStat = z.object({
    Metric: z.object({ Namespace: namespace, ...metricFields }),
    Period: period,
    Stat: z.union([z.enum(STATISTICS), percentile], {
        error: `${STATISTICS.join(", ")} or a percentile such as p99 is allowed`,
    }),
    Unit: unit.optional(),
});

const dataQuery = z.object({
    Id: z
        .string()
        .regex(/^[a-z]\w{0,254}$/, { error: "a lower-case letter, then letters, digits and _ are allowed" }),
    MetricStat: metricStat.optional(),
    Expression: z.string().optional(),
    Label: z.string().optional(),
    ReturnData: flag().default(true),
});

function getMetricData({ store }: MetricParts) {
    const input = z.object({
        MetricDataQueries: list(dataQuery, 500, 1),
        ...range,
        ScanBy: z.enum(["TimestampDescending", "TimestampAscending"]).default("TimestampDescending"),
        MaxDatapoints: integer(1, MAX_DATAPOINTS).default(MAX_DATAPOINTS),
    });
    return operation(input, (wanted) => {
        const shown = wanted.MetricDataQueries.map((query) => ({ ...query, stat: statOf(query) }));
        const results = shown
            .filter(({ ReturnData }) => ReturnData)
            .map(({ Id, Label, stat }) => {
                const { start, end } = alignedRange(wanted.StartTime, wanted.EndTime, stat.Period);
                const identity = identityOf(stat.Metric.Namespace, stat.Metric);
                const found = store.query(identity, start, end, stat.Period, stat.Unit).flatMap((each) => {
                    const value = statisticOf(each.values, stat.Stat);
                    return value === undefined ? [] : [{ at: new Date(each.start), value }];
                });
                const ordered = wanted.ScanBy === "TimestampAscending" ? found : found.reverse();
                return {
                    Id,
                    Label: Label ?? stat.Metric.MetricName,
                    Timestamps: ordered.map(({ at }) => at),
                    Values: ordered.map(({ value }) => value),
                    StatusCode: "Complete",
                };
            });
        const datapoints = results.reduce((sum, { Values }) => sum + Values.length, 0);
        if (datapoints > wanted.MaxDatapoints) {
            const problem = `The answer has ${datapoints} datapoints; ask for at most ${wanted.MaxDatapoints}.`;
            throw new AwsError("ValidationError", problem);
        }
        return { MetricDataResults: results, Messages: [] };
    });
}

function statOf({ Id, MetricStat: stat, Expression: expression }: z.output<typeof dataQuery>) {
    if (stat !== undefined && expression === undefined) return stat;
    const problem =
        expression === undefined
            ? "MetricStat is needed"
            : "the local stack does not compute metric math; ask for each metric by MetricStat";
    throw new AwsError("ValidationError", `The query ${Id}: ${problem}.`);
}

/** Periods start at whole multiples of their length, as CloudWatch's do. */
function alignedRange(startTime: Date, endTime: Date, periodSeconds: number) {
    const width = periodSeconds * 1000;
    const start = Math.floor(startTime.getTime() / width) * width;
    const end = endTime.getTime();
    if (startTime.getTime() >= end) {
        throw new AwsError("InvalidParameterValue", "StartTime must be before EndTime.");
    }
    return { start, end, periods: Math.ceil((end - start) / width) };
}

function percentilesOf(values: Aggregate, percentiles: readonly string[]): Map<string, number> {
    const known = percentiles.flatMap((each): [string, number][] => {
        const value = statisticOf(values, each);
        return value === undefined ? [] : [[each, value]];
    });
    return new Map(known);
}
