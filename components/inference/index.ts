import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../../config/names";
import type { TopicArns } from "../alerts";
import { createCallback, type FunctionNetwork } from "../callback";
import type { CacheConnection, DatabaseConnection } from "../featureStore";
import { stageTags, stageType, type StackScope } from "../scope";
import {
    EVENT_AGE_SECONDS,
    REFRESH,
    REFRESH_INPUT,
    REFRESH_SCHEDULE,
    refreshAlarms,
    refreshStatements,
    scheduleNames,
    schedulePolicy,
    scheduleTrust,
} from "./plan";

const PERIOD_SECONDS = 60;

/** What the functions need of a store's connection. */
type Reached<Connection, Keys extends keyof Connection> = {
    readonly [Key in Keys]: pulumi.Input<pulumi.Unwrap<Connection[Key]>>;
};

export interface InferenceArgs {
    /** The stack; `settings.refresh` says how large the function is and how long rows are kept. */
    readonly scope: StackScope;
    readonly network: FunctionNetwork;
    /** The stores that features are written to. */
    readonly featureStore: {
        readonly database: Reached<DatabaseConnection, "host" | "port" | "databaseName" | "secretArn">;
        readonly cache: Reached<CacheConnection, "host" | "port" | "secretArn">;
    };
    /** Where the alarms go. */
    readonly topicArns: TopicArns;
}

/**
 * What runs while the market trades: each minute a function computes the newest features of all pairs and stores them.
 *
 * ```ts
 * new Inference("inference", { scope, network, featureStore, topicArns: alerts.topicArns });
 * ```
 *
 * One run at a time: a longer one, which catches up after a gap, holds the next ones off, and they have nothing left to do.
 * `refresh.retentionDays` says how long the database keeps rows.
 *
 * Cost a month: about $1 for 37,000 runs of half a second at 3,008 MB; $0.30 for the metric of how far the features are
 * behind; $0.30 for three alarms; the log $0.50 a GB, of which a month has 20 MB.
 */
export class Inference extends pulumi.ComponentResource {
    /** Name of the function that refreshes features. */
    readonly refreshFunctionName: pulumi.Output<string>;

    constructor(
        private readonly name: string,
        args: InferenceArgs,
        opts?: pulumi.ComponentResourceOptions,
    ) {
        super(stageType("inference"), name, {}, opts);
        const refresh = this.refreshFunction(args);
        this.schedule(args.scope, refresh);
        this.alarms(args);
        this.refreshFunctionName = refresh.name;
        this.registerOutputs({ refreshFunctionName: this.refreshFunctionName });
    }

    private refreshFunction({ scope, network, featureStore }: InferenceArgs): aws.lambda.Function {
        const { refresh } = scope.settings;
        const { database, cache } = featureStore;
        const name = `${this.name}-refresh`;
        const made = createCallback(
            name,
            {
                ...{ scope, stage: "inference", network, folder: "featureRefresh", base: REFRESH },
                description: "Computes the newest features of all pairs and stores them",
                memoryMb: refresh.memoryMb,
                timeoutSeconds: refresh.timeoutSeconds,
                concurrency: 1, // Two runs would do the same work.
                variables: {
                    DATABASE_HOST: database.host,
                    DATABASE_PORT: pulumi.output(database.port).apply(String),
                    DATABASE_NAME: database.databaseName,
                    DATABASE_SECRET_ARN: database.secretArn,
                    CACHE_HOST: cache.host,
                    CACHE_PORT: pulumi.output(cache.port).apply(String),
                    CACHE_SECRET_ARN: cache.secretArn,
                    RETENTION_DAYS: String(refresh.retentionDays),
                },
                statements: refreshStatements(scope),
            },
            { parent: this },
        );
        // Lambda keeps events for six hours and tries failed ones twice: each would find its minute's work done.
        new aws.lambda.FunctionEventInvokeConfig(
            `${name}-events`,
            {
                functionName: made.name,
                maximumEventAgeInSeconds: EVENT_AGE_SECONDS,
                maximumRetryAttempts: 0,
            },
            { parent: this },
        );
        return made;
    }

    private schedule(scope: StackScope, refresh: aws.lambda.Function): void {
        const names = scheduleNames(scope);
        const name = `${this.name}-schedule`;
        const child = { parent: this };
        const tags = stageTags(scope, "inference");
        const group = new aws.scheduler.ScheduleGroup(`${name}-group`, { name: names.group, tags }, child);
        const role = new aws.iam.Role(
            `${name}-role`,
            { assumeRolePolicy: JSON.stringify(scheduleTrust(scope)), tags },
            child,
        );
        const policy = new aws.iam.RolePolicy(
            `${name}-role-policy`,
            { role: role.id, policy: JSON.stringify(schedulePolicy(scope)) },
            child,
        );
        new aws.scheduler.Schedule(
            name,
            {
                name: names.refresh,
                groupName: group.name,
                description: "Refreshes features each minute of trading days",
                ...REFRESH_SCHEDULE,
                flexibleTimeWindow: { mode: "OFF" },
                target: {
                    arn: refresh.arn,
                    roleArn: role.arn,
                    input: REFRESH_INPUT,
                    retryPolicy: { maximumEventAgeInSeconds: EVENT_AGE_SECONDS, maximumRetryAttempts: 1 },
                },
            },
            { ...child, dependsOn: [policy] },
        );
    }

    private alarms({ scope, topicArns }: InferenceArgs): void {
        for (const { base, severity, description, ...watched } of refreshAlarms(scope)) {
            new aws.cloudwatch.MetricAlarm(
                `${this.name}-alarm-${base}`,
                {
                    ...watched,
                    name: physicalName("alarm", `bqx-ml-${base}`, scope),
                    alarmDescription: description,
                    comparisonOperator: "GreaterThanThreshold",
                    period: PERIOD_SECONDS,
                    treatMissingData: "notBreaching",
                    alarmActions: [topicArns[severity]],
                    okActions: [topicArns[severity]],
                    tags: stageTags(scope, "inference"),
                },
                { parent: this },
            );
        }
    }
}
