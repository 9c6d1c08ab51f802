import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../../config/names";
import type { TopicArns } from "../alerts";
import type { Severity } from "../alerts/plan";
import { stageTags, type StackScope } from "../scope";

const MEBIBYTE = 1024 ** 2;

/** Share of the greatest capacity above which the database has nothing left to grow into. */
const CAPACITY_PERCENT_MAX = 90;
/** Memory below which PostgreSQL begins to end connections. */
const FREE_MEMORY_BYTES_MIN = 256 * MEBIBYTE;
/** Share of the cache's memory above which it is about to evict. */
const CACHE_MEMORY_PERCENT_MAX = 80;
/** Evicted rows in one period that are more than the odd stale one. */
const EVICTIONS_MAX = 100;
/** Load of the cache's one command thread above which requests queue. */
const ENGINE_CPU_PERCENT_MAX = 80;

/** Three periods of five minutes: a burst passes, a trend does not. */
const PERIOD_SECONDS = 300;
const PERIODS = 3;

/** What one alarm watches. */
export interface AlarmPlan {
    /** Last part of the alarm's name, such as `database-capacity`. */
    readonly base: string;
    readonly severity: Severity;
    readonly description: string;
    readonly namespace: string;
    readonly metricName: string;
    readonly dimensions: Readonly<Record<string, string>>;
    readonly statistic: "Average" | "Maximum" | "Minimum" | "Sum";
    readonly comparisonOperator: "GreaterThanThreshold" | "LessThanThreshold";
    readonly threshold: number;
}

/** Alarms of a cluster of ours; capacity is one only where it scales. */
export function databaseAlarms(clusterIdentifier: string, serverless: boolean): AlarmPlan[] {
    const database = { namespace: "AWS/RDS", dimensions: { DBClusterIdentifier: clusterIdentifier } };
    const capacity: AlarmPlan = {
        ...database,
        base: "database-capacity",
        severity: "warning",
        description:
            "The database runs at its greatest capacity. Raise database.maxCapacityAcu, or find the query.",
        metricName: "ACUUtilization",
        statistic: "Maximum",
        comparisonOperator: "GreaterThanThreshold",
        threshold: CAPACITY_PERCENT_MAX,
    };
    const memory: AlarmPlan = {
        ...database,
        base: "database-memory",
        severity: "critical",
        description: "The database is nearly out of memory and will end connections. Give it more capacity.",
        metricName: "FreeableMemory",
        statistic: "Minimum",
        comparisonOperator: "LessThanThreshold",
        threshold: FREE_MEMORY_BYTES_MIN,
    };
    return serverless ? [capacity, memory] : [memory];
}

/** Alarms of the cache's nodes, each node its own: after a failover another one is the primary. */
export function cacheAlarms(nodeIds: readonly string[]): AlarmPlan[] {
    return nodeIds.flatMap((nodeId, i) => {
        const node = {
            namespace: "AWS/ElastiCache",
            dimensions: { CacheClusterId: nodeId },
            severity: "warning",
            comparisonOperator: "GreaterThanThreshold",
        } as const;
        return [
            {
                ...node,
                base: `cache-memory-${i + 1}`,
                description:
                    "The cache is nearly full and will evict feature rows. Choose a larger cache.nodeType.",
                metricName: "DatabaseMemoryUsagePercentage",
                statistic: "Average",
                threshold: CACHE_MEMORY_PERCENT_MAX,
            },
            {
                ...node,
                base: `cache-evictions-${i + 1}`,
                description:
                    "The cache evicts feature rows; they are read from the database, which is slower.",
                metricName: "Evictions",
                statistic: "Sum",
                threshold: EVICTIONS_MAX,
            },
            {
                ...node,
                base: `cache-cpu-${i + 1}`,
                description: "The cache's command thread is busy. Look for slow commands in its slow log.",
                metricName: "EngineCPUUtilization",
                statistic: "Average",
                threshold: ENGINE_CPU_PERCENT_MAX,
            },
        ];
    });
}

/** Makes the planned alarms; each tells its severity's topic when it starts and when it is over. */
export function createAlarms(
    name: string,
    scope: StackScope,
    topicArns: TopicArns,
    plans: readonly AlarmPlan[],
    opts: pulumi.CustomResourceOptions,
): void {
    for (const { base, severity, description, dimensions, ...metric } of plans) {
        new aws.cloudwatch.MetricAlarm(
            `${name}-alarm-${base}`,
            {
                ...metric,
                name: physicalName("alarm", `bqx-ml-${base}`, scope),
                alarmDescription: description,
                dimensions: { ...dimensions },
                period: PERIOD_SECONDS,
                evaluationPeriods: PERIODS,
                datapointsToAlarm: PERIODS,
                // Shown as INSUFFICIENT_DATA: what was just made, or is paused, is neither well nor in trouble.
                treatMissingData: "missing",
                alarmActions: [topicArns[severity]],
                okActions: [topicArns[severity]],
                tags: stageTags(scope, "featureStore"),
            },
            opts,
        );
    }
}
