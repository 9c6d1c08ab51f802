import { messageOf } from "../../errors";
import type { CertificateFiles } from "../certificate";
import { within } from "../process/deadline";
import type { MetricRecorder } from "../cloudwatch";
import { publishRegularly } from "../process/metrics";
import { Serial } from "../process/serial";
import type { SecretStore } from "../secretsmanager";
import type { Health, LocalService, ResourceRecord, ServiceContext } from "../service";
import { DatabaseMeter, readFigures } from "./figures";
import { applyParameters } from "./parameters";
import { stopOrphanedDatabase } from "./placement";
import {
    CLUSTER_TYPE,
    INSTANCE_TYPE,
    masterSecretName,
    newMasterSecret,
    PARAMETER_GROUP_TYPE,
    passwordIn,
    readCluster,
    readParameters,
    SUBNET_GROUP_TYPE,
    type ClusterSettings,
} from "./records";
import { ensureMasterUser, setPassword } from "./roles";
import { assertNoSnapshot, PostgresServer, removeData } from "./server";

export { postgresBinDir } from "./binaries";
export { purgeDatabase, stopOrphanedDatabase } from "./placement";

/** A query of some milliseconds that takes longer than this tells that the server does not serve. */
const HEALTH_MILLISECONDS = 3_000;

/** What the database needs of its host. */
export interface DatabaseOptions {
    /** Where clients reach the cluster, on 127.0.0.1. */
    readonly port: number;
    /** The folder with `postgres` and `initdb`; see `postgresBinDir`. */
    readonly binDir: string;
    readonly certificate: CertificateFiles;
    /** Holds and rotates the master user's password. Must be started before this service. */
    readonly secrets: SecretStore;
    readonly metrics: MetricRecorder;
}

/** The local Aurora, and what its host and its tests may ask of it beyond any service. */
export interface DatabaseService extends LocalService {
    /** Publishes the cluster's figures to CloudWatch now; it also happens every 15 s. */
    publishMetrics(): Promise<void>;
    /** Pid of the running PostgreSQL. */
    readonly pid: number | undefined;
}

/** Aurora for the local stack: one PostgreSQL server for the one cluster of the stack, over TLS alone. */
export function createDatabaseService(context: ServiceContext, options: DatabaseOptions): DatabaseService {
    return new Database(context, options);
}

class Database implements DatabaseService {
    readonly name = "rds";
    readonly title = "Aurora PostgreSQL";
    readonly signingNames = [];
    readonly resourceTypes = [CLUSTER_TYPE, INSTANCE_TYPE, PARAMETER_GROUP_TYPE, SUBNET_GROUP_TYPE];
    private readonly serial = new Serial();
    private server: PostgresServer | undefined;
    private meter = new DatabaseMeter();
    private stopPublishing: () => void = () => undefined;

    constructor(
        private readonly context: ServiceContext,
        private readonly options: DatabaseOptions,
    ) {}

    get pid(): number | undefined {
        return this.server?.pid;
    }

    start(): Promise<void> {
        return this.serial.run(async () => {
            const pid = await stopOrphanedDatabase(this.context.dataDir);
            if (pid !== undefined) {
                this.context.log(`Stopped PostgreSQL (process ${pid}) that a killed host has left.`);
            }
            const [cluster] = this.context.resources.ofType(CLUSTER_TYPE);
            if (cluster !== undefined) await this.applyCluster(readCluster(cluster));
        });
    }

    stop(): Promise<void> {
        return this.serial.run(() => this.halt());
    }

    applied(record: ResourceRecord): Promise<Record<string, unknown> | undefined> {
        return this.serial.run(async () => {
            if (record.type === CLUSTER_TYPE) return this.applyCluster(readCluster(record));
            if (record.type === INSTANCE_TYPE) return this.instanceOutputs(record);
            if (record.type === PARAMETER_GROUP_TYPE) await this.applyParameterGroup(record);
            return undefined;
        });
    }

