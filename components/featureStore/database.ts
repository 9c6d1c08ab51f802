import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { environmentOf } from "../../config/environment";
import type { Settings } from "../../config/settings";
import { stageTags } from "../scope";
import { createAlarms, databaseAlarms } from "./alarms";
import {
    DATABASE_PORT,
    databaseFamily,
    databaseInstances,
    databaseNames,
    finalSnapshot,
    isServerless,
    serverlessScaling,
} from "./plan";
import type { DatabaseConnection, FeatureStoreArgs } from "./types";

/** Superuser of a cluster that this program makes. */
const MASTER_USERNAME = "bqx";

/** Days of Performance Insights that AWS gives for nothing. */
const FREE_INSIGHTS_DAYS = 7;

/** Makes an Aurora PostgreSQL cluster whose password RDS itself keeps and changes: no state file ever holds it. */
export function createDatabase(
    name: string,
    args: FeatureStoreArgs,
    child: pulumi.CustomResourceOptions,
): DatabaseConnection {
    const { scope, network } = args;
    const { database } = scope.settings;
    const { clusterIdentifier } = databaseNames(scope);

    const cluster = createCluster(name, args, child);
    createInstances(name, args, cluster, child);
    const secretArn = cluster.masterUserSecrets.apply(([secret]) => {
        if (secret === undefined) throw new Error(`RDS made no secret for the cluster ${clusterIdentifier}`);
        return secret.secretArn;
    });
    new aws.secretsmanager.SecretRotation(
        `${name}-database-rotation`,
        {
            secretId: secretArn,
            rotationRules: { automaticallyAfterDays: database.credentialRotationDays },
            rotateImmediately: false, // A new number of days changes the schedule, not the password.
        },
        child,
    );
    const alarms = databaseAlarms(clusterIdentifier, isServerless(database));
    createAlarms(name, scope, args.topicArns, alarms, child);
    return {
        clusterIdentifier: cluster.clusterIdentifier,
        host: cluster.endpoint,
        readerHost: cluster.readerEndpoint,
        port: cluster.port,
        databaseName: cluster.databaseName,
        secretArn,
        securityGroupId: pulumi.output(network.securityGroups.database),
    };
}

/**
 * Uses a cluster that is there already, and changes nothing of it. It must be in this region, and in a VPC that is peered
 * with ours; the network opens its security group. Its owner sees to its backups, its alarms and its password.
 */
export function adoptDatabase(
    { scope, network }: FeatureStoreArgs,
    adopt: NonNullable<Settings["database"]["adopt"]>,
    child: pulumi.CustomResourceOptions,
): DatabaseConnection {
    const { clusterIdentifier, credentialsSecretArn } = adopt;
    const cluster = aws.rds.getClusterOutput({ clusterIdentifier }, child);
    return {
        clusterIdentifier: pulumi.output(clusterIdentifier),
        host: cluster.endpoint,
        readerHost: cluster.readerEndpoint,
        port: cluster.port,
        databaseName: pulumi.output(scope.settings.database.databaseName),
        secretArn: pulumi.output(credentialsSecretArn),
        securityGroupId: pulumi.output(network.securityGroups.database),
    };
}

function createCluster(
    name: string,
    { scope, network }: FeatureStoreArgs,
    child: pulumi.CustomResourceOptions,
): aws.rds.Cluster {
    const { database, logs } = scope.settings;
    const tags = stageTags(scope, "featureStore");
    const names = databaseNames(scope);

    const logGroup = new aws.cloudwatch.LogGroup(
        `${name}-database-log`,
        { name: names.logGroup, retentionInDays: logs.retentionDays, tags },
        child,
    );
    const subnetGroup = new aws.rds.SubnetGroup(
        `${name}-database-subnets`,
        { description: "Private subnets of BQX-ML", subnetIds: network.privateSubnetIds, tags },
        child,
    );
    const parameterGroup = new aws.rds.ClusterParameterGroup(
        `${name}-database-parameters`,
        {
            family: databaseFamily(database.engineVersion),
            description: "Aurora PostgreSQL that takes TLS connections alone",
            parameters: [{ name: "rds.force_ssl", value: "1" }],
            tags,
        },
        child,
    );
    return new aws.rds.Cluster(
        `${name}-database`,
        {
            clusterIdentifier: names.clusterIdentifier,
            engine: aws.rds.EngineType.AuroraPostgresql,
            engineVersion: database.engineVersion,
            databaseName: database.databaseName,
            port: DATABASE_PORT,
            masterUsername: MASTER_USERNAME,
            manageMasterUserPassword: true,
            iamDatabaseAuthenticationEnabled: true,
            serverlessv2ScalingConfiguration: serverlessScaling(database),
            dbSubnetGroupName: subnetGroup.id,
            dbClusterParameterGroupName: parameterGroup.id,
            vpcSecurityGroupIds: [network.securityGroups.database],
            storageEncrypted: true,
            backupRetentionPeriod: database.backupRetentionDays,
            copyTagsToSnapshot: true,
            deletionProtection: database.deletionProtection,
            ...finalSnapshot(environmentOf(scope.stack), names.clusterIdentifier),
            enabledCloudwatchLogsExports: ["postgresql"],
            tags,
        },
        {
            ...child,
            // RDS would make the log group itself, and keep its logs for ever.
            dependsOn: [logGroup],
            // Two clusters cannot have one name. Deletion protection stands before this wherever it matters.
            deleteBeforeReplace: true,
        },
    );
}

function createInstances(
    name: string,
    { scope }: FeatureStoreArgs,
    cluster: aws.rds.Cluster,
    child: pulumi.CustomResourceOptions,
): void {
    const { database } = scope.settings;
    for (const { role, promotionTier } of databaseInstances(database)) {
        new aws.rds.ClusterInstance(
            `${name}-database-${role}`,
            {
                clusterIdentifier: cluster.id,
                engine: aws.rds.EngineType.AuroraPostgresql,
                instanceClass: database.instanceClass,
                promotionTier,
                publiclyAccessible: false,
                // The setting says the version; one that AWS raised would show as a downgrade in the next preview.
                autoMinorVersionUpgrade: false,
                copyTagsToSnapshot: true,
                performanceInsightsEnabled: true,
                performanceInsightsRetentionPeriod: FREE_INSIGHTS_DAYS,
                tags: stageTags(scope, "featureStore"),
            },
            child,
        );
    }
}
