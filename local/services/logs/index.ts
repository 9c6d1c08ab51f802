import { createHandler } from "../protocol/handler";
import type { Health, LocalService, ResourceRecord, ServiceContext } from "../service";
import { LOG_GROUP_TYPE, LogStore } from "./logStore";
import { logsApi } from "./operations";

/** The way for other local services to log what functions and jobs print. */
export interface LogSink {
    /**
     * Adds one event. The group need not be deployed, and the stream need not exist: both are made, as Lambda does. An empty
     * message, which AWS refuses, adds nothing; a longer one than AWS takes is cut.
     *
     * @param at When it happened. @default now
     */
    append(group: string, stream: string, message: string, at?: Date): void;
}

/** Time, set by tests. */
export interface LogsOptions {
    /** Milliseconds since 1970. @default Date.now */
    readonly now?: () => number;
}

const MESSAGE_CHARACTERS_MAX = 256 * 1024;
const TIDY_MILLISECONDS = 10 * 60 * 1000;

/**
 * CloudWatch Logs for the local stack: one file per stream, kept as long as the deployed log group says, 10 MiB a stream and 50 MiB
 * a group at most.
 */
export function createLogsService(
    context: ServiceContext,
    options: LogsOptions = {},
): LocalService & LogSink {
    return new LogsService(context, options.now ?? Date.now);
}

class LogsService implements LocalService, LogSink {
    readonly name = "logs";
    readonly title = "CloudWatch Logs";
    readonly signingNames = ["logs"];
    readonly resourceTypes = [LOG_GROUP_TYPE];
    readonly handle;
    private readonly store: LogStore;
    private timer?: NodeJS.Timeout;

    constructor(
        context: ServiceContext,
        private readonly now: () => number,
    ) {
        this.store = new LogStore(context, now);
        this.handle = createHandler(logsApi(context, this.store, now), (message) => context.log(message));
    }

    start(): Promise<void> {
        this.store.open();
        this.timer = setInterval(() => this.store.tidy(), TIDY_MILLISECONDS).unref();
        return Promise.resolve();
    }

    stop(): Promise<void> {
        clearInterval(this.timer);
        return Promise.resolve();
    }

    removing({ id, inputs }: ResourceRecord): Promise<void> {
        if (inputs.skipDestroy !== true) this.store.removeGroup(id);
        return Promise.resolve();
    }

    append(group: string, stream: string, message: string, at?: Date): void {
        if (message === "") return;
        const event = {
            timestamp: at?.getTime() ?? this.now(),
            message: message.slice(0, MESSAGE_CHARACTERS_MAX),
        };
        this.store.append(this.store.ensureStream(group, stream), [event]);
    }

    health(): Promise<Health> {
        const groups = this.store.groups();
        const bytes = groups.reduce((sum, group) => sum + group.bytes, 0);
        return Promise.resolve({
            healthy: true,
            detail: `${groups.length} log groups. "aws logs tail <group>" shows what functions and jobs print.`,
            figures: [
                { label: "log groups", value: groups.length, unit: "" },
                {
                    label: "streams",
                    value: groups.reduce((sum, { streams }) => sum + streams.length, 0),
                    unit: "",
                },
                { label: "stored", value: bytes, unit: "bytes" },
            ],
        });
    }
}
