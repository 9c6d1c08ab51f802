import { randomBytes } from "node:crypto";
import { type FileHandle, mkdir, open, rm } from "node:fs/promises";
import { join } from "node:path";
import {
    isMissing,
    KeyedLock,
    listFolder,
    publishFile,
    publishJson,
    readJsonFiles,
    stageFile,
    type Write,
} from "./files";
import { KeyIndex, NULL_VERSION, type StoredVersion } from "./keyIndex";
import { UploadStore } from "./uploadStore";

/** What a writer decides of a version; the store adds its identity and its time. */
export type VersionDraft = Omit<StoredVersion, "id" | "sequence" | "versionId" | "lastModified">;

export interface CommitOptions {
    /** Keep earlier versions and give this one an id of its own; else it replaces the null version. */
    readonly versioned: boolean;
    /** Runs with the key locked, before the commit. Throwing leaves everything as it was. */
    readonly check: (current: StoredVersion | undefined) => void;
}

const METADATA_SUFFIX = ".json";
const DATA_SUFFIX = ".data";

/**
 * One bucket's content, in `folder`:
 *
 *     objects/<id>.data   bytes of a version
 *     objects/<id>.json   its metadata; renaming this into place is the commit
 *     uploads/            multipart uploads in progress
 *     staging/            files being written; emptied at start
 *
 * The index in memory is rebuilt from the metadata at start.
 */
export class BucketStore {
    private readonly locks = new KeyedLock();

    private constructor(
        private readonly folder: string,
        readonly index: KeyIndex,
        readonly uploads: UploadStore,
        private nextSequence: number,
    ) {}

    /**
     * Opens a bucket's folder, creates it where needed, and removes what a killed process left half-written.
     */
    static async open(folder: string): Promise<BucketStore> {
        const objects = join(folder, "objects");
        const staging = join(folder, "staging");
        await rm(staging, { recursive: true, force: true });
        await mkdir(objects, { recursive: true });
        await mkdir(staging, { recursive: true });
        const names = await listFolder(objects);
        const found = await readJsonFiles<StoredVersion>(
            objects,
            names.filter((name) => name.endsWith(METADATA_SUFFIX)),
        );
        const kept = withoutReplaced(found);
        const keptIds = new Set(kept.map(({ id }) => id));
        for (const name of names) {
            if (!keptIds.has(name.slice(0, name.lastIndexOf("."))))
                await rm(join(objects, name), { force: true });
        }
        const nextSequence = kept.reduce((highest, { sequence }) => Math.max(highest, sequence), 0) + 1;
        const uploads = await UploadStore.open(join(folder, "uploads"), staging);
        return new BucketStore(folder, new KeyIndex(kept), uploads, nextSequence);
    }

    /** Streams content into a staged file, to be handed to `commit`, or to `discard`. */
    stage<T>(fill: (write: Write) => Promise<T>): Promise<{ path: string; result: T }> {
        return stageFile(this.staging, fill);
    }

    /**
     * Makes a version, or a delete marker, the current one of its key. Commits of one key happen one after
     * another, so of two writers whose `check` asks for an absent key exactly one succeeds.
     *
     * @param stagedPath the version's bytes; undefined for a delete marker. Removed if the commit fails.
     */
    async commit(
        draft: VersionDraft,
        stagedPath: string | undefined,
        options: CommitOptions,
    ): Promise<StoredVersion> {
        try {
            return await this.locks.run(draft.key, async () => {
                options.check(this.index.current(draft.key));
                const replaced = options.versioned ? undefined : this.index.find(draft.key, NULL_VERSION);
                const version = this.identify(draft, options.versioned);
                if (stagedPath !== undefined) {
                    await publishFile(stagedPath, this.objects, version.id + DATA_SUFFIX);
                }
                await publishJson(this.staging, this.objects, version.id + METADATA_SUFFIX, version);
                if (replaced !== undefined) this.index.remove(replaced);
                this.index.add(version);
                if (replaced !== undefined) await this.removeFiles(replaced);
                return version;
            });
        } catch (error) {
            if (stagedPath !== undefined) await this.discard(stagedPath);
            throw error;
        }
    }

    async discard(stagedPath: string): Promise<void> {
        await rm(stagedPath, { force: true });
    }

    /** Removes one version for good, if `check` lets it; answers what was removed. */
    async remove(
        key: string,
        versionId: string,
        check: (version: StoredVersion | undefined) => void,
    ): Promise<StoredVersion | undefined> {
        return await this.locks.run(key, async () => {
            const version = this.index.find(key, versionId);
            check(version);
            if (version === undefined) return undefined;
            this.index.remove(version);
            await this.removeFiles(version);
            return version;
        });
    }

    /** Replaces the tags of a version in place; undefined where it is gone. */
    async retag(
        key: string,
        versionId: string,
        tags: Readonly<Record<string, string>>,
    ): Promise<StoredVersion | undefined> {
        return await this.locks.run(key, async () => {
            const version = this.index.find(key, versionId);
            if (version === undefined) return undefined;
            const retagged = { ...version, tags };
            await publishJson(this.staging, this.objects, version.id + METADATA_SUFFIX, retagged);
            this.index.remove(version);
            this.index.add(retagged);
            return retagged;
        });
    }

    /**
     * Opens a version's bytes; undefined where it was removed meanwhile. The handle outlives a later removal.
     */
    async openData(version: StoredVersion): Promise<FileHandle | undefined> {
        try {
            return await open(join(this.objects, version.id + DATA_SUFFIX), "r");
        } catch (error) {
            if (isMissing(error)) return undefined;
            throw error;
        }
    }

    /** Removes the bucket and all in it. */
    async destroy(): Promise<void> {
        await rm(this.folder, { recursive: true, force: true });
    }

    private get objects(): string {
        return join(this.folder, "objects");
    }

    private get staging(): string {
        return join(this.folder, "staging");
    }

    private identify(draft: VersionDraft, versioned: boolean): StoredVersion {
        const sequence = this.nextSequence++;
        const id = `${sequence.toString(16).padStart(12, "0")}${randomBytes(10).toString("hex")}`;
        return {
            ...draft,
            id,
            sequence,
            versionId: versioned ? id : NULL_VERSION,
            lastModified: Math.floor(Date.now() / 1000) * 1000,
        };
    }

    // Metadata first: bytes without it are a leftover, metadata without bytes would be a broken object. Not
    // flushed: a power cut may bring back a deleted object, but never a part of one.
    private async removeFiles(version: StoredVersion): Promise<void> {
        await rm(join(this.objects, version.id + METADATA_SUFFIX), { force: true });
        await rm(join(this.objects, version.id + DATA_SUFFIX), { force: true });
    }
}

// A process killed between committing a null version and removing the one it replaced leaves both on disk.
function withoutReplaced(versions: readonly StoredVersion[]): StoredVersion[] {
    const newest = new Map<string, StoredVersion>();
    for (const version of versions) {
        const identity = JSON.stringify([version.key, version.versionId]);
        const other = newest.get(identity);
        if (other === undefined || other.sequence < version.sequence) newest.set(identity, version);
    }
    return [...newest.values()];
}
