import type { IncomingHttpHeaders } from "node:http";
import { S3Error } from "./errors";
import type { StoredVersion } from "./keyIndex";

/** What a read may demand of the object, as header values. */
export interface ReadConditions {
    readonly ifMatch?: string | undefined;
    readonly ifNoneMatch?: string | undefined;
    readonly ifModifiedSince?: string | undefined;
    readonly ifUnmodifiedSince?: string | undefined;
}

/** The conditions of a GET or HEAD, or, with their prefix, those of a copy on its source. */
export function readConditions(
    headers: IncomingHttpHeaders,
    prefix: "" | "x-amz-copy-source-",
): ReadConditions {
    const value = (name: string) => {
        const found = headers[prefix + name];
        return Array.isArray(found) ? found.join(",") : found;
    };
    return {
        ifMatch: value("if-match"),
        ifNoneMatch: value("if-none-match"),
        ifModifiedSince: value("if-modified-since"),
        ifUnmodifiedSince: value("if-unmodified-since"),
    };
}

/**
 * Whether the object is as the caller already has it. Throws PreconditionFailed where it is not what was
 * demanded. By HTTP's order, ETags are stronger than dates: a date counts only where its ETag counterpart was
 * not sent.
 */
export function isNotModified(version: StoredVersion, conditions: ReadConditions): boolean {
    const { ifMatch, ifNoneMatch } = conditions;
    const modifiedSince = parseDate(conditions.ifModifiedSince);
    const unmodifiedSince = parseDate(conditions.ifUnmodifiedSince);
    if (ifMatch !== undefined) {
        if (!matches(ifMatch, version)) throw preconditionFailed("If-Match");
    } else if (unmodifiedSince !== undefined && version.lastModified > unmodifiedSince) {
        throw preconditionFailed("If-Unmodified-Since");
    }
    if (ifNoneMatch !== undefined) return matches(ifNoneMatch, version);
    return modifiedSince !== undefined && version.lastModified <= modifiedSince;
}

/**
 * The check a conditional write runs with its key locked. `If-None-Match: *` asks that there be no object,
 * `If-Match` that it have this ETag. Throws PreconditionFailed, NoSuchKey, or NotImplemented for what S3
 * lacks too.
 */
export function writeCondition(headers: IncomingHttpHeaders): (current: StoredVersion | undefined) => void {
    const ifNoneMatch = headers["if-none-match"];
    const ifMatch = headers["if-match"];
    if (ifNoneMatch !== undefined && ifNoneMatch !== "*") {
        throw new S3Error("NotImplemented", {
            message: 'A write can only be conditional on If-None-Match: "*", or on If-Match with an ETag',
            details: { Header: "If-None-Match" },
        });
    }
    return (current) => {
        if (ifNoneMatch !== undefined && current !== undefined) throw preconditionFailed("If-None-Match");
        if (ifMatch === undefined) return;
        if (current === undefined) throw new S3Error("NoSuchKey");
        if (!matches(ifMatch, current)) throw preconditionFailed("If-Match");
    };
}

function matches(list: string, version: StoredVersion): boolean {
    return list.split(",").some((item) => {
        const etag = item.trim().replace(/^W\//, "").replaceAll('"', "");
        return etag === "*" || etag === version.etag;
    });
}

// An unreadable date is ignored, as HTTP asks.
function parseDate(text: string | undefined): number | undefined {
    const time = text === undefined ? Number.NaN : Date.parse(text);
    return Number.isNaN(time) ? undefined : time;
}

function preconditionFailed(condition: string): S3Error {
    return new S3Error("PreconditionFailed", { details: { Condition: condition } });
}
