import { createHandler, type Api } from "../protocol/handler";
import { AwsError, type LocalService, type ResourceRecord, type ServiceContext } from "../service";
import { aggregateOf } from "./aggregate";
import { ALARM_TYPE } from "./alarmConfiguration";
import { alarmOperations } from "./alarmOperations";
import { Alarms, type Notify } from "./alarms";
import type { AlarmState } from "./evaluateAlarm";
import { MetricJournal } from "./metricJournal";
import { metricOperations } from "./metricOperations";
import { MetricStore } from "./metricStore";
import type { Unit } from "./units";

export type { Notify } from "./alarms";
export type { Unit } from "./units";

const DASHBOARD_TYPE = "aws:cloudwatch/dashboard:Dashboard";

const ROLL_UP_MILLISECONDS = 10 * 60 * 1000;

/** Operations that change what is deployed. */
const RESERVED = [
    "DeleteAlarms",
    "DeleteDashboards",
    "PutCompositeAlarm",
    "PutDashboard",
    "PutMetricAlarm",
    "TagResource",
    "UntagResource",
];

/** The way for other local services to publish metrics, those in `AWS/` namespaces too. */
export interface MetricRecorder {
    /**
     * Records one value.
     *
     * @param at Milliseconds since 1970. @default now
     * @throws RangeError for a value that is not finite.
     */
    record(
        namespace: string,
        metricName: string,
        dimensions: Readonly<Record<string, string>>,
        value: number,
        unit: Unit,
        at?: number,
    ): void;
}

/** An alarm as the console shows it. */
export interface AlarmSummary {
    readonly name: string;
    readonly state: AlarmState;
    readonly reason: string;
    readonly namespace: string;
    readonly metricName: string;
    readonly threshold: number;
    /** ISO 8601: when the state last changed. */
    readonly updatedAt: string;
}

/** What CloudWatch offers other parts of the local stack. */
export interface CloudWatchService extends LocalService, MetricRecorder {
    /** All deployed alarms, in the order of their names. */
    alarms(): readonly AlarmSummary[];
}

/** What CloudWatch needs of the host, and timing set by tests. */
export interface CloudWatchOptions {
    /** Carries out alarm actions; one that fails is noted in the alarm's history. */
    readonly notify: Notify;
    /** @default 10000 */
    readonly evaluateEveryMilliseconds?: number;
    /** Milliseconds since 1970. @default Date.now */
    readonly now?: () => number;
}

/** CloudWatch for the local stack: metrics on disk, alarms evaluated as AWS documents it. */
export function createCloudWatchService(
    context: ServiceContext,
    options: CloudWatchOptions,
): CloudWatchService {
    return new LocalCloudWatch(context, options);
}

class LocalCloudWatch implements CloudWatchService {
    readonly name = "cloudwatch";
    readonly title = "CloudWatch";
    readonly signingNames = ["monitoring"];
    readonly resourceTypes = [ALARM_TYPE, DASHBOARD_TYPE];
    readonly handle;
    private readonly store = new MetricStore();
    private readonly journal: MetricJournal;
    private readonly alarmEngine: Alarms;
    private readonly now: () => number;
    private timers: NodeJS.Timeout[] = [];

    constructor(
        private readonly context: ServiceContext,
        private readonly options: CloudWatchOptions,
    ) {
        this.now = options.now ?? Date.now;
        this.journal = new MetricJournal(context, this.store, this.now);
        this.alarmEngine = new Alarms(context, this.store, options.notify, this.now);
        const operations = {
            ...metricOperations({ store: this.store, journal: this.journal, now: this.now }),
            ...alarmOperations(this.alarmEngine),
        };
        this.handle = createHandler(cloudWatchApi(operations), (message) => context.log(message));
    }

    start(): Promise<void> {
        this.journal.open();
        this.alarmEngine.start();
        const evaluate = setInterval(
            () => this.evaluateAlarms(),
            this.options.evaluateEveryMilliseconds ?? 10_000,
        );
        const rollUp = setInterval(() => this.store.rollUp(this.now()), ROLL_UP_MILLISECONDS);
        this.timers = [evaluate.unref(), rollUp.unref()];
        return Promise.resolve();
    }

    stop(): Promise<void> {
        this.timers.forEach((timer) => clearInterval(timer));
        this.journal.close();
        return Promise.resolve();
    }

    applied(record: ResourceRecord): Promise<undefined> {
        if (record.type === ALARM_TYPE) this.alarmEngine.applied(record);
        return Promise.resolve(undefined);
    }

    removing(record: ResourceRecord): Promise<void> {
        if (record.type === ALARM_TYPE) this.alarmEngine.removed(record);
        return Promise.resolve();
    }

    record(
        namespace: string,
        metricName: string,
        dimensions: Readonly<Record<string, string>>,
        value: number,
        unit: Unit,
        at = this.now(),
    ): void {
        if (!Number.isFinite(value))
            throw new RangeError(`${namespace} ${metricName}: ${value} is not a finite number`);
        const values = aggregateOf(value);
        this.journal.add([{ namespace, metricName, dimensions, unit, at, storageResolution: 60, values }]);
    }

    alarms(): readonly AlarmSummary[] {
        return this.alarmEngine.all().map(({ configuration, status }) => ({
            name: configuration.name,
            state: status.state,
            reason: status.reason,
            namespace: configuration.metric.namespace,
            metricName: configuration.metric.metricName,
            threshold: configuration.threshold,
            updatedAt: new Date(status.stateUpdatedAt).toISOString(),
        }));
    }

    health() {
        const alarms = this.alarms();
        const raised = alarms.filter(({ state }) => state === "ALARM").length;
        return Promise.resolve({
            healthy: true,
            detail: `${this.store.size} metrics are kept; ${raised} of ${alarms.length} alarms are in ALARM.`,
            figures: [
                { label: "metrics", value: this.store.size, unit: "" },
                { label: "alarms", value: alarms.length, unit: "" },
                { label: "in ALARM", value: raised, unit: "" },
            ],
        });
    }

    private evaluateAlarms(): void {
        try {
            this.alarmEngine.evaluate();
        } catch (error) {
            this.context.log(`alarms cannot be evaluated: ${String(error)}`);
        }
    }
}

function cloudWatchApi(operations: Api["operations"]): Api {
    return {
        json: { target: "GraniteServiceVersion20100801", contentType: "application/x-amz-json-1.0" },
        query: { namespace: "http://monitoring.amazonaws.com/doc/2010-08-01/" },
        operations,
        reserved: RESERVED,
        refuse: (name) =>
            new AwsError(
                "AccessDenied",
                `${name} is not allowed here: alarms and dashboards are made by the Pulumi program.`,
                403,
            ),
        invalidInputCode: "InvalidParameterValue",
        // PutMetricData takes 1 MB; packed requests are measured unpacked.
        maxBodyBytes: 1024 * 1024,
    };
}
