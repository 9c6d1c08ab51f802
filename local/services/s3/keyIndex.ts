import type { Checksum } from "./checksums";

/** One version of an object, or a delete marker. Kept in memory for every key, and on disk as JSON. */
export interface StoredVersion {
    /** Stem of the version's file names; sorts by age. Keys never become file names. */
    readonly id: string;
    readonly key: string;
    /** `null` where the bucket was not versioned at the time. */
    readonly versionId: string;
    /** Order of commits in the bucket: the highest of a key is its current version. */
    readonly sequence: number;
    readonly deleteMarker: boolean;
    readonly sizeBytes: number;
    /** Without quotes; empty for a delete marker. */
    readonly etag: string;
    /** Milliseconds since the epoch, in whole seconds as HTTP dates are. */
    readonly lastModified: number;
    /** System headers to answer with, such as `content-type`, by lower-case name. */
    readonly headers: Readonly<Record<string, string>>;
    /** User metadata, by lower-case name without `x-amz-meta-`. */
    readonly metadata: Readonly<Record<string, string>>;
    readonly tags: Readonly<Record<string, string>>;
    readonly checksum?: Checksum | undefined;
}

/** The version id of objects written while versioning was off. */
export const NULL_VERSION = "null";

/** Orders strings by their UTF-8 bytes, as S3 lists keys. */
export function compareUtf8(a: string, b: string): number {
    const length = Math.min(a.length, b.length);
    for (let i = 0; i < length; i++) {
        const x = a.charCodeAt(i);
        const y = b.charCodeAt(i);
        if (x !== y) return utf8Rank(x) - utf8Rank(y);
    }
    return a.length - b.length;
}

// UTF-16 puts surrogates (characters beyond U+FFFF) before U+E000; UTF-8 puts them last.
function utf8Rank(codeUnit: number): number {
    return codeUnit >= 0xd800 && codeUnit <= 0xdfff ? codeUnit + 0x10000 : codeUnit;
}

/** The first position in sorted `items` that `isBefore` no longer holds for. */
export function partitionPoint<T>(items: readonly T[], isBefore: (item: T) => boolean, from = 0): number {
    let low = from;
    let high = items.length;
    while (low < high) {
        const middle = (low + high) >>> 1;
        if (isBefore(items[middle] as T)) low = middle + 1;
        else high = middle;
    }
    return low;
}

/** All versions of a bucket in memory, with its keys in listing order. */
export class KeyIndex {
    private readonly versions = new Map<string, StoredVersion[]>();
    private sorted: string[] = [];
    private bytes = 0;
    private count = 0;

    /** Builds the index in one sort; one insertion per key would be quadratic. */
    constructor(versions: Iterable<StoredVersion> = []) {
        for (const version of versions) this.insert(version);
        this.sorted = [...this.versions.keys()].sort(compareUtf8);
    }

    /** Keys by UTF-8 bytes, including those whose current version is a delete marker. */
    get keys(): readonly string[] {
        return this.sorted;
    }

    /** Bytes of all versions. */
    get sizeBytes(): number {
        return this.bytes;
    }

    /** Objects that a listing without versions shows. */
    get objectCount(): number {
        let objects = 0;
        for (const key of this.sorted) if (this.current(key) !== undefined) objects += 1;
        return objects;
    }

    /** Versions and delete markers. */
    get versionCount(): number {
        return this.count;
    }

    /** All versions of a key, newest first. */
    versionsOf(key: string): readonly StoredVersion[] {
        return this.versions.get(key) ?? [];
    }

    /** The newest version of a key, which may be a delete marker. */
    newest(key: string): StoredVersion | undefined {
        return this.versions.get(key)?.[0];
    }

    /** The object that a read without a version id sees. */
    current(key: string): StoredVersion | undefined {
        const newest = this.newest(key);
        return newest?.deleteMarker === true ? undefined : newest;
    }

    find(key: string, versionId: string): StoredVersion | undefined {
        return this.versionsOf(key).find((version) => version.versionId === versionId);
    }

    add(version: StoredVersion): void {
        if (!this.versions.has(version.key)) {
            const at = partitionPoint(this.sorted, (key) => compareUtf8(key, version.key) < 0);
            this.sorted.splice(at, 0, version.key);
        }
        this.insert(version);
    }

    remove(version: StoredVersion): void {
        const versions = this.versions.get(version.key);
        const at = versions?.findIndex((one) => one.id === version.id) ?? -1;
        if (versions === undefined || at < 0) return;
        versions.splice(at, 1);
        this.bytes -= version.sizeBytes;
        this.count -= 1;
        if (versions.length > 0) return;
        this.versions.delete(version.key);
        const position = partitionPoint(this.sorted, (key) => compareUtf8(key, version.key) < 0);
        this.sorted.splice(position, 1);
    }

    private insert(version: StoredVersion): void {
        const versions = this.versions.get(version.key) ?? [];
        const at = partitionPoint(versions, (one) => one.sequence > version.sequence);
        versions.splice(at, 0, version);
        this.versions.set(version.key, versions);
        this.bytes += version.sizeBytes;
        this.count += 1;
    }
}
