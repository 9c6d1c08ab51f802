import { type BucketCall, type Call, isoTime, sendXml } from "./call";
import { S3Error } from "./errors";
import type { StoredVersion } from "./keyIndex";
import { type Cursor, type ListEntry, listPage, PAGE_SIZE_MAX } from "./listing";
import type { XmlValue } from "./xml";

/** ListObjectsV2. */
export function listObjectsV2(call: BucketCall): void {
    const query = new ListQuery(call, "max-keys");
    const token = query.text("continuation-token");
    const startAfter = query.text("start-after");
    const resumed = token === undefined ? undefined : cursorAfter(decodeToken(token));
    const page = listPage(call.bucket.store.index.keys, currentRows(call), {
        ...query.options,
        from: resumed ?? (startAfter === undefined ? undefined : { key: startAfter, position: "after" }),
    });
    const last = lastName(page.entries);
    const withOwner = query.text("fetch-owner") === "true";
    sendXml(call, "ListBucketResult", {
        Name: call.bucket.name,
        Prefix: query.encode(query.options.prefix),
        Delimiter: query.encode(query.options.delimiter),
        StartAfter: query.encode(startAfter),
        ContinuationToken: token,
        NextContinuationToken: page.truncated && last !== undefined ? encodeToken(last) : undefined,
        KeyCount: page.entries.length,
        MaxKeys: query.options.limit,
        EncodingType: query.encodingType,
        IsTruncated: page.truncated,
        ...objectEntries(call, query, page.entries, withOwner),
    });
}

/** ListObjects, the first version of it: markers in place of tokens. */
export function listObjects(call: BucketCall): void {
    const query = new ListQuery(call, "max-keys");
    const marker = query.text("marker");
    const page = listPage(call.bucket.store.index.keys, currentRows(call), {
        ...query.options,
        from: cursorAfter(marker),
    });
    const { delimiter } = query.options;
    sendXml(call, "ListBucketResult", {
        Name: call.bucket.name,
        Prefix: query.encode(query.options.prefix),
        Marker: query.encode(marker ?? ""),
        Delimiter: query.encode(delimiter),
        // As S3: without a delimiter the caller goes on from the last key.
        NextMarker: page.truncated && delimiter ? query.encode(lastName(page.entries)) : undefined,
        MaxKeys: query.options.limit,
        EncodingType: query.encodingType,
        IsTruncated: page.truncated,
        ...objectEntries(call, query, page.entries, true),
    });
}

/** ListObjectVersions: every version and delete marker, newest first within a key. */
export function listObjectVersions(call: BucketCall): void {
    const query = new ListQuery(call, "max-keys");
    const keyMarker = query.text("key-marker");
    const versionMarker = query.text("version-id-marker");
    if (versionMarker && !keyMarker) {
        throw new S3Error("InvalidArgument", {
            message: "A version-id marker cannot be specified without a key marker.",
        });
    }
    const { index } = call.bucket.store;
    const rowsOf = (key: string): readonly StoredVersion[] => {
        const versions = index.versionsOf(key);
        if (!versionMarker || key !== keyMarker) return versions;
        // A marker deleted since the last page is not found: its key starts over, rather than losing the rest
        // of it.
        return versions.slice(versions.findIndex(({ versionId }) => versionId === versionMarker) + 1);
    };
    const page = listPage(index.keys, rowsOf, {
        ...query.options,
        from: cursorAfter(keyMarker, versionMarker),
    });
    const lastEntry = page.truncated ? page.entries.at(-1) : undefined;
    sendXml(call, "ListVersionsResult", {
        Name: call.bucket.name,
        Prefix: query.encode(query.options.prefix),
        KeyMarker: query.encode(keyMarker ?? ""),
        VersionIdMarker: versionMarker ?? "",
        NextKeyMarker: query.encode(lastEntry && lastName([lastEntry])),
        NextVersionIdMarker: lastEntry && "row" in lastEntry ? lastEntry.row.versionId : undefined,
        Delimiter: query.encode(query.options.delimiter),
        MaxKeys: query.options.limit,
        EncodingType: query.encodingType,
        IsTruncated: page.truncated,
        ...versionEntries(call, query, page.entries),
    });
}

/** The parameters that all listings share. */
export class ListQuery {
    readonly encodingType: "url" | undefined;
    readonly options: {
        readonly prefix: string;
        readonly delimiter: string | undefined;
        readonly limit: number;
    };

    constructor(
        private readonly call: Call,
        limitParameter: "max-keys" | "max-uploads",
    ) {
        const encoding = this.text("encoding-type");
        if (encoding !== undefined && encoding !== "url") {
            throw new S3Error("InvalidArgument", { message: "Invalid Encoding Method specified in Request" });
        }
        this.encodingType = encoding;
        this.options = {
            prefix: this.text("prefix") ?? "",
            delimiter: this.text("delimiter"),
            limit: pageSize(call, limitParameter),
        };
    }

