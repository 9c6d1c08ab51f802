import { CreateTopicCommand, PublishBatchCommand, SubscribeCommand } from "@aws-sdk/client-sns";
import { expect } from "chai";
import { refusal } from "../harness";
import { TopicArn, topicArn, string, SnsFixture } from "./fixture";

describe("SNS: publishing", () => {
    const test = SnsFixture.use();

    describe("publishing", () => {
        it("keeps what nobody subscribes to in the log", async () => {
            const { MessageId } = await test.publish({ Subject: "Hi" });
            const notification = test.latest();
            expect(notification).to.deep.include({
                messageId: MessageId,
                topicArn: TopicArn,
                subject: "Hi",
                message: "hello",
                deliveries: [],
            });
            expect(Date.now() - Date.parse(notification.publishedAt)).to.be.within(0, 5000);
        });

        it("publishes for other services of the stack", () => {
            const messageId = test.harness.service.publish(TopicArn, "From CloudWatch", "an alarm");
            expect(test.latest()).to.deep.include({
                messageId,
                subject: "From CloudWatch",
                message: "an alarm",
            });
            expect(() => test.harness.service.publish(topicArn("none"), "a", "b")).to.throw(
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
                expect(await refusal(test.publish(input))).to.match(expected);
                expect(test.harness.service.recentNotifications(1)).to.deep.equal([]);
            });
        }

        it("takes exactly 256 KiB, and shows the console only the start", async () => {
            await test.publish({ Message: wide });
            expect(test.latest().message).to.have.length(4096);
        });

        it("publishes a batch, and reports the entries it refuses", async () => {
            const entries = [
                { Id: "good", Message: "a", Subject: "Hi" },
                { Id: "bad", Message: "" },
            ];
            const answer = await test.client.send(
                new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries: entries }),
            );
            expect(answer.Successful?.map(({ Id, MessageId }) => [Id, MessageId])).to.deep.equal([
                ["good", test.latest().messageId],
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
                expect(await refusal(test.client.send(command))).to.match(expected);
            });
        }

        it("leaves topics and subscriptions to the program", async () => {
            const create = test.client.send(new CreateTopicCommand({ Name: "x" }));
            expect(await refusal(create)).to.match(
                /^AuthorizationErrorException: CreateTopic .*Pulumi program/,
            );
            const command = new SubscribeCommand({ TopicArn, Protocol: "email", Endpoint: "a@example.com" });
            expect(await refusal(test.client.send(command))).to.match(
                /^AuthorizationErrorException: Subscribe/,
            );
        });
    });
});
