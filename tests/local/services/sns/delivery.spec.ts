import { expect } from "chai";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { type AddressInfo } from "node:net";
import { until } from "../harness";
import { TopicArn, string, SnsFixture } from "./fixture";

const SLACK = "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration";

describe("SNS: delivery", () => {
    const test = SnsFixture.use();

    describe("mail and Slack", () => {
        it("puts mail into the outbox", async () => {
            await test.deployTopic("critical", { displayName: 'BQX "ML"' });
            await test.subscribe("email", "ops@example.com");
            const { MessageId } = await test.publish({ Subject: "Drift", Message: "EURUSD drifts\n€" });
            const [mail] = test.outbox();
            const [head, body] = mail!.split("\r\n\r\n");
            expect(head?.split("\r\n")).to.include.members([
                'From: "BQX _ML_" <no-reply@sns.amazonaws.com>',
                "To: ops@example.com",
                "Subject: Drift",
                `Message-ID: <${MessageId}@sns.amazonaws.com>`,
            ]);
            expect(body).to.equal("EURUSD drifts\n€");
            expect(test.latest().deliveries[0]).to.deep.include({ status: "delivered", protocol: "email" });
        });

        it("sends each protocol its own text", async () => {
            await test.subscribe("email", "ops@example.com");
            await test.subscribe("email-json", "json@example.com");
            const Message = JSON.stringify({ default: "for all", email: "for people" });
            await test.publish({ MessageStructure: "json", Message });
            const bodies = test.outbox().map((mail) => mail.split("\r\n\r\n")[1] ?? "");
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
            await test.harness.deploy(
                SLACK,
                "arn:aws:chatbot::123456789012:chat-configuration/slack/alerts",
                inputs,
            );
            await test.publish();
            expect(JSON.parse(test.outbox()[0]!)).to.include({
                to: "alerts (channel C01 of T01)",
                text: "hello",
            });
            expect(test.latest().deliveries[0]).to.deep.include({ status: "delivered", protocol: "slack" });
        });

        it("keeps the last 200 of each", async () => {
            await test.subscribe("email", "ops@example.com");
            for (let index = 0; index < 205; index++)
                test.harness.service.publish(TopicArn, "n", `message ${index}`);
            expect(test.outbox()).to.have.length(200);
            const notifications = test.harness.service.recentNotifications(1000);
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
            until("the delivery has ended", () => test.latest().deliveries[0]?.status !== "pending");

        it("posts SNS's envelope with its headers", async () => {
            await test.subscribe("http", url);
            const { MessageId } = await test.publish({
                Subject: "Hi",
                MessageAttributes: { pair: string("EURUSD") },
            });
            await settled();
            expect(test.latest().deliveries[0]).to.include({
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
            await test.subscribe("http", url, { rawMessageDelivery: true });
            await test.publish();
            await settled();
            expect(received[0]?.body).to.equal("hello");
            expect(received[0]?.headers["x-amz-sns-rawdelivery"]).to.equal("true");
        });

        it("tries three times, without holding up Publish", async () => {
            answers = [500, 503];
            await test.subscribe("http", url);
            await test.publish();
            expect(test.latest().deliveries[0]?.status).to.equal("pending");
            await settled();
            expect(test.latest().deliveries[0]).to.include({
                status: "delivered",
                detail: "Answered 200 at try 3 of 3.",
            });
            answers = [500, 500, 500];
            await test.publish();
            await settled();
            expect(test.latest().deliveries[0]).to.include({
                status: "failed",
                detail: "Given up after try 3 of 3: answered 500",
            });
            expect(received).to.have.length(6);
        });

        it("does not follow a redirect", async () => {
            answers = [302, 302, 302];
            await test.subscribe("http", url);
            await test.publish();
            await settled();
            expect(test.latest().deliveries[0]?.status).to.equal("failed");
        });

        it("gives up when it stops, and knows so after a restart", async () => {
            await test.subscribe("http", url);
            receiver.removeAllListeners("request");
            await test.publish();
            await test.harness.restart();
            expect(test.latest().deliveries[0]).to.deep.include({ status: "failed" });
            expect(test.latest().message).to.equal("hello");
        });

        it("never leaves the machine", async () => {
            await test.subscribe("https", "https://hooks.example.com/x");
            await test.subscribe("http", "http://127.0.0.1.example.com/x");
            await test.subscribe("sqs", "arn:aws:sqs:us-east-1:123456789012:queue");
            await test.publish();
            expect(test.latest().deliveries.map(({ status, detail }) => [status, detail])).to.deep.equal([
                ["not-delivered", "The endpoint is outside this machine."],
                ["not-delivered", "The endpoint is outside this machine."],
                ["not-delivered", "The local stack does not deliver to sqs."],
            ]);
        });
    });

    it("keeps the notifications over a restart", async () => {
        await test.subscribe("email", "ops@example.com");
        await test.publish({ Subject: "Hi" });
        const before = test.latest();
        await test.harness.restart();
        expect(test.latest()).to.deep.equal(before);
    });
});
