import type { ResourceHost } from "../../../local/provider/host";
import type { ResourceRecord } from "../../../local/services/service";

/** A host without services. It keeps records, and answers an address for what would have one. */
export class MemoryHost implements ResourceHost {
    readonly records = new Map<string, ResourceRecord>();
    /** What happened, in order: `put aws:s3/bucket:Bucket name`. */
    readonly log: string[] = [];
    /** Set to make the next `put` fail. */
    failure?: Error;

    async put(record: ResourceRecord): Promise<Record<string, unknown>> {
        if (this.failure !== undefined) throw this.failure;
        this.log.push(`put ${record.type} ${record.id}`);
        this.records.set(`${record.type} ${record.id}`, record);
        return Promise.resolve(
            record.type === "aws:rds/cluster:Cluster" ? { endpoint: "127.0.0.1", port: 5433 } : {},
        );
    }

    async remove(type: string, id: string): Promise<void> {
        this.log.push(`remove ${type} ${id}`);
        this.records.delete(`${type} ${id}`);
        return Promise.resolve();
    }

    async get(type: string, id: string): Promise<ResourceRecord | undefined> {
        return Promise.resolve(this.records.get(`${type} ${id}`));
    }
}
