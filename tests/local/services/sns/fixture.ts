import { PublishCommand, SNSClient, type MessageAttributeValue } from "@aws-sdk/client-sns";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createSnsService } from "../../../../local/services/sns";
import { ACCOUNT, Harness, REGION } from "../harness";

const TOPIC = "aws:sns/topic:Topic";
const SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription";

export const topicArn = (name: string) => `arn:aws:sns:${REGION}:${ACCOUNT}:${name}`;
/** The topic that every test has. */
export const TopicArn = topicArn("critical");
export const string = (StringValue: string): MessageAttributeValue => ({ DataType: "String", StringValue });

/** An SNS of its own for each test, with one topic. */
export class SnsFixture {
    harness!: Harness<ReturnType<typeof createSnsService>>;
    client!: SNSClient;

    /** Call once in a `describe`. */
    static use(): SnsFixture {
        const fixture = new SnsFixture();
        beforeEach(() => fixture.start());
        afterEach(() => fixture.harness.stop());
        return fixture;
    }

    deployTopic(name: string, inputs: object = {}) {
        return this.harness.deploy(TOPIC, topicArn(name), { name, ...inputs }, { arn: topicArn(name) });
    }

    subscribe(protocol: string, endpoint: string, inputs: object = {}) {
        const arn = `${TopicArn}:${protocol}-${endpoint.length}`;
        return this.harness.deploy(
            SUBSCRIPTION,
            arn,
            { topic: TopicArn, protocol, endpoint, ...inputs },
            { arn },
        );
    }

    publish(input: object = {}) {
        return this.client.send(new PublishCommand({ TopicArn, Message: "hello", ...input }));
    }

    /** The last notification of the log. */
    latest() {
        const [notification] = this.harness.service.recentNotifications(1);
        if (notification === undefined) throw new Error("nothing was published");
        return notification;
    }

    /** The content of all files of the outbox. */
    outbox(): string[] {
        const folder = join(this.harness.dataDir, "outbox");
        return readdirSync(folder).map((file) => readFileSync(join(folder, file), "utf8"));
    }

    private async start(): Promise<void> {
        this.harness = await Harness.start((context) =>
            createSnsService(context, { retryDelaysMilliseconds: [5, 5] }),
        );
        this.client = new SNSClient(this.harness.clientOptions);
        await this.deployTopic("critical");
    }
}
