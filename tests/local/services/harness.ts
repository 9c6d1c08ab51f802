import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from "node:crypto";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LocalService, ResourceRecord, ServiceContext } from "../../../local/services/service";

export const ACCOUNT = "123456789012";
export const REGION = "us-east-1";

/** The deployed records of a test; `put` does what the host does with a record from the provider. */
class Records {
    private readonly records = new Map<string, ResourceRecord>();

    ofType(type: string): ResourceRecord[] {
        return [...this.records.values()].filter((record) => record.type === type);
    }

    get(type: string, id: string): ResourceRecord | undefined {
        return this.records.get(`${type} ${id}`);
    }

    set(record: ResourceRecord): void {
        this.records.set(`${record.type} ${record.id}`, record);
    }

    delete(record: ResourceRecord): void {
        this.records.delete(`${record.type} ${record.id}`);
    }
}

/** One service behind a real HTTP server, with a folder and deployed records of its own. */
export class Harness<Service extends LocalService> {
    readonly log: string[] = [];
    private readonly records = new Records();
    private readonly key = randomBytes(32);
    private running?: { service: Service; server: Server };

    private constructor(
        private readonly folder: string,
        private readonly create: (context: ServiceContext) => Service,
    ) {}

    static async start<Service extends LocalService>(
        create: (context: ServiceContext) => Service,
    ): Promise<Harness<Service>> {
        const harness = new Harness(await mkdtemp(join(tmpdir(), "bqx-service-")), create);
        await mkdir(harness.dataDir);
        await harness.startService();
        return harness;
    }

    get dataDir(): string {
        return join(this.folder, "data");
    }

    get service(): Service {
        return this.current().service;
    }

    /** What an SDK client needs to reach the service. One attempt, so that a refusal is seen at once. */
    get clientOptions() {
        const { port } = this.current().server.address() as AddressInfo;
        return {
            endpoint: `http://127.0.0.1:${port}`,
            region: REGION,
            credentials: { accessKeyId: "test", secretAccessKey: "test" },
            maxAttempts: 1,
        };
    }

    /** Deploys a record as the host does: the service first, then the store, with the outputs merged. */
    async deploy(
        type: string,
        id: string,
        inputs: Record<string, unknown>,
        outputs: Record<string, unknown> = {},
    ): Promise<ResourceRecord> {
        const record = { urn: `urn:test::${id}`, type, id, inputs, outputs, secretKeys: [] };
        const more = await this.service.applied?.(record);
        const stored = { ...record, outputs: { ...inputs, ...outputs, ...more } };
        this.records.set(stored);
        return stored;
    }

    async destroy(record: ResourceRecord): Promise<void> {
        await this.service.removing?.(record);
        this.records.delete(record);
    }

    /** Stops the service and starts a new one on the same folder and records. */
    async restart(): Promise<void> {
        await this.stopService();
        await this.startService();
    }

    async stop(): Promise<void> {
        await this.stopService();
        await rm(this.folder, { recursive: true });
    }

    private current() {
        if (this.running === undefined) throw new Error("the harness is not started");
        return this.running;
    }

    private async startService(): Promise<void> {
        const service = this.create(this.context());
        await service.start();
        const server = createServer((request, response) => {
            const context = { requestId: randomUUID(), region: REGION, account: ACCOUNT };
            void service.handle?.(request, response, context);
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        this.running = { service, server };
    }

    private async stopService(): Promise<void> {
        const { service, server } = this.current();
        await service.stop();
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
    }

    private context(): ServiceContext {
        return {
            stack: "local",
            account: ACCOUNT,
            region: REGION,
            dataDir: this.dataDir,
            resources: this.records,
            seal: (plain) => {
                const iv = randomBytes(12);
                const cipher = createCipheriv("aes-256-gcm", this.key, iv);
                const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
                return Buffer.concat([iv, cipher.getAuthTag(), sealed]);
            },
            unseal: (sealed) => {
                const decipher = createDecipheriv("aes-256-gcm", this.key, sealed.subarray(0, 12));
                decipher.setAuthTag(sealed.subarray(12, 28));
                return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]);
            },
            log: (message) => this.log.push(message),
        };
    }
}

/** The name of the error with which a promise is rejected, and its message: `NotFoundException: Topic ...`. */
export async function refusal(promise: Promise<unknown>): Promise<string> {
    try {
        await promise;
    } catch (error) {
        if (error instanceof Error) return `${error.name}: ${error.message}`;
        throw error;
    }
    throw new Error("expected a refusal, but the call succeeded");
}

/** Waits until a condition holds; fails with `what` after `limitMilliseconds`. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, limitMilliseconds = 5000) {
    const deadline = Date.now() + limitMilliseconds;
    while (!(await holds())) {
        if (Date.now() > deadline) throw new Error(`waited ${limitMilliseconds} ms in vain until ${what}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
    }
}
