import {
    CreateTopicCommand,
    GetSubscriptionAttributesCommand,
    GetTopicAttributesCommand,
    ListSubscriptionsByTopicCommand,
    ListSubscriptionsCommand,
    ListTagsForResourceCommand,
    ListTopicsCommand,
    PublishBatchCommand,
    PublishCommand,
    SNSClient,
    SubscribeCommand,
    type MessageAttributeValue,
} from "@aws-sdk/client-sns";
import { expect } from "chai";
import { readdirSync, readFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createSnsService } from "../../../../local/services/sns";
import { ACCOUNT, Harness, refusal, REGION, until } from "../harness";

const TOPIC = "aws:sns/topic:Topic";
const SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription";
const SLACK = "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration";

const topicArn = (name: string) => `arn:aws:sns:${REGION}:${ACCOUNT}:${name}`;
const TopicArn = topicArn("critical");
const string = (StringValue: string): MessageAttributeValue => ({ DataType: "String", StringValue });

describe("SNS", () => {
    let harness: Harness<ReturnType<typeof createSnsService>>;
    let client: SNSClient;

    const deployTopic = (name: string, inputs: object = {}) =>
        harness.deploy(TOPIC, topicArn(name), { name, ...inputs }, { arn: topicArn(name) });
    const subscribe = (protocol: string, endpoint: string, inputs: object = {}) => {
        const arn = `${TopicArn}:${protocol}-${endpoint.length}`;
        return harness.deploy(SUBSCRIPTION, arn, { topic: TopicArn, protocol, endpoint, ...inputs }, { arn });
    };
    const publish = (input: object = {}) =>
        client.send(new PublishCommand({ TopicArn, Message: "hello", ...input }));
    const latest = () => harness.service.recentNotifications(1)[0]!;
    const outbox = () => {
        const folder = join(harness.dataDir, "outbox");
        return readdirSync(folder).map((file) => readFileSync(join(folder, file), "utf8"));
    };

    beforeEach(async () => {
        harness = await Harness.start((context) =>
            createSnsService(context, { retryDelaysMilliseconds: [5, 5] }),
        );
        client = new SNSClient(harness.clientOptions);
        await deployTopic("critical");
    });
    afterEach(() => harness.stop());

    describe("publishing", () => {
        it("keeps what nobody subscribes to in the log", async () => {
            const { MessageId } = await publish({ Subject: "Hi" });
            const notification = latest();
            expect(notification).to.deep.include({
                messageId: MessageId,
                topicArn: TopicArn,
                subject: "Hi",
                message: "hello",
                deliveries: [],
            });
            expect(Date.now() - Date.parse(notification.publishedAt)).to.be.within(0, 5000);
        });

        it("publishes for other services of the stack", async () => {
            const messageId = harness.service.publish(TopicArn, "From CloudWatch", "an alarm");
            expect(latest()).to.deep.include({ messageId, subject: "From CloudWatch", message: "an alarm" });
            expect(() => harness.service.publish(topicArn("none"), "a", "b")).to.throw(
                "Topic does not exist",
            );
        });

        const wide = "é".repeat(131_072);
        const refusals: { title: string; input: object; expected: RegExp }[] = [
            {
                title: "an empty message",
                input: { Message: "" },
                expected: /^InvalidParameterException: .*Empty message/,
            },
            {
                title: "a message above 256 KiB, attributes included",
                input: { Message: wide, MessageAttributes: { a: string("b") } },
                expected: /^InvalidParameterException: .*262152 bytes/,
            },
            {
                title: "a long or strange subject",
                input: { Subject: "a".repeat(101) },
                expected: /^InvalidParameterException: .*Subject: 1 to 100 printable ASCII/,
            },
            {
                title: "a subject of two lines",
                input: { Subject: "a\nb" },
                expected: /^InvalidParameterException: .*Subject/,
            },
            {
                title: "an unknown topic",
                input: { TopicArn: topicArn("none") },
                expected: /^NotFoundException: Topic does not exist/,
            },
            {
                title: "what is no ARN",
                input: { TopicArn: "x" },
                expected: /^InvalidParameterException: .*not an ARN/,
            },
            {
                title: "no topic",
                input: { TopicArn: undefined },
                expected: /^InvalidParameterException: .*TopicArn or/,
            },
            {
                title: "a phone number",
                input: { PhoneNumber: "+15550100" },
                expected: /^InvalidParameterException: PhoneNumber: .*no text messages/,
            },
            {
                title: "a structured message without a default",
                input: { MessageStructure: "json", Message: '{"email":"x"}' },
                expected: /^InvalidParameterException: .*"default"/,
            },
            {
                title: "attributes that are not what they say, all at once",
                input: {
                    MessageAttributes: {
                        n: { DataType: "Number", StringValue: "many" },
                        l: { DataType: "String.Array", StringValue: "x" },
                        b: { DataType: "Binary", StringValue: "x" },
                    },
                },
                expected: /"many" is not a number; .*JSON array, got "x"; .*the value for Binary is missing/,
            },
            {
                title: "an unknown type of attribute",
                input: { MessageAttributes: { a: { DataType: "Date", StringValue: "x" } } },
                expected: /^InvalidParameterException: MessageAttributes.a.DataType: String, /,
            },
        ];
        for (const { title, input, expected } of refusals) {
            it(`refuses ${title}`, async () => {
                expect(await refusal(publish(input))).to.match(expected);
                expect(harness.service.recentNotifications(1)).to.deep.equal([]);
            });
        }

        it("takes exactly 256 KiB, and shows the console only the start", async () => {
            await publish({ Message: wide });
            expect(latest().message).to.have.length(4096);
        });

        it("publishes a batch, and reports the entries it refuses", async () => {
            const entries = [
                { Id: "good", Message: "a", Subject: "Hi" },
                { Id: "bad", Message: "" },
            ];
            const answer = await client.send(
                new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries: entries }),
            );
            expect(answer.Successful?.map(({ Id, MessageId }) => [Id, MessageId])).to.deep.equal([
                ["good", latest().messageId],
            ]);
            expect(answer.Failed?.map(({ Id, Code, SenderFault }) => [Id, Code, SenderFault])).to.deep.equal([
                ["bad", "InvalidParameter", true],
            ]);
        });

        const entry = (Id: string, Message = "a") => ({ Id, Message });
        const batches = [
            { title: "no entry", entries: [], expected: /^EmptyBatchRequestException/ },
            {
                title: "eleven entries",
                entries: Array.from({ length: 11 }, (_, index) => entry(`e${index}`)),
                expected: /^TooManyEntriesInBatchRequestException/,
            },
            {
                title: "one id twice",
                entries: [entry("a"), entry("a")],
                expected: /^BatchEntryIdsNotDistinctException/,
            },
            { title: "a bad id", entries: [entry("a b")], expected: /^InvalidBatchEntryIdException/ },
            {
                title: "256 KiB and more in all",
                entries: [entry("a", wide), entry("b")],
                expected: /^BatchRequestTooLongException/,
            },
        ];
        for (const { title, entries, expected } of batches) {
            it(`refuses a batch with ${title}`, async () => {
                const command = new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries: entries });
                expect(await refusal(client.send(command))).to.match(expected);
            });
        }

        it("leaves topics and subscriptions to the program", async () => {
            const create = client.send(new CreateTopicCommand({ Name: "x" }));
            expect(await refusal(create)).to.match(
                /^AuthorizationErrorException: CreateTopic .*Pulumi program/,
            );
            const command = new SubscribeCommand({ TopicArn, Protocol: "email", Endpoint: "a@example.com" });
            expect(await refusal(client.send(command))).to.match(/^AuthorizationErrorException: Subscribe/);
        });
    });

    describe("mail and Slack", () => {
        it("puts mail into the outbox", async () => {
            await deployTopic("critical", { displayName: 'BQX "ML"' });
            await subscribe("email", "ops@example.com");
            const { MessageId } = await publish({ Subject: "Drift", Message: "EURUSD drifts\n€" });
            const [mail] = outbox();
            const [head, body] = mail!.split("\r\n\r\n");
            expect(head?.split("\r\n")).to.include.members([
                'From: "BQX _ML_" <no-reply@sns.amazonaws.com>',
                "To: ops@example.com",
                "Subject: Drift",
                `Message-ID: <${MessageId}@sns.amazonaws.com>`,
            ]);
            expect(body).to.equal("EURUSD drifts\n€");
            expect(latest().deliveries[0]).to.deep.include({ status: "delivered", protocol: "email" });
        });

        it("sends each protocol its own text", async () => {
            await subscribe("email", "ops@example.com");
            await subscribe("email-json", "json@example.com");
            const Message = JSON.stringify({ default: "for all", email: "for people" });
            await publish({ MessageStructure: "json", Message });
            const bodies = outbox().map((mail) => mail.split("\r\n\r\n")[1] ?? "");
            expect(bodies).to.include("for people");
            const json = JSON.parse(bodies.find((body) => body.startsWith("{")) ?? "") as object;
            expect(json).to.include({ Type: "Notification", TopicArn, Message: "for all" });
        });

        it("keeps what Chatbot would post to Slack", async () => {
            const inputs = {
                configurationName: "alerts",
                slackChannelId: "C01",
                slackTeamId: "T01",
                snsTopicArns: [TopicArn],
            };
            await harness.deploy(
                SLACK,
                "arn:aws:chatbot::123456789012:chat-configuration/slack/alerts",
                inputs,
            );
            await publish();
            expect(JSON.parse(outbox()[0]!)).to.include({ to: "alerts (channel C01 of T01)", text: "hello" });
            expect(latest().deliveries[0]).to.deep.include({ status: "delivered", protocol: "slack" });
        });

        it("keeps the last 200 of each", async () => {
            await subscribe("email", "ops@example.com");
            for (let index = 0; index < 205; index++)
                harness.service.publish(TopicArn, "n", `message ${index}`);
            expect(outbox()).to.have.length(200);
            const notifications = harness.service.recentNotifications(1000);
            expect(notifications).to.have.length(200);
            expect([notifications[0]?.message, notifications[199]?.message]).to.deep.equal([
                "message 204",
                "message 5",
            ]);
        });
    });

    describe("HTTP", () => {
        let receiver: Server;
        let url: string;
        let received: { headers: IncomingHttpHeaders; body: string }[];
        let answers: number[];

        beforeEach(async () => {
            received = [];
            answers = [];
            receiver = createServer((request, response) => {
                let body = "";
                request.on("data", (chunk: Buffer) => (body += chunk.toString()));
                request.on("end", () => {
                    received.push({ headers: request.headers, body });
                    response.writeHead(answers.shift() ?? 200).end();
                });
            });
            await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
            url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/alerts`;
        });
        afterEach(() => {
            receiver.closeAllConnections();
            receiver.close();
        });
        const settled = () =>
            until("the delivery has ended", () => latest().deliveries[0]?.status !== "pending");

        it("posts SNS's envelope with its headers", async () => {
            await subscribe("http", url);
            const { MessageId } = await publish({
                Subject: "Hi",
                MessageAttributes: { pair: string("EURUSD") },
            });
            await settled();
            expect(latest().deliveries[0]).to.include({
                status: "delivered",
                detail: "Answered 200 at try 1 of 3.",
            });
            const { headers, body } = received[0]!;
            expect(headers).to.include({
                "x-amz-sns-message-type": "Notification",
                "x-amz-sns-message-id": MessageId,
                "x-amz-sns-topic-arn": TopicArn,
            });
            expect(JSON.parse(body)).to.deep.include({
                Type: "Notification",
                MessageId,
                TopicArn,
                Subject: "Hi",
                Message: "hello",
                MessageAttributes: { pair: { Type: "String", Value: "EURUSD" } },
            });
        });

        it("posts the bare message where raw delivery is asked for", async () => {
            await subscribe("http", url, { rawMessageDelivery: true });
            await publish();
            await settled();
            expect(received[0]?.body).to.equal("hello");
            expect(received[0]?.headers["x-amz-sns-rawdelivery"]).to.equal("true");
        });

        it("tries three times, without holding up Publish", async () => {
            answers = [500, 503];
            await subscribe("http", url);
            await publish();
            expect(latest().deliveries[0]?.status).to.equal("pending");
            await settled();
            expect(latest().deliveries[0]).to.include({
                status: "delivered",
                detail: "Answered 200 at try 3 of 3.",
            });
            answers = [500, 500, 500];
            await publish();
            await settled();
            expect(latest().deliveries[0]).to.include({
                status: "failed",
                detail: "Given up after try 3 of 3: answered 500",
            });
            expect(received).to.have.length(6);
        });

        it("does not follow a redirect", async () => {
            answers = [302, 302, 302];
            await subscribe("http", url);
            await publish();
            await settled();
            expect(latest().deliveries[0]?.status).to.equal("failed");
        });

        it("gives up when it stops, and knows so after a restart", async () => {
            await subscribe("http", url);
            receiver.removeAllListeners("request");
            await publish();
            await harness.restart();
            expect(latest().deliveries[0]).to.deep.include({ status: "failed" });
            expect(latest().message).to.equal("hello");
        });

        it("never leaves the machine", async () => {
            await subscribe("https", "https://hooks.example.com/x");
            await subscribe("http", "http://127.0.0.1.example.com/x");
            await subscribe("sqs", "arn:aws:sqs:us-east-1:123456789012:queue");
            await publish();
            expect(latest().deliveries.map(({ status, detail }) => [status, detail])).to.deep.equal([
                ["not-delivered", "The endpoint is outside this machine."],
                ["not-delivered", "The endpoint is outside this machine."],
                ["not-delivered", "The local stack does not deliver to sqs."],
            ]);
        });
    });

    describe("filter policies", () => {
        const cases: {
            title: string;
            policy: object;
            attributes: Record<string, MessageAttributeValue>;
            passes: boolean;
        }[] = [
            {
                title: "an equal value",
                policy: { pair: ["EURUSD", "USDJPY"] },
                attributes: { pair: string("USDJPY") },
                passes: true,
            },
            {
                title: "another value",
                policy: { pair: ["EURUSD"] },
                attributes: { pair: string("USDJPY") },
                passes: false,
            },
            { title: "no attribute", policy: { pair: ["EURUSD"] }, attributes: {}, passes: false },
            {
                title: "one attribute of two",
                policy: { pair: ["EURUSD"], level: ["high"] },
                attributes: { pair: string("EURUSD") },
                passes: false,
            },
            {
                title: "an equal number",
                policy: { score: [1.5] },
                attributes: { score: { DataType: "Number", StringValue: "1.50" } },
                passes: true,
            },
            {
                title: "one value of a list",
                policy: { pairs: ["EURUSD"] },
                attributes: { pairs: { DataType: "String.Array", StringValue: '["USDJPY","EURUSD"]' } },
                passes: true,
            },
        ];
        for (const { title, policy, attributes, passes } of cases) {
            it(`${passes ? "passes" : "keeps back"} ${title}`, async () => {
                await subscribe("email", "ops@example.com", { filterPolicy: JSON.stringify(policy) });
                await publish({ MessageAttributes: attributes });
                expect(latest().deliveries[0]?.status).to.equal(passes ? "delivered" : "filtered");
                expect(outbox()).to.have.length(passes ? 1 : 0);
            });
        }
    });

    describe("deploying", () => {
        const refusals = [
            {
                title: "no e-mail address",
                protocol: "email",
                endpoint: "a\nb@c",
                inputs: {},
                expected: /endpoint: an e-mail/,
            },
            {
                title: "a URL of another kind",
                protocol: "https",
                endpoint: "http://a",
                inputs: {},
                expected: /https:\/\//,
            },
            {
                title: "an unknown protocol",
                protocol: "fax",
                endpoint: "1",
                inputs: {},
                expected: /protocol: /,
            },
            {
                title: "a filter it cannot match",
                protocol: "email",
                endpoint: "a@example.com",
                inputs: { filterPolicy: '{"pair":[{"prefix":"EUR"}]}' },
                expected: /filterPolicy: pair.0: .*exact strings and numbers only/,
            },
            {
                title: "a filter that is not JSON",
                protocol: "email",
                endpoint: "a@example.com",
                inputs: { filterPolicy: "pair" },
                expected: /filterPolicy: not valid JSON/,
            },
            {
                title: "a filter of bodies",
                protocol: "email",
                endpoint: "a@example.com",
                inputs: { filterPolicyScope: "MessageBody" },
                expected: /filterPolicyScope: .*not by the message's body/,
            },
        ];
        for (const { title, protocol, endpoint, inputs, expected } of refusals) {
            it(`refuses ${title}`, async () => {
                expect(await refusal(subscribe(protocol, endpoint, inputs))).to.match(expected);
            });
        }

        it("refuses a FIFO topic and a bad name, both at once", async () => {
            const fifo = deployTopic("a.fifo", { fifoTopic: true });
            expect(await refusal(fifo)).to.match(/name: .*; fifoTopic: .*not FIFO topics/);
        });
    });

    describe("reading", () => {
        it("lists topics, in pages of 100", async () => {
            for (let index = 0; index < 100; index++) await deployTopic(`t${index}`);
            const first = await client.send(new ListTopicsCommand({}));
            expect(first.Topics).to.have.length(100);
            const second = await client.send(new ListTopicsCommand({ NextToken: first.NextToken }));
            expect(second.Topics).to.deep.equal([{ TopicArn: topicArn("t99") }]);
            expect(second.NextToken).to.equal(undefined);
        });

        it("answers a topic's attributes and tags", async () => {
            await deployTopic("critical", { displayName: "A & <B>", tags: { Pair: "EURUSD" } });
            await harness.deploy("aws:sns/topicPolicy:TopicPolicy", TopicArn, {
                arn: TopicArn,
                policy: '{"a":1}',
            });
            await subscribe("email", "ops@example.com");
            const { Attributes } = await client.send(new GetTopicAttributesCommand({ TopicArn }));
            expect(Attributes).to.include({
                TopicArn,
                Owner: ACCOUNT,
                DisplayName: "A & <B>",
                Policy: '{"a":1}',
                SubscriptionsConfirmed: "1",
            });
            const { Tags } = await client.send(new ListTagsForResourceCommand({ ResourceArn: TopicArn }));
            expect(Tags).to.deep.equal([{ Key: "Pair", Value: "EURUSD" }]);
            const unknown = client.send(new GetTopicAttributesCommand({ TopicArn: topicArn("none") }));
            expect(await refusal(unknown)).to.match(/^NotFoundException/);
        });

        it("lists subscriptions and answers their attributes", async () => {
            const filterPolicy = '{"pair":["EURUSD"]}';
            const { outputs } = await subscribe("email", "ops@example.com", { filterPolicy });
            const SubscriptionArn = outputs.arn as string;
            const entry = {
                SubscriptionArn,
                TopicArn,
                Owner: ACCOUNT,
                Protocol: "email",
                Endpoint: "ops@example.com",
            };
            const all = await client.send(new ListSubscriptionsCommand({}));
            expect(all.Subscriptions).to.deep.equal([entry]);
            const ofTopic = await client.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
            expect(ofTopic.Subscriptions).to.deep.equal([entry]);
            const { Attributes } = await client.send(
                new GetSubscriptionAttributesCommand({ SubscriptionArn }),
            );
            expect(Attributes).to.include({ FilterPolicy: filterPolicy, RawMessageDelivery: "false" });
            const unknown = client.send(
                new GetSubscriptionAttributesCommand({ SubscriptionArn: "arn:none" }),
            );
            expect(await refusal(unknown)).to.match(/^NotFoundException: Subscription/);
        });

        it("says what runs", async () => {
            await publish();
            const health = await harness.service.health();
            expect(health.figures?.map(({ label, value }) => [label, value])).to.deep.equal([
                ["topics", 1],
                ["recent notifications", 1],
            ]);
        });
    });

    it("keeps the notifications over a restart", async () => {
        await subscribe("email", "ops@example.com");
        await publish({ Subject: "Hi" });
        const before = latest();
        await harness.restart();
        expect(latest()).to.deep.equal(before);
    });
});
