import { z } from "zod";
import { absent, text } from "../protocol/fields";
import { operation, type Api } from "../protocol/handler";
import { pageOf } from "../protocol/paging";
import { tagsOf } from "../protocol/records";
import { AwsError, type ServiceContext } from "../service";
import type { ExecutionRecord } from "./executionStore";
import type { Executions } from "./executions";
import { describeEvent } from "./history";
import { findMachine, machinesOf, readMachine } from "./machines";

/** Step Functions lists 100 entries unless asked for another number; 0 asks for as many. */
const PAGE_SIZE = 100;

/** Operations that change what is deployed. */
const RESERVED = [
    "CreateStateMachine",
    "CreateStateMachineAlias",
    "DeleteStateMachine",
    "DeleteStateMachineAlias",
    "DeleteStateMachineVersion",
    "PublishStateMachineVersion",
    "TagResource",
    "UntagResource",
    "UpdateStateMachine",
    "UpdateStateMachineAlias",
];

const arn = text(1, 2000);
const paging = {
    maxResults: z.int().min(0).max(1000).optional(),
    nextToken: z.string().optional(),
};
const executionName = z.string().regex(/^[^\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]{1,80}$/u, {
    error: "1 to 80 characters without spaces, brackets, wildcards and special characters",
});

/** The Step Functions API, AWS JSON 1.0. */
export function stepFunctionsApi(context: ServiceContext, executions: Executions): Api {
    return {
        json: { target: "AWSStepFunctions", contentType: "application/x-amz-json-1.0" },
        operations: { ...machineOperations(context), ...executionOperations(context, executions) },
        reserved: RESERVED,
        refuse: (name) =>
            new AwsError(
                "AccessDeniedException",
                `${name} is not allowed here: state machines are made by the Pulumi program.`,
                403,
            ),
        invalidInputCode: "ValidationException",
        maxBodyBytes: 1024 * 1024,
    };
}

function machineOperations(context: ServiceContext): Api["operations"] {
    const summary = (machine: { arn: string; name: string; creationDate: string }) => ({
        stateMachineArn: machine.arn,
        name: machine.name,
        type: "STANDARD",
        creationDate: new Date(machine.creationDate),
    });
    return {
        ListStateMachines: operation(z.object(paging), ({ maxResults, nextToken }) => {
            const machines = machinesOf(context).map(readMachine);
            const page = pageOf(machines, sizeOf(maxResults), nextToken, "InvalidToken");
            return { stateMachines: page.items.map(summary), nextToken: page.nextToken };
        }),
        DescribeStateMachine: operation(z.object({ stateMachineArn: arn }), (input) => {
            const machine = findMachine(context, input.stateMachineArn);
            const { definition, roleArn, revisionId, loggingConfiguration: logging } = machine;
            const destination = { cloudWatchLogsLogGroup: { logGroupArn: logging?.logDestination } };
            const loggingConfiguration = {
                level: logging?.level ?? "OFF",
                includeExecutionData: logging?.includeExecutionData ?? false,
                destinations: logging?.logDestination === undefined ? [] : [destination],
            };
            return {
                ...summary(machine),
                ...{ status: "ACTIVE", definition, roleArn, revisionId, loggingConfiguration },
            };
        }),
        ListTagsForResource: operation(z.object({ resourceArn: arn }), ({ resourceArn }) => {
            const record = machinesOf(context).find(({ outputs }) => outputs.arn === resourceArn);
            if (record === undefined) {
                throw new AwsError("ResourceNotFound", `Resource not found: '${resourceArn}'`);
            }
            return { tags: tagsOf(record).map(({ Key, Value }) => ({ key: Key, value: Value })) };
        }),
    };
}

function executionOperations(context: ServiceContext, executions: Executions): Api["operations"] {
    return {
        StartExecution: operation(
            z.object({
                stateMachineArn: arn,
                name: executionName.optional(),
                input: z.string().optional(),
                traceHeader: z.string().optional(),
            }),
            ({ stateMachineArn, input = "{}", name }) => {
                const record = executions.begin(stateMachineArn, input, name);
                return { executionArn: record.arn, startDate: new Date(record.startedAt) };
            },
        ),
        StopExecution: operation(
            z.object({
                executionArn: arn,
                error: z.string().max(256).optional(),
                cause: z.string().max(32_768).optional(),
            }),
            async ({ executionArn, error, cause }) => {
                const record = await executions.stopExecution(executionArn, error, cause);
                return { stopDate: new Date(record.endedAt ?? Date.now()) };
            },
        ),
        DescribeExecution: operation(z.object({ executionArn: arn }), ({ executionArn }) =>
            describeExecution(executions.find(executionArn)),
        ),
        ...listOperations(context, executions),
    };
}

function listOperations(context: ServiceContext, executions: Executions): Api["operations"] {
    return {
        ListExecutions: operation(
            z.object({
                ...paging,
                stateMachineArn: arn,
                statusFilter: z.enum(["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"]).optional(),
                mapRunArn: absent("distributed maps do not run here"),
            }),
            ({ stateMachineArn, statusFilter, maxResults, nextToken }) => {
                const machine = findMachine(context, stateMachineArn);
                const found = executions
                    .all()
                    .filter((record) => record.stateMachineArn === machine.arn)
                    .filter(({ status }) => status === (statusFilter ?? status))
                    .reverse();
                const page = pageOf(found, sizeOf(maxResults), nextToken, "InvalidToken");
                return { executions: page.items.map(summarizeExecution), nextToken: page.nextToken };
            },
        ),
        GetExecutionHistory: operation(
            z.object({
                ...paging,
                executionArn: arn,
                reverseOrder: z.boolean().optional(),
                includeExecutionData: z.literal(true, "the data is always told here").optional(),
            }),
            ({ executionArn, reverseOrder, maxResults, nextToken }) => {
                const events = executions.historyOf(executionArn);
                const ordered = reverseOrder === true ? [...events].reverse() : events;
                const page = pageOf(ordered, sizeOf(maxResults), nextToken, "InvalidToken");
                return { events: page.items.map(describeEvent), nextToken: page.nextToken };
            },
        ),
    };
}

function summarizeExecution(record: ExecutionRecord): object {
    return {
        executionArn: record.arn,
        stateMachineArn: record.stateMachineArn,
        name: record.name,
        status: record.status,
        startDate: new Date(record.startedAt),
        stopDate: record.endedAt === undefined ? undefined : new Date(record.endedAt),
    };
}

function describeExecution(record: ExecutionRecord): object {
    const { input, output, error, cause } = record;
    return { ...summarizeExecution(record), input, output, error, cause };
}

function sizeOf(maxResults: number | undefined): number {
    return maxResults === undefined || maxResults === 0 ? PAGE_SIZE : maxResults;
}
