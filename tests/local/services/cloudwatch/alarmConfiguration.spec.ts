import { expect } from "chai";
import { ALARM_TYPE, readAlarm } from "../../../../local/services/cloudwatch/alarmConfiguration";

const topic = "arn:aws:sns:us-east-1:123456789012:critical";

describe("readAlarm", () => {
    const inputs = {
        name: "slow",
        namespace: "BQX",
        metricName: "Latency",
        statistic: "Average",
        period: 60,
        evaluationPeriods: 2,
        threshold: 100,
        comparisonOperator: "GreaterThanThreshold",
    };
    const read = (more: object) =>
        readAlarm({
            urn: "urn:test",
            type: ALARM_TYPE,
            id: "slow",
            inputs: { ...inputs, ...more },
            outputs: { arn: "arn:aws:cloudwatch:us-east-1:123456789012:alarm:slow" },
            secretKeys: [],
        });

    it("applies AWS's defaults", () => {
        expect(read({})).to.deep.include({
            metric: { namespace: "BQX", metricName: "Latency", dimensions: {} },
            datapointsToAlarm: 2,
            treatMissingData: "missing",
            actionsEnabled: true,
            alarmActions: [],
        });
    });

    const refusals: { title: string; more: object; expected: RegExp }[] = [
        {
            title: "metric math",
            more: { metricQueries: [{ id: "m", expression: "a/b" }] },
            expected: /metricQueries: .*math/,
        },
        {
            title: "anomaly detection",
            more: { thresholdMetricId: "ad1" },
            expected: /does not run anomaly detection/,
        },
        {
            title: "an anomaly comparison",
            more: { comparisonOperator: "GreaterThanUpperThreshold" },
            expected: /comparisonOperator: .*with a threshold only/,
        },
        {
            title: "a trimmed mean",
            more: { statistic: undefined, extendedStatistic: "tm99" },
            expected: /percentiles/,
        },
        {
            title: "two statistics",
            more: { extendedStatistic: "p99" },
            expected: /statistic: exactly one/,
        },
        {
            title: "a period between",
            more: { period: 45 },
            expected: /period: 10, 20, 30 or a multiple of 60/,
        },
        {
            title: "a range of two days",
            more: { evaluationPeriods: 2880 },
            expected: /at most 86400 seconds/,
        },
        {
            title: "several mistakes, in one message",
            more: {
                datapointsToAlarm: 3,
                alarmActions: Array.from({ length: 6 }, () => topic),
                threshold: "high",
            },
            expected: /^aws:cloudwatch\/metricAlarm:MetricAlarm "slow": .*threshold: .*; alarmActions: /,
        },
        {
            title: "more datapoints than periods",
            more: { datapointsToAlarm: 3 },
            expected: /at most evaluationPeriods, 2/,
        },
    ];
    for (const { title, more, expected } of refusals) {
        it(`refuses ${title}`, () => {
            expect(() => read(more)).to.throw(expected);
        });
    }
});
