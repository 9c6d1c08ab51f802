import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { fork } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { identityOf } from "../../../../local/processes";
import { ensureCertificate, type CertificateFiles } from "../../../../local/services/certificate";
import type { MetricRecorder } from "../../../../local/services/cloudwatch";
import type { ResourceRecord, ServiceContext } from "../../../../local/services/service";

/** One figure as a service published it. */
export interface Published {
    readonly namespace: string;
    readonly name: string;
    readonly dimensions: Readonly<Record<string, string>>;
    readonly value: number;
    readonly unit: string;
}

/** A folder of a test's own, with what a host gives its services. */
export class Workplace implements MetricRecorder {
    readonly dir: string;
    readonly lines: string[] = [];
    readonly published: Published[] = [];
    readonly records: ResourceRecord[] = [];

    /** @param dir an existing workplace's folder, for another process that takes part; it is not removed */
    constructor(dir?: string) {
        this.dir = dir ?? mkdtempSync(join(tmpdir(), "bqx-test-"));
    }

    context(name: string): ServiceContext {
        const dataDir = join(this.dir, name);
        mkdirSync(dataDir, { recursive: true, mode: 0o711 });
        return {
            stack: "test",
            account: "123456789012",
            region: "us-east-1",
            dataDir,
            resources: {
                ofType: (type) => this.records.filter((record) => record.type === type),
                get: (type, id) => this.records.find((record) => record.type === type && record.id === id),
            },
            seal,
            unseal,
            log: (line) => this.lines.push(line),
        };
    }

    certificate(): Promise<CertificateFiles> {
        return ensureCertificate(join(this.dir, "tls"));
    }

    /** Keeps a record, as the host does once its services have applied it. */
    keep(record: ResourceRecord): void {
        const at = this.records.findIndex(({ type, id }) => type === record.type && id === record.id);
        if (at < 0) this.records.push(record);
        else this.records[at] = record;
    }

    record(
        namespace: string,
        name: string,
        dimensions: Readonly<Record<string, string>>,
        value: number,
        unit: string,
    ): void {
        this.published.push({ namespace, name, dimensions, value, unit });
    }

    remove(): void {
        rmSync(this.dir, { recursive: true, force: true });
    }
}

export function recordOf(type: string, id: string, inputs: Record<string, unknown>): ResourceRecord {
    return { urn: `urn:pulumi:test::bqx-ml::${type}::${id}`, type, id, inputs, outputs: {}, secretKeys: [] };
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    return port;
}

/** Whether a process runs; one that has ended and only waits to be reaped does not. */
export function runs(pid: number): boolean {
    return identityOf(pid) !== undefined;
}

/** Tries until it succeeds; after 15 s its own failure is thrown. */
export async function until<Result>(attempt: () => Promise<Result> | Result): Promise<Result> {
    const deadline = Date.now() + 15_000;
    for (;;) {
        try {
            return await attempt();
        } catch (error) {
            if (Date.now() > deadline) throw error;
            await sleep(20);
        }
    }
}

/** The message that a promise is rejected with. */
export async function refusal(promise: Promise<unknown> | undefined): Promise<string> {
    const outcome = await promise?.then(
        () => undefined,
        (error: unknown) => (error as Error).message,
    );
    if (outcome === undefined) throw new Error("It was not refused.");
    return outcome;
}

/** Runs a host in a process of its own, until it sends the pid of what it has started. */
export async function forkUntilPid(script: string, ...args: string[]) {
    const child = fork(script, args, { execArgv: ["--require", "tsx/cjs"] });
    const [pid] = (await once(child, "message")) as [number];
    return { child, pid };
}

// One key for all: the tests of a killed host read in a second process what the first has sealed.
const KEY = Buffer.alloc(32, 7);

function seal(plain: Buffer): Buffer {
    const nonce = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", KEY, nonce);
    return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function unseal(sealed: Buffer): Buffer {
    const decipher = createDecipheriv("aes-256-gcm", KEY, sealed.subarray(0, 12));
    decipher.setAuthTag(sealed.subarray(-16));
    return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]);
}
