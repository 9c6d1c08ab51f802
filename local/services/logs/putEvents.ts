import { z } from "zod";
import { integer, list, text } from "../protocol/fields";
import { operation, type Operation } from "../protocol/handler";
import { AwsError } from "../service";
import type { LogStore } from "./logStore";
import { groupName, streamName } from "./names";
import type { NewEvent } from "./streamFile";

const EVENTS_MAX = 10_000;
/** What one call may bring; each event counts 26 bytes more than its message. */
const BATCH_BYTES_MAX = 1024 * 1024;
const EVENT_OVERHEAD_BYTES = 26;
const HOUR_MILLISECONDS = 60 * 60 * 1000;
const OLDEST_MILLISECONDS = 14 * 24 * HOUR_MILLISECONDS;
const NEWEST_MILLISECONDS = 2 * HOUR_MILLISECONDS;

const event = z.object({
    timestamp: integer(0, Number.MAX_SAFE_INTEGER),
    message: text(1, BATCH_BYTES_MAX),
});

/** PutLogEvents: stores what is neither too old nor too new, and says which events were not, as AWS does. */
export function putEventsOperation(store: LogStore, now: () => number): Operation {
    const input = z.object({
        logGroupName: groupName,
        logStreamName: streamName,
        logEvents: list(event, EVENTS_MAX, 1),
    });
    return operation(input, ({ logGroupName, logStreamName, logEvents: events }) => {
        const group = store.group(logGroupName);
        const stream = store.stream(logGroupName, logStreamName);
        checkBatch(events);
        const before = (ms: number) => events.filter(({ timestamp }) => timestamp < ms).length;
        const expired = before(store.oldestKept(group));
        const tooOld = before(now() - OLDEST_MILLISECONDS);
        const end = before(now() + NEWEST_MILLISECONDS + 1);
        store.append(stream, events.slice(Math.max(expired, tooOld), end));
        if (expired === 0 && tooOld === 0 && end === events.length) return {};
        return {
            rejectedLogEventsInfo: {
                expiredLogEventEndIndex: expired > 0 ? expired : undefined,
                tooOldLogEventEndIndex: tooOld > 0 ? tooOld : undefined,
                tooNewLogEventStartIndex: end < events.length ? end : undefined,
            },
        };
    });
}

function checkBatch(events: readonly NewEvent[]): void {
    const bytes = events.reduce(
        (sum, { message }) => sum + Buffer.byteLength(message) + EVENT_OVERHEAD_BYTES,
        0,
    );
    if (bytes > BATCH_BYTES_MAX) {
        throw new AwsError(
            "InvalidParameterException",
            `Upload too large: ${bytes} bytes exceeds limit of ${BATCH_BYTES_MAX}`,
        );
    }
    if (events.some(({ timestamp }, i) => timestamp < (events[i - 1]?.timestamp ?? 0))) {
        throw new AwsError(
            "InvalidParameterException",
            "Log events in a single PutLogEvents request must be in chronological order.",
        );
    }
}
