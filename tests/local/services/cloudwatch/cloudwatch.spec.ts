import {
    CloudWatchClient,
    DeleteAlarmsCommand,
    DescribeAlarmHistoryCommand,
    DescribeAlarmsCommand,
    DescribeAlarmsForMetricCommand,
    DisableAlarmActionsCommand,
    EnableAlarmActionsCommand,
    GetMetricDataCommand,
    GetMetricStatisticsCommand,
    ListMetricsCommand,
    PutMetricAlarmCommand,
    PutMetricDataCommand,
    SetAlarmStateCommand,
    type MetricDatum,
    type PutMetricDataCommandInput,
} from "@aws-sdk/client-cloudwatch";
import { expect } from "chai";
import { appendFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { createCloudWatchService, type CloudWatchService } from "../../../../local/services/cloudwatch";
import { ACCOUNT, Harness, refusal, REGION, until } from "../harness";

const ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";
const MINUTE = 60_000;
const START = Date.UTC(2026, 10, 22, 13, 0);
const topic = (name: string) => `arn:aws:sns:${REGION}:${ACCOUNT}:${name}`;

describe("CloudWatch", () => {
    let now: number;
    let notified: { action: string; subject: string; message: string }[];
    let refuseActions: boolean;
    let harness: Harness<CloudWatchService>;
    let client: CloudWatchClient;

    const restart = async () => {
        await harness.restart();
        client = new CloudWatchClient(harness.clientOptions);
    };

    beforeEach(async () => {
        now = START;
        notified = [];
        refuseActions = false;
        harness = await Harness.start((context) =>
            createCloudWatchService(context, {
                notify: (action, subject, message) => {
                    if (refuseActions) throw new Error("no such topic");
                    notified.push({ action, subject, message });
                },
                evaluateEveryMilliseconds: 5,
                now: () => now,
            }),
        );
        client = new CloudWatchClient(harness.clientOptions);
    });
    afterEach(() => harness.stop());

    const put = (datum: Partial<MetricDatum> = {}, input: Partial<PutMetricDataCommandInput> = {}) => {
        const MetricData = [{ MetricName: "Latency", Value: 1, Timestamp: new Date(now), ...datum }];
        return client.send(new PutMetricDataCommand({ Namespace: "BQX", MetricData, ...input }));
    };
    const statistics = async (input: object = {}) => {
        const answer = await client.send(
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

    describe("metrics", () => {
        it("answers each statistic of values, counts and statistic sets", async () => {
            await put({ Value: undefined, Values: [1, 2], Counts: [3, 1] });
            await put({ Value: 7 });
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
            await put({
                Value: undefined,
                StatisticValues: { SampleCount: 2, Sum: 10, Minimum: 4, Maximum: 6 },
            });
            const [merged] = await statistics({ Statistics, ExtendedStatistics: ["p50"] });
            expect(merged).to.deep.include({ Sum: 22, SampleCount: 7, ExtendedStatistics: {} });
        });

        it("groups by period and keeps dimensions and units apart", async () => {
            for (const minutes of [0, 1, 5]) await put({ Timestamp: new Date(START + minutes * MINUTE) });
            await put({ Dimensions: [{ Name: "Pair", Value: "EURUSD" }], Unit: "Seconds" });
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
                await put({ Timestamp: new Date(START + minutes * MINUTE), Value: minutes });
            const Metric = { Namespace: "BQX", MetricName: "Latency" };
            const query = (Id: string, more: object = {}) => ({
                Id,
                MetricStat: { Metric, Period: 60, Stat: "p50" },
                ...more,
            });
            const range = { StartTime: new Date(START), EndTime: new Date(START + 5 * MINUTE) };
            const answer = await client.send(
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
                client.send(
                    new GetMetricDataCommand({ ...range, MetricDataQueries: [query("a")], ...input }),
                );
            const ascending = await get({ ScanBy: "TimestampAscending" });
            expect(ascending.MetricDataResults?.[0]?.Values).to.deep.equal([0, 1]);
            const math = get({ MetricDataQueries: [{ Id: "m", Expression: "a / 2" }] });
            expect(await refusal(math)).to.match(
                /^ValidationException: The query m: .*does not compute metric math/,
            );
            expect(await refusal(get({ MaxDatapoints: 1 }))).to.match(
                /^ValidationException: The answer has 2/,
            );
            const empty = get({ MetricDataQueries: [{ Id: "m" }] });
            expect(await refusal(empty)).to.match(/^ValidationException: .*MetricStat is needed/);
        });

        it("lists metrics by namespace, name, dimension and activity, in pages of 500", async () => {
            const datum = (index: number) => ({
                MetricName: "Requests",
                Dimensions: [{ Name: "Pair", Value: `P${String(index).padStart(3, "0")}` }],
                Value: 1,
                Timestamp: new Date(now),
            });
            // More than 10 KiB: the client packs it.
            const MetricData = Array.from({ length: 501 }, (_, index) => datum(index));
            await client.send(new PutMetricDataCommand({ Namespace: "BQX", MetricData }));
            await put({ Timestamp: new Date(now - 4 * 60 * MINUTE) });
            const list = (input: object) => client.send(new ListMetricsCommand(input));
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
        const refusals: { title: string; datum?: Partial<MetricDatum>; input?: object; expected: RegExp }[] =
            [
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
                const refused = await refusal(put(datum, input));
                expect(refused).to.match(/^InvalidParameterValueException: /);
                expect(refused).to.match(expected);
                expect(await statistics()).to.deep.equal([]);
            });
        }

        it("refuses statistics that make no sense", async () => {
            expect(await refusal(statistics({ Statistics: [] }))).to.match(
                /^MissingRequiredParameterException/,
            );
            expect(await refusal(statistics({ StartTime: new Date(START - 2 * day) }))).to.match(
                /^InvalidParameterCombinationException: .*2940 datapoints/,
            );
            expect(await refusal(statistics({ EndTime: new Date(0) }))).to.match(
                /^InvalidParameterValueException: StartTime/,
            );
            expect(await refusal(statistics({ Period: 61 }))).to.match(
                /^InvalidParameterValueException: Period/,
            );
            expect(await refusal(statistics({ ExtendedStatistics: ["tm90"] }))).to.match(
                /percentiles such as p99/,
            );
        });

        it("records for other services, in AWS namespaces too", async () => {
            const dimensions = { DBClusterIdentifier: "store" };
            harness.service.record("AWS/RDS", "DatabaseConnections", dimensions, 4, "Count");
            harness.service.record("AWS/RDS", "DatabaseConnections", dimensions, 6, "Count", START - MINUTE);
            const found = await statistics({
                Namespace: "AWS/RDS",
                MetricName: "DatabaseConnections",
                Dimensions: [{ Name: "DBClusterIdentifier", Value: "store" }],
            });
            expect(found.map(({ Sum, Unit }) => [Sum, Unit])).to.deep.equal([
                [6, "Count"],
                [4, "Count"],
            ]);
            expect(() => harness.service.record("AWS/RDS", "x", {}, NaN, "Count")).to.throw(
                RangeError,
                "NaN",
            );
        });

        it("survives restarts, and a last line that was cut short", async () => {
            await put({ Value: 3 });
            await restart();
            await put({ Value: 4 });
            const [file] = readdirSync(harness.dataDir).filter((name) => name.startsWith("points-"));
            appendFileSync(join(harness.dataDir, file!), '{"namespace":"BQX","metr');
            await restart();
            expect((await statistics({ ExtendedStatistics: ["p50"] }))[0]).to.deep.include({
                Sum: 7,
                ExtendedStatistics: { p50: 3 },
            });
            expect(readdirSync(harness.dataDir).filter((name) => name.startsWith("points-"))).to.have.length(
                1,
            );
        });

        it("answers the older Query protocol too", async () => {
            const send = async (fields: Record<string, string>) => {
                const body = new URLSearchParams({ Version: "2010-08-01", ...fields });
                const response = await fetch(harness.clientOptions.endpoint, { method: "POST", body });
                return { status: response.status, text: await response.text() };
            };
            const put = await send({
                Action: "PutMetricData",
                Namespace: "BQX",
                "MetricData.member.1.MetricName": "Latency",
                "MetricData.member.1.Value": "2.5",
                "MetricData.member.1.Timestamp": new Date(START).toISOString(),
                "MetricData.member.1.Dimensions.member.1.Name": "Pair",
                "MetricData.member.1.Dimensions.member.1.Value": "A&B",
            });
            expect(put.status).to.equal(200);
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

    describe("alarms", () => {
        const inputs = {
            alarmDescription: "Answers are slow",
            namespace: "BQX",
            metricName: "Latency",
            dimensions: { Pair: "EURUSD" },
            statistic: "Average",
            period: 60,
            evaluationPeriods: 2,
            threshold: 100,
            comparisonOperator: "GreaterThanThreshold",
            alarmActions: [topic("critical")],
            okActions: [topic("info")],
            insufficientDataActions: [topic("warning")],
        };
        const deploy = (name = "slow", more: object = {}) =>
            harness.deploy(
                ALARM,
                name,
                { name, ...inputs, ...more },
                { arn: `arn:aws:cloudwatch:${REGION}:${ACCOUNT}:alarm:${name}` },
            );
        const measure = (...values: number[]) => {
            for (const value of values) {
                harness.service.record("BQX", "Latency", { Pair: "EURUSD" }, value, "Milliseconds", now);
                now += MINUTE;
            }
        };
        const reached = (state: string) =>
            until(`the alarm is in ${state}`, () => harness.service.alarms()[0]?.state === state);
        const describe1 = async () => (await client.send(new DescribeAlarmsCommand({}))).MetricAlarms?.[0];

        it("starts without data, alarms, notifies in AWS's shape, and goes back", async () => {
            await deploy();
            expect(harness.service.alarms()).to.deep.equal([
                {
                    name: "slow",
                    state: "INSUFFICIENT_DATA",
                    reason: "Unchecked: Initial alarm creation",
                    namespace: "BQX",
                    metricName: "Latency",
                    threshold: 100,
                    updatedAt: new Date(START).toISOString(),
                },
            ]);
            measure(150, 250);
            await reached("ALARM");
            expect(notified.map(({ action, subject }) => [action, subject])).to.deep.equal([
                [topic("critical"), 'ALARM: "slow" in US East (N. Virginia)'],
            ]);
            const message = JSON.parse(notified[0]!.message) as Record<string, unknown>;
            expect(message).to.deep.include({
                AlarmName: "slow",
                AlarmDescription: "Answers are slow",
                AWSAccountId: ACCOUNT,
                NewStateValue: "ALARM",
                OldStateValue: "INSUFFICIENT_DATA",
                StateChangeTime: "2026-11-22T13:02:00.000+0000",
                Region: "US East (N. Virginia)",
                AlarmActions: [topic("critical")],
            });
            expect(message.NewStateReason).to.equal(
                "Threshold Crossed: 2 out of the last 2 datapoints [250.0 (22/11/26 13:01:00), 150.0 (22/11/26 13:00:00)] " +
                    "were greater than the threshold (100.0) (minimum 2 datapoints for OK -> ALARM transition).",
            );
            expect(message.Trigger).to.deep.include({
                MetricName: "Latency",
                Namespace: "BQX",
                StatisticType: "Statistic",
                Statistic: "AVERAGE",
                Dimensions: [{ name: "Pair", value: "EURUSD" }],
                Period: 60,
                EvaluationPeriods: 2,
                Threshold: 100,
            });
            measure(50);
            await reached("OK");
            now += 10 * MINUTE;
            await reached("INSUFFICIENT_DATA");
            expect(notified.map(({ action }) => action)).to.deep.equal([
                topic("critical"),
                topic("info"),
                topic("warning"),
            ]);
            expect((await harness.service.health()).figures?.map(({ value }) => value)).to.deep.equal([
                1, 1, 0,
            ]);
        });

        it("evaluates percentiles, units and high-resolution metrics", async () => {
            const more = {
                statistic: undefined,
                extendedStatistic: "p90",
                period: 10,
                evaluationPeriods: 1,
                unit: "Seconds",
            };
            await deploy("slow", { ...more, dimensions: {} });
            const Values = [1, 500];
            const fast = { Value: undefined, Values, StorageResolution: 1, Unit: "Seconds" as const };
            await put({ ...fast, Counts: [8, 2] });
            now += 10_000;
            await reached("ALARM");
            await put({ ...fast, Counts: [9, 1] });
            await put({ Value: 9999, StorageResolution: 1 });
            now += 10_000;
            await reached("OK");
        });

        it("does not act while actions are disabled, by the program or by hand until the next deployment", async () => {
            await deploy("slow", { actionsEnabled: false });
            measure(150, 250);
            await reached("ALARM");
            const AlarmNames = ["slow", "unknown"];
            await client.send(new EnableAlarmActionsCommand({ AlarmNames }));
            measure(1);
            await reached("OK");
            await client.send(new DisableAlarmActionsCommand({ AlarmNames }));
            expect((await describe1())?.ActionsEnabled).to.equal(false);
            measure(150, 250);
            await reached("ALARM");
            await deploy("slow", { actionsEnabled: true });
            expect((await describe1())?.ActionsEnabled).to.equal(true);
            expect(notified.map(({ action }) => action)).to.deep.equal([topic("info")]);
        });

        it("keeps state and history over a restart, and does not act again", async () => {
            await deploy();
            measure(150, 250);
            await reached("ALARM");
            const before = await describe1();
            await restart();
            expect(await describe1()).to.deep.equal({
                ...before,
                $metadata: undefined,
                ...(await describe1()),
            });
            expect((await describe1())?.StateReason).to.equal(before?.StateReason);
            await new Promise((resolve) => setTimeout(resolve, 30));
            expect(notified).to.have.length(1);
            const history = async (input: object) => {
                const command = new DescribeAlarmHistoryCommand({ AlarmName: "slow", ...input });
                return ((await client.send(command)).AlarmHistoryItems ?? []).map(
                    ({ HistorySummary }) => HistorySummary,
                );
            };
            expect(await history({ ScanBy: "TimestampAscending" })).to.deep.equal([
                'Alarm "slow" created',
                "Alarm updated from INSUFFICIENT_DATA to ALARM",
                `Successfully executed action ${topic("critical")}`,
            ]);
            expect(await history({ HistoryItemType: "ConfigurationUpdate" })).to.deep.equal([
                'Alarm "slow" created',
            ]);
            expect(await history({ EndDate: new Date(START - 1) })).to.deep.equal([]);
        });

        it("notes an action that fails, and goes on", async () => {
            refuseActions = true;
            await deploy();
            measure(150, 250);
            await reached("ALARM");
            const command = new DescribeAlarmHistoryCommand({ HistoryItemType: "Action" });
            await until(
                "the action is noted",
                async () => ((await client.send(command)).AlarmHistoryItems ?? []).length > 0,
            );
            const [item] = (await client.send(command)).AlarmHistoryItems ?? [];
            expect(item?.HistorySummary).to.equal(
                `Failed to execute action ${topic("critical")}: no such topic`,
            );
            measure(1);
            await reached("OK");
        });

        it("is put into a state by hand until the next evaluation", async () => {
            await deploy("slow", { treatMissingData: "ignore" });
            const set = (AlarmName: string) =>
                client.send(
                    new SetAlarmStateCommand({ AlarmName, StateValue: "ALARM", StateReason: "drill" }),
                );
            await set("slow");
            expect(notified.map(({ action }) => action)).to.deep.equal([topic("critical")]);
            expect((await describe1())?.StateReason).to.equal("drill");
            await set("slow");
            expect(notified).to.have.length(1);
            measure(1);
            await reached("OK");
            expect(await refusal(set("none"))).to.match(/^ResourceNotFound: /);
        });

        it("describes by name, prefix, state and action, in pages", async () => {
            for (const name of ["b2", "a1", "a2"]) await deploy(name, { treatMissingData: "ignore" });
            await client.send(
                new SetAlarmStateCommand({ AlarmName: "a2", StateValue: "OK", StateReason: "" }),
            );
            const names = async (input: object) => {
                const answer = await client.send(new DescribeAlarmsCommand(input));
                return [answer.MetricAlarms?.map(({ AlarmName }) => AlarmName), answer.NextToken] as const;
            };
            expect((await names({}))[0]).to.deep.equal(["a1", "a2", "b2"]);
            expect((await names({ AlarmNames: ["b2", "x"] }))[0]).to.deep.equal(["b2"]);
            expect((await names({ AlarmNamePrefix: "a" }))[0]).to.deep.equal(["a1", "a2"]);
            expect((await names({ StateValue: "OK" }))[0]).to.deep.equal(["a2"]);
            expect((await names({ ActionPrefix: topic("other") }))[0]).to.deep.equal([]);
            expect((await names({ AlarmTypes: ["CompositeAlarm"] }))[0]).to.deep.equal([]);
            const [first, NextToken] = await names({ MaxRecords: 2 });
            expect(first).to.deep.equal(["a1", "a2"]);
            expect(await names({ MaxRecords: 2, NextToken })).to.deep.equal([["b2"], undefined]);
            expect(await refusal(names({ AlarmNames: ["a"], AlarmNamePrefix: "a" }))).to.match(
                /^InvalidParameterCombinationException/,
            );
        });

        it("describes the alarms of a metric", async () => {
            await deploy();
            await deploy("other", { dimensions: {} });
            const find = async (input: object) => {
                const Dimensions = [{ Name: "Pair", Value: "EURUSD" }];
                const metric = { Namespace: "BQX", MetricName: "Latency", Dimensions };
                const answer = await client.send(new DescribeAlarmsForMetricCommand({ ...metric, ...input }));
                return answer.MetricAlarms?.map(({ AlarmName }) => AlarmName);
            };
            expect(await find({})).to.deep.equal(["slow"]);
            expect(await find({ Statistic: "Average", Period: 60 })).to.deep.equal(["slow"]);
            expect(await find({ Statistic: "Sum" })).to.deep.equal([]);
        });

        it("forgets an alarm that is destroyed", async () => {
            const record = await deploy();
            measure(150, 250);
            await reached("ALARM");
            await harness.destroy(record);
            expect(harness.service.alarms()).to.deep.equal([]);
            await deploy("slow", { metricName: "Other" });
            expect(harness.service.alarms()[0]?.state).to.equal("INSUFFICIENT_DATA");
        });

        it("leaves making and deleting alarms to the program", async () => {
            const alarm = {
                AlarmName: "x",
                EvaluationPeriods: 1,
                ComparisonOperator: "LessThanThreshold" as const,
            };
            const make = client.send(new PutMetricAlarmCommand(alarm));
            expect(await refusal(make)).to.match(/^AccessDenied: PutMetricAlarm .*Pulumi program/);
            const remove = client.send(new DeleteAlarmsCommand({ AlarmNames: ["x"] }));
            expect(await refusal(remove)).to.match(/^AccessDenied: DeleteAlarms/);
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
                    alarmActions: Array.from({ length: 6 }, () => topic("x")),
                    threshold: "high",
                },
                expected:
                    /^Error: aws:cloudwatch\/metricAlarm:MetricAlarm "slow": .*threshold: .*; alarmActions: /,
            },
            {
                title: "more datapoints than periods",
                more: { datapointsToAlarm: 3 },
                expected: /at most evaluationPeriods, 2/,
            },
        ];
        for (const { title, more, expected } of refusals) {
            it(`refuses to deploy ${title}`, async () => {
                expect(await refusal(deploy("slow", more))).to.match(expected);
                expect(harness.service.alarms()).to.deep.equal([]);
            });
        }
    });
});
