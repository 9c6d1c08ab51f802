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

/** How urgent each cost alarm is, for amounts that rise: the last two critical, the one before a warning, the rest info. */
export function alarmSeverities(alarmsUsd: readonly number[]): Severity[] {
    return alarmsUsd.map((_, i) => {
        const left = alarmsUsd.length - i;
        if (left <= 2) return "critical";
        return left === 3 ? "warning" : "info";
    });
}

/** What the budget tells, in the order of the settings; the forecast last. */
export function spendNotifications({ alarmsUsd, budgetUsd }: Settings["billing"]): SpendNotification[] {
    const severities = alarmSeverities(alarmsUsd);
    return [
        ...alarmsUsd.map((thresholdUsd, i) => ({
            notificationType: "ACTUAL" as const,
            thresholdUsd,
            severity: severities[i] ?? "critical",
        })),
        { notificationType: "FORECASTED", thresholdUsd: budgetUsd, severity: "warning" },
    ];
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