    removing(record: ResourceRecord): Promise<void> {
        return this.serial.run(async () => {
            if (record.type === CLUSTER_TYPE) await this.removeCluster(readCluster(record));
            if (record.type === PARAMETER_GROUP_TYPE || record.type === SUBNET_GROUP_TYPE) {
                this.assertUnused(record);
            }
        });
    }

    async health(): Promise<Health> {
        const { server } = this;
        const deployed = this.context.resources.ofType(CLUSTER_TYPE)[0];
        if (server === undefined) {
            return deployed === undefined
                ? { healthy: true, detail: "No cluster is deployed." }
                : { healthy: false, detail: `Cluster ${deployed.id} does not run; ./bqx up starts it.` };
        }
        const address = `127.0.0.1:${this.options.port}`;
        if (server.problem !== undefined) return { healthy: false, detail: server.problem, address };
        try {
            return { ...(await within(HEALTH_MILLISECONDS, "The query", this.look(server))), address };
        } catch (error) {
            return {
                healthy: false,
                detail: `PostgreSQL does not answer a query: ${messageOf(error)}.`,
                address,
            };
        }
    }

    async publishMetrics(): Promise<void> {
        const { server, meter, options } = this;
        if (server === undefined || server.problem !== undefined) return;
        const record = this.context.resources.get(CLUSTER_TYPE, server.clusterId);
        const capacity =
            record === undefined ? undefined : readCluster(record).serverlessv2ScalingConfiguration;
        const dimensions = { DBClusterIdentifier: server.clusterId };
        for (const { name, value, unit } of await meter.measure(server.admin, server.dataFolder, capacity)) {
            options.metrics.record("AWS/RDS", name, dimensions, value, unit);
        }
    }

    private async applyCluster(cluster: ClusterSettings): Promise<Record<string, unknown>> {
        if (this.server !== undefined && this.server.clusterId !== cluster.id) {
            throw new Error(
                `Cluster "${cluster.id}" cannot run beside "${this.server.clusterId}": the local stack runs one ` +
                    `Aurora cluster, on port ${this.options.port}. Remove the other one first.`,
            );
        }
        // One that its supervisor has given up, or is just restarting, is started afresh.
        if (this.server?.problem !== undefined) await this.halt();
        const isNew = this.server === undefined;
        const server = this.server ?? (await PostgresServer.start(cluster.id, this.serverOptions));
        this.server = server;
        try {
            const outputs = await this.bringTo(server, cluster);
            if (isNew) this.publish();
            return outputs;
        } catch (error) {
            if (isNew) await this.halt();
            throw error;
        }
    }

    /** Brings a running server to what is deployed. Nothing of it breaks an open connection. */
    private async bringTo(
        server: PostgresServer,
        cluster: ClusterSettings,
    ): Promise<Record<string, unknown>> {
        const { context, options } = this;
        const group = context.resources.get(PARAMETER_GROUP_TYPE, cluster.dbClusterParameterGroupName ?? "");
        await applyParameters(server.admin, readParameters(group), (message) => context.log(message));
        await ensureMasterUser(server.admin, cluster.masterUsername, cluster.databaseName);
        const endpoint = { endpoint: "127.0.0.1", readerEndpoint: "127.0.0.1", port: options.port };
        const secretName = masterSecretName(context, cluster.id);
        if (!cluster.manageMasterUserPassword) {
            options.secrets.removeManagedSecret(secretName);
            if (cluster.masterPassword !== undefined) {
                await setPassword(server.admin, cluster.masterUsername, cluster.masterPassword);
            }
            return { ...endpoint, masterUserSecrets: [] };
        }
        // What Secrets Manager holds is the truth: should a rotation have stopped half-way, the two agree again here.
        const stored = options.secrets.readManagedSecret(secretName);
        const value = stored ?? newMasterSecret(cluster.masterUsername);
        const take = (secretString: string) =>
            setPassword(server.admin, cluster.masterUsername, passwordIn(secretString));
        await take(value);
        const secret = { name: secretName, value, owner: "rds" as const, rotate: take };
        const { arn } = await options.secrets.putManagedSecret(secret);
        return { ...endpoint, masterUserSecrets: [{ secretArn: arn, secretStatus: "active", kmsKeyId: "" }] };
    }

