import { expect } from "chai";
import { arnOf } from "../support/mocks";
import { deployStore, tags } from "./featureStore.fixture";

const LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup";

describe("FeatureStore", () => {
    it("makes these and no others, all its own children", async () => {
        const { resources } = await deployStore();
        const [component, ...children] = resources;
        expect(component).to.include({ type: "bqx:stage:FeatureStore", name: "store" });
        expect(new Set(children.map(({ parent }) => parent))).to.deep.equal(new Set(["store"]));
        expect(children.map(({ name }) => name)).to.have.members([
            "store-database",
            "store-database-log",
            "store-database-subnets",
            "store-database-parameters",
            "store-database-writer",
            "store-database-rotation",
            "store-alarm-database-capacity",
            "store-alarm-database-memory",
            "store-cache",
            "store-cache-log",
            "store-cache-subnets",
            "store-cache-parameters",
            "store-cache-token",
            "store-cache-secret",
            "store-cache-secret-version",
            "store-alarm-cache-memory-1",
            "store-alarm-cache-evictions-1",
            "store-alarm-cache-cpu-1",
        ]);
    });

    it("gives out how to reach both", async () => {
        const { outputs } = await deployStore();
        expect(outputs).to.deep.equal({
            database: {
                clusterIdentifier: "store-database",
                host: "store-database.cluster.test",
                readerHost: "store-database.cluster-ro.test",
                port: 5432,
                databaseName: "bqx",
                secretArn: arnOf("store-database-secret"),
                securityGroupId: "sg-database",
            },
            cache: { host: "store-cache.cache.test", port: 6379, secretArn: arnOf("store-cache-secret") },
        });
    });

    it("keeps logs as long as the settings say", async () => {
        const { only } = await deployStore({ logs: { retentionDays: 90 } });
        expect(only(LOG_GROUP).map(({ inputs }) => inputs)).to.have.deep.members([
            { name: "/aws/rds/cluster/bqx-ml-dev/postgresql", retentionInDays: 90, tags },
            { name: "/aws/vendedlogs/bqx-ml/cache-slow-log-dev", retentionInDays: 90, tags },
        ]);
    });

    it("tells the topic of the alarm's severity, and tells when it is over", async () => {
        const { named } = await deployStore();
        expect(named("store-alarm-database-memory").inputs).to.deep.equal({
            name: "bqx-ml-database-memory-dev",
            alarmDescription:
                "The database is nearly out of memory and will end connections. Give it more capacity.",
            namespace: "AWS/RDS",
            metricName: "FreeableMemory",
            dimensions: { DBClusterIdentifier: "bqx-ml-dev" },
            statistic: "Minimum",
            comparisonOperator: "LessThanThreshold",
            threshold: 268435456,
            period: 300,
            evaluationPeriods: 3,
            datapointsToAlarm: 3,
            treatMissingData: "missing",
            alarmActions: ["arn:critical"],
            okActions: ["arn:critical"],
            tags,
        });
        expect(named("store-alarm-cache-cpu-1").inputs).to.deep.include({
            dimensions: { CacheClusterId: "bqx-ml-dev-001" },
            alarmActions: ["arn:warning"],
            okActions: ["arn:warning"],
        });
    });
});
