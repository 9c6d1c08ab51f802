import {
    CreateModelPackageCommand,
    DescribeModelPackageCommand,
    paginateListModelPackages,
    UpdateModelPackageCommand,
    type ListModelPackagesCommandInput,
    type ModelPackageSummary,
    type SageMakerClient,
} from "@aws-sdk/client-sagemaker";
import { PAIRS, type Pair } from "../../config/pairs";
import { decodeMetadata, encodeMetadata, type PackageMetadata } from "./metadata";

export type { PackageMetadata } from "./metadata";

/** What the inference container takes and gives. */
const CONTENT_TYPES = ["application/json", "text/csv"];

export type ApprovalStatus = "Approved" | "PendingManualApproval" | "Rejected";

/** A trained model, to be registered. */
export interface Registration {
    readonly metadata: PackageMetadata;
    /** URI of the inference image. */
    readonly imageUri: string;
    /** S3 URI of model.tar.gz. */
    readonly modelDataUrl: string;
    /** S3 URI of the model's metrics.json. */
    readonly metricsUrl?: string;
    /** ARN of the job that trained it. */
    readonly trainingJobArn?: string;
    /** @default "PendingManualApproval" */
    readonly status?: ApprovalStatus;
}

/** What became of a registration. */
export interface Registered {
    readonly pair: Pair;
    readonly arn: string;
    /** False where a package of the same artefact was there already: it is the one that `arn` names. */
    readonly isNew: boolean;
}

/** A registration that was refused. */
export interface Unregistered {
    readonly pair: Pair;
    readonly error: Error;
}

/** A model that the registry holds. */
export interface ModelPackage {
    readonly arn: string;
    readonly version: number;
    readonly status: ApprovalStatus;
    /** What the person who set the status gave as the reason. */
    readonly approvalDescription?: string;
    readonly createdAt: Date;
    readonly modelDataUrl: string;
    readonly metadata: PackageMetadata;
}

/** The model package group of a stack: one package per pair and training run, on AWS and on the local stack alike. */
export class ModelRegistry {
    constructor(
        private readonly client: SageMakerClient,
        private readonly groupName: string,
    ) {}

    /**
     * Registers a model. One whose artefact is registered already is not registered again, so that a run can be repeated.
     * @throws ZodError for metadata that does not fit, the client's error where AWS refuses
     */
    async register(registration: Registration): Promise<Registered> {
        return this.registerUnlessKnown(registration, await this.known());
    }

    /** Registers the models of a run, one after another. One that is refused does not keep the others back. */
    async registerAll(
        registrations: readonly Registration[],
    ): Promise<{ registered: Registered[]; failed: Unregistered[] }> {
        const known = await this.known();
        const registered: Registered[] = [];
        const failed: Unregistered[] = [];
        for (const registration of registrations) {
            try {
                registered.push(await this.registerUnlessKnown(registration, known));
            } catch (error) {
                failed.push({ pair: registration.metadata.pair, error: error as Error });
            }
        }
        return { registered, failed };
    }

    /** The newest approved package of a pair: its champion. */
    async latestApproved(pair: Pair): Promise<ModelPackage | undefined> {
        return (await this.latest("Approved", [pair])).get(pair);
    }

    /** The newest package of each of the pairs, whatever its status or of one alone; pairs without one are left out. */
    async latest(status?: ApprovalStatus, pairs: readonly Pair[] = PAIRS): Promise<Map<Pair, ModelPackage>> {
        const newest = new Map<string, ModelPackageSummary>();
        for await (const summary of this.summaries({ ModelApprovalStatus: status })) {
            const pair = pairOf(summary);
            if (!newest.has(pair)) newest.set(pair, summary);
            if (pairs.every((each) => newest.has(each))) break;
        }
        const packages = await this.describeAll(pairs.flatMap((pair) => newest.get(pair) ?? []));
        return new Map(packages.map((each) => [each.metadata.pair, each]));
    }

    /** All packages of a pair, the newest first. */
    async packagesOf(pair: Pair): Promise<ModelPackage[]> {
        const found: ModelPackageSummary[] = [];
        for await (const summary of this.summaries({})) if (pairOf(summary) === pair) found.push(summary);
        return this.describeAll(found);
    }