    private async applyParameterGroup(group: ResourceRecord): Promise<void> {
        const { server } = this;
        const cluster =
            server === undefined ? undefined : this.context.resources.get(CLUSTER_TYPE, server.clusterId);
        if (server === undefined || cluster === undefined) return;
        if (readCluster(cluster).dbClusterParameterGroupName !== group.id) return;
        await applyParameters(server.admin, readParameters(group), (message) => this.context.log(message));
    }

    /** All instances of the cluster are the one server; the first of them counts as the writer. */
    private instanceOutputs(record: ResourceRecord): Record<string, unknown> {
        const [writer] = this.context.resources
            .ofType(INSTANCE_TYPE)
            .filter(({ inputs }) => inputs.clusterIdentifier === record.inputs.clusterIdentifier);
        const isWriter = writer === undefined || writer.id === record.id;
        return { endpoint: "127.0.0.1", port: this.options.port, writer: isWriter };
    }

    private async removeCluster(cluster: ClusterSettings): Promise<void> {
        if (cluster.deletionProtection) {
            throw new Error(
                `Cannot delete protected Cluster "${cluster.id}": deploy it with deletionProtection: false, then try again.`,
            );
        }
        if (!cluster.skipFinalSnapshot && cluster.finalSnapshotIdentifier === undefined) {
            throw new Error(
                `Cluster "${cluster.id}" cannot be deleted: finalSnapshotIdentifier is required when skipFinalSnapshot is false.`,
            );
        }
        const snapshot = cluster.skipFinalSnapshot ? undefined : cluster.finalSnapshotIdentifier;
        await assertNoSnapshot(this.serverOptions, snapshot);
        if (this.server?.clusterId === cluster.id) await this.halt();
        await removeData(this.serverOptions, cluster.id, snapshot);
        this.options.secrets.removeManagedSecret(masterSecretName(this.context, cluster.id));
    }

    /** AWS refuses to delete a group that a cluster uses. */
    private assertUnused(group: ResourceRecord): void {
        const user = this.context.resources
            .ofType(CLUSTER_TYPE)
            .map(readCluster)
            .find((each) => [each.dbClusterParameterGroupName, each.dbSubnetGroupName].includes(group.id));
        if (user === undefined) return;
        throw new Error(`${group.type} "${group.id}" cannot be deleted: cluster "${user.id}" uses it.`);
    }

    private async look(server: PostgresServer): Promise<Health> {
        const record = this.context.resources.get(CLUSTER_TYPE, server.clusterId);
        const configured = record === undefined ? undefined : readCluster(record).engineVersion;
        const startedAt = performance.now();
        const { rows } = await server.admin.query<{ server_version: string }>("SHOW server_version");
        const milliseconds = performance.now() - startedAt;
        const { connections, sizeBytes } = await readFigures(server.admin);
        const version = `PostgreSQL ${rows[0]?.server_version ?? ""}`;
        const aside = configured === undefined ? "" : ` (${configured} is configured for AWS)`;
        return {
            healthy: true,
            detail: `Cluster ${server.clusterId} runs ${version}${aside}, over TLS alone.`,
            figures: [
                { label: "connections", value: connections, unit: "" },
                { label: "size", value: sizeBytes, unit: "bytes" },
                { label: "query", value: milliseconds, unit: "milliseconds" },
            ],
        };
    }

    private publish(): void {
        this.meter = new DatabaseMeter();
        this.stopPublishing = publishRegularly(
            () => this.publishMetrics(),
            (message) => this.context.log(message),
        );
    }

    private async halt(): Promise<void> {
        this.stopPublishing();
        const { server } = this;
        this.server = undefined;
        await server?.stop();
    }

    private get serverOptions() {
        const { port, binDir, certificate } = this.options;
        return { context: this.context, port, binDir, certificate };
    }
}
