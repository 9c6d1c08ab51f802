import type { Environment } from "../../config/environment";
import { physicalName, type NameScope } from "../../config/names";
import type { Settings } from "../../config/settings";

export const DATABASE_PORT = 5432;
export const CACHE_PORT = 6379;

/** Instance class of Aurora Serverless v2; every other class has a fixed size. */
const SERVERLESS = "db.serverless";

/** The cluster, and the log group that RDS exports its log to: AWS derives the one name from the other. */
export function databaseNames(scope: NameScope) {
    const clusterIdentifier = physicalName("database", "bqx-ml", scope);
    return { clusterIdentifier, logGroup: `/aws/rds/cluster/${clusterIdentifier}/postgresql` };
}

/**
 * The replication group, and its slow log. A group under `/aws/vendedlogs/` needs no entry in the region's log policy,
 * which holds 5,120 characters for all services together.
 */
export function cacheNames(scope: NameScope) {
    return {
        replicationGroupId: physicalName("cache", "bqx-ml", scope),
        logGroup: physicalName("logGroup", "/aws/vendedlogs/bqx-ml/cache-slow-log", scope),
    };
}

/** Parameter group family of an Aurora PostgreSQL version: `17.5` belongs to `aurora-postgresql17`. */
export function databaseFamily(engineVersion: string): string {
    return `aurora-postgresql${majorOf(engineVersion)}`;
}

/** Parameter group family of a Valkey version: `8.0` belongs to `valkey8`. */
export function cacheFamily(engineVersion: string): string {
    return `valkey${majorOf(engineVersion)}`;
}

/** Whether the cluster's instances scale by themselves. */
export function isServerless({ instanceClass }: Pick<Settings["database"], "instanceClass">): boolean {
    return instanceClass === SERVERLESS;
}

/** The cluster's capacity range; none where the instances have a fixed size. */
export function serverlessScaling(database: Settings["database"]) {
    if (!isServerless(database)) return undefined;
    return { minCapacity: database.minCapacityAcu, maxCapacity: database.maxCapacityAcu };
}

/** The cluster's instances. Tiers 0 and 1 grow with the writer, so that a failover lands on an instance of its size. */
export function databaseInstances({ readReplica }: Pick<Settings["database"], "readReplica">) {
    const writer = { role: "writer", promotionTier: 0 };
    return readReplica ? [writer, { role: "reader", promotionTier: 1 }] : [writer];
}

/**
 * What deleting the cluster leaves behind. Production leaves a snapshot of a fixed name, so that a second deletion stops
 * until somebody has looked at the first one's snapshot. Everywhere else the bars can be ingested again.
 */
export function finalSnapshot(environment: Environment, clusterIdentifier: string) {
    return environment === "prod"
        ? { skipFinalSnapshot: false, finalSnapshotIdentifier: `${clusterIdentifier}-final` }
        : { skipFinalSnapshot: true };
}

/** Nodes of the cache. A replica takes over by itself, from another zone. */
export function cacheNodes({ replicas }: Pick<Settings["cache"], "replicas">) {
    const hasReplica = replicas > 0;
    return {
        numCacheClusters: 1 + replicas,
        automaticFailoverEnabled: hasReplica,
        multiAzEnabled: hasReplica,
    };
}

/** The ids that ElastiCache gives a group's nodes, such as `bqx-ml-prod-001`; its metrics are kept by them. */
export function cacheNodeIds(replicationGroupId: string, replicas: number): string[] {
    return Array.from({ length: 1 + replicas }, (_, i) => {
        return `${replicationGroupId}-${String(i + 1).padStart(3, "0")}`;
    });
}

function majorOf(version: string): string {
    return version.replace(/\..*$/, "");
}