    /**
     * One package.
     * @throws ZodError for one that this class has not registered, the client's error where there is none
     */
    async describe(arn: string): Promise<ModelPackage> {
        const found = await this.client.send(new DescribeModelPackageCommand({ ModelPackageName: arn }));
        return {
            arn,
            version: found.ModelPackageVersion ?? 0,
            status: found.ModelApprovalStatus ?? "PendingManualApproval",
            ...(found.ApprovalDescription === undefined
                ? {}
                : { approvalDescription: found.ApprovalDescription }),
            createdAt: found.CreationTime ?? new Date(0),
            modelDataUrl: found.InferenceSpecification?.Containers?.[0]?.ModelDataUrl ?? "",
            metadata: decodeMetadata(found.CustomerMetadataProperties ?? {}),
        };
    }

    /** Lets a package be deployed. @param reason who has approved it and why, at most 1,024 characters */
    async approve(arn: string, reason: string): Promise<void> {
        await this.setStatus(arn, "Approved", reason);
    }

    /** Keeps a package from being deployed. @param reason at most 1,024 characters */
    async reject(arn: string, reason: string): Promise<void> {
        await this.setStatus(arn, "Rejected", reason);
    }

    private async setStatus(arn: string, status: ApprovalStatus, reason: string): Promise<void> {
        await this.client.send(
            new UpdateModelPackageCommand({
                ModelPackageArn: arn,
                ModelApprovalStatus: status,
                ApprovalDescription: reason,
            }),
        );
    }

    /** ARNs of what is registered, by description. */
    private async known(): Promise<Map<string, string>> {
        const known = new Map<string, string>();
        for await (const { ModelPackageDescription, ModelPackageArn } of this.summaries({})) {
            known.set(ModelPackageDescription ?? "", ModelPackageArn ?? "");
        }
        return known;
    }

    private async registerUnlessKnown(
        registration: Registration,
        known: Map<string, string>,
    ): Promise<Registered> {
        const { pair } = registration.metadata;
        const description = descriptionOf(registration.metadata);
        const existing = known.get(description);
        if (existing !== undefined) return { pair, arn: existing, isNew: false };
        const arn = await this.create(registration, description);
        known.set(description, arn);
        return { pair, arn, isNew: true };
    }

    private async create(registration: Registration, description: string): Promise<string> {
        const { metadata, imageUri, modelDataUrl, metricsUrl, trainingJobArn } = registration;
        const { ModelPackageArn } = await this.client.send(
            new CreateModelPackageCommand({
                ModelPackageGroupName: this.groupName,
                ModelPackageDescription: description,
                ModelApprovalStatus: registration.status ?? "PendingManualApproval",
                InferenceSpecification: {
                    Containers: [{ Image: imageUri, ModelDataUrl: modelDataUrl }],
                    SupportedContentTypes: CONTENT_TYPES,
                    SupportedResponseMIMETypes: ["application/json"],
                },
                ...(metricsUrl === undefined
                    ? {}
                    : {
                          ModelMetrics: {
                              ModelQuality: {
                                  Statistics: { ContentType: "application/json", S3Uri: metricsUrl },
                              },
                          },
                      }),
                MetadataProperties: { CommitId: metadata.gitCommit, GeneratedBy: trainingJobArn },
                CustomerMetadataProperties: encodeMetadata(metadata),
            }),
        );
        if (ModelPackageArn === undefined) throw new Error("SageMaker answered with no ARN");
        return ModelPackageArn;
    }

    /** The newest first. */
    private async *summaries(
        filter: Pick<ListModelPackagesCommandInput, "ModelApprovalStatus">,
    ): AsyncGenerator<ModelPackageSummary> {
        const pages = paginateListModelPackages(
            { client: this.client, pageSize: 100 },
            {
                ...filter,
                ModelPackageGroupName: this.groupName,
                SortBy: "CreationTime",
                SortOrder: "Descending",
            },
        );
        for await (const { ModelPackageSummaryList } of pages) yield* ModelPackageSummaryList ?? [];
    }

    /** One after another: SageMaker throttles. */
    private async describeAll(summaries: readonly ModelPackageSummary[]): Promise<ModelPackage[]> {
        const packages: ModelPackage[] = [];
        for (const { ModelPackageArn } of summaries)
            packages.push(await this.describe(ModelPackageArn ?? ""));
        return packages;
    }
}

/** A list of packages shows no metadata but their descriptions, so these name the pair and the artefact: `eurusd 3f…`. */
function descriptionOf({ pair, artefactSha256 }: PackageMetadata): string {
    return `${pair} ${artefactSha256}`;
}

function pairOf({ ModelPackageDescription = "" }: ModelPackageSummary): string {
    return ModelPackageDescription.split(" ", 1).join("");
}
