import {
    DeleteAlarmsCommand,
    DescribeAlarmHistoryCommand,
    DescribeAlarmsCommand,
    DescribeAlarmsForMetricCommand,
    DisableAlarmActionsCommand,
    EnableAlarmActionsCommand,
    PutMetricAlarmCommand,
    SetAlarmStateCommand,
} from "@aws-sdk/client-cloudwatch";
import { expect } from "chai";
import { ACCOUNT, REGION, refusal, until } from "../harness";
import { MINUTE, START, CloudWatchFixture } from "./fixture";

const ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";
const topic = (name: string) => `arn:aws:sns:${REGION}:${ACCOUNT}:${name}`;

describe("CloudWatch alarms", () => {
    const test = CloudWatchFixture.use();

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
        test.harness.deploy(
            ALARM,
            name,
            { name, ...inputs, ...more },
            { arn: `arn:aws:cloudwatch:${REGION}:${ACCOUNT}:alarm:${name}` },
        );
    const measure = (...values: number[]) => {
        for (const value of values) {
            test.harness.service.record(
                "BQX",
                "Latency",
                { Pair: "EURUSD" },
                value,
                "Milliseconds",
                test.now,
            );
            test.now += MINUTE;
        }
    };
    const reached = (state: string) =>
        until(`the alarm is in ${state}`, () => test.harness.service.alarms()[0]?.state === state);
    const firstAlarm = async () => (await test.client.send(new DescribeAlarmsCommand({}))).MetricAlarms?.[0];

    it("starts without data, alarms, notifies in AWS's shape, and goes back", async () => {
        await deploy();
        expect(test.harness.service.alarms()).to.deep.equal([
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
        expect(test.notified.map(({ action, subject }) => [action, subject])).to.deep.equal([
            [topic("critical"), 'ALARM: "slow" in US East (N. Virginia)'],
        ]);
        const message = JSON.parse(test.notified[0]!.message) as Record<string, unknown>;
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
        test.now += 10 * MINUTE;
        await reached("INSUFFICIENT_DATA");
        expect(test.notified.map(({ action }) => action)).to.deep.equal([
            topic("critical"),
            topic("info"),
            topic("warning"),
        ]);
        expect((await test.harness.service.health()).figures?.map(({ value }) => value)).to.deep.equal([
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
        await test.put({ ...fast, Counts: [8, 2] });
        test.now += 10_000;
        await reached("ALARM");
        await test.put({ ...fast, Counts: [9, 1] });
        await test.put({ Value: 9999, StorageResolution: 1 });
        test.now += 10_000;
        await reached("OK");
    });

    it("does not act while actions are disabled, by the program or by hand until the next deployment", async () => {
        await deploy("slow", { actionsEnabled: false });
        measure(150, 250);
        await reached("ALARM");
        const AlarmNames = ["slow", "unknown"];
        await test.client.send(new EnableAlarmActionsCommand({ AlarmNames }));
        measure(1);
        await reached("OK");
        await test.client.send(new DisableAlarmActionsCommand({ AlarmNames }));
        expect((await firstAlarm())?.ActionsEnabled).to.equal(false);
        measure(150, 250);
        await reached("ALARM");
        await deploy("slow", { actionsEnabled: true });
        expect((await firstAlarm())?.ActionsEnabled).to.equal(true);
        expect(test.notified.map(({ action }) => action)).to.deep.equal([topic("info")]);
    });

    it("keeps state and history over a test.restart, and does not act again", async () => {
        await deploy();
        measure(150, 250);
        await reached("ALARM");
        const before = await firstAlarm();
        await test.restart();
        expect(await firstAlarm()).to.deep.equal(before);
        await new Promise((resolve) => setTimeout(resolve, 30));
        expect(test.notified).to.have.length(1);
        const history = async (input: object) => {
            const command = new DescribeAlarmHistoryCommand({ AlarmName: "slow", ...input });
            return ((await test.client.send(command)).AlarmHistoryItems ?? []).map(
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
        test.refuseActions = true;
        await deploy();
        measure(150, 250);
        await reached("ALARM");
        const command = new DescribeAlarmHistoryCommand({ HistoryItemType: "Action" });
        await until(
            "the action is noted",
            async () => ((await test.client.send(command)).AlarmHistoryItems ?? []).length > 0,
        );
        const [item] = (await test.client.send(command)).AlarmHistoryItems ?? [];
        expect(item?.HistorySummary).to.equal(`Failed to execute action ${topic("critical")}: no such topic`);
        measure(1);
        await reached("OK");
    });

    it("is test.put into a state by hand until the next evaluation", async () => {
        await deploy("slow", { treatMissingData: "ignore" });
        const set = (AlarmName: string) =>
            test.client.send(
                new SetAlarmStateCommand({ AlarmName, StateValue: "ALARM", StateReason: "drill" }),
            );
        await set("slow");
        expect(test.notified.map(({ action }) => action)).to.deep.equal([topic("critical")]);
        expect((await firstAlarm())?.StateReason).to.equal("drill");
        await set("slow");
        expect(test.notified).to.have.length(1);
        measure(1);
        await reached("OK");
        expect(await refusal(set("none"))).to.match(/^ResourceNotFound: /);
    });

    it("describes by name, prefix, state and action, in pages", async () => {
        for (const name of ["b2", "a1", "a2"]) await deploy(name, { treatMissingData: "ignore" });
        await test.client.send(
            new SetAlarmStateCommand({ AlarmName: "a2", StateValue: "OK", StateReason: "" }),
        );
        const names = async (input: object) => {
            const answer = await test.client.send(new DescribeAlarmsCommand(input));
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
            const answer = await test.client.send(
                new DescribeAlarmsForMetricCommand({ ...metric, ...input }),
            );
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
        await test.harness.destroy(record);
        expect(test.harness.service.alarms()).to.deep.equal([]);
        await deploy("slow", { metricName: "Other" });
        expect(test.harness.service.alarms()[0]?.state).to.equal("INSUFFICIENT_DATA");
    });

    it("leaves making and deleting alarms to the program", async () => {
        const alarm = {
            AlarmName: "x",
            EvaluationPeriods: 1,
            ComparisonOperator: "LessThanThreshold" as const,
        };
        const make = test.client.send(new PutMetricAlarmCommand(alarm));
        expect(await refusal(make)).to.match(/^AccessDenied: PutMetricAlarm .*Pulumi program/);
        const remove = test.client.send(new DeleteAlarmsCommand({ AlarmNames: ["x"] }));
        expect(await refusal(remove)).to.match(/^AccessDenied: DeleteAlarms/);
    });

    it("does not deploy an alarm it cannot evaluate", async () => {
        const math = deploy("slow", { metricQueries: [{ id: "m", expression: "a / b" }] });
        expect(await refusal(math)).to.match(/metricQueries: .*math/);
        expect(test.harness.service.alarms()).to.deep.equal([]);
    });
});
