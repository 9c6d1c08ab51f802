import type { IncomingMessage, ServerResponse } from "node:http";

/** One deployed resource, as the local provider recorded it. It is also the configuration of the service that runs it. */
export interface ResourceRecord {
    /** Pulumi's URN. Two records share one while a replacement is under way. */
    readonly urn: string;
    /** Pulumi's type token, such as `aws:s3/bucket:Bucket`. */
    readonly type: string;
    /** The physical id; with the type it identifies the record. */
    readonly id: string;
    /** The inputs that were deployed, secrets unwrapped. */
    readonly inputs: Readonly<Record<string, unknown>>;
    /** Everything the resource answers with: its inputs plus what was derived. */
    readonly outputs: Readonly<Record<string, unknown>>;
    /** Names of top-level inputs and outputs that are secret: sealed on disk, never logged, never shown. */
    readonly secretKeys: readonly string[];
}

/** What a service says of itself. */
export interface Health {
    readonly healthy: boolean;
    /** One sentence for a person: what runs, or what is wrong and what to do. */
    readonly detail: string;
    /** Where clients reach it, when it has an address of its own: `127.0.0.1:4282`. */
    readonly address?: string;
    /** Live figures, such as objects held or connections open. */
    readonly figures?: readonly Figure[];
}

export interface Figure {
    readonly label: string;
    readonly value: number;
    /** `""` for a plain count, else `bytes`, `milliseconds`, `percent`. */
    readonly unit: string;
}

/** What the gateway has established about a request before a service sees it. */
export interface RequestContext {
    readonly requestId: string;
    readonly region: string;
    readonly account: string;
}

/** Read access to what is deployed. Services derive their configuration from it and keep no second copy. */
export interface DeployedResources {
    /** All records of one type, in creation order. */
    ofType(type: string): readonly ResourceRecord[];
    get(type: string, id: string): ResourceRecord | undefined;
}

/** Everything a service may use of the host it runs in. */
export interface ServiceContext {
    readonly stack: string;
    readonly account: string;
    readonly region: string;
    /** A folder of this service's own, created and kept across restarts. */
    readonly dataDir: string;
    readonly resources: DeployedResources;
    /** Encrypts at rest with the instance's key (AES-256-GCM). */
    seal(plain: Buffer): Buffer;
    /** Reverses `seal`; throws where the data was changed. */
    unseal(sealed: Buffer): Buffer;
    /** One line to the service's log. Never pass a secret. */
    log(message: string): void;
}

/**
 * A local stand-in for one AWS service. Its control plane is the set of deployed resource records; its data plane
 * answers the AWS SDK's wire protocol through `handle`.
 */
export interface LocalService {
    /** Short name, as in the console: `s3`. */
    readonly name: string;
    /** What a person calls it: `S3`. */
    readonly title: string;
    /** The SigV4 signing names whose requests go to `handle`. */
    readonly signingNames: readonly string[];
    /** Resource types whose records this service acts on. */
    readonly resourceTypes: readonly string[];
    /** Starts what runs for the records already deployed. Called once. */
    start(): Promise<void>;
    /** Stops all that `start` and `applied` started. Safe to call twice. */
    stop(): Promise<void>;
    /**
     * Called when a record was created or updated, before the provider's create returns. Returned values are merged
     * into the record's outputs (a port, an address). Throwing fails the create; must be idempotent.
     */
    applied?(record: ResourceRecord): Promise<Record<string, unknown> | undefined>;
    /** Called before a record is removed. Throwing (a bucket that is not empty) refuses the deletion. */
    removing?(record: ResourceRecord): Promise<void>;
    /** Answers one signed and verified AWS request. */
    handle?(request: IncomingMessage, response: ServerResponse, context: RequestContext): Promise<void>;
    health(): Promise<Health>;
}

/** An error with AWS's own code and HTTP status; each protocol renders it in its own shape. */
export class AwsError extends Error {
    constructor(
        readonly code: string,
        message: string,
        readonly status = 400,
    ) {
        super(message);
        this.name = code;
    }
}
