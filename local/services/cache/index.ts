import { readFileSync } from "node:fs";
import type { Redis } from "ioredis";
import { messageOf } from "../../errors";
import type { CertificateFiles } from "../certificate";
import type { MetricRecorder } from "../cloudwatch";
import { publishRegularly } from "../process/metrics";
import { Serial } from "../process/serial";
import type { Figure, Health, LocalService, ResourceRecord, ServiceContext } from "../service";
import { nextHashes } from "./access";
import { withClient } from "./client";
import { CacheMeter, hitRatePercent, readFigures, type CacheFigures } from "./figures";
import { Front } from "./front";
import { dataMemoryBytes, RESERVED_MEMORY_PERCENT } from "./nodeTypes";
import { applyParameters, readDefaults, RESERVED_MEMORY } from "./parameters";
import {
    PARAMETER_GROUP_TYPE,
    readGroup,
    readParameters,
    REPLICATION_GROUP_TYPE,
    SUBNET_GROUP_TYPE,
    type CacheSettings,
} from "./records";
import { assertNoSnapshot, removeData, stopOrphanedCache, ValkeyServer } from "./server";

export { purgeCache, stopOrphanedCache } from "./server";

const PING_MILLISECONDS = 3_000;

/** What the cache needs of its host. */
export interface CacheOptions {
    /** Where clients reach the cache, on 127.0.0.1. */
    readonly port: number;
    /** The `valkey-server` to run. */
    readonly binaryPath: string;
    readonly certificate: CertificateFiles;
    readonly metrics: MetricRecorder;
}

/** The local ElastiCache, and what its host and its tests may ask of it beyond any service. */
export interface CacheService extends LocalService {
    /** Publishes the cache's figures to CloudWatch now; it also happens every 15 s. */
    publishMetrics(): Promise<void>;
    /** Pid of the running Valkey. */
    readonly pid: number | undefined;
}

/** ElastiCache for the local stack: one Valkey server for the one replication group of the stack, behind TLS. */
export function createCacheService(context: ServiceContext, options: CacheOptions): CacheService {
    return new Cache(context, options);
}

/** What runs for one replication group. */
interface Running {
    readonly server: ValkeyServer;
    readonly defaults: ReadonlyMap<string, string>;
    readonly meter: CacheMeter;
    settings: CacheSettings;
    front: Front;
}

class Cache implements CacheService {
    readonly name = "elasticache";
    readonly title = "ElastiCache";
    readonly signingNames = [];
    readonly resourceTypes = [REPLICATION_GROUP_TYPE, PARAMETER_GROUP_TYPE, SUBNET_GROUP_TYPE];
    private readonly serial = new Serial();
    private running: Running | undefined;
    private stopPublishing: () => void = () => undefined;

    constructor(
        private readonly context: ServiceContext,
        private readonly options: CacheOptions,
    ) {}

    get pid(): number | undefined {
        return this.running?.server.pid;
    }

    start(): Promise<void> {
        return this.serial.run(async () => {
            const pid = await stopOrphanedCache(this.context.dataDir);
            if (pid !== undefined)
                this.context.log(`Stopped Valkey (process ${pid}) that a killed host has left.`);
            const [group] = this.context.resources.ofType(REPLICATION_GROUP_TYPE);
            if (group !== undefined) await this.applyGroup(readGroup(group));
        });
    }

    stop(): Promise<void> {
        return this.serial.run(() => this.halt());
    }

    applied(record: ResourceRecord): Promise<Record<string, unknown> | undefined> {
        return this.serial.run(async () => {
            if (record.type === REPLICATION_GROUP_TYPE) return this.applyGroup(readGroup(record));
            if (record.type === PARAMETER_GROUP_TYPE) await this.applyParameterGroup(record);
            return undefined;
        });
    }

