import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { describeProblems, integer, text } from "../protocol/fields";
import { renderJson } from "../protocol/json";
import { pageOf } from "../protocol/paging";
import { AwsError, type RequestContext, type ResourceRecord, type ServiceContext } from "../service";
import { DEFAULT_GROUP, GROUP_TYPE, schedulesOf, type Schedule } from "./schedules";

const name = text(1, 64);
const page = { MaxResults: integer(1, 100).default(100), NextToken: z.string().optional() };

const listSchedulesInput = z.object({
    ...page,
    ScheduleGroup: name.optional(),
    NamePrefix: name.optional(),
    State: z.enum(["ENABLED", "DISABLED"]).optional(),
});
const listGroupsInput = z.object({ ...page, NamePrefix: name.optional() });
const getScheduleInput = z.object({ groupName: name.default(DEFAULT_GROUP) });

/**
 * Answers the EventBridge Scheduler API, which is REST with JSON: what is deployed may be read. Errors are rendered here; one that
 * is not an AwsError is logged and answered without its text.
 */
export function createSchedulerHandler(service: ServiceContext) {
    return (request: IncomingMessage, response: ServerResponse, context: RequestContext): Promise<void> => {
        const send = (status: number, headers: object, body: string) => {
            const all = {
                "content-type": "application/json",
                "x-amzn-requestid": context.requestId,
                ...headers,
            };
            response.writeHead(status, all).end(body);
        };
        try {
            send(200, {}, renderJson(answer(service, request)));
        } catch (error) {
            const known = toAwsError(error, service, context);
            send(
                known.status,
                { "x-amzn-errortype": known.code },
                JSON.stringify({ Message: known.message }),
            );
        }
        return Promise.resolve();
    };
}

function answer(service: ServiceContext, request: IncomingMessage): object {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    const [, collection = "", item, ...rest] = pathname.split("/").map(decodeURIComponent);
    const query = Object.fromEntries(searchParams);
    if (rest.length === 0 && request.method === "GET") {
        if (collection === "schedules")
            return item === undefined ? listSchedules(service, query) : getSchedule(service, item, query);
        if (collection === "schedule-groups")
            return item === undefined ? listGroups(service, query) : describeGroup(findGroup(service, item));
    }
    if (["schedules", "schedule-groups", "tags"].includes(collection) && request.method !== "GET") {
        throw new AwsError(
            "AccessDeniedException",
            `${request.method ?? ""} ${pathname} is not allowed here: schedules are made by the Pulumi program.`,
            403,
        );
    }
    throw new AwsError(
        "UnknownOperationException",
        `The local stack does not offer ${request.method ?? ""} ${pathname}. It offers GetSchedule, GetScheduleGroup, ` +
            "ListScheduleGroups, ListSchedules.",
    );
}

function listSchedules(service: ServiceContext, query: object): object {
    const { ScheduleGroup, NamePrefix = "", State, MaxResults, NextToken } = listSchedulesInput.parse(query);
    const found = schedulesOf(service)
        .filter(({ groupName }) => ScheduleGroup === undefined || groupName === ScheduleGroup)
        .filter((schedule) => schedule.name.startsWith(NamePrefix))
        .filter(({ state }) => State === undefined || state === State);
    const { items, nextToken } = pageOf(found, MaxResults, NextToken, "ValidationException");
    return {
        NextToken: nextToken,
        Schedules: items.map(({ arn, groupName, state, target, ...schedule }) => ({
            Arn: arn,
            GroupName: groupName,
            Name: schedule.name,
            State: state,
            Target: { Arn: target.arn },
        })),
    };
}

function getSchedule(service: ServiceContext, scheduleName: string, query: object): object {
    const { groupName } = getScheduleInput.parse(query);
    const schedule = schedulesOf(service).find(
        (each) => each.name === scheduleName && each.groupName === groupName,
    );
    if (schedule === undefined) throw notFound(`Schedule ${scheduleName}`);
    return describeSchedule(schedule);
}

function describeSchedule(schedule: Schedule): object {
    const { flexibleTimeWindow: window, target } = schedule;
    return {
        ActionAfterCompletion: schedule.actionAfterCompletion,
        Arn: schedule.arn,
        Description: schedule.description,
        EndDate: dateOf(schedule.endDate),
        FlexibleTimeWindow: { MaximumWindowInMinutes: window.maximumWindowInMinutes, Mode: window.mode },
        GroupName: schedule.groupName,
        KmsKeyArn: schedule.kmsKeyArn,
        Name: schedule.name,
        ScheduleExpression: schedule.scheduleExpression,
        ScheduleExpressionTimezone: schedule.scheduleExpressionTimezone,
        StartDate: dateOf(schedule.startDate),
        State: schedule.state,
        Target: {
            Arn: target.arn,
            DeadLetterConfig:
                target.deadLetterConfig === undefined ? undefined : { Arn: target.deadLetterConfig.arn },
            Input: target.input,
            RetryPolicy: {
                MaximumEventAgeInSeconds: target.retryPolicy.maximumEventAgeInSeconds,
                MaximumRetryAttempts: target.retryPolicy.maximumRetryAttempts,
            },
            RoleArn: target.roleArn,
        },
    };
}

function listGroups(service: ServiceContext, query: object): object {
    const { NamePrefix = "", MaxResults, NextToken } = listGroupsInput.parse(query);
    const groups = [defaultGroup(service), ...service.resources.ofType(GROUP_TYPE).map(groupOf)];
    const found = groups.filter((group) => group.name.startsWith(NamePrefix));
    const { items, nextToken } = pageOf(found, MaxResults, NextToken, "ValidationException");
    return { NextToken: nextToken, ScheduleGroups: items.map(describeGroup) };
}

interface Group {
    readonly name: string;
    readonly arn: string;
    readonly createdAt?: Date;
}

function findGroup(service: ServiceContext, groupName: string): Group {
    if (groupName === DEFAULT_GROUP) return defaultGroup(service);
    const record = service.resources.get(GROUP_TYPE, groupName);
    if (record === undefined) throw notFound(`Schedule group ${groupName}`);
    return groupOf(record);
}

function groupOf({ id, outputs }: ResourceRecord): Group {
    return { name: id, arn: String(outputs.arn), createdAt: new Date(String(outputs.creationDate)) };
}

function defaultGroup({ region, account }: ServiceContext): Group {
    const arn = `arn:aws:scheduler:${region}:${account}:schedule-group/${DEFAULT_GROUP}`;
    return { name: DEFAULT_GROUP, arn };
}

function describeGroup({ arn, name: groupName, createdAt }: Group): object {
    return {
        Arn: arn,
        CreationDate: createdAt,
        LastModificationDate: createdAt,
        Name: groupName,
        State: "ACTIVE",
    };
}

function notFound(what: string): AwsError {
    return new AwsError("ResourceNotFoundException", `${what} does not exist.`, 404);
}

function dateOf(instant: string | undefined): Date | undefined {
    return instant === undefined ? undefined : new Date(instant);
}

function toAwsError(error: unknown, service: ServiceContext, { requestId }: RequestContext): AwsError {
    if (error instanceof AwsError) return error;
    if (error instanceof z.ZodError) return new AwsError("ValidationException", describeProblems(error));
    if (error instanceof URIError) return new AwsError("ValidationException", "The path is not valid.");
    service.log(
        `request ${requestId} failed: ${error instanceof Error ? (error.stack ?? "") : String(error)}`,
    );
    return new AwsError(
        "InternalServerException",
        `An internal error; the service's log has the cause under request ${requestId}.`,
        500,
    );
}
