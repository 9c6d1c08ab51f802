import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { S3Client, type S3ServiceException } from "@aws-sdk/client-s3";
import { createS3Service } from "../../../../local/services/s3";
import type { LocalService, ResourceRecord, ServiceContext } from "../../../../local/services/service";

export const ACCOUNT = "123456789012";

/** A record as the provider deploys it; sub-resources of a bucket carry its name as their id. */
export function record(type: string, bucket: string, inputs: Record<string, unknown> = {}): ResourceRecord {
    const all = { bucket, ...inputs };
    const urn = `urn:pulumi:test::bqx-ml::${type}::${bucket}`;
    return { urn, type, id: bucket, inputs: all, outputs: all, secretKeys: [] };
}

export const bucket = (name: string, inputs: Record<string, unknown> = {}) =>
    record("aws:s3/bucket:Bucket", name, inputs);

export const versioning = (name: string, status: string) =>
    record("aws:s3/bucketVersioning:BucketVersioning", name, { versioningConfiguration: { status } });

/**
 * The S3 service behind a plain HTTP server, as behind the gateway, with its folder and its deployed records.
 */
export class TestServer {
    readonly logged: string[] = [];
    readonly client: S3Client;

    private constructor(
        readonly dataDir: string,
        readonly records: ResourceRecord[],
        readonly service: LocalService,
        readonly server: Server,
        logged: string[],
    ) {
        this.logged = logged;
        this.client = new S3Client({
            endpoint: this.url,
            region: "us-east-1",
            credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "example" },
            maxAttempts: 1,
        });
    }

    get url(): string {
        return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    }

    /** Starts on a new folder, or on one that an earlier server left. */
    static async start(records: readonly ResourceRecord[], dataDir?: string): Promise<TestServer> {
        const folder = dataDir ?? (await mkdtemp(join(tmpdir(), "s3-test-")));
        const deployed = [...records];
        const logged: string[] = [];
        const context: ServiceContext = {
            stack: "test",
            account: ACCOUNT,
            region: "us-east-1",
            dataDir: folder,
            resources: {
                ofType: (type) => deployed.filter((one) => one.type === type),
                get: (type, id) => deployed.find((one) => one.type === type && one.id === id),
            },
            // S3 seals nothing.
            seal: (plain) => plain,
            unseal: (sealed) => sealed,
            log: (message) => logged.push(message),
        };
        const service = createS3Service(context);
        await service.start();
        const server = createServer((request, response) => {
            const call = { requestId: randomUUID(), region: "us-east-1", account: ACCOUNT };
            void service.handle!(request, response, call);
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        return new TestServer(folder, deployed, service, server, logged);
    }

    /** Stops serving and keeps the folder. */
    async stop(): Promise<void> {
        this.client.destroy();
        this.server.closeAllConnections();
        await new Promise((resolve) => this.server.close(resolve));
        await this.service.stop();
    }

    /** Stops serving and removes the folder. */
    async remove(): Promise<void> {
        await this.stop();
        await rm(this.dataDir, { recursive: true, force: true });
    }
}

/**
 * What S3 answered to a call that it must refuse: `code status`. A call that succeeds is a failure of the
 * test.
 */
export async function refusal(call: Promise<unknown>): Promise<string> {
    try {
        await call;
    } catch (error) {
        const { name, $metadata } = error as S3ServiceException;
        return `${name} ${$metadata.httpStatusCode ?? ""}`;
    }
    throw new Error("The call was not refused");
}

/** What S3 answered to a request made by hand: `code status`. */
export async function rawRefusal(url: string, init: RequestInit): Promise<string> {
    const response = await fetch(url, init);
    const code = /<Code>(?<code>\w+)<\/Code>/.exec(await response.text())?.groups?.code;
    return `${code ?? "no code"} ${response.status}`;
}
