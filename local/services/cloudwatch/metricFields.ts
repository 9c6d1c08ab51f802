import { z } from "zod";
import { integer, list, text } from "../protocol/fields";
import type { MetricIdentity } from "./metricStore";
import { UNITS } from "./units";

/** A metric has at most 30 dimensions. */
const dimensions = list(z.object({ Name: text(1, 255), Value: text(1, 1024) }), 30)
    .refine((given) => new Set(given.map(({ Name }) => Name)).size === given.length, {
        error: "two dimensions have the same name",
    })
    .default([]);

/** The fields that name a metric. */
export const metricFields = {
    MetricName: text(1, 255),
    Dimensions: dimensions,
};

export const namespace = text(1, 255).refine((name) => !name.startsWith(":"), {
    error: "must not start with a colon",
});
export const unit = z.enum(UNITS);

/** Seconds: 1, 5, 10, 20, 30 or a multiple of 60, at most a day. */
export const period = integer(1, 86_400).refine(
    (each) => [1, 5, 10, 20, 30].includes(each) || each % 60 === 0,
    {
        error: "1, 5, 10, 20, 30 or a multiple of 60 is allowed",
    },
);

/** The metric that a request names. */
export function identityOf(
    inNamespace: string,
    metric: { readonly MetricName: string; readonly Dimensions: readonly { Name: string; Value: string }[] },
): MetricIdentity {
    return {
        namespace: inNamespace,
        metricName: metric.MetricName,
        dimensions: Object.fromEntries(metric.Dimensions.map(({ Name, Value }) => [Name, Value])),
    };
}

/** A metric as CloudWatch lists it. */
export function toMetric({
    namespace: Namespace,
    metricName: MetricName,
    dimensions: given,
}: MetricIdentity) {
    const Dimensions = Object.entries(given).map(([Name, Value]) => ({ Name, Value }));
    return { Namespace, MetricName, Dimensions };
}
