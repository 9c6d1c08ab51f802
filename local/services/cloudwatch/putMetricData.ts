import { z } from "zod";
import { absent, decimal, instant, integer, list } from "../protocol/fields";
import { AwsError } from "../service";
import { aggregateOf, merge, type Aggregate } from "./aggregate";
import { identityOf, metricFields, namespace, unit } from "./metricFields";
import type { MetricPoint } from "./metricStore";

const MAX_PAST_MILLISECONDS = 14 * 24 * 3600 * 1000;
const MAX_FUTURE_MILLISECONDS = 2 * 3600 * 1000;
const MAX_DATUMS = 1000;
const MAX_VALUES = 150;
/** CloudWatch's range of values, to either side of zero. */
const MAX_VALUE = 2 ** 360;

const value = decimal().refine((number) => Math.abs(number) <= MAX_VALUE, {
    error: "-2^360 to 2^360 is allowed",
});
const count = decimal().refine((number) => number > 0, { error: "a count above 0 is needed" });

const datum = z.object({
    ...metricFields,
    Timestamp: instant().optional(),
    Value: value.optional(),
    Values: list(value, MAX_VALUES, 1).optional(),
    Counts: list(count, MAX_VALUES, 1).optional(),
    StatisticValues: z.object({ SampleCount: count, Sum: value, Minimum: value, Maximum: value }).optional(),
    Unit: unit.default("None"),
    StorageResolution: integer(1, 60)
        .refine((resolution) => resolution === 1 || resolution === 60, { error: "1 or 60 is allowed" })
        .default(60),
});

type Datum = z.output<typeof datum>;

export const putMetricDataInput = z.object({
    Namespace: namespace.refine((name) => !name.startsWith("AWS/"), {
        error: "AWS/ is reserved for AWS services",
    }),
    MetricData: list(datum, MAX_DATUMS, 1),
    EntityMetricData: absent("the local stack keeps metrics without entities"),
});

/**
 * Turns the data of a PutMetricData request into points.
 *
 * @throws AwsError `InvalidParameterValue` that lists every problem of every datum.
 */
export function toPoints(input: z.output<typeof putMetricDataInput>, now: number): MetricPoint[] {
    const problems: string[] = [];
    const points = input.MetricData.map((each, index): MetricPoint => {
        const at = each.Timestamp?.getTime() ?? now;
        const found = [...timeProblems(at, now), ...valueProblems(each)];
        problems.push(...found.map((problem) => `MetricData.${index}.${problem}`));
        return {
            ...identityOf(input.Namespace, each),
            at,
            unit: each.Unit,
            storageResolution: each.StorageResolution === 1 ? 1 : 60,
            values: valuesOf(each),
        };
    });
    if (problems.length > 0) throw new AwsError("InvalidParameterValue", problems.join("; "));
    return points;
}

function timeProblems(at: number, now: number): string[] {
    if (at < now - MAX_PAST_MILLISECONDS) return ["Timestamp: must be at most two weeks in the past"];
    if (at > now + MAX_FUTURE_MILLISECONDS) return ["Timestamp: must be at most two hours in the future"];
    return [];
}

function valueProblems({ Value, Values, Counts, StatisticValues }: Datum): string[] {
    const given = [Value, Values, StatisticValues].filter((each) => each !== undefined).length;
    if (given !== 1) return ["Value: exactly one of Value, Values and StatisticValues is needed"];
    if (Counts !== undefined && Counts.length !== Values?.length) {
        return ["Counts: as many are needed as there are Values"];
    }
    if (StatisticValues !== undefined && StatisticValues.Minimum > StatisticValues.Maximum) {
        return ["StatisticValues: Minimum is above Maximum"];
    }
    return [];
}

function valuesOf({ Value, Values = [], Counts, StatisticValues: statistics }: Datum): Aggregate {
    if (statistics !== undefined) {
        const { SampleCount, Sum, Minimum, Maximum } = statistics;
        return { count: SampleCount, sum: Sum, minimum: Minimum, maximum: Maximum };
    }
    const [first, ...others] = Values.map((each, index) => aggregateOf(each, Counts?.[index]));
    return first === undefined ? aggregateOf(Value ?? 0) : others.reduce(merge, first);
}
