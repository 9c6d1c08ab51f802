import { expect } from "chai";
import { replayClock, WALL_CLOCK } from "../../../../data/clock";
import { AwsError } from "../../../../local/services/service";
import { refusal } from "../harness";
import { FUNCTION, ROLE, SchedulerFixture, STATE_MACHINE } from "./fixture";

const MINUTE_MS = 60_000;
const utc = (text: string): number => Date.parse(`${text}Z`);

describe("EventBridge Scheduler: running", () => {
    const test = SchedulerFixture.use();

    describe("on the wall clock", () => {
        it("runs a schedule once at each of its minutes, at their begin", async () => {
            await test.deploy("each");
            await test.deploy("fifth", { scheduleExpression: "cron(0/5 * * * ? *)" });
            await test.time.advance(9_999);
            expect(test.payloads).to.deep.equal([]);
            await test.time.advance(1);
            expect(test.payloads).to.deep.equal(["each 2026-01-06T12:01:00Z"]);
            await test.time.advance(4 * MINUTE_MS);
            expect(test.payloads.slice(-2)).to.deep.equal([
                "each 2026-01-06T12:05:00Z",
                "fifth 2026-01-06T12:05:00Z",
            ]);
            expect(test.payloads).to.have.length(6);
        });

        it("goes by the schedule's time zone, start, end and state", async () => {
            await test.deploy("ny", {
                scheduleExpression: "cron(2 7 * * ? *)",
                scheduleExpressionTimezone: "America/New_York",
            });
            await test.deploy("limited", {
                startDate: "2026-01-06T12:03:00Z",
                endDate: "2026-01-06T12:05:00Z",
            });
            await test.deploy("off", { state: "DISABLED" });
            await test.time.advance(10 * MINUTE_MS);
            expect(test.payloads).to.deep.equal([
                "ny 2026-01-06T12:02:00Z",
                "limited 2026-01-06T12:03:00Z",
                "limited 2026-01-06T12:04:00Z",
            ]);
        });

        it("takes up changes and stops what is destroyed", async () => {
            const first = await test.deploy("a");
            await test.time.advance(MINUTE_MS);
            await test.deploy("a", { scheduleExpression: "rate(2 minutes)" });
            await test.time.advance(3 * MINUTE_MS);
            await test.harness.destroy(first);
            await test.time.advance(5 * MINUTE_MS);
            expect(test.payloads).to.deep.equal([
                "a 2026-01-06T12:01:00Z",
                "a 2026-01-06T12:02:00Z",
                "a 2026-01-06T12:04:00Z",
            ]);
        });

        it("does not make up for what was due while the host was down", async () => {
            await test.deploy("a");
            await test.time.advance(MINUTE_MS);
            test.time.stop();
            await test.time.sleep(5 * MINUTE_MS);
            await test.harness.restart();
            await test.time.advance(MINUTE_MS);
            expect(test.payloads).to.deep.equal(["a 2026-01-06T12:01:00Z", "a 2026-01-06T12:07:00Z"]);
        });

        it("runs late what a busy host is late for, and counts it", async () => {
            await test.deploy("a");
            await test.time.sleep(45_000);
            expect(test.payloads).to.deep.equal(["a 2026-01-06T12:01:00Z"]);
            expect(await test.health()).to.include({ late: 1, missed: 0, delivered: 1 });
        });

        it("leaves out what a machine has slept through, and counts it", async () => {
            await test.deploy("a");
            await test.time.sleep(10 * MINUTE_MS);
            expect(test.payloads).to.deep.equal(["a 2026-01-06T12:10:00Z"]);
            expect(await test.health()).to.include({ late: 1, missed: 9 });
        });

        it("runs no minute twice where the machine's clock is set back", async () => {
            await test.deploy("a");
            await test.time.advance(MINUTE_MS);
            test.time.setBack(55_000);
            await test.time.advance(2 * MINUTE_MS);
            expect(test.payloads).to.deep.equal(["a 2026-01-06T12:01:00Z", "a 2026-01-06T12:02:00Z"]);
        });

        it("spreads a flexible window's runs within it, each once, with the planned time", async () => {
            const flexibleTimeWindow = { mode: "FLEXIBLE", maximumWindowInMinutes: 8 };
            for (const name of ["a", "b", "c"])
                await test.deploy(name, { scheduleExpression: "cron(2 12 * * ? *)", flexibleTimeWindow });
            const counts: number[] = [];
            for (let minute = 0; minute < 10; minute++) {
                await test.time.advance(MINUTE_MS);
                counts.push(test.payloads.length);
            }
            expect(test.payloads.sort()).to.deep.equal(
                ["a", "b", "c"].map((name) => `${name} 2026-01-06T12:02:00Z`),
            );
            expect(counts[0]).to.equal(0);
            expect(counts.at(-1)).to.equal(3);
            expect(new Set(counts).size, "different delays").to.be.above(2);
        });
    });

    describe("on a replay", () => {
        /** The last five minutes of a week and the first five of the next: ten seconds at speed 60. */
        const minutes = {
            firstMs: utc("2017-07-07T20:55:00"),
            lastMs: utc("2017-07-09T21:04:00"),
            speed: 60,
        };
        const times = (): string[] =>
            test.payloads.map((payload) => payload.replace(/^\w+ 2017-07-(.+):00Z$/, "$1"));

        it("runs each replayed minute with its time, again and again", async () => {
            await test.deploy("a");
            test.clock = replayClock(minutes, test.time.now());
            await test.time.advance(3_000);
            expect(times()).to.deep.equal(["07T20:55", "07T20:56", "07T20:57", "07T20:58"]);
            await test.time.advance(8_500);
            expect(times().slice(4)).to.deep.equal([
                "07T20:59",
                // The last of the minutes that the replay leaves out; then the market opens.
                "09T20:59",
                "09T21:00",
                "09T21:01",
                "09T21:02",
                "09T21:03",
                "09T21:04",
                "07T20:55",
                "07T20:56",
            ]);
            expect(await test.health()).to.include({ late: 0, missed: 0 });
        });

        it("runs what is planned for the weekend once, when the market opens", async () => {
            await test.deploy("w", { scheduleExpression: "cron(0 6 ? * SAT *)" });
            await test.deploy("x", { scheduleExpression: "cron(1 21 ? * SUN *)" });
            test.clock = replayClock(minutes, test.time.now());
            await test.time.advance(19_999);
            expect(times()).to.deep.equal(["08T06:00", "09T21:01", "08T06:00", "09T21:01"]);
        });

        it("keeps up with a clock that is faster than its looks", async () => {
            await test.deploy("a", { scheduleExpression: "cron(55-59 20 ? * FRI *)" });
            test.clock = replayClock({ ...minutes, speed: 60_000 }, test.time.now() + 1);
            await test.time.advance(1_000);
            // 100 times ten minutes, and what the first look at the new clock finds.
            expect(times().filter((time) => time === "07T20:55")).to.have.length.within(99, 101);
            const others = times().filter((time) => time === "07T20:59");
            expect(others).to.have.length.within(99, 101);
        });

        it("goes on by the wall clock when the replay is stopped", async () => {
            await test.deploy("a");
            test.clock = replayClock(minutes, test.time.now());
            await test.time.advance(1_500);
            test.clock = WALL_CLOCK;
            await test.time.advance(MINUTE_MS);
            expect(test.payloads.at(-1)).to.equal("a 2026-01-06T12:01:00Z");
            expect(test.payloads).to.have.length(3);
        });
    });

    describe("delivery", () => {
        const nothing = { late: 0, missed: 0 };

        it("replaces keywords in the input, and sends AWS's event where there is none", async () => {
            const input = JSON.stringify({
                time: "<aws.scheduler.scheduled-time>",
                arn: "<aws.scheduler.schedule-arn>",
                id: "<aws.scheduler.execution-id>",
                attempt: "<aws.scheduler.attempt-number>",
                other: "<aws.scheduler.else>",
            });
            await test.deploy("a", { target: { arn: FUNCTION, roleArn: ROLE, input } });
            await test.deploy("b", { target: { arn: FUNCTION, roleArn: ROLE } });
            await test.time.advance(10_000);
            const [first, second] = test.payloads.map(
                (payload) => JSON.parse(payload) as Record<string, unknown>,
            );
            const arn = "arn:aws:scheduler:us-east-1:123456789012:schedule/default/";
            expect(first).to.include({
                time: "2026-01-06T12:01:00Z",
                arn: `${arn}a`,
                attempt: "1",
                other: "<aws.scheduler.else>",
            });
            expect(first?.["id"]).to.match(/^[0-9a-f]{16}$/);
            expect(second).to.deep.include({
                source: "aws.scheduler",
                "detail-type": "Scheduled Event",
                time: "2026-01-06T12:01:00Z",
                resources: [`${arn}b`],
                detail: "{}",
            });
        });

        it("starts state machines", async () => {
            await test.deploy("a", { target: { arn: STATE_MACHINE, roleArn: ROLE, input: "{}" } });
            await test.time.advance(10_000);
            expect(test.executions).to.deep.equal([{ arn: STATE_MACHINE, input: "{}" }]);
            expect(test.metrics).to.deep.equal(["AWS/Scheduler InvocationAttemptCount default 1 Count"]);
        });

        it("reports other targets as not delivered", async () => {
            const arn = "arn:aws:sqs:us-east-1:123456789012:queue";
            await test.deploy("a", { target: { arn, roleArn: ROLE } });
            await test.time.advance(10_000);
            expect(await test.health()).to.include({ ...nothing, delivered: 0, "not delivered": 1 });
            expect(test.harness.log.at(-1)).to.equal(
                "schedule a of 2026-01-06T12:01:00Z is given up after attempt 1: " +
                    `the local stack starts Lambda functions and state machines, not ${arn}`,
            );
            expect(test.metrics.map((metric) => metric.split(" ")[1])).to.deep.equal([
                "InvocationAttemptCount",
                "TargetErrorCount",
                "InvocationDroppedCount",
            ]);
        });

        it("tries again after 1, 2, 4 seconds, with the same time and the attempt's number", async () => {
            const input = "<aws.scheduler.scheduled-time> <aws.scheduler.attempt-number>";
            await test.deploy("a", {
                target: { arn: FUNCTION, roleArn: ROLE, input },
                scheduleExpression: "at(2026-01-06T12:01:00)",
            });
            const throttle = new AwsError("TooManyRequestsException", "Rate exceeded", 429);
            test.failures = [throttle, new AwsError("ServiceException", "Later", 500), new Error("broken")];
            await test.time.advance(10_000 + 6_999);
            expect(test.payloads).to.deep.equal([]);
            await test.time.advance(1);
            expect(test.payloads).to.deep.equal(["2026-01-06T12:01:00Z 4"]);
            expect(test.metrics.map((metric) => metric.split(" ")[1])).to.deep.equal([
                "InvocationAttemptCount",
                "TargetErrorThrottledCount",
                "InvocationAttemptCount",
                "TargetErrorCount",
                "InvocationAttemptCount",
                "TargetErrorCount",
                "InvocationAttemptCount",
            ]);
        });

        const limits: [title: string, retryPolicy: object, attempts: number][] = [
            ["as often as it is told", { maximumRetryAttempts: 2, maximumEventAgeInSeconds: 86_400 }, 3],
            ["as long as it is told", { maximumRetryAttempts: 185, maximumEventAgeInSeconds: 60 }, 6],
        ];
        for (const [title, retryPolicy, attempts] of limits) {
            it(`tries again ${title}, then drops the event`, async () => {
                await test.deploy("a", {
                    target: { arn: FUNCTION, roleArn: ROLE, retryPolicy },
                    scheduleExpression: "at(2026-01-06T12:01:00)",
                });
                test.failures = Array.from({ length: 200 }, () => new Error("broken"));
                await test.time.advance(60 * MINUTE_MS);
                expect(200 - test.failures.length).to.equal(attempts);
                expect(await test.health()).to.include({ ...nothing, "not delivered": 1 });
            });
        }

        it("does not try again what the target refuses", async () => {
            await test.deploy("a", { scheduleExpression: "at(2026-01-06T12:01:00)" });
            test.failures = [new AwsError("ResourceNotFoundException", "Function not found", 404)];
            await test.time.advance(MINUTE_MS);
            expect(test.payloads).to.deep.equal([]);
            expect(test.harness.log.at(-1)).to.contain("given up after attempt 1: Function not found");
        });
    });

    describe("health", () => {
        it("says what is next, by the market's clock", async () => {
            expect((await test.health()).detail).to.equal("It is 2026-01-06T12:00:50Z; nothing is planned.");
            await test.deploy("hour", { scheduleExpression: "rate(1 hour)" });
            await test.deploy("each");
            await test.deploy("off", { state: "DISABLED" });
            expect(await test.health()).to.include({
                detail: "It is 2026-01-06T12:00:50Z; next is each at 2026-01-06T12:01Z, hour at 2026-01-06T13:00Z.",
                schedules: 3,
                enabled: 2,
            });
        });

        it("says why nothing runs, and goes on when the clock can be read again", async () => {
            await test.deploy("a");
            const clock = test.clock;
            Object.defineProperty(test, "clock", {
                configurable: true,
                get: () => {
                    throw new Error("clock.json is damaged");
                },
            });
            await test.time.advance(30_000);
            expect(await test.health()).to.include({
                healthy: false,
                detail: "Nothing runs: clock.json is damaged",
            });
            expect(test.harness.log).to.deep.equal(["Nothing runs: clock.json is damaged"]);
            Object.defineProperty(test, "clock", { configurable: true, writable: true, value: clock });
            await test.time.advance(10_000);
            expect(await test.health()).to.include({ healthy: true });
            expect(test.payloads).to.deep.equal(["a 2026-01-06T12:01:00Z"]);
        });
    });

    describe("deploying", () => {
        it("refuses what cannot run, naming the schedule and each problem", async () => {
            const broken = test.deploy("a", { scheduleExpression: "cron(60 24 * * ? *)" });
            expect(await refusal(broken)).to.match(
                /"default\/a": scheduleExpression: cron\(\): minutes: got 60, .*; hours: got 24, /,
            );
            const deleted = test.deploy("a", { actionAfterCompletion: "DELETE", startDate: "soon" });
            expect(await refusal(deleted)).to.match(
                /startDate: a time such as .*; actionAfterCompletion: only NONE/,
            );
            expect(await refusal(test.deploy("a", {}, "none"))).to.contain(
                "schedule group none does not exist",
            );
        });
    });
});
