import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { readJson, writeFileAtomic } from "../../../files";

const recordSchema = z.object({
    group: z.string(),
    version: z.int().min(1),
    createdAt: z.number(),
    modifiedAt: z.number().optional(),
    properties: z.record(z.string(), z.unknown()),
    clientToken: z.string().optional(),
});

/** A version of a group, as it is kept on disk. Moments are milliseconds since 1970. */
export interface PackageRecord {
    readonly group: string;
    readonly version: number;
    readonly createdAt: number;
    readonly modifiedAt?: number | undefined;
    /** What was asked for, and changed since, by the names of the API. */
    readonly properties: Readonly<Record<string, unknown>>;
    readonly clientToken?: string | undefined;
}

const groupSchema = z.object({ createdAt: z.number(), lastVersion: z.int().min(0) });

/** What is kept of a group besides its deployed record. */
type GroupRecord = z.output<typeof groupSchema>;

/** All packages, in memory and in one file each, below a folder for each group. */
export class PackageStore {
    private readonly records = new Map<string, PackageRecord>();

    constructor(private readonly dir: string) {}

    /** Reads what an earlier service has left. */
    load(): void {
        mkdirSync(this.dir, { recursive: true, mode: 0o700 });
        const files = readdirSync(this.dir, { recursive: true, encoding: "utf8" });
        const stored = files
            .filter((file) => /[/\\]\d+\.json$/.test(file))
            .map((file) => recordSchema.parse(readJson(join(this.dir, file))))
            .sort((a, b) => a.createdAt - b.createdAt || a.version - b.version);
        for (const record of stored) this.records.set(keyOf(record), record);
    }

    /** In the order of their creation. */
    all(): readonly PackageRecord[] {
        return [...this.records.values()];
    }

    find(id: Pick<PackageRecord, "group" | "version">): PackageRecord | undefined {
        return this.records.get(keyOf(id));
    }

    put(record: PackageRecord): PackageRecord {
        writeFileAtomic(join(this.dir, `${keyOf(record)}.json`), JSON.stringify(record));
        this.records.set(keyOf(record), record);
        return record;
    }

    remove(record: PackageRecord): void {
        rmSync(join(this.dir, `${keyOf(record)}.json`), { force: true });
        this.records.delete(keyOf(record));
    }

    /** The next version of a group. It is counted before it is used, so that none is given twice, whatever is removed. */
    nextVersion(group: string): number {
        const { createdAt, lastVersion } = this.group(group);
        this.putGroup(group, { createdAt, lastVersion: lastVersion + 1 });
        return lastVersion + 1;
    }

    /** What is kept of a group, from the first time on that it is asked for. */
    group(name: string): GroupRecord {
        const known = readJson(this.groupFile(name));
        return known === undefined
            ? this.putGroup(name, { createdAt: Date.now(), lastVersion: 0 })
            : groupSchema.parse(known);
    }

    /** Forgets a group: one of the same name starts with version 1. */
    forgetGroup(group: string): void {
        rmSync(join(this.dir, group), { recursive: true, force: true });
    }

    private putGroup(name: string, record: GroupRecord): GroupRecord {
        writeFileAtomic(this.groupFile(name), JSON.stringify(record));
        return record;
    }

    private groupFile(name: string): string {
        return join(this.dir, name, "group.json");
    }
}

/** Names of groups have letters, digits and hyphens only, so that the key is a file's name too. */
function keyOf({ group, version }: Pick<PackageRecord, "group" | "version">): string {
    return join(group, String(version));
}
