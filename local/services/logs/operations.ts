import { z } from "zod";
import { integer, list, text } from "../protocol/fields";
import { operation, type Api, type Operation } from "../protocol/handler";
import { pageOf } from "../protocol/paging";
import { AwsError, type ServiceContext } from "../service";
import type { LogGroup, LogStore } from "./logStore";
import { groupFields, groupName, nameOfGroup, streamName } from "./names";
import { putEventsOperation } from "./putEvents";
import { filterEventsOperation, getEventsOperation } from "./readEvents";
import type { StreamSummary } from "./streamFile";

/** Operations that change what is deployed. */
const RESERVED = [
    "AssociateKmsKey",
    "CreateLogGroup",
    "DeleteLogGroup",
    "DeleteLogStream",
    "DeleteMetricFilter",
    "DeleteRetentionPolicy",
    "DeleteSubscriptionFilter",
    "DisassociateKmsKey",
    "PutMetricFilter",
    "PutRetentionPolicy",
    "PutSubscriptionFilter",
    "TagLogGroup",
    "TagResource",
    "UntagLogGroup",
    "UntagResource",
];

/** AWS takes 1 MiB of events; JSON may spell each byte of them with six. */
const BODY_BYTES_MAX = 7 * 1024 * 1024;

const nextToken = z.string().optional();

/** The CloudWatch Logs API, AWS JSON 1.1. */
export function logsApi(context: ServiceContext, store: LogStore, now: () => number): Api {
    return {
        json: { target: "Logs_20140328", contentType: "application/x-amz-json-1.1" },
        operations: {
            CreateLogStream: createStreamOperation(store),
            DescribeLogGroups: describeGroupsOperation(context, store),
            DescribeLogStreams: describeStreamsOperation(context, store),
            FilterLogEvents: filterEventsOperation(store),
            GetLogEvents: getEventsOperation(store),
            PutLogEvents: putEventsOperation(store, now),
        },
        reserved: RESERVED,
        refuse: (name) =>
            new AwsError(
                "AccessDeniedException",
                `${name} is not allowed here: log groups are made by the Pulumi program.`,
            ),
        invalidInputCode: "InvalidParameterException",
        maxBodyBytes: BODY_BYTES_MAX,
    };
}

function createStreamOperation(store: LogStore): Operation {
    const input = z.object({ logGroupName: groupName, logStreamName: streamName });
    return operation(input, ({ logGroupName, logStreamName }) => {
        if (store.group(logGroupName).streams.some(({ name }) => name === logStreamName)) {
            throw new AwsError("ResourceAlreadyExistsException", "The specified log stream already exists");
        }
        store.ensureStream(logGroupName, logStreamName);
        return {};
    });
}

function describeGroupsOperation(context: ServiceContext, store: LogStore): Operation {
    const input = z.object({
        logGroupNamePrefix: groupName.optional(),
        logGroupNamePattern: z.string().optional(),
        logGroupIdentifiers: list(text(1, 2048), 50).optional(),
        limit: integer(1, 50).default(50),
        nextToken,
    });
    return operation(input, ({ logGroupNamePrefix = "", logGroupNamePattern = "", ...request }) => {
        const names = request.logGroupIdentifiers?.map((each) => nameOfGroup({ logGroupIdentifier: each }));
        const found = store
            .groups()
            .filter(({ name }) => name.startsWith(logGroupNamePrefix))
            .filter(({ name }) => name.toLowerCase().includes(logGroupNamePattern.toLowerCase()))
            .filter(({ name }) => names?.includes(name) ?? true);
        const page = pageOf(found, request.limit, request.nextToken, "InvalidParameterException");
        return {
            logGroups: page.items.map((group) => describeGroup(context, group)),
            nextToken: page.nextToken,
        };
    });
}

function describeStreamsOperation(context: ServiceContext, store: LogStore): Operation {
    const input = z.object({
        ...groupFields,
        logStreamNamePrefix: streamName.optional(),
        orderBy: z.enum(["LogStreamName", "LastEventTime"]).default("LogStreamName"),
        descending: z.boolean().default(false),
        limit: integer(1, 50).default(50),
        nextToken,
    });
    return operation(input, ({ logStreamNamePrefix = "", orderBy, descending, ...request }) => {
        const group = store.group(nameOfGroup(request));
        const found = group.streams
            .map(({ summary }) => summary)
            .filter(({ name }) => name.startsWith(logStreamNamePrefix))
            .sort(orderBy === "LogStreamName" ? byName : byLastEvent);
        if (descending) found.reverse();
        const page = pageOf(found, request.limit, request.nextToken, "InvalidParameterException");
        return {
            logStreams: page.items.map((stream) => describeStream(context, group.name, stream)),
            nextToken: page.nextToken,
        };
    });
}

function describeGroup({ region, account }: ServiceContext, group: LogGroup): object {
    const arn = `arn:aws:logs:${region}:${account}:log-group:${group.name}`;
    return {
        logGroupName: group.name,
        logGroupArn: arn,
        arn: `${arn}:*`,
        creationTime: group.createdAt,
        logGroupClass: group.logGroupClass,
        metricFilterCount: 0,
        retentionInDays: group.retentionInDays === 0 ? undefined : group.retentionInDays,
        storedBytes: group.bytes,
    };
}

function describeStream({ region, account }: ServiceContext, group: string, stream: StreamSummary): object {
    return {
        logStreamName: stream.name,
        arn: `arn:aws:logs:${region}:${account}:log-group:${group}:log-stream:${stream.name}`,
        creationTime: stream.createdAt,
        firstEventTimestamp: stream.firstEventAt,
        lastEventTimestamp: stream.lastEventAt,
        lastIngestionTime: stream.lastIngestedAt,
        // AWS has answered 0 since 2019.
        storedBytes: 0,
    };
}

function byName(a: StreamSummary, b: StreamSummary): number {
    return a.name < b.name ? -1 : 1;
}

function byLastEvent(a: StreamSummary, b: StreamSummary): number {
    return (a.lastEventAt ?? 0) - (b.lastEventAt ?? 0);
}
