import { expect } from "chai";
import { cacheAlarms, databaseAlarms } from "../../components/featureStore/alarms";
import {
    cacheFamily,
    cacheNames,
    cacheNodeIds,
    cacheNodes,
    databaseFamily,
    databaseInstances,
    databaseNames,
    finalSnapshot,
    isServerless,
    serverlessScaling,
} from "../../components/featureStore/plan";
import { scopeOf } from "../support/scope";

describe("featureStore plan", () => {
    it("names the cluster, and its log as RDS will", () => {
        expect(databaseNames({ stack: "prod" })).to.deep.equal({
            clusterIdentifier: "bqx-ml-prod",
            logGroup: "/aws/rds/cluster/bqx-ml-prod/postgresql",
        });
    });

    it("names the cache and its slow log", () => {
        expect(cacheNames({ stack: "prod" })).to.deep.equal({
            replicationGroupId: "bqx-ml-prod",
            logGroup: "/aws/vendedlogs/bqx-ml/cache-slow-log-prod",
        });
    });

    it("refuses a stack whose name makes the cache's too long", () => {
        expect(() => cacheNames({ stack: "s".repeat(34) })).to.throw('The cache name "bqx-ml-ssss');
    });

    it("finds the parameter group families", () => {
        expect(["15.10", "17.5"].map(databaseFamily)).to.deep.equal([
            "aurora-postgresql15",
            "aurora-postgresql17",
        ]);
        expect(["7.2", "8.0"].map(cacheFamily)).to.deep.equal(["valkey7", "valkey8"]);
    });

    it("scales serverless clusters alone", () => {
        const serverless = scopeOf({ database: { minCapacityAcu: 0, maxCapacityAcu: 8 } }).settings.database;
        expect(isServerless(serverless)).to.be.true;
        expect(serverlessScaling(serverless)).to.deep.equal({ minCapacity: 0, maxCapacity: 8 });
        const fixed = scopeOf({ database: { instanceClass: "db.r7g.large" } }).settings.database;
        expect(isServerless(fixed)).to.be.false;
        expect(serverlessScaling(fixed)).to.be.undefined;
    });

    it("adds a reader that can take over", () => {
        const writer = { role: "writer", promotionTier: 0 };
        expect(databaseInstances({ readReplica: false })).to.deep.equal([writer]);
        expect(databaseInstances({ readReplica: true })).to.deep.equal([
            writer,
            { role: "reader", promotionTier: 1 },
        ]);
    });

    it("leaves a snapshot of production alone", () => {
        expect(finalSnapshot("prod", "bqx-ml-prod")).to.deep.equal({
            skipFinalSnapshot: false,
            finalSnapshotIdentifier: "bqx-ml-prod-final",
        });
        for (const environment of ["dev", "local"] as const) {
            expect(finalSnapshot(environment, "bqx-ml-x")).to.deep.equal({ skipFinalSnapshot: true });
        }
    });

    it("fails over where there is a replica", () => {
        expect(cacheNodes({ replicas: 0 })).to.deep.equal({
            numCacheClusters: 1,
            automaticFailoverEnabled: false,
            multiAzEnabled: false,
        });
        expect(cacheNodes({ replicas: 2 })).to.deep.equal({
            numCacheClusters: 3,
            automaticFailoverEnabled: true,
            multiAzEnabled: true,
        });
    });

    it("knows the ids of the cache's nodes", () => {
        expect(cacheNodeIds("bqx-ml-dev", 1)).to.deep.equal(["bqx-ml-dev-001", "bqx-ml-dev-002"]);
    });
});

describe("featureStore alarms", () => {
    const summary = ({ base, metricName, comparisonOperator, threshold, severity }: AlarmSummary) =>
        `${base}: ${metricName} ${comparisonOperator} ${threshold} ${severity}`;
    type AlarmSummary = ReturnType<typeof databaseAlarms>[number];

    it("watch a serverless cluster's capacity and memory", () => {
        const alarms = databaseAlarms("bqx-ml-dev", true);
        expect(alarms.map(summary)).to.deep.equal([
            "database-capacity: ACUUtilization GreaterThanThreshold 90 warning",
            "database-memory: FreeableMemory LessThanThreshold 268435456 critical",
        ]);
        for (const { namespace, dimensions } of alarms) {
            expect({ namespace, dimensions }).to.deep.equal({
                namespace: "AWS/RDS",
                dimensions: { DBClusterIdentifier: "bqx-ml-dev" },
            });
        }
    });

    it("watch the memory alone of a cluster of fixed size", () => {
        expect(databaseAlarms("bqx-ml-dev", false).map(({ base }) => base)).to.deep.equal([
            "database-memory",
        ]);
    });

    it("watch each node of the cache", () => {
        const alarms = cacheAlarms(["bqx-ml-dev-001", "bqx-ml-dev-002"]);
        expect(alarms.slice(0, 3).map(summary)).to.deep.equal([
            "cache-memory-1: DatabaseMemoryUsagePercentage GreaterThanThreshold 80 warning",
            "cache-evictions-1: Evictions GreaterThanThreshold 100 warning",
            "cache-cpu-1: EngineCPUUtilization GreaterThanThreshold 80 warning",
        ]);
        expect(alarms.map(({ dimensions }) => dimensions["CacheClusterId"])).to.deep.equal([
            ...["bqx-ml-dev-001", "bqx-ml-dev-001", "bqx-ml-dev-001"],
            ...["bqx-ml-dev-002", "bqx-ml-dev-002", "bqx-ml-dev-002"],
        ]);
    });
});
