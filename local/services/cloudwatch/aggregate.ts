/** The values that fell into one span of time, summed up. */
export interface Aggregate {
    readonly count: number;
    readonly sum: number;
    readonly minimum: number;
    readonly maximum: number;
    /** Each distinct value and how often it came; nothing where only statistics are known, then without percentiles. */
    readonly distribution?: readonly (readonly [value: number, count: number])[];
}

/** The statistics that CloudWatch has names for. */
export const STATISTICS = ["SampleCount", "Average", "Sum", "Minimum", "Maximum"] as const;
export type Statistic = (typeof STATISTICS)[number];

/** Percentiles, `p0` to `p100` with up to ten decimals: the extended statistics offered here. */
export const PERCENTILE = /^p(100(\.0{1,10})?|\d{1,2}(\.\d{1,10})?)$/;

/**
 * Above this many distinct values a distribution is rounded, so that its memory stays bounded. Three decades of values
 * with two digits each have room, so percentiles of latencies are within a few percent.
 */
const MAX_DISTINCT_VALUES = 300;

/** One value that came `count` times. */
export function aggregateOf(value: number, count = 1): Aggregate {
    return { count, sum: value * count, minimum: value, maximum: value, distribution: [[value, count]] };
}

/** Two spans of time as one. */
export function merge(left: Aggregate | undefined, right: Aggregate): Aggregate {
    if (left === undefined) return right;
    return {
        count: left.count + right.count,
        sum: left.sum + right.sum,
        minimum: Math.min(left.minimum, right.minimum),
        maximum: Math.max(left.maximum, right.maximum),
        distribution:
            left.distribution &&
            right.distribution &&
            mergeDistributions(left.distribution, right.distribution),
    };
}

/** The value of a statistic or a percentile; nothing where a percentile cannot be known. */
export function statisticOf(aggregate: Aggregate, statistic: string): number | undefined {
    switch (statistic) {
        case "SampleCount":
            return aggregate.count;
        case "Sum":
            return aggregate.sum;
        case "Average":
            return aggregate.sum / aggregate.count;
        case "Minimum":
            return aggregate.minimum;
        case "Maximum":
            return aggregate.maximum;
        default:
            return percentileOf(aggregate, Number(statistic.slice(1)));
    }
}

/** The smallest value that at least so many percent of all values do not exceed. */
function percentileOf(
    { count, minimum, maximum, distribution }: Aggregate,
    percent: number,
): number | undefined {
    // AWS too answers percentiles of bare statistics only where all values must be the same.
    if (distribution === undefined) return minimum === maximum ? minimum : undefined;
    const rank = Math.max(1, Math.ceil((percent / 100) * count));
    let seen = 0;
    for (const [value, times] of distribution) {
        seen += times;
        if (seen >= rank) return value;
    }
    return maximum;
}

type Distribution = NonNullable<Aggregate["distribution"]>;

function mergeDistributions(left: Distribution, right: Distribution): Distribution {
    const exact = sumUp([...left, ...right]);
    // Values are rounded to ever fewer digits. One digit is the end: there are few such numbers.
    for (let digits = 4, merged = exact; ; digits--) {
        if (merged.length <= MAX_DISTINCT_VALUES || digits === 0) return merged;
        merged = sumUp(exact.map(([value, count]) => [Number(value.toPrecision(digits)), count]));
    }
}

function sumUp(pairs: Distribution): Distribution {
    const counts = new Map<number, number>();
    for (const [value, count] of pairs) counts.set(value, (counts.get(value) ?? 0) + count);
    return [...counts].sort(([left], [right]) => left - right);
}
