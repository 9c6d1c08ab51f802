import {
    CloudWatchLogsClient,
    FilterLogEventsCommand,
    GetLogEventsCommand,
    type FilterLogEventsCommandInput,
    type GetLogEventsCommandInput,
} from "@aws-sdk/client-cloudwatch-logs";
import { createLogsService } from "../../../../local/services/logs";
import { Harness } from "../harness";

export const LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup";
export const GROUP = "/aws/lambda/refresh";
export const START_MS = Date.parse("2026-01-06T12:00:00Z");
export const DAY_MS = 86_400_000;

/** A CloudWatch Logs of its own for each test, at a time that stands still until it is moved. */
export class LogsFixture {
    harness!: Harness<ReturnType<typeof createLogsService>>;
    client!: CloudWatchLogsClient;
    nowMs = START_MS;

    /** Call once in a `describe`. */
    static use(): LogsFixture {
        const fixture = new LogsFixture();
        beforeEach(async () => {
            fixture.nowMs = START_MS;
            fixture.harness = await Harness.start((context) =>
                createLogsService(context, { now: () => fixture.nowMs }),
            );
            fixture.connect();
        });
        afterEach(() => fixture.harness.stop());
        return fixture;
    }

    /** Stops the service and starts it anew on the same files. */
    async restart(): Promise<void> {
        await this.harness.restart();
        this.connect();
    }

    deployGroup(inputs: object = {}, name = GROUP) {
        return this.harness.deploy(LOG_GROUP, name, { name, ...inputs });
    }

    /** Logs texts into a stream, a second apart from now on. */
    log(stream: string, ...messages: string[]): void {
        messages.forEach((message, i) =>
            this.harness.service.append(GROUP, stream, message, new Date(this.nowMs + i * 1000)),
        );
    }

    get(input: Partial<GetLogEventsCommandInput> = {}) {
        return this.client.send(
            new GetLogEventsCommand({ logGroupName: GROUP, logStreamName: "a", ...input }),
        );
    }

    filter(input: Partial<FilterLogEventsCommandInput> = {}) {
        return this.client.send(new FilterLogEventsCommand({ logGroupName: GROUP, ...input }));
    }

    private connect(): void {
        this.client = new CloudWatchLogsClient(this.harness.clientOptions);
    }
}

/** The texts of an answer's events. */
export function messagesOf({
    events = [],
}: {
    events?: { message?: string | undefined }[] | undefined;
}): string[] {
    return events.map(({ message = "" }) => message);
}