    removing(record: ResourceRecord): Promise<void> {
        return this.serial.run(async () => {
            if (record.type === REPLICATION_GROUP_TYPE) await this.removeGroup(readGroup(record));
            else this.assertUnused(record);
        });
    }

    async health(): Promise<Health> {
        const { running } = this;
        const deployed = this.context.resources.ofType(REPLICATION_GROUP_TYPE)[0];
        if (running === undefined) {
            return deployed === undefined
                ? { healthy: true, detail: "No replication group is deployed." }
                : { healthy: false, detail: `Cache ${deployed.id} does not run; ./bqx up starts it.` };
        }
        const address = `127.0.0.1:${this.options.port}`;
        const { problem } = running.server;
        if (problem !== undefined) return { healthy: false, detail: problem, address };
        try {
            return { ...(await this.look(running)), address };
        } catch (error) {
            return { healthy: false, detail: `Valkey does not answer PING: ${messageOf(error)}.`, address };
        }
    }

    async publishMetrics(): Promise<void> {
        const { running, options } = this;
        if (running === undefined || running.server.problem !== undefined) return;
        const figures = await running.server.asAdmin(readFigures);
        // ElastiCache names a group's first node so; it is the only one here.
        const dimensions = { CacheClusterId: `${running.settings.id}-001` };
        for (const { name, value, unit } of running.meter.measure(figures)) {
            options.metrics.record("AWS/ElastiCache", name, dimensions, value, unit);
        }
    }

    private async applyGroup(settings: CacheSettings): Promise<Record<string, unknown>> {
        if (this.running !== undefined && this.running.settings.id !== settings.id) {
            throw new Error(
                `Cache "${settings.id}" cannot run beside "${this.running.settings.id}": the local stack runs one ` +
                    `replication group, on port ${this.options.port}. Remove the other one first.`,
            );
        }
        // An unknown node type is refused before anything is started.
        this.maxMemoryBytes(settings, this.parametersOf(settings));
        // One that its supervisor has given up, or is just restarting, is started afresh.
        if (this.running?.server.problem !== undefined) await this.halt();
        if (this.running === undefined) await this.launch(settings);
        else await this.update(this.running, settings);
        const host = "127.0.0.1";
        return { primaryEndpointAddress: host, readerEndpointAddress: host, port: this.options.port };
    }

    private async launch(settings: CacheSettings): Promise<void> {
        const server = await ValkeyServer.start(settings.id, this.context, this.options.binaryPath);
        try {
            const defaults = await server.asAdmin(readDefaults);
            const front = this.newFront(server, settings);
            const running = { server, defaults, meter: new CacheMeter(), settings, front };
            await this.configure(running, settings);
            // Opened last: nobody connects before the token is in force.
            await front.listen(this.options.port);
            this.running = running;
        } catch (error) {
            await server.stop();
            throw error;
        }
        this.stopPublishing = publishRegularly(
            () => this.publishMetrics(),
            (message) => this.context.log(message),
        );
    }

    private async update(running: Running, settings: CacheSettings): Promise<void> {
        await this.configure(running, settings);
        if (settings.transitEncryptionEnabled !== running.settings.transitEncryptionEnabled) {
            await running.front.close();
            running.front = this.newFront(running.server, settings);
            await running.front.listen(this.options.port);
        }
        running.settings = settings;
    }

    /** Brings a running server to what is deployed. Nothing of it breaks an open connection. */
    private async configure({ server, defaults }: Running, settings: CacheSettings): Promise<void> {
        const { authToken, authTokenUpdateStrategy } = settings;
        const parameters = this.parametersOf(settings);
        const maxMemoryBytes = this.maxMemoryBytes(settings, parameters);
        const log = (message: string) => this.context.log(message);
        await server.asAdmin((admin) =>
            applyParameters(admin, { defaults, parameters, maxMemoryBytes }, log),
        );
        await server.setTokenHashes(nextHashes(server.tokenHashes, authToken, authTokenUpdateStrategy));
    }

