import { STATISTICS } from "./aggregate";

/** The states of an alarm. */
export type AlarmState = "OK" | "ALARM" | "INSUFFICIENT_DATA";

/** How an alarm compares a datapoint with its threshold, and AWS's words for it. */
export const COMPARISONS = {
    GreaterThanOrEqualToThreshold: {
        words: "greater than or equal to the threshold",
        breaches: (value: number, threshold: number) => value >= threshold,
    },
    GreaterThanThreshold: {
        words: "greater than the threshold",
        breaches: (value: number, threshold: number) => value > threshold,
    },
    LessThanThreshold: {
        words: "less than the threshold",
        breaches: (value: number, threshold: number) => value < threshold,
    },
    LessThanOrEqualToThreshold: {
        words: "less than or equal to the threshold",
        breaches: (value: number, threshold: number) => value <= threshold,
    },
} as const;

/** What counts of an alarm's inputs when it is evaluated. */
export interface AlarmInputs {
    readonly periodSeconds: number;
    readonly evaluationPeriods: number;
    readonly datapointsToAlarm: number;
    readonly threshold: number;
    readonly comparisonOperator: keyof typeof COMPARISONS;
    /** A statistic or a percentile. */
    readonly statistic: string;
    readonly treatMissingData: "missing" | "notBreaching" | "breaching" | "ignore";
    readonly unit?: string;
}

/** The value of the alarm's statistic in one period. */
export interface Datapoint {
    /** Where the period starts, in milliseconds since 1970. */
    readonly start: number;
    readonly value: number;
    readonly sampleCount: number;
}

/** The outcome of one evaluation. */
export interface Evaluation {
    readonly state: AlarmState;
    /** One sentence, as AWS words it. */
    readonly reason: string;
    /** The same for programs, in the shape of AWS's StateReasonData. */
    readonly reasonData: Readonly<Record<string, unknown>>;
}

/**
 * AWS looks at more periods than an alarm asks for, in case some have no data. How many is not documented; its
 * examples show two.
 */
const EXTRA_PERIODS = 2;
const MINUTE_MILLISECONDS = 60_000;

/** The time, in milliseconds since 1970, that one evaluation looks at: whole periods, the last just completed. */
export function evaluationRange(alarm: AlarmInputs, now: number): { start: number; end: number } {
    const period = alarm.periodSeconds * 1000;
    // Long periods end at each full minute, not only once a period.
    const step = Math.min(period, MINUTE_MILLISECONDS);
    const end = Math.floor(now / step) * step;
    return { start: end - (alarm.evaluationPeriods + EXTRA_PERIODS) * period, end };
}

/**
 * Evaluates an alarm as AWS documents it. The most recent real datapoints decide; only if fewer than
 * `evaluationPeriods` are left in the range are missing ones filled in by `treatMissingData`. Datapoints outside the
 * range are passed over.
 */
export function evaluateAlarm(
    alarm: AlarmInputs,
    datapoints: readonly Datapoint[],
    nowMilliseconds: number,
    previousState: AlarmState,
): Evaluation {
    const { start, end } = evaluationRange(alarm, nowMilliseconds);
    const period = alarm.periodSeconds * 1000;
    const inRange = datapoints.filter((point) => point.start >= start && point.start < end);
    const newestFirst = inRange.sort((left, right) => right.start - left.start);
    const evaluated = newestFirst.slice(0, alarm.evaluationPeriods);
    const filled = alarm.evaluationPeriods - evaluated.length;
    const breaching = evaluated.filter((point) => breaches(alarm, point));
    const isOldEnough = (point: Datapoint) =>
        Math.ceil((end - point.start) / period) >= alarm.datapointsToAlarm;
    // AWS: a breach that nothing has contradicted for datapointsToAlarm periods alarms, though data is missing.
    const isPremature = filled > 0 && breaching.length === evaluated.length && evaluated.some(isOldEnough);
    const state = decide(alarm, { breaching: breaching.length, filled, isPremature }, previousState);
    return {
        state,
        reason: reasonOf(alarm, state, evaluated, filled),
        reasonData: {
            version: "1.0",
            queryDate: toAwsDate(nowMilliseconds),
            startDate: evaluated.length > 0 ? toAwsDate(evaluated.at(-1)?.start ?? start) : undefined,
            unit: alarm.unit,
            ...(isNamed(alarm.statistic)
                ? { statistic: alarm.statistic }
                : { extendedStatistic: alarm.statistic }),
            period: alarm.periodSeconds,
            recentDatapoints: evaluated.map(({ value }) => value).reverse(),
            threshold: alarm.threshold,
            evaluatedDatapoints: evaluated.map((point) => ({
                timestamp: toAwsDate(point.start),
                sampleCount: point.sampleCount,
                value: point.value,
            })),
        },
    };
}

