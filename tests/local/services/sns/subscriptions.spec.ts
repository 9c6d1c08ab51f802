import {
    GetSubscriptionAttributesCommand,
    GetTopicAttributesCommand,
    ListSubscriptionsByTopicCommand,
    ListSubscriptionsCommand,
    ListTagsForResourceCommand,
    ListTopicsCommand,
    type MessageAttributeValue,
} from "@aws-sdk/client-sns";
import { expect } from "chai";
import { ACCOUNT, refusal } from "../harness";
import { TopicArn, topicArn, string, SnsFixture } from "./fixture";

describe("SNS: subscriptions", () => {
    const test = SnsFixture.use();

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
                await test.subscribe("email", "ops@example.com", { filterPolicy: JSON.stringify(policy) });
                await test.publish({ MessageAttributes: attributes });
                expect(test.latest().deliveries[0]?.status).to.equal(passes ? "delivered" : "filtered");
                expect(test.outbox()).to.have.length(passes ? 1 : 0);
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
                expect(await refusal(test.subscribe(protocol, endpoint, inputs))).to.match(expected);
            });
        }

        it("refuses a FIFO topic and a bad name, both at once", async () => {
            const fifo = test.deployTopic("a.fifo", { fifoTopic: true });
            expect(await refusal(fifo)).to.match(/name: .*; fifoTopic: .*not FIFO topics/);
        });
    });

    describe("reading", () => {
        it("lists topics, in pages of 100", async () => {
            for (let index = 0; index < 100; index++) await test.deployTopic(`t${index}`);
            const first = await test.client.send(new ListTopicsCommand({}));
            expect(first.Topics).to.have.length(100);
            const second = await test.client.send(new ListTopicsCommand({ NextToken: first.NextToken }));
            expect(second.Topics).to.deep.equal([{ TopicArn: topicArn("t99") }]);
            expect(second.NextToken).to.equal(undefined);
        });

        it("answers a topic's attributes and tags", async () => {
            await test.deployTopic("critical", { displayName: "A & <B>", tags: { Pair: "EURUSD" } });
            await test.harness.deploy("aws:sns/topicPolicy:TopicPolicy", TopicArn, {
                arn: TopicArn,
                policy: '{"a":1}',
            });
            await test.subscribe("email", "ops@example.com");
            const { Attributes } = await test.client.send(new GetTopicAttributesCommand({ TopicArn }));
            expect(Attributes).to.include({
                TopicArn,
                Owner: ACCOUNT,
                DisplayName: "A & <B>",
                Policy: '{"a":1}',
                SubscriptionsConfirmed: "1",
            });
            const { Tags } = await test.client.send(
                new ListTagsForResourceCommand({ ResourceArn: TopicArn }),
            );
            expect(Tags).to.deep.equal([{ Key: "Pair", Value: "EURUSD" }]);
            const unknown = test.client.send(new GetTopicAttributesCommand({ TopicArn: topicArn("none") }));
            expect(await refusal(unknown)).to.match(/^NotFoundException/);
        });

        it("lists subscriptions and answers their attributes", async () => {
            const filterPolicy = '{"pair":["EURUSD"]}';
            const { outputs } = await test.subscribe("email", "ops@example.com", { filterPolicy });
            const SubscriptionArn = outputs.arn as string;
            const entry = {
                SubscriptionArn,
                TopicArn,
                Owner: ACCOUNT,
                Protocol: "email",
                Endpoint: "ops@example.com",
            };
            const all = await test.client.send(new ListSubscriptionsCommand({}));
            expect(all.Subscriptions).to.deep.equal([entry]);
            const ofTopic = await test.client.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
            expect(ofTopic.Subscriptions).to.deep.equal([entry]);
            const { Attributes } = await test.client.send(
                new GetSubscriptionAttributesCommand({ SubscriptionArn }),
            );
            expect(Attributes).to.include({ FilterPolicy: filterPolicy, RawMessageDelivery: "false" });
            const unknown = test.client.send(
                new GetSubscriptionAttributesCommand({ SubscriptionArn: "arn:none" }),
            );
            expect(await refusal(unknown)).to.match(/^NotFoundException: Subscription/);
        });

        it("says what runs", async () => {
            await test.publish();
            const health = await test.harness.service.health();
            expect(health.figures?.map(({ label, value }) => [label, value])).to.deep.equal([
                ["topics", 1],
                ["recent notifications", 1],
            ]);
        });
    });
});
