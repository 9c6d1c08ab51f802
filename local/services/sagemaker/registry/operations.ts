import { describeProblems } from "../../protocol/fields";
import { operation, type Api } from "../../protocol/handler";
import { pageOf } from "../../protocol/paging";
import { AwsError, type ResourceRecord } from "../../service";
import {
    batchEntry,
    batchRequest,
    createRequest,
    groupRequest,
    listGroupsRequest,
    listPackagesRequest,
    packageRequest,
    updateRequest,
    type ListRequest,
} from "./fields";
import type { Registry } from "./index";
import type { PackageRecord } from "./packageStore";

type Answer = Record<string, unknown>;

/** Something that is listed. */
interface Listed {
    readonly name: string;
    readonly createdAt: number;
    readonly summary: Answer;
}

/** The operations on model packages, and those on their groups that change nothing. */
export function registryApi(registry: Registry): Api["operations"] {
    return {
        CreateModelPackage: operation(createRequest, (request) => ({
            ModelPackageArn: registry.packageArn(registry.create(request)),
        })),
        UpdateModelPackage: operation(updateRequest, (request) => ({
            ModelPackageArn: registry.packageArn(registry.update(request)),
        })),
        DeleteModelPackage: operation(packageRequest, ({ ModelPackageName }) => {
            registry.remove(ModelPackageName);
            return {};
        }),
        DescribeModelPackage: operation(packageRequest, ({ ModelPackageName }) =>
            describe(registry, registry.package(ModelPackageName)),
        ),
        BatchDescribeModelPackage: operation(batchRequest, ({ ModelPackageArnList }) =>
            batchDescribe(registry, ModelPackageArnList),
        ),
        ListModelPackages: operation(listPackagesRequest, (request) => {
            const { ModelPackageGroupName: group, ModelApprovalStatus: approval, ModelPackageType } = request;
            if (group !== undefined) registry.group(group);
            // Of no group AWS lists packages without versions, unless it is told otherwise; here there are none.
            const versions = ModelPackageType ?? (group === undefined ? "Unversioned" : "Versioned");
            const found = versions === "Unversioned" ? [] : registry.packages();
            const wanted = found
                .filter((each) => each.group === (group ?? each.group))
                .map((each) => ({
                    name: each.group,
                    createdAt: each.createdAt,
                    summary: summaryOf(registry, each),
                }))
                .filter(
                    ({ summary }) =>
                        summary.ModelApprovalStatus === (approval ?? summary.ModelApprovalStatus),
                );
            return listOf("ModelPackageSummaryList", wanted, request);
        }),
        DescribeModelPackageGroup: operation(groupRequest, ({ ModelPackageGroupName }) => ({
            ...groupSummary(registry, registry.group(ModelPackageGroupName)),
            CreatedBy: {},
        })),
        ListModelPackageGroups: operation(listGroupsRequest, (request) => {
            const groups = registry.groups().map((record) => ({
                name: record.id,
                createdAt: registry.groupCreatedAt(record.id),
                summary: groupSummary(registry, record),
            }));
            return listOf("ModelPackageGroupSummaryList", groups, request);
        }),
    };
}

function describe(registry: Registry, record: PackageRecord): Answer {
    return {
        ...record.properties,
        ...summaryOf(registry, record),
        // AWS answers with the group's name where a package has none of its own.
        ModelPackageName: record.group,
        ModelPackageStatusDetails: { ValidationStatuses: [], ImageScanStatuses: [] },
        LastModifiedTime: record.modifiedAt === undefined ? undefined : new Date(record.modifiedAt),
    };
}

function batchDescribe(registry: Registry, arns: readonly string[]): Answer {
    const summaries: Answer = {};
    const errors: Answer = {};
    for (const arn of arns) {
        try {
            const record = registry.package(packageOf(arn));
            const { InferenceSpecification } = record.properties;
            summaries[arn] = { ...summaryOf(registry, record), InferenceSpecification };
        } catch (error) {
            if (!(error instanceof AwsError)) throw error;
            errors[arn] = { ErrorCode: error.code, ErrorResponse: error.message };
        }
    }
    return { ModelPackageSummaries: summaries, BatchDescribeModelPackageErrorMap: errors };
}

function packageOf(arn: string) {
    const { data, error } = batchEntry.safeParse(arn);
    if (error !== undefined) throw new AwsError("ValidationException", describeProblems(error));
    return data;
}

/** What lists tell of a package: nothing of its metadata. */
function summaryOf(registry: Registry, record: PackageRecord): Answer {
    const { ModelPackageDescription, ModelApprovalStatus } = record.properties;
    return {
        ModelPackageGroupName: record.group,
        ModelPackageVersion: record.version,
        ModelPackageArn: registry.packageArn(record),
        ModelPackageDescription,
        CreationTime: new Date(record.createdAt),
        ModelPackageStatus: "Completed",
        ModelApprovalStatus,
    };
}

function groupSummary(registry: Registry, { id, outputs }: ResourceRecord): Answer {
    return {
        ModelPackageGroupName: id,
        ModelPackageGroupArn: outputs.arn,
        ModelPackageGroupDescription: outputs.modelPackageGroupDescription,
        CreationTime: new Date(registry.groupCreatedAt(id)),
        ModelPackageGroupStatus: "Completed",
    };
}

/** One page of what fits the filters. Entries come in the order of their creation, and sorting keeps it among equals. */
function listOf(key: string, entries: readonly Listed[], request: ListRequest): Answer {
    const { CreationTimeAfter: after, CreationTimeBefore: before, NameContains = "" } = request;
    const found = entries
        .filter(({ name }) => name.includes(NameContains))
        .filter(({ createdAt }) => createdAt > (after?.getTime() ?? -Infinity))
        .filter(({ createdAt }) => createdAt < (before?.getTime() ?? Infinity));
    const compare =
        request.SortBy === "Name"
            ? (a: Listed, b: Listed) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)
            : (a: Listed, b: Listed) => a.createdAt - b.createdAt;
    const ascending = [...found].sort(compare);
    const sorted = request.SortOrder === "Descending" ? ascending.reverse() : ascending;
    const page = pageOf(sorted, request.MaxResults, request.NextToken, "ValidationException");
    return { [key]: page.items.map(({ summary }) => summary), NextToken: page.nextToken };
}
