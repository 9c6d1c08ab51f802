import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { stageTags, type StackScope } from "../scope";
import { cacheAlarms, createAlarms } from "./alarms";
import { CACHE_PORT, cacheFamily, cacheNames, cacheNodeIds, cacheNodes } from "./plan";
import type { CacheConnection, FeatureStoreArgs } from "./types";

/** ElastiCache takes 16 to 128 characters, and few of the special ones. */
const TOKEN_LENGTH = 64;

/** Makes the replication group, its auth token, and the secret that holds the token. */
export function createCache(
    name: string,
    args: FeatureStoreArgs,
    child: pulumi.CustomResourceOptions,
): CacheConnection {
    const { scope } = args;
    const { cache } = scope.settings;

    const token = new random.RandomPassword(
        `${name}-cache-token`,
        {
            length: TOKEN_LENGTH,
            special: false,
            keepers: { authTokenVersion: String(cache.authTokenVersion) },
        },
        child,
    );
    // Named by AWS: a name that was deleted stays taken for the 30 days in which the secret can be had back.
    const secret = new aws.secretsmanager.Secret(
        `${name}-cache-secret`,
        { description: "Auth token of the BQX-ML cache", tags: stageTags(scope, "featureStore") },
        child,
    );
    const group = createReplicationGroup(name, args, token.result, child);
    new aws.secretsmanager.SecretVersion(
        `${name}-cache-secret-version`,
        { secretId: secret.id, secretString: pulumi.jsonStringify({ token: token.result }) },
        // The cache takes the old token and the new one, so readers may get the new one only after the cache has it.
        { ...child, dependsOn: [group] },
    );
    const nodeIds = cacheNodeIds(cacheNames(scope).replicationGroupId, cache.replicas);
    createAlarms(name, scope, args.topicArns, cacheAlarms(nodeIds), child);
    const port = group.port.apply((port) => port ?? CACHE_PORT);
    return { host: group.primaryEndpointAddress, port, secretArn: secret.arn };
}

function createReplicationGroup(
    name: string,
    { scope, network }: FeatureStoreArgs,
    authToken: pulumi.Output<string>,
    child: pulumi.CustomResourceOptions,
): aws.elasticache.ReplicationGroup {
    const { cache } = scope.settings;
    const tags = stageTags(scope, "featureStore");

    const slowLog = createSlowLog(name, scope, child);
    const subnetGroup = new aws.elasticache.SubnetGroup(
        `${name}-cache-subnets`,
        { description: "Private subnets of BQX-ML", subnetIds: network.privateSubnetIds, tags },
        child,
    );
    const parameterGroup = new aws.elasticache.ParameterGroup(
        `${name}-cache-parameters`,
        {
            family: cacheFamily(cache.engineVersion),
            description: "Valkey that drops the least used rows when it is full",
            parameters: [{ name: "maxmemory-policy", value: "allkeys-lru" }],
            tags,
        },
        child,
    );
    return new aws.elasticache.ReplicationGroup(
        `${name}-cache`,
        {
            replicationGroupId: cacheNames(scope).replicationGroupId,
            description: "Newest feature rows of BQX-ML",
            engine: "valkey",
            engineVersion: cache.engineVersion,
            nodeType: cache.nodeType,
            ...cacheNodes(cache),
            port: CACHE_PORT,
            subnetGroupName: subnetGroup.id,
            parameterGroupName: parameterGroup.id,
            securityGroupIds: [network.securityGroups.cache],
            transitEncryptionEnabled: true,
            transitEncryptionMode: "required",
            authToken,
            authTokenUpdateStrategy: "ROTATE",
            atRestEncryptionEnabled: true,
            snapshotRetentionLimit: cache.snapshotRetentionDays,
            logDeliveryConfigurations: [slowLog],
            tags,
        },
        // Two groups cannot have one name. What it holds is in the database too.
        { ...child, deleteBeforeReplace: true },
    );
}

/** Where the commands go that take longer than Valkey's 10 ms. */
function createSlowLog(name: string, scope: StackScope, child: pulumi.CustomResourceOptions) {
    const logGroup = new aws.cloudwatch.LogGroup(
        `${name}-cache-log`,
        {
            name: cacheNames(scope).logGroup,
            retentionInDays: scope.settings.logs.retentionDays,
            tags: stageTags(scope, "featureStore"),
        },
        child,
    );
    return {
        destination: logGroup.name,
        destinationType: "cloudwatch-logs",
        logFormat: "json",
        logType: "slow-log",
    };
}
