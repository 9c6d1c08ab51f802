import { join } from "node:path";
import type { z } from "zod";
import { AwsError, type ResourceRecord, type ServiceContext } from "../../service";
import { METADATA_ENTRIES_MAX, type createRequest, type updateRequest } from "./fields";
import { PackageStore, type PackageRecord } from "./packageStore";

export const GROUP_TYPE = "aws:sagemaker/modelPackageGroup:ModelPackageGroup";

type PackageId = Pick<PackageRecord, "group" | "version">;

/** The model registry: versions of the groups that are deployed. */
export class Registry {
    private readonly store: PackageStore;

    constructor(private readonly context: ServiceContext) {
        this.store = new PackageStore(join(context.dataDir, "packages"));
    }

    /** Reads what an earlier service has left. */
    load(): void {
        this.store.load();
    }

    get packageCount(): number {
        return this.store.all().length;
    }

    /** All packages in the order of their creation. */
    packages(): readonly PackageRecord[] {
        return this.store.all();
    }

    groups(): readonly ResourceRecord[] {
        return this.context.resources.ofType(GROUP_TYPE);
    }

    /** @throws AwsError for one that is not deployed */
    group(name: string): ResourceRecord {
        const found = this.context.resources.get(GROUP_TYPE, name);
        if (found !== undefined) return found;
        const arn = this.arnOf(`model-package-group/${name}`);
        throw new AwsError("ValidationException", `ModelPackageGroup ${arn} does not exist.`);
    }

    /** Notes since when there is a group, which its deployed record does not tell. */
    addGroup({ id }: ResourceRecord): void {
        this.store.group(id);
    }

    /** Milliseconds since 1970. */
    groupCreatedAt(name: string): number {
        return this.store.group(name).createdAt;
    }

    packageArn({ group, version }: PackageId): string {
        return this.arnOf(`model-package/${group}/${version}`);
    }

    /** @throws AwsError for one that there is not */
    package(id: PackageId): PackageRecord {
        const found = this.store.find(id);
        if (found !== undefined) return found;
        throw new AwsError("ValidationException", `ModelPackage ${this.packageArn(id)} does not exist.`);
    }

    /** Adds a version to its group; a request with a token that was seen there answers with what it has made. */
    create(request: z.output<typeof createRequest>): PackageRecord {
        const { ModelPackageGroupName: group, ClientToken: clientToken, ...properties } = request;
        this.group(group);
        const known = this.store
            .all()
            .find((each) => each.group === group && each.clientToken === clientToken);
        if (clientToken !== undefined && known !== undefined) return known;
        const version = this.store.nextVersion(group);
        return this.store.put({ group, version, clientToken, createdAt: Date.now(), properties });
    }

    /** Changes what is given, and keeps the rest; metadata is changed entry by entry. */
    update(request: z.output<typeof updateRequest>): PackageRecord {
        const {
            ModelPackageArn: id,
            CustomerMetadataProperties: added = {},
            CustomerMetadataPropertiesToRemove: removed = [],
            ...changes
        } = request;
        const record = this.package(id);
        const kept = Object.entries(record.properties.CustomerMetadataProperties ?? {}).filter(
            ([key]) => !removed.includes(key),
        );
        const metadata = { ...Object.fromEntries(kept), ...added };
        if (Object.keys(metadata).length > METADATA_ENTRIES_MAX) {
            const problem = `CustomerMetadataProperties: at most ${METADATA_ENTRIES_MAX} entries, those that are there included`;
            throw new AwsError("ValidationException", problem);
        }
        return this.store.put({
            ...record,
            modifiedAt: Date.now(),
            properties: {
                ...{ ...record.properties, ...changes },
                CustomerMetadataProperties: metadata,
                ClientToken: undefined, // A change that is repeated changes nothing.
            },
        });
    }

    /** @throws AwsError for one that there is not */
    remove(id: PackageId): void {
        this.store.remove(this.package(id));
    }

    /** @throws AwsError for a group that is not empty, as AWS does */
    removeGroup({ id }: ResourceRecord): void {
        const count = this.store.all().filter(({ group }) => group === id).length;
        if (count > 0) {
            const problem = `The model package group ${id} cannot be deleted: it has ${count} model packages.`;
            throw new AwsError("ConflictException", problem);
        }
        this.store.forgetGroup(id);
    }

    private arnOf(resource: string): string {
        const { region, account } = this.context;
        return `arn:aws:sagemaker:${region}:${account}:${resource}`;
    }
}
