import { environmentOf } from "../../config/environment";
import type { Settings } from "../../config/settings";
import { PROJECT } from "../../config/tags";
import type { Severity } from "../alerts/plan";

/** One message that the budget sends. AWS takes ten a budget: the settings allow four alarms, and the forecast is one more. */
export interface SpendNotification {
    /** Money spent, or money that the month will have cost at this pace. */
    notificationType: "ACTUAL" | "FORECASTED";
    thresholdUsd: number;
    severity: Severity;
}

/**
 * How urgent a cost alarm is, among amounts that rise: the last two critical, the one before a warning, the rest info.
 * @param position of the amount, from 0
 * @param count of the amounts
 */
export function alarmSeverity(position: number, count: number): Severity {
    const higher = count - 1 - position;
    if (higher < 2) return "critical";
    return higher === 2 ? "warning" : "info";
}

/** What the budget tells, in the order of the settings; the forecast last. */
export function spendNotifications({ alarmsUsd, budgetUsd }: Settings["billing"]): SpendNotification[] {
    const spent = alarmsUsd.map<SpendNotification>((thresholdUsd, position) => ({
        notificationType: "ACTUAL",
        thresholdUsd,
        severity: alarmSeverity(position, alarmsUsd.length),
    }));
    return [...spent, { notificationType: "FORECASTED", thresholdUsd: budgetUsd, severity: "warning" }];
}

/**
 * What the budget counts: things that have both the project's tag and the environment's. It takes the newer
 * `filterExpression`, since the values of a budget's `TagKeyValue` cost filter are joined by OR: `Project$bqx-ml` with
 * `Environment$prod` there would count every other project's production too. Stacks of one environment in one account
 * (`dev` and `dev-anna`) share the tag, so each one's budget counts both.
 */
export function budgetFilter(stack: string) {
    const tags = { Project: PROJECT, Environment: environmentOf(stack) };
    return {
        ands: Object.entries(tags).map(([key, value]) => ({ tags: { key, values: [value] } })),
    };
}