interface Counts {
    /** Real datapoints that breach. */
    readonly breaching: number;
    /** Datapoints that had to be made up. */
    readonly filled: number;
    readonly isPremature: boolean;
}

function decide(alarm: AlarmInputs, counts: Counts, previousState: AlarmState): AlarmState {
    const { breaching, filled, isPremature } = counts;
    const isEmpty = filled === alarm.evaluationPeriods;
    const verdict = (count: number): AlarmState => (count >= alarm.datapointsToAlarm ? "ALARM" : "OK");
    switch (alarm.treatMissingData) {
        case "breaching":
            return verdict(breaching + filled);
        case "notBreaching":
            return verdict(breaching);
        case "missing":
            if (isEmpty) return "INSUFFICIENT_DATA";
            return isPremature ? "ALARM" : verdict(breaching);
        case "ignore":
            if (isEmpty) return previousState;
            return isPremature && verdict(breaching) === "OK" ? previousState : verdict(breaching);
    }
}

function reasonOf(
    alarm: AlarmInputs,
    state: AlarmState,
    evaluated: readonly Datapoint[],
    filled: number,
): string {
    const periods = `${alarm.evaluationPeriods} ${alarm.evaluationPeriods === 1 ? "period" : "periods"}`;
    const treatment = { breaching: "[Breaching]", notBreaching: "[NonBreaching]" }[
        alarm.treatMissingData as string
    ];
    const missing = `${filled} missing ${filled === 1 ? "datapoint was" : "datapoints were"} treated as ${treatment ?? ""}`;
    if (evaluated.length === 0) {
        if (treatment !== undefined) {
            return `Threshold Crossed: no datapoints were received for ${periods} and ${missing}.`;
        }
        const unknown =
            alarm.evaluationPeriods === 1 ? "1 datapoint was" : `${alarm.evaluationPeriods} datapoints were`;
        return `Insufficient Data: ${unknown} unknown.`;
    }
    const { words } = COMPARISONS[alarm.comparisonOperator];
    // AWS names the datapoints that speak for the state.
    const isAlarm = state === "ALARM";
    const telling = evaluated.filter((point) => breaches(alarm, point) === isAlarm);
    const shown = telling.length > 0 ? telling : evaluated;
    const isTelling = telling.length > 0 ? isAlarm : !isAlarm;
    const verb = `${shown.length === 1 ? "was" : "were"} ${isTelling ? "" : "not "}${words}`;
    const values = shown.map(({ value, start }) => `${decimal(value)} (${toReasonDate(start)})`).join(", ");
    const crossed = `${shown.length} out of the last ${evaluated.length} datapoints [${values}] ${verb} (${decimal(alarm.threshold)})`;
    const needed = isAlarm ? alarm.datapointsToAlarm : alarm.evaluationPeriods - alarm.datapointsToAlarm + 1;
    const transition = isAlarm ? "OK -> ALARM" : "ALARM -> OK";
    const minimum = `(minimum ${needed} ${needed === 1 ? "datapoint" : "datapoints"} for ${transition} transition)`;
    const fill = filled > 0 && treatment !== undefined ? ` and ${missing}` : "";
    return `Threshold Crossed: ${crossed} ${minimum}${fill}.`;
}

function breaches({ comparisonOperator, threshold }: AlarmInputs, { value }: Datapoint): boolean {
    return COMPARISONS[comparisonOperator].breaches(value, threshold);
}

function isNamed(statistic: string): boolean {
    return STATISTICS.some((name) => name === statistic);
}

function decimal(value: number): string {
    return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

/** The format of AWS's dates in StateReasonData and in alarm messages: `2026-11-22T13:15:00.000+0000`. */
export function toAwsDate(milliseconds: number): string {
    return new Date(milliseconds).toISOString().replace("Z", "+0000");
}

/** The format of dates in a reason: `22/11/26 13:15:00`. */
function toReasonDate(milliseconds: number): string {
    const [date, time] = new Date(milliseconds).toISOString().slice(2, 19).split("T");
    return `${(date ?? "").split("-").reverse().join("/")} ${time ?? ""}`;
}
