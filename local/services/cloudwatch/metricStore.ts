import { merge, type Aggregate } from "./aggregate";

/** Which metric a value belongs to: namespace, name and dimensions together. */
export interface MetricIdentity {
    readonly namespace: string;
    readonly metricName: string;
    readonly dimensions: Readonly<Record<string, string>>;
}

/** Values of one metric at one moment. */
export interface MetricPoint extends MetricIdentity {
    /** Milliseconds since 1970. */
    readonly at: number;
    readonly unit: string;
    /** Seconds: 1 keeps each second apart for three hours. */
    readonly storageResolution: 1 | 60;
    readonly values: Aggregate;
}

/** The values of one period. */
export interface PeriodAggregate {
    /** Where the period starts, in milliseconds since 1970. */
    readonly start: number;
    readonly values: Aggregate;
}

/** `widthSeconds`: how much time one stored aggregate spans, up to an age of `keepSeconds`. */
const TIERS = [
    { widthSeconds: 1, keepSeconds: 3 * 3600 },
    { widthSeconds: 60, keepSeconds: 24 * 3600 },
    { widthSeconds: 3600, keepSeconds: 15 * 24 * 3600 },
] as const;

/** The age, in milliseconds, at which values are dropped. */
export const RETENTION_MILLISECONDS = TIERS[2].keepSeconds * 1000;

/** With the tiers this bounds memory: 1,800 aggregates a metric, 12,600 with high resolution. */
export const MAX_METRICS = 2000;

interface Series {
    /** Of the identity, so that a search need not build it again. */
    readonly metricKey: string;
    readonly identity: MetricIdentity;
    readonly unit: string;
    readonly buckets: Map<number, Aggregate>;
    latest: number;
}

/** The values of all metrics, summed up ever more coarsely as they age. */
export class MetricStore {
    private readonly series = new Map<string, Series>();

    get size(): number {
        return this.series.size;
    }

    /** Adds values; answers false where there is no room for another metric. */
    add(point: MetricPoint): boolean {
        const { namespace, metricName, dimensions, unit, at } = point;
        const identity = { namespace, metricName, dimensions };
        const metricKey = keyOf(identity);
        const key = `${metricKey}\n${unit}`;
        const series = this.series.get(key) ?? {
            metricKey,
            identity,
            unit,
            buckets: new Map<number, Aggregate>(),
            latest: at,
        };
        if (!this.series.has(key) && this.series.size >= MAX_METRICS) return false;
        const start = floorTo(at, point.storageResolution * 1000);
        series.buckets.set(start, merge(series.buckets.get(start), point.values));
        series.latest = Math.max(series.latest, at);
        this.series.set(key, series);
        return true;
    }

    /** Sums up what has aged, drops what is too old, and forgets metrics that have no values left. */
    rollUp(now: number): void {
        for (const [key, series] of this.series) {
            for (const [start, values] of [...series.buckets]) {
                const tier = TIERS.find(({ keepSeconds }) => now - start < keepSeconds * 1000);
                const wider = tier && floorTo(start, tier.widthSeconds * 1000);
                if (wider === start) continue;
                series.buckets.delete(start);
                if (wider !== undefined) series.buckets.set(wider, merge(series.buckets.get(wider), values));
            }
            if (series.buckets.size === 0) this.series.delete(key);
        }
    }

    /**
     * The values of one metric in consecutive periods from `start`; periods without values are left out. Without a
     * unit, values of all units are summed up together.
     */
    query(
        identity: MetricIdentity,
        start: number,
        end: number,
        periodSeconds: number,
        unit?: string,
    ): PeriodAggregate[] {
        const width = periodSeconds * 1000;
        const periods = new Map<number, Aggregate>();
        const key = keyOf(identity);
        for (const series of this.series.values()) {
            if (series.metricKey !== key || (unit !== undefined && unit !== series.unit)) continue;
            for (const [at, values] of series.buckets) {
                if (at < start || at >= end) continue;
                const periodStart = start + floorTo(at - start, width);
                periods.set(periodStart, merge(periods.get(periodStart), values));
            }
        }
        return [...periods]
            .sort(([left], [right]) => left - right)
            .map(([at, values]) => ({ start: at, values }));
    }

    /** The units in which a metric has values. */
    unitsOf(identity: MetricIdentity): string[] {
        const key = keyOf(identity);
        return [...this.series.values()].filter((each) => each.metricKey === key).map(({ unit }) => unit);
    }

    /** All metrics with values since a moment, each once, in the order of their names. */
    metrics(since: number): MetricIdentity[] {
        const found = new Map<string, MetricIdentity>();
        for (const { metricKey, identity, latest } of this.series.values()) {
            if (latest >= since) found.set(metricKey, identity);
        }
        return [...found].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, identity]) => identity);
    }

    /** Everything, as points that `add` takes. */
    *points(): Generator<MetricPoint> {
        for (const { identity, unit, buckets } of this.series.values()) {
            for (const [at, values] of buckets) yield { ...identity, unit, at, storageResolution: 1, values };
        }
    }
}

/** One text for each metric; the order of dimensions does not count. */
export function keyOf({ namespace, metricName, dimensions }: MetricIdentity): string {
    const pairs = Object.entries(dimensions).sort(([left], [right]) => (left < right ? -1 : 1));
    return JSON.stringify([namespace, metricName, pairs]);
}

function floorTo(value: number, step: number): number {
    return Math.floor(value / step) * step;
}
