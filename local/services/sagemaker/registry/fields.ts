import { z } from "zod";
import { absent, instant, integer, text } from "../../protocol/fields";
import * as fields from "../fields";

// Requests of the model registry, as AWS checks them. Unknown fields are refused: a typing error would go unseen.

/** AWS's limit for the entries of a package's CustomerMetadataProperties. */
export const METADATA_ENTRIES_MAX = 50;

const NAME = "[a-zA-Z0-9](?:-*[a-zA-Z0-9]){0,62}";
const GROUP = new RegExp(`^(?:arn:aws[a-z-]*:sagemaker:[a-z0-9-]+:\\d{12}:model-package-group/)?(${NAME})$`);
const PACKAGE = new RegExp(
    `^(?:arn:aws[a-z-]*:sagemaker:[a-z0-9-]+:\\d{12}:model-package/)?(${NAME})/(\\d{1,5})$`,
);

/** The name of a group, out of itself or its ARN. */
const groupName = z
    .string()
    .regex(GROUP, "the name or the ARN of a model package group")
    .transform((value) => GROUP.exec(value)?.[1] ?? "");

/** Group and version of a package. */
const packageId = z
    .string()
    .regex(PACKAGE, "the ARN of a version: of packages without one the local stack has none")
    .transform((value) => {
        const [, group = "", version = ""] = PACKAGE.exec(value) ?? [];
        return { group, version: Number(version) };
    });

const approval = z.enum(["Approved", "PendingManualApproval", "Rejected"]);

const metadata = z.record(
    z.string().regex(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u, "keys of 1 to 128 letters, digits and _.:/=+-@"),
    z
        .string()
        .regex(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,256}$/u, "values of 1 to 256 letters, digits and _.:/=+-@"),
);

const metricsSource = z.strictObject({
    ContentType: text(1, 256),
    ContentDigest: z.string().max(128).optional(),
    S3Uri: fields.s3Uri,
});

const metricsOf = <Name extends string>(...names: readonly Name[]) =>
    z.strictObject(
        Object.fromEntries(names.map((name) => [name, metricsSource.optional()])) as Record<
            Name,
            z.ZodOptional<typeof metricsSource>
        >,
    );

const contentTypes = z.array(text(1, 256)).optional();
const instanceTypes = z.array(fields.instanceType).min(1).optional();

const inferenceSpecification = z.strictObject({
    Containers: z
        .array(
            z.strictObject({
                ContainerHostname: text(1, 63).optional(),
                Image: fields.imageUri,
                ImageDigest: z.string().max(72).optional(),
                ModelDataUrl: fields.s3Uri.optional(),
                Environment: fields.environment.optional(),
                Framework: z.string().optional(),
                FrameworkVersion: text(3, 10).optional(),
            }),
        )
        .min(1)
        .max(15),
    SupportedTransformInstanceTypes: instanceTypes,
    SupportedRealtimeInferenceInstanceTypes: instanceTypes,
    SupportedContentTypes: contentTypes,
    SupportedResponseMIMETypes: contentTypes,
});

const generated = z.strictObject({
    CommitId: z.string().max(1024).optional(),
    Repository: z.string().max(1024).optional(),
    GeneratedBy: z.string().max(1024).optional(),
    ProjectId: z.string().max(1024).optional(),
});

const clientToken = z.string().regex(/^[a-zA-Z0-9-]{1,36}$/, "1 to 36 letters, digits and hyphens");

/** CreateModelPackage. */
export const createRequest = z.strictObject({
    ModelPackageGroupName: groupName,
    ModelPackageName: absent("the local stack has versions of a group only; give ModelPackageGroupName"),
    ModelPackageDescription: z.string().max(1024).optional(),
    InferenceSpecification: inferenceSpecification.optional(),
    ModelApprovalStatus: approval.default("PendingManualApproval"),
    MetadataProperties: generated.optional(),
    ModelMetrics: z
        .strictObject({
            ModelQuality: metricsOf("Statistics", "Constraints").optional(),
            ModelDataQuality: metricsOf("Statistics", "Constraints").optional(),
            Bias: metricsOf("Report", "PreTrainingReport", "PostTrainingReport").optional(),
            Explainability: metricsOf("Report").optional(),
        })
        .optional(),
    CustomerMetadataProperties: metadata
        .refine(
            (entries) => Object.keys(entries).length <= METADATA_ENTRIES_MAX,
            `at most ${METADATA_ENTRIES_MAX} entries`,
        )
        .optional(),
    Domain: text(1, 256).optional(),
    Task: text(1, 256).optional(),
    SamplePayloadUrl: fields.s3Uri.optional(),
    SourceUri: z.string().max(1024).optional(),
    SkipModelValidation: z.enum(["All", "None"]).optional(),
    ClientToken: clientToken.optional(),
    Tags: absent("versions of a group take the tags of their group"),
});

/** UpdateModelPackage. */
export const updateRequest = z.strictObject({
    ModelPackageArn: packageId,
    ModelApprovalStatus: approval.optional(),
    ApprovalDescription: z.string().max(1024).optional(),
    CustomerMetadataProperties: metadata.optional(),
    CustomerMetadataPropertiesToRemove: z.array(text(1, 128)).optional(),
    InferenceSpecification: inferenceSpecification.optional(),
    SourceUri: z.string().max(1024).optional(),
    ClientToken: clientToken.optional(),
});

/** DescribeModelPackage, DeleteModelPackage. */
export const packageRequest = z.strictObject({ ModelPackageName: packageId });

/** BatchDescribeModelPackage. */
export const batchRequest = z.strictObject({
    ModelPackageArnList: z.array(text(1, 2048)).min(1).max(100),
});

/** One of BatchDescribeModelPackage's entries, each of which may be wrong by itself. */
export const batchEntry = packageId;

/** DescribeModelPackageGroup. */
export const groupRequest = z.strictObject({ ModelPackageGroupName: groupName });

const listFields = {
    CreationTimeAfter: instant().optional(),
    CreationTimeBefore: instant().optional(),
    NameContains: z.string().max(63).optional(),
    SortBy: z.enum(["Name", "CreationTime"]).default("CreationTime"),
    SortOrder: z.enum(["Ascending", "Descending"]).default("Ascending"),
    NextToken: z.string().optional(),
    MaxResults: integer(1, 100).default(10),
};

export type ListRequest = Pick<z.output<typeof listPackagesRequest>, keyof typeof listFields>;

/** ListModelPackages. */
export const listPackagesRequest = z.strictObject({
    ...listFields,
    ModelPackageGroupName: groupName.optional(),
    ModelApprovalStatus: approval.optional(),
    ModelPackageType: z.enum(["Versioned", "Unversioned", "Both"]).optional(),
});

/** ListModelPackageGroups. */
export const listGroupsRequest = z.strictObject(listFields);
