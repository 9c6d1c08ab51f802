import { z } from "zod";
import { defineType } from "../define";
import { conflicts, requires, rule } from "../rules";
import { arn, dailyWindow, ec2Id, int, port, regional, tags, text, weeklyWindow } from "./common";

const subnetGroup = defineType({
    token: "aws:elasticache/subnetGroup:SubnetGroup",
    inputs: regional({
        description: z.string().optional(),
        name: text(/^[A-Za-z0-9-]{1,255}$/, "at most 255 letters, digits and hyphens").optional(),
        subnetIds: z.array(ec2Id("subnet")).min(1),
        tags: tags.optional(),
    }),
    replaceOn: ["name"],
    sets: ["subnetIds"],
    physicalName: { property: "name", maxLength: 255, lowercase: true },
    identify: ({ physicalName }) => physicalName,
    derive: ({ id, arn }, inputs) => ({
        arn: arn("elasticache", `subnetgroup:${id}`),
        description: inputs.description ?? "Managed by Pulumi",
    }),
});

const parameterGroup = defineType({
    token: "aws:elasticache/parameterGroup:ParameterGroup",
    inputs: regional({
        description: z.string().optional(),
        family: text(
            /^(valkey\d|redis\d(\.x)?|redis\d\.\d|memcached\d\.\d)$/,
            "a family such as valkey8 or redis7",
        ),
        name: text(
            /^[A-Za-z](-?[A-Za-z0-9])*$/,
            "letters, digits and single hyphens, beginning with a letter",
        )
            .max(255)
            .optional(),
        parameters: z.array(z.strictObject({ name: z.string().min(1), value: z.string() })).optional(),
        tags: tags.optional(),
    }),
    replaceOn: ["description", "family", "name"],
    sets: ["parameters"],
    physicalName: { property: "name", maxLength: 255, lowercase: true },
    identify: ({ physicalName }) => physicalName,
    derive: ({ id, arn }, inputs) => ({
        arn: arn("elasticache", `parametergroup:${id}`),
        description: inputs.description ?? "Managed by Pulumi",
    }),
});

