import { expect } from "chai";
import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { arnOf, deploy, idOf } from "../support/mocks";
import { deployStore, makeStore, privateSubnetIds, tags } from "./featureStore.fixture";

const ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";
const CLUSTER = "aws:rds/cluster:Cluster";
const INSTANCE = "aws:rds/clusterInstance:ClusterInstance";
const ROTATION = "aws:secretsmanager/secretRotation:SecretRotation";

const adopt = {
    clusterIdentifier: "fx-bars",
    credentialsSecretArn: "arn:aws:secretsmanager:us-east-1:111122223333:secret:fx-bars-AbCdEf",
    securityGroupId: "sg-0123456789abcdef0",
};

const cluster = {
    clusterIdentifier: "bqx-ml-dev",
    engine: "aurora-postgresql",
    engineVersion: "17.5",
    databaseName: "bqx",
    port: 5432,
    masterUsername: "bqx",
    manageMasterUserPassword: true,
    iamDatabaseAuthenticationEnabled: true,
    serverlessv2ScalingConfiguration: { minCapacity: 0.5, maxCapacity: 4 },
    dbSubnetGroupName: idOf("store-database-subnets"),
    dbClusterParameterGroupName: idOf("store-database-parameters"),
    vpcSecurityGroupIds: ["sg-database"],
    storageEncrypted: true,
    backupRetentionPeriod: 7,
    copyTagsToSnapshot: true,
    deletionProtection: false,
    skipFinalSnapshot: true,
    enabledCloudwatchLogsExports: ["postgresql"],
    tags,
};

const instance = {
    clusterIdentifier: idOf("store-database"),
    engine: "aurora-postgresql",
    instanceClass: "db.serverless",
    promotionTier: 0,
    publiclyAccessible: false,
    autoMinorVersionUpgrade: false,
    copyTagsToSnapshot: true,
    performanceInsightsEnabled: true,
    performanceInsightsRetentionPeriod: 7,
    tags,
};

describe("FeatureStore's database", () => {
    it("is private, encrypted, backed up, and has no password of ours", async () => {
        const { named } = await deployStore();
        expect(named("store-database").inputs).to.deep.equal(cluster);
        expect(named("store-database").dependsOn).to.have.members([
            "store-database-log",
            "store-database-parameters",
            "store-database-subnets",
        ]);
        expect(named("store-database-subnets").inputs).to.deep.equal({
            description: "Private subnets of BQX-ML",
            subnetIds: privateSubnetIds,
            tags,
        });
        expect(named("store-database-writer").inputs).to.deep.equal(instance);
    });

    it("takes TLS alone", async () => {
        const { named } = await deployStore();
        expect(named("store-database-parameters").inputs).to.deep.equal({
            family: "aurora-postgresql17",
            description: "Aurora PostgreSQL that takes TLS connections alone",
            parameters: [{ name: "rds.force_ssl", value: "1" }],
            tags,
        });
    });

    it("changes its password on schedule", async () => {
        const { named } = await deployStore({ database: { credentialRotationDays: 14 } });
        expect(named("store-database-rotation").inputs).to.deep.equal({
            secretId: arnOf("store-database-secret"),
            rotationRules: { automaticallyAfterDays: 14 },
            rotateImmediately: false,
        });
    });

    it("is kept in prod: protected, and with a last snapshot", async () => {
        const { named } = await deployStore({}, "prod");
        expect(named("store-database").inputs).to.include({
            clusterIdentifier: "bqx-ml-prod",
            deletionProtection: true,
            skipFinalSnapshot: false,
            finalSnapshotIdentifier: "bqx-ml-prod-final",
        });
    });

    it("follows the settings", async () => {
        const { named } = await deployStore({
            database: {
                engineVersion: "16.9",
                databaseName: "forex",
                minCapacityAcu: 1,
                maxCapacityAcu: 8,
                backupRetentionDays: 14,
                deletionProtection: true,
            },
        });
        expect(named("store-database").inputs).to.deep.include({
            engineVersion: "16.9",
            databaseName: "forex",
            serverlessv2ScalingConfiguration: { minCapacity: 1, maxCapacity: 8 },
            backupRetentionPeriod: 14,
            deletionProtection: true,
        });
        expect(named("store-database-parameters").inputs).to.include({ family: "aurora-postgresql16" });
    });

    it("has no capacity range where its instances have a fixed size", async () => {
        const { named, only } = await deployStore({ database: { instanceClass: "db.r7g.large" } });
        expect(named("store-database").inputs).not.to.have.property("serverlessv2ScalingConfiguration");
        expect(named("store-database-writer").inputs).to.include({ instanceClass: "db.r7g.large" });
        expect(only(ALARM).map(({ name }) => name)).not.to.include("store-alarm-database-capacity");
    });

    it("adds a replica that is as private as the writer", async () => {
        const { only } = await deployStore({ database: { readReplica: true } });
        expect(only(INSTANCE).map(({ name, inputs }) => ({ name, inputs }))).to.deep.equal([
            { name: "store-database-writer", inputs: instance },
            { name: "store-database-reader", inputs: { ...instance, promotionTier: 1 } },
        ]);
    });
});

describe("FeatureStore's adopted database", () => {
    const adopted = () =>
        deploy(() => {
            answerGetCluster();
            return makeStore({ database: { adopt, databaseName: "forex" } });
        });

    it("makes nothing of a database", async () => {
        const { resources, only } = await adopted();
        for (const type of [CLUSTER, INSTANCE, ROTATION]) expect(only(type)).to.deep.equal([]);
        expect(resources.filter(({ name }) => name.includes("database"))).to.deep.equal([]);
    });

    it("gives out how to reach yours", async () => {
        const { outputs } = await adopted();
        expect(outputs.database).to.deep.equal({
            clusterIdentifier: "fx-bars",
            host: "fx-bars.cluster.test",
            readerHost: "fx-bars.cluster-ro.test",
            port: 5433,
            databaseName: "forex",
            secretArn: adopt.credentialsSecretArn,
            securityGroupId: "sg-database",
        });
    });
});

/** Answers the one invoke that an adopted cluster needs; the mocks refuse every other that they do not know. */
function answerGetCluster(): void {
    const monitor = pulumi.runtime.getMonitor();
    if (!(monitor instanceof MockMonitor)) throw new Error("The mocks are not set");
    const { mocks } = monitor;
    const call = mocks.call.bind(mocks);
    mocks.call = (args) => {
        if (args.token !== "aws:rds/getCluster:getCluster") return call(args);
        expect(args.inputs).to.deep.equal({ clusterIdentifier: "fx-bars" });
        return { endpoint: "fx-bars.cluster.test", readerEndpoint: "fx-bars.cluster-ro.test", port: 5433 };
    };
}
