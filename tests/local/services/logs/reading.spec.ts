import {
    DescribeLogGroupsCommand,
    DescribeLogStreamsCommand,
    paginateFilterLogEvents,
} from "@aws-sdk/client-cloudwatch-logs";
import { expect } from "chai";
import { refusal } from "../harness";
import { GROUP, LogsFixture, messagesOf, START_MS } from "./fixture";

const ARN = `arn:aws:logs:us-east-1:123456789012:log-group:${GROUP}`;

describe("CloudWatch Logs: reading", () => {
    const test = LogsFixture.use();

    describe("GetLogEvents", () => {
        it("gives the end of a stream, or its head", async () => {
            test.log("a", "1", "2", "3");
            expect((await test.get()).events).to.deep.equal(
                ["1", "2", "3"].map((message, i) => ({
                    message,
                    timestamp: START_MS + i * 1000,
                    ingestionTime: START_MS,
                })),
            );
            expect(messagesOf(await test.get({ limit: 2 }))).to.deep.equal(["2", "3"]);
            expect(messagesOf(await test.get({ limit: 2, startFromHead: true }))).to.deep.equal(["1", "2"]);
        });

        it("includes the start time and not the end time", async () => {
            test.log("a", "1", "2", "3");
            const page = await test.get({ startTime: START_MS + 1000, endTime: START_MS + 2000 });
            expect(messagesOf(page)).to.deep.equal(["2"]);
        });

        it("goes back and forth by its tokens", async () => {
            test.log("a", "1", "2", "3", "4", "5");
            const end = await test.get({ limit: 2 });
            const middle = await test.get({ limit: 2, nextToken: end.nextBackwardToken });
            expect(messagesOf(middle)).to.deep.equal(["2", "3"]);
            const again = await test.get({ limit: 9, nextToken: middle.nextForwardToken });
            expect(messagesOf(again)).to.deep.equal(["4", "5"]);
        });

        it("gives the same token at the end, so that a reader can wait for more", async () => {
            test.log("a", "1");
            const { nextForwardToken } = await test.get();
            const empty = await test.get({ nextToken: nextForwardToken });
            expect(empty.events).to.deep.equal([]);
            expect(empty.nextForwardToken).to.equal(nextForwardToken);
            expect(messagesOf(await test.get({ nextToken: empty.nextBackwardToken }))).to.deep.equal(["1"]);
            test.nowMs += 1000;
            test.log("a", "2");
            expect(messagesOf(await test.get({ nextToken: empty.nextForwardToken }))).to.deep.equal(["2"]);
            const head = await test.get({ nextToken: (await test.get({ limit: 2 })).nextBackwardToken });
            expect(head.events).to.deep.equal([]);
            expect(messagesOf(await test.get({ nextToken: head.nextForwardToken }))).to.deep.equal([
                "1",
                "2",
            ]);
        });

        it("keeps the order of events of one moment", async () => {
            const messages = Array.from({ length: 30 }, (_, i) => String(i));
            for (const message of messages) test.harness.service.append(GROUP, "a", message);
            expect(messagesOf(await test.get())).to.deep.equal(messages);
        });
    });

    describe("FilterLogEvents", () => {
        it("mixes streams in order of time", async () => {
            test.log("a", "a1", "a2");
            test.nowMs += 500;
            test.log("b", "b1", "b2");
            const { events = [] } = await test.filter();
            expect(events.map(({ logStreamName, message }) => `${logStreamName!} ${message!}`)).to.deep.equal(
                ["a a1", "b b1", "a a2", "b b2"],
            );
            expect(new Set(events.map(({ eventId }) => eventId)).size).to.equal(4);
            expect(events[0]?.eventId).to.match(/^\d{56}$/);
        });

        it("chooses by stream, time and pattern", async () => {
            test.log("a", "ERROR one", "INFO two", "ERROR three");
            test.log("b", "ERROR four");
            const cases: [Parameters<typeof test.filter>[0], string[]][] = [
                [{ filterPattern: "ERROR" }, ["ERROR one", "ERROR four", "ERROR three"]],
                [{ filterPattern: "ERROR -three", logStreamNames: ["a"] }, ["ERROR one"]],
                [{ logStreamNamePrefix: "b" }, ["ERROR four"]],
                [{ startTime: START_MS + 1000 }, ["INFO two", "ERROR three"]],
                [{ logStreamNames: ["a"], endTime: START_MS + 1000 }, ["ERROR one", "INFO two"]],
            ];
            for (const [input, expected] of cases)
                expect(messagesOf(await test.filter(input)), JSON.stringify(input)).to.have.members(expected);
        });

        it("gives all of them page by page, also while more come in", async () => {
            const messages = Array.from({ length: 25 }, (_, i) => `event ${i}`);
            test.log("a", ...messages);
            const found: string[] = [];
            const config = { client: test.client, pageSize: 10 };
            for await (const page of paginateFilterLogEvents(config, { logGroupName: GROUP })) {
                found.push(...messagesOf(page));
                if (found.length === 10) test.log("b", "older than what comes next");
            }
            expect(found).to.deep.equal(messages);
        });

        it("gives a megabyte at a time", async () => {
            const large = "x".repeat(200_000);
            test.log("a", large, large, large, large, large, large, large);
            const first = await test.filter();
            expect(first.events).to.have.length(5);
            expect((await test.filter({ nextToken: first.nextToken })).events).to.have.length(2);
        });

        it("takes the group's ARN for its name", async () => {
            test.log("a", "1");
            const byArn = await test.filter({ logGroupName: undefined, logGroupIdentifier: ARN });
            expect(messagesOf(byArn)).to.deep.equal(["1"]);
        });

        it("refuses patterns that it cannot evaluate, and tokens that it has not given", async () => {
            test.log("a", "1");
            expect(await refusal(test.filter({ filterPattern: "{ $.a = 1 }" }))).to.match(
                /^InvalidParameterException: Invalid filter pattern .* filters by terms/,
            );
            expect(await refusal(test.filter({ nextToken: "x" }))).to.equal(
                "InvalidParameterException: The specified nextToken is invalid.",
            );
            expect(await refusal(test.filter({ logGroupName: undefined }))).to.contain("must be given");
        });
    });

    describe("groups and streams", () => {
        it("lists what is deployed and what has logged", async () => {
            await test.deployGroup({ retentionInDays: 7 }, "/bqx/empty");
            test.log("a", "1");
            const { logGroups = [] } = await test.client.send(new DescribeLogGroupsCommand({}));
            expect(
                logGroups.map(({ logGroupName, retentionInDays }) => [logGroupName, retentionInDays]),
            ).to.deep.equal([
                [GROUP, undefined],
                ["/bqx/empty", 7],
            ]);
            expect(logGroups[0]).to.deep.include({
                arn: `${ARN}:*`,
                logGroupArn: ARN,
                creationTime: START_MS,
            });
            const named = await test.client.send(
                new DescribeLogGroupsCommand({ logGroupNamePrefix: "/bqx" }),
            );
            expect(named.logGroups).to.have.length(1);
            const pattern = await test.client.send(
                new DescribeLogGroupsCommand({ logGroupNamePattern: "LAMBDA" }),
            );
            expect(pattern.logGroups).to.have.length(1);
        });

        it("lists streams by name or by their last event", async () => {
            test.log("b", "1", "2", "3");
            test.log("a", "1");
            test.log("other", "1", "2");
            const names = async (input: object) => {
                const command = new DescribeLogStreamsCommand({ logGroupName: GROUP, ...input });
                const { logStreams = [] } = await test.client.send(command);
                return logStreams.map(({ logStreamName }) => logStreamName);
            };
            expect(await names({})).to.deep.equal(["a", "b", "other"]);
            expect(await names({ descending: true, limit: 2 })).to.deep.equal(["other", "b"]);
            expect(await names({ orderBy: "LastEventTime", descending: true })).to.deep.equal([
                "b",
                "other",
                "a",
            ]);
            expect(await names({ logStreamNamePrefix: "o" })).to.deep.equal(["other"]);
            const command = new DescribeLogStreamsCommand({ logGroupName: GROUP, logStreamNamePrefix: "b" });
            const { logStreams = [] } = await test.client.send(command);
            expect(logStreams[0]).to.deep.equal({
                arn: `${ARN}:log-stream:b`,
                creationTime: START_MS,
                firstEventTimestamp: START_MS,
                lastEventTimestamp: START_MS + 2000,
                lastIngestionTime: START_MS,
                logStreamName: "b",
                storedBytes: 0,
            });
        });

        it("does not know what is neither deployed nor logged to", async () => {
            expect(await refusal(test.filter())).to.equal(
                "ResourceNotFoundException: The specified log group does not exist.",
            );
            await test.deployGroup();
            expect(messagesOf(await test.filter())).to.deep.equal([]);
            expect(await refusal(test.get())).to.equal(
                "ResourceNotFoundException: The specified log stream does not exist.",
            );
        });
    });
});