const replicationGroupShape = {
    applyImmediately: z.boolean().optional(),
    atRestEncryptionEnabled: z.boolean().optional(),
    authToken: text(/^[^\s/@"]{16,128}$/, '16 to 128 printable characters without / @ " or space').optional(),
    authTokenUpdateStrategy: z.enum(["SET", "ROTATE", "DELETE"]).optional(),
    autoMinorVersionUpgrade: z.boolean().optional(),
    automaticFailoverEnabled: z.boolean().optional(),
    clusterMode: z.enum(["enabled", "disabled", "compatible"]).optional(),
    dataTieringEnabled: z.boolean().optional(),
    description: z.string().min(1),
    engine: z.enum(["valkey", "redis"]).optional(),
    engineVersion: text(/^\d+\.(\d+|x)(\.\d+)?$/, "a version such as 8.0 or 7.1").optional(),
    finalSnapshotIdentifier: z.string().min(1).optional(),
    ipDiscovery: z.enum(["ipv4", "ipv6"]).optional(),
    kmsKeyId: z.string().min(1).optional(),
    logDeliveryConfigurations: z
        .array(
            z.strictObject({
                destination: z.string().min(1),
                destinationType: z.enum(["cloudwatch-logs", "kinesis-firehose"]),
                logFormat: z.enum(["json", "text"]),
                logType: z.enum(["slow-log", "engine-log"]),
            }),
        )
        .max(2)
        .optional(),
    maintenanceWindow: weeklyWindow.optional(),
    multiAzEnabled: z.boolean().optional(),
    networkType: z.enum(["ipv4", "ipv6", "dual_stack"]).optional(),
    nodeType: text(/^cache\.[a-z0-9]+\.[a-z0-9]+$/, "a type such as cache.t4g.micro").optional(),
    notificationTopicArn: arn("sns").optional(),
    numCacheClusters: int(1, 6).optional(),
    numNodeGroups: int(1, 500).optional(),
    parameterGroupName: z.string().min(1).optional(),
    port: port.optional(),
    preferredCacheClusterAzs: z.array(z.string()).optional(),
    replicasPerNodeGroup: int(0, 5).optional(),
    replicationGroupId: text(
        /^(?=.{1,40}$)[A-Za-z](-?[A-Za-z0-9])*$/,
        "at most 40 of letters, digits and single hyphens, beginning with a letter",
    ).optional(),
    securityGroupIds: z.array(ec2Id("sg")).optional(),
    snapshotArns: z.array(arn("s3")).optional(),
    snapshotName: z.string().min(1).optional(),
    snapshotRetentionLimit: int(0, 35).optional(),
    snapshotWindow: dailyWindow.optional(),
    subnetGroupName: z.string().min(1).optional(),
    tags: tags.optional(),
    transitEncryptionEnabled: z.boolean().optional(),
    transitEncryptionMode: z.enum(["preferred", "required"]).optional(),
    userGroupIds: z.array(z.string().min(1)).max(1).optional(),
};

const replicationGroup = defineType({
    token: "aws:elasticache/replicationGroup:ReplicationGroup",
    inputs: regional(replicationGroupShape),
    rules: [
        conflicts("authToken", "userGroupIds"),
        conflicts("numCacheClusters", "numNodeGroups"),
        conflicts("numCacheClusters", "replicasPerNodeGroup"),
        requires("authTokenUpdateStrategy", "authToken"),
        rule(["nodeType"], ({ nodeType }) => (nodeType === undefined ? "required" : undefined)),
        rule(["authToken", "transitEncryptionEnabled"], ({ authToken, transitEncryptionEnabled }) =>
            authToken !== undefined && transitEncryptionEnabled !== true
                ? "allowed where transitEncryptionEnabled is true only"
                : undefined,
        ),
        rule(["kmsKeyId", "atRestEncryptionEnabled"], ({ kmsKeyId, atRestEncryptionEnabled }) =>
            kmsKeyId !== undefined && atRestEncryptionEnabled !== true
                ? "allowed where atRestEncryptionEnabled is true only"
                : undefined,
        ),
        rule(
            ["multiAzEnabled", "automaticFailoverEnabled"],
            ({ multiAzEnabled, automaticFailoverEnabled }) =>
                multiAzEnabled === true && automaticFailoverEnabled !== true
                    ? "got true; allowed where automaticFailoverEnabled is true only"
                    : undefined,
        ),
        rule(
            ["automaticFailoverEnabled", "numCacheClusters"],
            ({ automaticFailoverEnabled, numCacheClusters }) =>
                automaticFailoverEnabled === true && numCacheClusters === 1
                    ? "got true with numCacheClusters 1; allowed: at least 2 clusters to fail over between"
                    : undefined,
        ),
    ],
    // `transitEncryptionEnabled` is not here: engines since 7.0.5 switch it in place.
    replaceOn: [
        "atRestEncryptionEnabled",
        "dataTieringEnabled",
        "kmsKeyId",
        "networkType",
        "port",
        "replicationGroupId",
        "snapshotArns",
        "snapshotName",
        "subnetGroupName",
    ],
    sets: ["logDeliveryConfigurations", "securityGroupIds", "snapshotArns", "userGroupIds"],
    secrets: ["authToken"],
    physicalName: { property: "replicationGroupId", maxLength: 40, lowercase: true },
    identify: ({ physicalName }) => physicalName,
    derive: ({ id, arn }, inputs) => ({
        arn: arn("elasticache", `replicationgroup:${id}`),
        atRestEncryptionEnabled: inputs.atRestEncryptionEnabled ?? false,
        automaticFailoverEnabled: inputs.automaticFailoverEnabled ?? false,
        clusterEnabled: (inputs.numNodeGroups ?? 1) > 1,
        engine: inputs.engine ?? "redis",
        engineVersionActual: inputs.engineVersion ?? (inputs.engine === "valkey" ? "8.0.1" : "7.1.0"),
        multiAzEnabled: inputs.multiAzEnabled ?? false,
        port: inputs.port ?? 6379,
        transitEncryptionEnabled: inputs.transitEncryptionEnabled ?? false,
    }),
});

/** Valkey and Redis. */
export const elasticacheTypes = [subnetGroup, parameterGroup, replicationGroup];
