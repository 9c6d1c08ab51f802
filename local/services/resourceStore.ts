import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../errors";
import { readJson, writeFileAtomic } from "../files";
import type { Sealer } from "./seal";
import type { DeployedResources, ResourceRecord } from "./service";

type Values = Readonly<Record<string, unknown>>;
type StoredRecord = ResourceRecord & { readonly order: number };

/**
 * The records of all deployed resources, one file each, so that a change to one writes one. Secret values are sealed on
 * disk. Reads come from memory.
 */
export class ResourceStore implements DeployedResources {
    private readonly records = new Map<string, StoredRecord>();
    private nextOrder = 0;

    constructor(
        private readonly dir: string,
        private readonly sealer: Sealer,
    ) {
        mkdirSync(dir, { recursive: true, mode: 0o700 });
        const files = readdirSync(dir).filter((file) => file.endsWith(".json"));
        const stored = files.map((file) => this.open(readJson(join(dir, file)) as StoredRecord));
        for (const record of stored.sort((a, b) => a.order - b.order))
            this.records.set(keyOf(record.type, record.id), record);
        this.nextOrder = (stored.at(-1)?.order ?? -1) + 1;
    }

    all(): readonly ResourceRecord[] {
        return [...this.records.values()];
    }

    ofType(type: string): readonly ResourceRecord[] {
        return this.all().filter((record) => record.type === type);
    }

    get(type: string, id: string): ResourceRecord | undefined {
        return this.records.get(keyOf(type, id));
    }

    put(record: ResourceRecord): void {
        const key = keyOf(record.type, record.id);
        const order = this.records.get(key)?.order ?? this.nextOrder++;
        const stored = { ...record, order };
        writeFileAtomic(this.fileOf(key), JSON.stringify(this.closed(stored)));
        this.records.set(key, stored);
    }

    remove(type: string, id: string): void {
        const key = keyOf(type, id);
        rmSync(this.fileOf(key), { force: true });
        this.records.delete(key);
    }

    private fileOf(key: string): string {
        return join(this.dir, `${createHash("sha256").update(key).digest("hex").slice(0, 32)}.json`);
    }

    private closed(record: StoredRecord): StoredRecord {
        const seal = (value: unknown): unknown => ({
            sealed: this.sealer.seal(Buffer.from(JSON.stringify(value))).toString("base64"),
        });
        return withSecrets(record, seal);
    }

    private open(record: StoredRecord): StoredRecord {
        const unseal = (value: unknown): unknown => {
            const { sealed } = value as { sealed: string };
            return JSON.parse(this.sealer.unseal(Buffer.from(sealed, "base64")).toString());
        };
        try {
            return withSecrets(record, unseal);
        } catch (error) {
            throw new UserError(
                `A secret of ${record.type} "${record.id}" in ${this.dir} cannot be opened: ` +
                    "it was changed, or sealed with another key.",
                { cause: error },
            );
        }
    }
}

/** The record with each of its secret values changed. */
function withSecrets(record: StoredRecord, change: (value: unknown) => unknown): StoredRecord {
    const changed = (values: Values): Values =>
        Object.fromEntries(
            Object.entries(values).map(([key, value]) => [
                key,
                record.secretKeys.includes(key) ? change(value) : value,
            ]),
        );
    return { ...record, inputs: changed(record.inputs), outputs: changed(record.outputs) };
}

function keyOf(type: string, id: string): string {
    return `${type}|${id}`;
}
