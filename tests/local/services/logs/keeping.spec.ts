import {
    CreateLogGroupCommand,
    CreateLogStreamCommand,
    DescribeLogStreamsCommand,
    PutLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { expect } from "chai";
import { appendFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { refusal } from "../harness";
import { DAY_MS, GROUP, LogsFixture, messagesOf, START_MS } from "./fixture";

const HOUR_MS = 3_600_000;
const NAMES = { logGroupName: GROUP, logStreamName: "a" };

describe("CloudWatch Logs: keeping", () => {
    const test = LogsFixture.use();

    const put = (...logEvents: { timestamp: number; message: string }[]) =>
        test.client.send(new PutLogEventsCommand({ ...NAMES, logEvents }));
    const files = () => readdirSync(test.harness.dataDir);

    describe("writing through the API", () => {
        beforeEach(async () => {
            await test.deployGroup();
            await test.client.send(new CreateLogStreamCommand(NAMES));
        });

        it("keeps what is put into a stream that was made", async () => {
            await put(
                { timestamp: START_MS - 5, message: "one\ntwo" },
                { timestamp: START_MS, message: "drei €" },
            );
            expect(messagesOf(await test.get())).to.deep.equal(["one\ntwo", "drei €"]);
        });

        it("leaves out what is too old, expired or too new, and says so", async () => {
            await test.deployGroup({ retentionInDays: 1 });
            const times = [-15 * DAY_MS, -2 * DAY_MS, 0, 2 * HOUR_MS, 2 * HOUR_MS + 1];
            const answer = await put(
                ...times.map((ms) => ({ timestamp: START_MS + ms, message: `at ${ms}` })),
            );
            expect(answer.rejectedLogEventsInfo).to.deep.equal({
                tooOldLogEventEndIndex: 1,
                expiredLogEventEndIndex: 2,
                tooNewLogEventStartIndex: 4,
            });
            expect(messagesOf(await test.get())).to.deep.equal(["at 0", `at ${2 * HOUR_MS}`]);
            expect((await put({ timestamp: START_MS, message: "x" })).rejectedLogEventsInfo).to.be.undefined;
        });

        it("refuses what AWS refuses", async () => {
            const event = { timestamp: START_MS, message: "x" };
            const refusals: [() => Promise<unknown>, RegExp][] = [
                [
                    () => put(event, { ...event, timestamp: START_MS - 1 }),
                    /InvalidParameterException: .*chronological/,
                ],
                [() => put({ ...event, message: "" }), /InvalidParameterException: logEvents.0.message/],
                [() => put(), /InvalidParameterException: logEvents/],
                [
                    () =>
                        put(
                            { ...event, message: "x".repeat(600_000) },
                            { ...event, message: "é".repeat(300_000) },
                        ),
                    /InvalidParameterException: Upload too large: 1200052 bytes exceeds limit of 1048576/,
                ],
                [
                    () => test.client.send(new CreateLogStreamCommand(NAMES)),
                    /ResourceAlreadyExistsException: The specified log stream already exists/,
                ],
                [
                    () => test.client.send(new CreateLogStreamCommand({ ...NAMES, logGroupName: "none" })),
                    /ResourceNotFoundException: The specified log group does not exist/,
                ],
                [
                    () => test.client.send(new CreateLogStreamCommand({ ...NAMES, logStreamName: "a:b" })),
                    /InvalidParameterException: logStreamName: .* without : and \*/,
                ],
                [
                    () => test.client.send(new CreateLogGroupCommand({ logGroupName: "b" })),
                    /AccessDeniedException: CreateLogGroup is not allowed here: .* by the Pulumi program/,
                ],
            ];
            for (const [call, expected] of refusals) expect(await refusal(call())).to.match(expected);
        });
    });

    it("makes the group and the stream of what a function prints, and cuts what is too long", async () => {
        test.harness.service.append(GROUP, "2026/01/06/[$LATEST]0a1b", "x".repeat(300_000));
        test.harness.service.append(GROUP, "empty", "");
        const { events = [] } = await test.filter();
        expect(events.map(({ message = "" }) => message.length)).to.deep.equal([256 * 1024]);
        const { logStreams = [] } = await test.client.send(
            new DescribeLogStreamsCommand({ logGroupName: GROUP }),
        );
        expect(logStreams.map(({ logStreamName }) => logStreamName)).to.deep.equal([
            "2026/01/06/[$LATEST]0a1b",
        ]);
    });

    it("keeps streams of like names apart", async () => {
        for (const stream of ["a/b", "a-b", "a b", `${"l".repeat(400)}1`, `${"l".repeat(400)}2`])
            test.log(stream, stream);
        expect(files()).to.have.length(5);
        expect(messagesOf(await test.get({ logStreamName: "a b" }))).to.deep.equal(["a b"]);
        expect(messagesOf(await test.get({ logStreamName: `${"l".repeat(400)}2` }))).to.have.length(1);
    });

    it("survives a restart, with all ids and order", async () => {
        await test.deployGroup();
        test.log("a", "1", "2");
        test.log("b", "3");
        const before = (await test.filter()).events;
        await test.restart();
        expect((await test.filter()).events).to.deep.equal(before);
        test.log("a", "4");
        const { events = [] } = await test.filter();
        expect(messagesOf({ events })).to.have.members(["1", "2", "3", "4"]);
        expect(new Set(events.map(({ eventId }) => eventId)).size).to.equal(4);
    });

    it("survives a machine that stopped in the middle of a write", async () => {
        test.log("a", "1");
        const path = join(test.harness.dataDir, files()[0]!);
        appendFileSync(path, `[${START_MS},${START_MS},1,"cut sh`);
        writeFileSync(`${path}.0a1b2c.tmp`, "half a file");
        writeFileSync(join(test.harness.dataDir, "damaged.jsonl"), "{");
        await test.restart();
        expect(files()).to.have.length(1);
        test.log("a", "2");
        expect(messagesOf(await test.get())).to.have.members(["1", "2"]);
    });

    it("keeps events as long as the group's retention says", async () => {
        await test.deployGroup({ retentionInDays: 7 });
        test.log("a", "old");
        test.nowMs += 4 * DAY_MS;
        test.log("a", "newer");
        test.log("b", "other");
        test.nowMs += 4 * DAY_MS;
        // No longer told at once, and taken from the disk when it is tidied next.
        expect(messagesOf(await test.get())).to.deep.equal(["newer"]);
        const path = join(
            test.harness.dataDir,
            files().find((name) => name.includes("-a-"))!,
        );
        const { size } = statSync(path);
        await test.restart();
        expect(statSync(path).size).to.be.below(size);
        expect(messagesOf(await test.filter())).to.have.members(["newer", "other"]);
        test.nowMs += 8 * DAY_MS;
        await test.restart();
        expect(files()).to.deep.equal([]);
        await test.deployGroup({ retentionInDays: 0 });
        test.log("a", "for ever");
        test.nowMs += 4000 * DAY_MS;
        await test.restart();
        expect(messagesOf(await test.filter())).to.deep.equal(["for ever"]);
    });

    it("bounds a stream and a group", async () => {
        const message = "x".repeat(250_000);
        for (let i = 0; i < 45; i++) test.log("a", `${i} ${message}`);
        const sizes = () => files().map((name) => statSync(join(test.harness.dataDir, name)).size);
        expect(sizes()[0]).to.be.within(4_000_000, 10 * 1024 * 1024);
        expect(messagesOf(await test.get({ limit: 1 }))[0]).to.match(/^44 /);
        for (let stream = 0; stream < 6; stream++) {
            test.nowMs += 1000;
            for (let i = 0; i < 38; i++) test.log(`s${stream}`, message);
        }
        await test.restart();
        expect(sizes().reduce((sum, size) => sum + size, 0)).to.be.below(50 * 1024 * 1024);
        expect(files().some((name) => name.includes("-s5-"))).to.be.true;
        expect(await refusal(test.get())).to.contain("log stream does not exist");
    }).timeout(20_000);

    it("goes with its group, unless it is to stay", async () => {
        const group = await test.deployGroup();
        test.log("a", "1");
        const kept = await test.deployGroup({ skipDestroy: true }, "/kept");
        test.harness.service.append("/kept", "a", "2");
        await test.harness.destroy(group);
        await test.harness.destroy(kept);
        expect(await refusal(test.filter())).to.contain("log group does not exist");
        expect(messagesOf(await test.filter({ logGroupName: "/kept" }))).to.deep.equal(["2"]);
        expect(files()).to.have.length(1);
    });

    it("says what it holds", async () => {
        await test.deployGroup({}, "/bqx/empty");
        test.log("a", "1");
        const { healthy, detail, figures = [] } = await test.harness.service.health();
        expect({ healthy, detail }).to.deep.equal({
            healthy: true,
            detail: '2 log groups. "aws logs tail <group>" shows what functions and jobs print.',
        });
        const [file = ""] = files();
        expect(figures.map(({ label, value }) => [label, value])).to.deep.equal([
            ["log groups", 2],
            ["streams", 1],
            ["stored", statSync(join(test.harness.dataDir, file)).size],
        ]);
    });
});
