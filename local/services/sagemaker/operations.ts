import { z } from "zod";
import { instant, integer } from "../protocol/fields";
import { operation, type Api } from "../protocol/handler";
import { pageOf } from "../protocol/paging";
import { AwsError } from "../service";
import * as fields from "./fields";
import type { JobKind, JobRecord } from "./jobKind";
import type { Jobs } from "./jobs";

/** SageMaker lists 10 entries unless asked for more. */
const PAGE_SIZE = 10;

/** Operations on model package groups, which the program deploys. */
const RESERVED = [
    "CreateModelPackageGroup",
    "DeleteModelPackageGroup",
    "DeleteModelPackageGroupPolicy",
    "PutModelPackageGroupPolicy",
];

const listInput = z.object({
    CreationTimeAfter: instant().optional(),
    CreationTimeBefore: instant().optional(),
    LastModifiedTimeAfter: instant().optional(),
    LastModifiedTimeBefore: instant().optional(),
    NameContains: z.string().max(63).optional(),
    StatusEquals: z.enum(["InProgress", "Completed", "Failed", "Stopping", "Stopped"]).optional(),
    SortBy: z.enum(["Name", "CreationTime", "Status"]).optional(),
    SortOrder: z.enum(["Ascending", "Descending"]).optional(),
    NextToken: z.string().optional(),
    MaxResults: integer(1, 100).optional(),
});

type ListInput = z.output<typeof listInput>;

/** The SageMaker API, AWS JSON 1.1. */
export function sageMakerApi(operations: Api["operations"]): Api {
    return {
        json: { target: "SageMaker", contentType: "application/x-amz-json-1.1" },
        operations,
        reserved: RESERVED,
        refuse: (name) =>
            new AwsError(
                "AccessDeniedException",
                `${name} is not allowed here: model package groups are made by the Pulumi program.`,
                403,
            ),
        invalidInputCode: "ValidationException",
        maxBodyBytes: 1024 * 1024,
    };
}

/** Four operations for each kind of job. */
export function jobsApi(jobs: Jobs, kinds: readonly JobKind[]): Api["operations"] {
    return Object.assign({}, ...kinds.map((kind) => jobOperations(jobs, kind))) as Api["operations"];
}

function jobOperations(jobs: Jobs, kind: JobKind): Api["operations"] {
    const job = `${kind.title}Job`;
    const named = z.object({ [`${job}Name`]: fields.jobName });
    const nameIn = (input: Record<string, string>) => input[`${job}Name`] ?? "";
    return {
        [`Create${job}`]: operation(z.unknown(), (input) => ({
            [`${job}Arn`]: jobs.create(kind, input).arn,
        })),
        [`Describe${job}`]: operation(named, (input) => describeJob(kind, jobs.find(kind, nameIn(input)))),
        [`Stop${job}`]: operation(named, (input) => {
            jobs.stopJob(kind, nameIn(input));
            return {};
        }),
        [`List${job}s`]: operation(listInput, (input) => {
            const found = jobs
                .all()
                .filter((record) => record.kind === kind.arnType && matches(record, input));
            const size = input.MaxResults ?? PAGE_SIZE;
            const page = pageOf(sorted(found, input), size, input.NextToken, "ValidationException");
            return {
                [`${job}Summaries`]: page.items.map((record) => summaryOf(kind, record)),
                NextToken: page.nextToken,
            };
        }),
    };
}

/** A job as Describe answers with it. */
export function describeJob(kind: JobKind, record: JobRecord): Record<string, unknown> {
    return {
        ...record.request,
        ...summaryOf(kind, record),
        [`${kind.title}StartTime`]: dateOf(record.startedAt),
        ...kind.detailsOf(record),
    };
}

function summaryOf(kind: JobKind, record: JobRecord): Record<string, unknown> {
    const { title } = kind;
    return {
        [`${title}JobName`]: record.name,
        [`${title}JobArn`]: record.arn,
        [`${title}JobStatus`]: record.status,
        CreationTime: dateOf(record.createdAt),
        LastModifiedTime: dateOf(record.modifiedAt),
        [`${title}EndTime`]: dateOf(record.endedAt),
        ...kind.summaryOf(record),
    };
}

function matches(record: JobRecord, input: ListInput): boolean {
    const within = (at: number, after?: Date, before?: Date) =>
        at > (after?.getTime() ?? -Infinity) && at < (before?.getTime() ?? Infinity);
    return (
        within(record.createdAt, input.CreationTimeAfter, input.CreationTimeBefore) &&
        within(record.modifiedAt, input.LastModifiedTimeAfter, input.LastModifiedTimeBefore) &&
        record.name.includes(input.NameContains ?? "") &&
        record.status === (input.StatusEquals ?? record.status)
    );
}

function sorted(records: readonly JobRecord[], { SortBy, SortOrder }: ListInput): readonly JobRecord[] {
    // Records come in the order of their creation, and sorting keeps it among equals.
    const byText = (read: (record: JobRecord) => string) =>
        [...records].sort((a, b) => (read(a) < read(b) ? -1 : read(a) > read(b) ? 1 : 0));
    const ascending =
        SortBy === "Name"
            ? byText(({ name }) => name)
            : SortBy === "Status"
              ? byText(({ status }) => status)
              : records;
    return SortOrder === "Descending" ? [...ascending].reverse() : ascending;
}

function dateOf(at: number | undefined): Date | undefined {
    return at === undefined ? undefined : new Date(at);
}
