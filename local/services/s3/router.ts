import type { BucketCall, Call, ObjectCall } from "./call";
import { header } from "./call";
import { deleteObject, deleteObjects } from "./deleteObject";
import { S3Error } from "./errors";
import { checkKey } from "./keys";
import { listMultipartUploads, listParts } from "./listUploads";
import { listObjects, listObjectsV2, listObjectVersions } from "./listObjects";
import {
    abortMultipartUpload,
    completeMultipartUpload,
    createMultipartUpload,
    uploadPart,
    uploadPartCopy,
} from "./multipart";
import {
    getBucketEncryption,
    getBucketLocation,
    getBucketOwnershipControls,
    getBucketPolicy,
    getBucketTagging,
    getBucketVersioning,
    getPublicAccessBlock,
    headBucket,
    listBuckets,
} from "./readBucket";
import { getObject } from "./readObject";
import { deleteObjectTagging, getObjectTagging, putObjectTagging } from "./tagging";
import { copyObject, putObject } from "./writeObject";

type Operation<C> = (call: C) => Promise<void> | void;

/** `METHOD subresource` of the bucket itself; the bucket exists when one of these runs. */
const BUCKET_OPERATIONS: Readonly<Record<string, Operation<BucketCall>>> = {
    "HEAD ": headBucket,
    "GET ": listObjects,
    "GET list-type": listObjectsV2,
    "GET versions": listObjectVersions,
    "GET uploads": listMultipartUploads,
    "GET location": getBucketLocation,
    "GET versioning": getBucketVersioning,
    "GET encryption": getBucketEncryption,
    "GET publicAccessBlock": getPublicAccessBlock,
    "GET ownershipControls": getBucketOwnershipControls,
    "GET policy": getBucketPolicy,
    "GET tagging": getBucketTagging,
    "POST delete": deleteObjects,
};

/** `METHOD subresource` of a key; `copy` stands for the header that turns an upload into a copy. */
const OBJECT_OPERATIONS: Readonly<Record<string, Operation<ObjectCall>>> = {
    "GET ": getObject,
    "HEAD ": getObject,
    "PUT ": putObject,
    "PUT copy": copyObject,
    "DELETE ": deleteObject,
    "GET tagging": getObjectTagging,
    "PUT tagging": putObjectTagging,
    "DELETE tagging": deleteObjectTagging,
    "POST uploads": createMultipartUpload,
    "GET uploadId": listParts,
    "PUT uploadId": uploadPart,
    "PUT uploadId copy": uploadPartCopy,
    "POST uploadId": completeMultipartUpload,
    "DELETE uploadId": abortMultipartUpload,
};

/** Query parameters that modify an operation. Any other names a subresource, and so another operation. */
const PARAMETERS = new Set([
    "bucket-region",
    "continuation-token",
    "delimiter",
    "encoding-type",
    "fetch-owner",
    "key-marker",
    "marker",
    "max-buckets",
    "max-keys",
    "max-parts",
    "max-uploads",
    "part-number-marker",
    "partNumber",
    "prefix",
    "start-after",
    "upload-id-marker",
    "version-id-marker",
    "versionId",
    "x-id",
]);

/** Where a request goes: the service, a bucket, or a key in a bucket. */
export interface Target {
    readonly bucket?: string | undefined;
    readonly key?: string | undefined;
}

/**
 * Reads a target from the raw URL, path style, or virtual-host style (`<bucket>.s3.<rest>`,
 * `<bucket>.localhost`). The path is split by hand: URL parsers fold "a/../b", which is a legal key. Throws
 * InvalidURI.
 */
export function parseTarget(url: string, host: string): Target {
    const rawPath = url.split("?", 1)[0] ?? "/";
    const hosted = /^(?<bucket>[a-z0-9][a-z0-9.-]*?)\.(?:s3[.-]|localhost$)/.exec(host.replace(/:\d+$/, ""));
    const virtual = hosted?.groups?.bucket;
    const path = virtual === undefined ? rawPath.slice(1) : `${virtual}${rawPath}`;
    const slash = path.indexOf("/");
    const bucket = decode(slash < 0 ? path : path.slice(0, slash));
    const key = slash < 0 ? "" : decode(path.slice(slash + 1));
    return { bucket: bucket === "" ? undefined : bucket, key: key === "" ? undefined : key };
}

/**
 * Finds and runs the operation of a request. Throws what the operation throws, and NotImplemented for an
 * unknown one.
 */
export async function route(call: Call, target: Target): Promise<void> {
    const method = call.request.method ?? "GET";
    const subresource = subresourceOf(call.query);
    if (target.bucket === undefined) {
        if (method !== "GET" || subresource !== "") throw unknownOperation(method, subresource);
        await listBuckets(call);
        return;
    }
    const copy = header(call, "x-amz-copy-source") === undefined ? "" : "copy";
    if (target.key === undefined) {
        const operation = BUCKET_OPERATIONS[`${method} ${subresource}`];
        if (operation === undefined) throw bucketRefusal(method, subresource, target.bucket);
        await operation(await openBucket(call, target.bucket));
        return;
    }
    const name = `${method} ${[subresource, method === "PUT" ? copy : ""].filter((part) => part !== "").join(" ")}`;
    const operation = OBJECT_OPERATIONS[name];
    const bucketCall = await openBucket(call, target.bucket);
    if (operation === undefined) throw unknownOperation(method, subresource);
    checkKey(target.key);
    await operation({ ...bucketCall, key: target.key });
}

async function openBucket(call: Call, name: string): Promise<BucketCall> {
    const bucket = await call.buckets.open(name);
    const expectedOwner = header(call, "x-amz-expected-bucket-owner");
    if (expectedOwner !== undefined && expectedOwner !== call.context.account)
        throw new S3Error("AccessDenied");
    return { ...call, bucket };
}

function subresourceOf(query: URLSearchParams): string {
    const names = [...query.keys()].filter(
        (name) => !PARAMETERS.has(name) && !name.startsWith("response-") && !/^x-amz-/i.test(name),
    );
    return names.join("&");
}

// Buckets and their settings are declared in one place; a change over the wire would be undone by the next
// `up`.
function bucketRefusal(method: string, subresource: string, bucket: string): S3Error {
    if (method !== "PUT" && method !== "DELETE") return unknownOperation(method, subresource);
    const what = subresource === "" ? "Buckets are" : `A bucket's ${subresource} setting is`;
    return new S3Error("AccessDenied", {
        message: `${what} made by the Pulumi program: change "${bucket}" there and deploy it`,
        details: { BucketName: bucket },
    });
}

function unknownOperation(method: string, subresource: string): S3Error {
    if (subresource === "") return new S3Error("MethodNotAllowed", { details: { Method: method } });
    return new S3Error("NotImplemented", {
        message: `The local S3 does not have the operation ${method} ?${subresource}`,
    });
}

function decode(text: string): string {
    try {
        return decodeURIComponent(text);
    } catch {
        throw new S3Error("InvalidURI");
    }
}
