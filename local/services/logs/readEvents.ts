import { z } from "zod";
import { integer, list } from "../protocol/fields";
import { operation, type Operation } from "../protocol/handler";
import { AwsError } from "../service";
import { parseFilterPattern } from "./filterPattern";
import type { LogGroup, LogStore } from "./logStore";
import { groupFields, nameOfGroup, streamName } from "./names";
import type { LogEvent, StreamFile } from "./streamFile";

const EVENTS_MAX = 10_000;
/** What one answer may hold, as on AWS. */
const ANSWER_BYTES_MAX = 1024 * 1024;

/** Ids before and after all others. */
const ORIGIN = "0".repeat(56);
const END = "9".repeat(56);

const range = {
    startTime: integer(0, Number.MAX_SAFE_INTEGER).default(0),
    endTime: integer(0, Number.MAX_SAFE_INTEGER).default(Number.MAX_SAFE_INTEGER),
    nextToken: z.string().optional(),
    limit: integer(1, EVENTS_MAX).default(EVENTS_MAX),
};

interface FoundEvent extends LogEvent {
    readonly stream: string;
}

/** GetLogEvents: a stream, from its head or from its end; `endTime` is not included. */
export function getEventsOperation(store: LogStore): Operation {
    const input = z.object({
        ...groupFields,
        ...range,
        logStreamName: streamName,
        startFromHead: z.boolean().default(false),
    });
    return operation(input, ({ logStreamName, startTime, endTime, startFromHead, ...request }) => {
        const group = store.group(nameOfGroup(request));
        const stream = store.stream(group.name, logStreamName);
        const token = request.nextToken ?? (startFromHead ? `f/${ORIGIN}` : `b/${END}`);
        return pageOfStream(eventsOf(store, group, [stream], startTime, endTime - 1), token, request.limit);
    });
}

/** FilterLogEvents: what matches in some or all streams of a group, in order of time; `endTime` is included. */
export function filterEventsOperation(store: LogStore): Operation {
    const input = z.object({
        ...groupFields,
        ...range,
        logStreamNames: list(streamName, 100, 1).optional(),
        logStreamNamePrefix: streamName.optional(),
        filterPattern: z.string().max(1024).default(""),
    });
    return operation(
        input,
        ({ logStreamNames, logStreamNamePrefix = "", startTime, endTime, ...request }) => {
            const group = store.group(nameOfGroup(request));
            const matches = parseFilterPattern(request.filterPattern);
            const after = tokenOf(request.nextToken ?? `f/${ORIGIN}`).id;
            const streams = group.streams.filter(
                ({ name }) =>
                    (logStreamNames?.includes(name) ?? true) && name.startsWith(logStreamNamePrefix),
            );
            const found = eventsOf(store, group, streams, startTime, endTime).filter(
                ({ id, message }) => id > after && matches(message),
            );
            const page = upToLimits(found, request.limit);
            const last = page.at(-1)?.id;
            return {
                events: page.map((event) => ({
                    ...describe(event),
                    logStreamName: event.stream,
                    eventId: event.id,
                })),
                searchedLogStreams: [],
                nextToken: page.length < found.length && last !== undefined ? `f/${last}` : undefined,
            };
        },
    );
}

/** The events of some streams between two moments, both included, in the order of their ids, which is that of time. */
function eventsOf(
    store: LogStore,
    group: LogGroup,
    streams: readonly StreamFile[],
    startMs: number,
    endMs: number,
): FoundEvent[] {
    const oldest = Math.max(startMs, store.oldestKept(group));
    return streams
        .filter(({ summary: { firstEventAt = Infinity, lastEventAt = -Infinity } }) => {
            return lastEventAt >= oldest && firstEventAt <= endMs;
        })
        .flatMap((stream) => stream.read().map((event) => ({ ...event, stream: stream.name })))
        .filter(({ timestamp }) => timestamp >= oldest && timestamp <= endMs)
        .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/**
 * One page of a stream. A token is a direction and the id of the event that it goes on from; the tokens of an empty page
 * lead to the same place again, so that a reader can wait for more.
 */
function pageOfStream(events: readonly FoundEvent[], token: string, max: number): object {
    const { forward, id } = tokenOf(token);
    const page = forward
        ? upToLimits(
              events.filter((event) => event.id > id),
              max,
          )
        : upToLimits(events.filter((event) => event.id < id).reverse(), max).reverse();
    // An empty page lies between two events: after the one it looked on from, or before the one it looked back from.
    const first = page[0]?.id ?? (forward ? neighbour(id, 1n) : id);
    const last = page.at(-1)?.id ?? (forward ? id : neighbour(id, -1n));
    return { events: page.map(describe), nextForwardToken: `f/${last}`, nextBackwardToken: `b/${first}` };
}

function upToLimits(events: readonly FoundEvent[], max: number): FoundEvent[] {
    let bytes = 0;
    const excess = events.findIndex(({ message }, i) => {
        bytes += Buffer.byteLength(message);
        return i >= max || (bytes > ANSWER_BYTES_MAX && i > 0);
    });
    return excess < 0 ? [...events] : events.slice(0, excess);
}

function describe({ timestamp, message, ingestedAt }: LogEvent): object {
    return { timestamp, message, ingestionTime: ingestedAt };
}

function tokenOf(token: string): { forward: boolean; id: string } {
    const [, direction, id] = /^([fb])\/(\d{56})$/.exec(token) ?? [];
    if (id === undefined)
        throw new AwsError("InvalidParameterException", "The specified nextToken is invalid.");
    return { forward: direction === "f", id };
}

function neighbour(id: string, step: bigint): string {
    return (BigInt(id) + step).toString().padStart(id.length, "0");
}