    private parametersOf({ parameterGroupName = "" }: CacheSettings): ReadonlyMap<string, string> {
        return readParameters(this.context.resources.get(PARAMETER_GROUP_TYPE, parameterGroupName));
    }

    private maxMemoryBytes({ nodeType }: CacheSettings, parameters: ReadonlyMap<string, string>): number {
        return dataMemoryBytes(nodeType, Number(parameters.get(RESERVED_MEMORY) ?? RESERVED_MEMORY_PERCENT));
    }

    private newFront(server: ValkeyServer, { transitEncryptionEnabled }: CacheSettings): Front {
        return new Front(server.socketPath, transitEncryptionEnabled ? this.options.certificate : undefined);
    }

    private async applyParameterGroup(group: ResourceRecord): Promise<void> {
        const { running } = this;
        if (running?.settings.parameterGroupName !== group.id) return;
        const { server, defaults, settings } = running;
        const parameters = readParameters(group);
        const maxMemoryBytes = this.maxMemoryBytes(settings, parameters);
        await server.asAdmin((admin) =>
            applyParameters(admin, { defaults, parameters, maxMemoryBytes }, (message) =>
                this.context.log(message),
            ),
        );
    }

    private async removeGroup({ id, finalSnapshotIdentifier }: CacheSettings): Promise<void> {
        assertNoSnapshot(this.context, finalSnapshotIdentifier);
        if (this.running?.settings.id === id) await this.halt();
        await removeData(this.context, id, finalSnapshotIdentifier);
    }

    /** AWS refuses to delete a group that a cache uses. */
    private assertUnused(group: ResourceRecord): void {
        const user = this.context.resources
            .ofType(REPLICATION_GROUP_TYPE)
            .map(readGroup)
            .find((each) => [each.parameterGroupName, each.subnetGroupName].includes(group.id));
        if (user === undefined) return;
        throw new Error(`${group.type} "${group.id}" cannot be deleted: cache "${user.id}" uses it.`);
    }

    /** Asks as a client does: through the front, with TLS and the token. */
    private async look({ server, settings }: Running): Promise<Health> {
        const { authToken, transitEncryptionEnabled, engineVersion, id } = settings;
        const { port, certificate } = this.options;
        const client = {
            ...{ host: "127.0.0.1", port },
            ...(authToken === undefined ? {} : { password: authToken }),
            ...(transitEncryptionEnabled ? { tls: { ca: readFileSync(certificate.caPath) } } : {}),
        };
        const { milliseconds, version } = await withClient(client, PING_MILLISECONDS, ping);
        const aside = engineVersion === undefined ? "" : ` (${engineVersion} is configured for AWS)`;
        const wire = transitEncryptionEnabled ? "over TLS" : "without TLS";
        return {
            healthy: true,
            detail: `Cache ${id} runs Valkey ${version}${aside}, ${wire}.`,
            figures: figuresOf(await server.asAdmin(readFigures), milliseconds),
        };
    }

    private async halt(): Promise<void> {
        this.stopPublishing();
        const { running } = this;
        this.running = undefined;
        await running?.front.close();
        await running?.server.stop();
    }
}

async function ping(client: Redis): Promise<{ milliseconds: number; version: string }> {
    const startedAt = performance.now();
    await client.ping();
    const milliseconds = performance.now() - startedAt;
    return { milliseconds, version: /^valkey_version:(\S+)/m.exec(await client.info("server"))?.[1] ?? "" };
}

function figuresOf(figures: CacheFigures, pingMilliseconds: number): Figure[] {
    const hitRate = hitRatePercent(figures);
    return [
        { label: "keys", value: figures.keys, unit: "" },
        { label: "memory", value: figures.memoryBytes, unit: "bytes" },
        ...(hitRate === undefined ? [] : [{ label: "hit rate", value: hitRate, unit: "percent" }]),
        { label: "ping", value: pingMilliseconds, unit: "milliseconds" },
    ];
}
