import type { ResourceRecord, ServiceContext } from "../service";
import { ALARM_TYPE, readAlarm, type AlarmConfiguration } from "./alarmConfiguration";
import { alarmMessage, alarmSubject, type StateChange } from "./alarmMessage";
import { AlarmStates, type AlarmStatus, type HistoryItem } from "./alarmStates";
import { statisticOf } from "./aggregate";
import { evaluateAlarm, evaluationRange, type AlarmState, type Datapoint } from "./evaluateAlarm";
import type { MetricStore } from "./metricStore";

/** Carries out one of an alarm's actions: here, publishes to the SNS topic of that ARN. */
export type Notify = (actionArn: string, subject: string, message: string) => void | Promise<void>;

/** A deployed alarm and what has become of it. */
export interface Alarm {
    readonly configuration: AlarmConfiguration;
    readonly status: AlarmStatus;
}

/** Evaluates the deployed alarms and carries out their actions. */
export class Alarms {
    private readonly states: AlarmStates;

    constructor(
        private readonly context: ServiceContext,
        private readonly store: MetricStore,
        private readonly notify: Notify,
        private readonly now: () => number,
    ) {
        this.states = new AlarmStates(context);
    }

    /** Takes up the states of an earlier run. */
    start(): void {
        this.states.load();
        this.states.keepOnly(new Set(this.configurations().map(({ name }) => name)));
    }

    /** All deployed alarms, in the order of their names. */
    all(): Alarm[] {
        return this.configurations()
            .map((configuration) => ({ configuration, status: this.statusOf(configuration.name) }))
            .sort((left, right) => (left.configuration.name < right.configuration.name ? -1 : 1));
    }

    find(name: string): Alarm | undefined {
        return this.all().find(({ configuration }) => configuration.name === name);
    }

    /** Whether an alarm's actions are carried out. */
    actionsEnabled({ configuration, status }: Alarm): boolean {
        return status.actionsEnabled ?? configuration.actionsEnabled;
    }

    /** Checks a deployed alarm and notes the change. A new one starts without data, as on AWS. */
    applied(record: ResourceRecord): void {
        const { name } = readAlarm(record);
        const isNew = this.states.get(name) === undefined;
        const at = this.now();
        const summary = `Alarm "${name}" ${isNew ? "created" : "updated"}`;
        // What was deployed last holds: a choice made by Enable- or DisableAlarmActions ends here.
        const status = { ...this.statusOf(name), actionsEnabled: undefined, configurationUpdatedAt: at };
        this.states.set(name, status, { at, type: "ConfigurationUpdate", summary, data: "{}" });
    }

    removed(record: ResourceRecord): void {
        const { name } = readAlarm(record);
        this.states.keepOnly(
            new Set(
                this.configurations()
                    .map((each) => each.name)
                    .filter((each) => each !== name),
            ),
        );
    }

    /** Evaluates all alarms now. One that cannot be evaluated is logged and does not hold up the others. */
    evaluate(): void {
        for (const alarm of this.all()) {
            try {
                this.evaluateOne(alarm);
            } catch (error) {
                this.context.log(`alarm "${alarm.configuration.name}" cannot be evaluated: ${String(error)}`);
            }
        }
    }

    /** Puts an alarm into a state, as SetAlarmState does; the next evaluation may change it again. */
    setState(alarm: Alarm, state: AlarmState, reason: string, reasonData?: string): void {
        const { configuration, status } = alarm;
        const changedAt = this.now();
        const describe = (value: AlarmState, why: string) => ({ stateValue: value, stateReason: why });
        const history: HistoryItem = {
            at: changedAt,
            type: "StateUpdate",
            summary: `Alarm updated from ${status.state} to ${state}`,
            data: JSON.stringify({
                version: "1.0",
                oldState: describe(status.state, status.reason),
                newState: describe(state, reason),
            }),
        };
        const changed = { ...status, state, reason, reasonData, stateUpdatedAt: changedAt };
        this.states.set(configuration.name, changed, history);
        if (state === status.state || !this.actionsEnabled(alarm)) return;
        const { configurationUpdatedAt } = status;
        this.act(configuration, {
            oldState: status.state,
            newState: state,
            reason,
            changedAt,
            configurationUpdatedAt,
        });
    }

    setActionsEnabled({ configuration, status }: Alarm, actionsEnabled: boolean): void {
        this.states.set(configuration.name, { ...status, actionsEnabled });
    }

    private evaluateOne(alarm: Alarm): void {
        const { configuration, status } = alarm;
        const now = this.now();
        const { start, end } = evaluationRange(configuration, now);
        const { metric, periodSeconds, unit, statistic } = configuration;
        const datapoints = this.store
            .query(metric, start, end, periodSeconds, unit)
            .flatMap((period): Datapoint[] => {
                const value = statisticOf(period.values, statistic);
                return value === undefined
                    ? []
                    : [{ start: period.start, value, sampleCount: period.values.count }];
            });
        const evaluation = evaluateAlarm(configuration, datapoints, now, status.state);
        if (evaluation.state === status.state) return;
        this.setState(alarm, evaluation.state, evaluation.reason, JSON.stringify(evaluation.reasonData));
    }

    private act(alarm: AlarmConfiguration, change: StateChange): void {
        const actions = {
            ALARM: alarm.alarmActions,
            OK: alarm.okActions,
            INSUFFICIENT_DATA: alarm.insufficientDataActions,
        }[change.newState];
        const subject = alarmSubject(alarm, change.newState, this.context.region);
        const message = alarmMessage(alarm, change, this.context);
        for (const action of actions) {
            this.carryOut(alarm.name, action, subject, message).catch((error: unknown) =>
                this.context.log(`the history of alarm "${alarm.name}" cannot be written: ${String(error)}`),
            );
        }
    }

    private async carryOut(name: string, action: string, subject: string, message: string): Promise<void> {
        let summary = `Successfully executed action ${action}`;
        try {
            await this.notify(action, subject, message);
        } catch (error) {
            summary = `Failed to execute action ${action}: ${error instanceof Error ? error.message : String(error)}`;
            this.context.log(`alarm "${name}": ${summary}`);
        }
        this.noteAction(name, action, summary);
    }

    private noteAction(name: string, action: string, summary: string): void {
        const status = this.states.get(name);
        if (status === undefined) return;
        const data = JSON.stringify({ actionState: summary.split(" ")[0], notificationResource: action });
        this.states.set(name, status, { at: this.now(), type: "Action", summary, data });
    }

    private configurations(): AlarmConfiguration[] {
        return this.context.resources.ofType(ALARM_TYPE).map(readAlarm);
    }

    private statusOf(name: string): AlarmStatus {
        return (
            this.states.get(name) ?? {
                state: "INSUFFICIENT_DATA",
                reason: "Unchecked: Initial alarm creation",
                stateUpdatedAt: this.now(),
                configurationUpdatedAt: this.now(),
                history: [],
            }
        );
    }
}