    /** A parameter's value; an empty one is as good as none. */
    text(name: string): string | undefined {
        const value = this.call.query.get(name);
        return value === null || value === "" ? undefined : value;
    }

    /** A key or prefix as this listing was asked to write it. */
    encode(name: string): string;
    encode(name: string | undefined): string | undefined;
    encode(name: string | undefined): string | undefined {
        if (name === undefined || this.encodingType === undefined) return name;
        return encodeURIComponent(name).replaceAll("%2F", "/");
    }

    prefixes(entries: readonly ListEntry<unknown>[]): XmlValue {
        return entries.flatMap((entry) => ("prefix" in entry ? [{ Prefix: this.encode(entry.prefix) }] : []));
    }
}

/** Reads a page size: 0 to 1,000, more is cut to 1,000. Throws InvalidArgument. */
export function pageSize(call: Call, parameter: string): number {
    const text = call.query.get(parameter) ?? String(PAGE_SIZE_MAX);
    if (!/^\d{1,10}$/.test(text)) {
        throw new S3Error("InvalidArgument", {
            message: `Argument ${parameter} must be an integer between 0 and 2147483647`,
            details: { ArgumentName: parameter, ArgumentValue: text },
        });
    }
    return Math.min(Number(text), PAGE_SIZE_MAX);
}

/** The account, as the owner of all that its buckets hold. */
export function owner(call: Call): XmlValue {
    return { ID: call.context.account, DisplayName: call.context.account };
}

/** What a listing goes on after: its last key or rolled-up prefix. */
export function lastName(entries: readonly ListEntry<unknown>[]): string | undefined {
    const last = entries.at(-1);
    if (last === undefined) return undefined;
    return "prefix" in last ? last.prefix : last.key;
}

function currentRows(call: BucketCall): (key: string) => readonly StoredVersion[] {
    return (key) => {
        const current = call.bucket.store.index.current(key);
        return current === undefined ? [] : [current];
    };
}

function objectEntries(
    call: BucketCall,
    query: ListQuery,
    entries: readonly ListEntry<StoredVersion>[],
    withOwner: boolean,
) {
    return {
        Contents: entries.flatMap((entry) =>
            "row" in entry
                ? [{ ...describe(query, entry.row), ...(withOwner ? { Owner: owner(call) } : {}) }]
                : [],
        ),
        CommonPrefixes: query.prefixes(entries),
    };
}

function versionEntries(call: BucketCall, query: ListQuery, entries: readonly ListEntry<StoredVersion>[]) {
    const rows = entries.flatMap((entry) => ("row" in entry ? [entry.row] : []));
    const identify = (version: StoredVersion) => ({
        VersionId: version.versionId,
        IsLatest: call.bucket.store.index.newest(version.key)?.id === version.id,
        Owner: owner(call),
    });
    return {
        Version: rows
            .filter((row) => !row.deleteMarker)
            .map((row) => ({ ...describe(query, row), ...identify(row) })),
        DeleteMarker: rows
            .filter((row) => row.deleteMarker)
            .map((row) => ({
                Key: query.encode(row.key),
                LastModified: isoTime(row.lastModified),
                ...identify(row),
            })),
        CommonPrefixes: query.prefixes(entries),
    };
}

function describe(query: ListQuery, version: StoredVersion) {
    return {
        Key: query.encode(version.key),
        LastModified: isoTime(version.lastModified),
        ETag: `"${version.etag}"`,
        ChecksumAlgorithm: version.checksum?.algorithm,
        ChecksumType: version.checksum?.type,
        Size: version.sizeBytes,
        StorageClass: version.headers["x-amz-storage-class"] ?? "STANDARD",
    };
}

/**
 * Where a listing goes on after a page that ended with a key or a rolled-up prefix; with `rowMarker`, the
 * last row of the page, the rest of that key comes first.
 */
export function cursorAfter(key: string, rowMarker?: string): Cursor;
export function cursorAfter(key: string | undefined, rowMarker?: string): Cursor | undefined;
export function cursorAfter(key: string | undefined, rowMarker?: string): Cursor | undefined {
    if (key === undefined) return undefined;
    return { key, position: rowMarker === undefined ? "after-group" : "including" };
}

// A token is opaque to clients: the last name of the page before it.
function encodeToken(lastName: string): string {
    return Buffer.from(lastName, "utf8").toString("base64url");
}

function decodeToken(token: string): string {
    const name = Buffer.from(token, "base64url").toString("utf8");
    if (name === "" || encodeToken(name) !== token) {
        throw new S3Error("InvalidArgument", { message: "The continuation token provided is incorrect" });
    }
    return name;
}
