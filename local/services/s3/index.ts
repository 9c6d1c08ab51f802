import type { IncomingMessage, ServerResponse } from "node:http";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import {
    AwsError,
    type Health,
    type LocalService,
    type RequestContext,
    type ResourceRecord,
} from "../service";
import type { ServiceContext } from "../service";
import type { Bucket, Buckets } from "./call";
import { S3Error } from "./errors";
import type { KeyIndex } from "./keyIndex";
import { sweepBucket } from "./sweep";
import { parseTarget, route } from "./router";
import { BUCKET_TYPE, BucketSettings, S3_RESOURCE_TYPES } from "./settings";
import { BucketStore } from "./store";
import { toErrorXml } from "./xml";

/** S3's own rule; it also keeps a bucket's name safe as a folder's. */
const BUCKET_NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** S3 applies lifecycle rules once a day; hourly is soon enough after each midnight. */
const SWEEP_INTERVAL_MS = 3_600_000;

/**
 * S3 on the local disk. It answers the REST-XML protocol for the buckets that are deployed, with versions,
 * multipart uploads, conditional writes and verified checksums. Not done here: evaluating bucket policies
 * (the gateway admits the account's own callers only) and encrypting at rest (the encryption headers are kept
 * and answered).
 */
export function createS3Service(context: ServiceContext): LocalService {
    return new S3Service(context);
}

class S3Service implements LocalService, Buckets {
    readonly name = "s3";
    readonly title = "S3";
    readonly signingNames = ["s3"];
    readonly resourceTypes = S3_RESOURCE_TYPES;
    private readonly stores = new Map<string, Promise<BucketStore>>();
    private sweeper: NodeJS.Timeout | undefined;

    constructor(private readonly context: ServiceContext) {}

    async start(): Promise<void> {
        // This opens every bucket; one that cannot be is told by health(), and the others still work. Rules
        // are applied at once because a laptop is rarely on all day.
        await this.sweep();
        this.sweeper = setInterval(() => void this.sweep(), SWEEP_INTERVAL_MS).unref();
    }

    /** A request cut off half-way leaves nothing visible, so there is nothing to wait for. */
    stop(): Promise<void> {
        clearInterval(this.sweeper);
        this.stores.clear();
        return Promise.resolve();
    }

    /** Makes a bucket's folder. Throws InvalidBucketName. */
    async applied(record: ResourceRecord): Promise<undefined> {
        if (record.type !== BUCKET_TYPE) return;
        if (!BUCKET_NAME.test(record.id)) {
            throw new S3Error("InvalidBucketName", {
                message: `"${record.id}" is not a bucket name: 3 to 63 of a-z, 0-9, "." and "-", ends alphanumeric`,
            });
        }
        await this.store(record.id);
    }

    /**
     * Removes a bucket's content. Throws BucketNotEmpty unless it is empty or declared with `forceDestroy`.
     */
    async removing(record: ResourceRecord): Promise<void> {
        if (record.type !== BUCKET_TYPE) return;
        const store = await this.store(record.id);
        if (store.index.versionCount > 0 && record.inputs.forceDestroy !== true) {
            throw new S3Error("BucketNotEmpty", {
                message:
                    `The bucket ${record.id} you tried to delete is not empty: it holds ${store.index.versionCount} ` +
                    "object versions. Delete them, or deploy forceDestroy: true first.",
            });
        }
        this.stores.delete(record.id);
        await store.destroy();
    }

    async handle(request: IncomingMessage, response: ServerResponse, context: RequestContext): Promise<void> {
        response.setHeader("x-amz-request-id", context.requestId);
        try {
            const url = request.url ?? "/";
            const at = url.indexOf("?");
            const query = new URLSearchParams(at < 0 ? "" : url.slice(at + 1));
            const target = parseTarget(url, request.headers.host ?? "");
            await route({ request, response, context, query, buckets: this }, target);
        } catch (error) {
            this.refuse(request, response, context, error);
        }
        // A body that was refused before its end is still on its way: let it pass, so that the answer is
        // read.
        request.resume();
    }

    async health(): Promise<Health> {
        let indexes: KeyIndex[];
        try {
            indexes = await Promise.all(this.names().map(async (name) => (await this.store(name)).index));
        } catch (error) {
            return {
                healthy: false,
                detail: `A bucket's folder in ${this.context.dataDir} cannot be read: ${String(error)}`,
            };
        }
        const objects = indexes.reduce((sum, index) => sum + index.objectCount, 0);
        const bytes = indexes.reduce((sum, index) => sum + index.sizeBytes, 0);
        return {
            healthy: true,
            detail: `${indexes.length} buckets hold ${objects} objects.`,
            figures: [
                { label: "buckets", value: indexes.length, unit: "" },
                { label: "objects", value: objects, unit: "" },
                { label: "stored", value: bytes, unit: "bytes" },
            ],
        };
    }

    names(): readonly string[] {
        return this.context.resources.ofType(BUCKET_TYPE).map(({ id }) => id);
    }

    async open(name: string): Promise<Bucket> {
        if (this.context.resources.get(BUCKET_TYPE, name) === undefined) {
            throw new S3Error("NoSuchBucket", { details: { BucketName: name } });
        }
        return {
            name,
            settings: new BucketSettings(this.context.resources, name),
            store: await this.store(name),
        };
    }

    async createdAt(name: string): Promise<number> {
        await this.store(name);
        return (await stat(join(this.context.dataDir, name))).birthtimeMs;
    }

    private async sweep(): Promise<void> {
        for (const name of this.names()) {
            try {
                const removed = await sweepBucket(await this.open(name), Date.now());
                if (removed > 0) this.context.log(`Lifecycle rules of ${name} expired ${removed} items`);
            } catch (error) {
                this.context.log(`Lifecycle rules of ${name} could not be applied: ${String(error)}`);
            }
        }
    }

    private store(name: string): Promise<BucketStore> {
        let store = this.stores.get(name);
        if (store === undefined) {
            store = BucketStore.open(join(this.context.dataDir, name));
            this.stores.set(name, store);
            // The next request tries again: a full disk or a wrong owner can be put right meanwhile.
            store.catch(() => this.stores.delete(name));
        }
        return store;
    }

    private refuse(
        request: IncomingMessage,
        response: ServerResponse,
        context: RequestContext,
        error: unknown,
    ): void {
        // The client went away: nobody reads an answer.
        if (response.destroyed || request.errored !== null) return;
        const known = error instanceof AwsError ? error : this.unexpected(request, error);
        if (response.headersSent) {
            // Half an object was sent: only a broken connection tells the client that the rest is missing.
            response.destroy();
            return;
        }
        const { headers = {}, details = {} } = known instanceof S3Error ? known : {};
        const body = Buffer.from(
            toErrorXml({
                Code: known.code,
                Message: known.message,
                ...details,
                Resource: request.url?.split("?", 1)[0],
                RequestId: context.requestId,
            }),
        );
        response.writeHead(known.status, {
            ...headers,
            "content-type": "application/xml",
            "content-length": body.length,
        });
        response.end(request.method === "HEAD" ? undefined : body);
    }

    private unexpected(request: IncomingMessage, error: unknown): S3Error {
        this.context.log(`${request.method ?? ""} ${request.url ?? ""}: ${String(error)}`);
        const isFull = error instanceof Error && "code" in error && error.code === "ENOSPC";
        return new S3Error("InternalError", {
            message: isFull
                ? "The disk that holds the local S3 is full. Free some space and try again."
                : undefined,
        });
    }
}
