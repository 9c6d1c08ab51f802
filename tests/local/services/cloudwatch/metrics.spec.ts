import {
    GetMetricDataCommand,
    GetMetricStatisticsCommand,
    ListMetricsCommand,
    PutMetricDataCommand,
    type MetricDatum,
} from "@aws-sdk/client-cloudwatch";
import { expect } from "chai";
import { appendFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { refusal } from "../harness";
import { MINUTE, START, CloudWatchFixture } from "./fixture";

describe("CloudWatch metrics", () => {
    const test = CloudWatchFixture.use();

    const statistics = async (input: object = {}) => {
        const answer = await test.client.send(
            new GetMetricStatisticsCommand({
                Namespace: "BQX",
                MetricName: "Latency",
                StartTime: new Date(START - 60 * MINUTE),
                EndTime: new Date(START + 60 * MINUTE),
                Period: 60,
                Statistics: ["Sum"],
                ...input,
            }),
        );
        return answer.Datapoints ?? [];
    };

    it("answers each statistic of values, counts and statistic sets", async () => {
        await test.put({ Value: undefined, Values: [1, 2], Counts: [3, 1] });
        await test.put({ Value: 7 });
        const Statistics = ["Average", "Sum", "Minimum", "Maximum", "SampleCount"] as const;
        const all = await statistics({ Statistics, ExtendedStatistics: ["p50", "p99.9"] });
        expect(all).to.deep.equal([
            {
                Timestamp: new Date(START),
                Unit: "None",
                Average: 12 / 5,
                Sum: 12,
                Minimum: 1,
                Maximum: 7,
                SampleCount: 5,
                ExtendedStatistics: { p50: 1, "p99.9": 7 },
            },
        ]);
        await test.put({
            Value: undefined,
            StatisticValues: { SampleCount: 2, Sum: 10, Minimum: 4, Maximum: 6 },
        });
        const [merged] = await statistics({ Statistics, ExtendedStatistics: ["p50"] });
        expect(merged).to.deep.include({ Sum: 22, SampleCount: 7, ExtendedStatistics: {} });
    });

    it("groups by period and keeps dimensions and units apart", async () => {
        for (const minutes of [0, 1, 5]) await test.put({ Timestamp: new Date(START + minutes * MINUTE) });
        await test.put({ Dimensions: [{ Name: "Pair", Value: "EURUSD" }], Unit: "Seconds" });
        expect((await statistics()).map(({ Sum }) => Sum)).to.deep.equal([1, 1, 1]);
        const grouped = await statistics({ Period: 300 });
        expect(grouped.map(({ Timestamp, Sum }) => [Timestamp?.getTime(), Sum])).to.deep.equal([
            [START, 2],
            [START + 5 * MINUTE, 1],
        ]);
        const Dimensions = [{ Name: "Pair", Value: "EURUSD" }];
        expect(await statistics({ Dimensions, Unit: "Seconds" })).to.have.length(1);
        expect(await statistics({ Dimensions, Unit: "Count" })).to.have.length(0);
    });

    it("answers queries in either order, with labels, only what is to be returned", async () => {
        for (const minutes of [0, 1])
            await test.put({ Timestamp: new Date(START + minutes * MINUTE), Value: minutes });
        const Metric = { Namespace: "BQX", MetricName: "Latency" };
        const query = (Id: string, more: object = {}) => ({
            Id,
            MetricStat: { Metric, Period: 60, Stat: "p50" },
            ...more,
        });
        const range = { StartTime: new Date(START), EndTime: new Date(START + 5 * MINUTE) };
        const answer = await test.client.send(
            new GetMetricDataCommand({
                ...range,
                MetricDataQueries: [query("a", { Label: "Middle" }), query("b", { ReturnData: false })],
            }),
        );
        expect(answer.MetricDataResults).to.deep.equal([
            {
                Id: "a",
                Label: "Middle",
                Timestamps: [new Date(START + MINUTE), new Date(START)],
                Values: [1, 0],
                StatusCode: "Complete",
            },
        ]);
        const get = (input: object) =>
            test.client.send(
                new GetMetricDataCommand({ ...range, MetricDataQueries: [query("a")], ...input }),
            );
        const ascending = await get({ ScanBy: "TimestampAscending" });
        expect(ascending.MetricDataResults?.[0]?.Values).to.deep.equal([0, 1]);
        const math = get({ MetricDataQueries: [{ Id: "m", Expression: "a / 2" }] });
        expect(await refusal(math)).to.match(
            /^ValidationException: The query m: .*does not compute metric math/,
        );
        expect(await refusal(get({ MaxDatapoints: 1 }))).to.match(/^ValidationException: The answer has 2/);
        const empty = get({ MetricDataQueries: [{ Id: "m" }] });
        expect(await refusal(empty)).to.match(/^ValidationException: .*MetricStat is needed/);
    });

    it("lists metrics by namespace, name, dimension and activity, in pages of 500", async () => {
        const datum = (index: number) => ({
            MetricName: "Requests",
            Dimensions: [{ Name: "Pair", Value: `P${String(index).padStart(3, "0")}` }],
            Value: 1,
            Timestamp: new Date(test.now),
        });
        // More than 10 KiB: the test.client packs it.
        const MetricData = Array.from({ length: 501 }, (_, index) => datum(index));
        await test.client.send(new PutMetricDataCommand({ Namespace: "BQX", MetricData }));
        await test.put({ Timestamp: new Date(test.now - 4 * 60 * MINUTE) });
        const list = (input: object) => test.client.send(new ListMetricsCommand(input));
        const first = await list({ MetricName: "Requests" });
        expect(first.Metrics).to.have.length(500);
        const second = await list({ MetricName: "Requests", NextToken: first.NextToken });
        expect(second.Metrics).to.deep.equal([
            { Namespace: "BQX", MetricName: "Requests", Dimensions: [{ Name: "Pair", Value: "P500" }] },
        ]);
        const count = async (input: object) => (await list(input)).Metrics?.length;
        expect(await count({ Dimensions: [{ Name: "Pair", Value: "P007" }] })).to.equal(1);
        expect(await count({ Dimensions: [{ Name: "Pairs" }] })).to.equal(0);
        expect(await count({ Namespace: "Other" })).to.equal(0);
        expect(await count({ MetricName: "Latency" })).to.equal(1);
        expect(await count({ MetricName: "Latency", RecentlyActive: "PT3H" })).to.equal(0);
        expect(await refusal(list({ NextToken: "x" }))).to.match(/^InvalidNextToken/);
    });

    const day = 24 * 60 * MINUTE;
    const refusals: { title: string; datum?: Partial<MetricDatum>; input?: object; expected: RegExp }[] = [
        { title: "NaN", datum: { Value: NaN }, expected: /MetricData.0.Value: .*NaN/ },
        {
            title: "infinity",
            datum: { Value: undefined, Values: [1, Infinity] },
            expected: /MetricData.0.Values.1/,
        },
        {
            title: "a value out of range",
            datum: { Value: 1e300 },
            expected: /-2\^360 to 2\^360 is allowed/,
        },
        { title: "no value", datum: { Value: undefined }, expected: /exactly one of Value, Values/ },
        { title: "two values", datum: { Values: [1] }, expected: /exactly one of Value, Values/ },
        {
            title: "values without as many counts",
            datum: { Value: undefined, Values: [1, 2], Counts: [1] },
            expected: /Counts: as many are needed/,
        },
        {
            title: "statistics that contradict each other",
            datum: {
                Value: undefined,
                StatisticValues: { SampleCount: 1, Sum: 1, Minimum: 2, Maximum: 1 },
            },
            expected: /Minimum is above Maximum/,
        },
        {
            title: "an unknown unit",
            datum: { Unit: "Furlongs" as "Seconds" },
            expected: /MetricData.0.Unit/,
        },
        {
            title: "an old value",
            datum: { Timestamp: new Date(START - 15 * day) },
            expected: /two weeks in the past/,
        },
        {
            title: "a value of the future",
            datum: { Timestamp: new Date(START + 3 * 60 * MINUTE) },
            expected: /two hours in the future/,
        },
        {
            title: "31 dimensions",
            datum: {
                Dimensions: Array.from({ length: 31 }, (_, index) => ({
                    Name: `d${index}`,
                    Value: "x",
                })),
            },
            expected: /MetricData.0.Dimensions/,
        },
        {
            title: "a dimension twice",
            datum: { Dimensions: Array.from({ length: 2 }, () => ({ Name: "d", Value: "x" })) },
            expected: /two dimensions have the same name/,
        },
        {
            title: "a resolution between",
            datum: { StorageResolution: 30 },
            expected: /1 or 60 is allowed/,
        },
        { title: "an AWS namespace", input: { Namespace: "AWS/RDS" }, expected: /AWS\/ is reserved/ },
        { title: "no data", input: { MetricData: [] }, expected: /MetricData: / },
    ];
    for (const { title, datum, input, expected } of refusals) {
        it(`refuses ${title}`, async () => {
            const refused = await refusal(test.put(datum, input));
            expect(refused).to.match(/^InvalidParameterValueException: /);
            expect(refused).to.match(expected);
            expect(await statistics()).to.deep.equal([]);
        });
    }

    it("refuses statistics that make no sense", async () => {
        expect(await refusal(statistics({ Statistics: [] }))).to.match(/^MissingRequiredParameterException/);
        expect(await refusal(statistics({ StartTime: new Date(START - 2 * day) }))).to.match(
            /^InvalidParameterCombinationException: .*2940 datapoints/,
        );
        expect(await refusal(statistics({ EndTime: new Date(0) }))).to.match(
            /^InvalidParameterValueException: StartTime/,
        );
        expect(await refusal(statistics({ Period: 61 }))).to.match(/^InvalidParameterValueException: Period/);
        expect(await refusal(statistics({ ExtendedStatistics: ["tm90"] }))).to.match(
            /percentiles such as p99/,
        );
    });

    it("records for other services, in AWS namespaces too", async () => {
        const dimensions = { DBClusterIdentifier: "store" };
        test.harness.service.record("AWS/RDS", "DatabaseConnections", dimensions, 4, "Count");
        test.harness.service.record("AWS/RDS", "DatabaseConnections", dimensions, 6, "Count", START - MINUTE);
        const found = await statistics({
            Namespace: "AWS/RDS",
            MetricName: "DatabaseConnections",
            Dimensions: [{ Name: "DBClusterIdentifier", Value: "store" }],
        });
        expect(found.map(({ Sum, Unit }) => [Sum, Unit])).to.deep.equal([
            [6, "Count"],
            [4, "Count"],
        ]);
        expect(() => test.harness.service.record("AWS/RDS", "x", {}, NaN, "Count")).to.throw(
            RangeError,
            "NaN",
        );
    });

    it("survives restarts, and a last line that was cut short", async () => {
        await test.put({ Value: 3 });
        await test.restart();
        await test.put({ Value: 4 });
        const [file] = readdirSync(test.harness.dataDir).filter((name) => name.startsWith("points-"));
        appendFileSync(join(test.harness.dataDir, file!), '{"namespace":"BQX","metr');
        await test.restart();
        expect((await statistics({ ExtendedStatistics: ["p50"] }))[0]).to.deep.include({
            Sum: 7,
            ExtendedStatistics: { p50: 3 },
        });
        expect(readdirSync(test.harness.dataDir).filter((name) => name.startsWith("points-"))).to.have.length(
            1,
        );
    });

    it("answers the older Query protocol too", async () => {
        const send = async (fields: Record<string, string>) => {
            const body = new URLSearchParams({ Version: "2010-08-01", ...fields });
            const response = await fetch(test.harness.clientOptions.endpoint, { method: "POST", body });
            return { status: response.status, text: await response.text() };
        };
        const accepted = await send({
            Action: "PutMetricData",
            Namespace: "BQX",
            "MetricData.member.1.MetricName": "Latency",
            "MetricData.member.1.Value": "2.5",
            "MetricData.member.1.Timestamp": new Date(START).toISOString(),
            "MetricData.member.1.Dimensions.member.1.Name": "Pair",
            "MetricData.member.1.Dimensions.member.1.Value": "A&B",
        });
        expect(accepted.status).to.equal(200);
        const list = await send({ Action: "ListMetrics" });
        expect(list.text).to.contain(
            "<Metrics><member><Namespace>BQX</Namespace><MetricName>Latency</MetricName>" +
                "<Dimensions><member><Name>Pair</Name><Value>A&amp;B</Value></member></Dimensions></member></Metrics>",
        );
        const refused = await send({
            Action: "SetAlarmState",
            AlarmName: "x",
            StateValue: "OK",
            StateReason: "y",
        });
        expect(refused.status).to.equal(404);
        expect(refused.text).to.contain("<Code>ResourceNotFound</Code>");
    });
});
