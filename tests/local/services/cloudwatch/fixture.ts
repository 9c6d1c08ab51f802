import { CloudWatchClient, PutMetricDataCommand, type MetricDatum } from "@aws-sdk/client-cloudwatch";
import { createCloudWatchService, type CloudWatchService } from "../../../../local/services/cloudwatch";
import { Harness } from "../harness";

export const MINUTE = 60_000;
/** Where the clock of every test starts. */
export const START = Date.UTC(2026, 10, 22, 13, 0);

/** A CloudWatch of its own for each test, with a clock that tests set and alarms that are evaluated all the time. */
export class CloudWatchFixture {
    now = START;
    notified: { action: string; subject: string; message: string }[] = [];
    refuseActions = false;
    harness!: Harness<CloudWatchService>;
    client!: CloudWatchClient;

    /** Call once in a `describe`. */
    static use(): CloudWatchFixture {
        const fixture = new CloudWatchFixture();
        beforeEach(() => fixture.start());
        afterEach(() => fixture.harness.stop());
        return fixture;
    }

    async restart(): Promise<void> {
        await this.harness.restart();
        this.client = new CloudWatchClient(this.harness.clientOptions);
    }

    /** Puts one value of the metric Latency in the namespace BQX, now, unless told otherwise. */
    put(datum: Partial<MetricDatum> = {}, input: object = {}) {
        const MetricData = [{ MetricName: "Latency", Value: 1, Timestamp: new Date(this.now), ...datum }];
        return this.client.send(new PutMetricDataCommand({ Namespace: "BQX", MetricData, ...input }));
    }

    private async start(): Promise<void> {
        this.now = START;
        this.notified = [];
        this.refuseActions = false;
        this.harness = await Harness.start((context) =>
            createCloudWatchService(context, {
                notify: (action, subject, message) => {
                    if (this.refuseActions) throw new Error("no such topic");
                    this.notified.push({ action, subject, message });
                },
                evaluateEveryMilliseconds: 5,
                now: () => this.now,
            }),
        );
        this.client = new CloudWatchClient(this.harness.clientOptions);
    }
}
