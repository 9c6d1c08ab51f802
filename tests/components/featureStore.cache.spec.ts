import { expect } from "chai";
import { idOf } from "../support/mocks";
import { deployStore, privateSubnetIds, tags } from "./featureStore.fixture";

const ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";
const TOKEN = "password of store-cache-token";

const group = {
    replicationGroupId: "bqx-ml-dev",
    description: "Newest feature rows of BQX-ML",
    engine: "valkey",
    engineVersion: "8.0",
    nodeType: "cache.t4g.micro",
    numCacheClusters: 1,
    automaticFailoverEnabled: false,
    multiAzEnabled: false,
    port: 6379,
    subnetGroupName: idOf("store-cache-subnets"),
    parameterGroupName: idOf("store-cache-parameters"),
    securityGroupIds: ["sg-cache"],
    transitEncryptionEnabled: true,
    transitEncryptionMode: "required",
    authToken: TOKEN,
    authTokenUpdateStrategy: "ROTATE",
    atRestEncryptionEnabled: true,
    snapshotRetentionLimit: 1,
    logDeliveryConfigurations: [
        {
            destination: "/aws/vendedlogs/bqx-ml/cache-slow-log-dev",
            destinationType: "cloudwatch-logs",
            logFormat: "json",
            logType: "slow-log",
        },
    ],
    tags,
};

describe("FeatureStore's cache", () => {
    it("is private, encrypted, takes TLS and a token alone, and is backed up", async () => {
        const { named } = await deployStore();
        expect(named("store-cache").inputs).to.deep.equal(group);
        expect(named("store-cache").secretInputs).to.deep.equal(["authToken"]);
        expect(named("store-cache").dependsOn).to.have.members([
            "store-cache-log",
            "store-cache-parameters",
            "store-cache-subnets",
            "store-cache-token",
        ]);
        expect(named("store-cache-subnets").inputs).to.deep.equal({
            description: "Private subnets of BQX-ML",
            subnetIds: privateSubnetIds,
            tags,
        });
    });

    it("drops the least used rows when it is full", async () => {
        const { named } = await deployStore();
        expect(named("store-cache-parameters").inputs).to.deep.equal({
            family: "valkey8",
            description: "Valkey that drops the least used rows when it is full",
            parameters: [{ name: "maxmemory-policy", value: "allkeys-lru" }],
            tags,
        });
    });

    it("changes its token with the setting, before the secret tells of it", async () => {
        const { named } = await deployStore({ cache: { authTokenVersion: 3 } });
        expect(named("store-cache-token").inputs).to.deep.equal({
            length: 64,
            special: false,
            keepers: { authTokenVersion: "3" },
        });
        const version = named("store-cache-secret-version");
        expect(version.inputs).to.deep.equal({
            secretId: idOf("store-cache-secret"),
            secretString: JSON.stringify({ token: TOKEN }),
        });
        expect(version.secretInputs).to.deep.equal(["secretString"]);
        expect(version.dependsOn).to.include("store-cache");
    });

    it("follows the settings", async () => {
        const { named, only } = await deployStore({
            cache: {
                engineVersion: "7.2",
                nodeType: "cache.t4g.small",
                replicas: 1,
                snapshotRetentionDays: 5,
            },
        });
        expect(named("store-cache").inputs).to.include({
            engineVersion: "7.2",
            nodeType: "cache.t4g.small",
            numCacheClusters: 2,
            automaticFailoverEnabled: true,
            multiAzEnabled: true,
            snapshotRetentionLimit: 5,
        });
        expect(named("store-cache-parameters").inputs).to.include({ family: "valkey7" });
        expect(only(ALARM)).to.have.length(2 + 3 * 2);
    });
});
