import { z } from "zod";
import { defineType } from "../define";
import { conflicts, rule } from "../rules";
import { arn, dailyWindow, ec2Id, int, regional, tags, text, weeklyWindow } from "./common";
import {
    cluster,
    ENGINES,
    identifier,
    identifierPrefix,
    insightsDays,
    monitoringInterval,
} from "./rdsCluster";

const groupName = text(
    /^[a-z0-9][a-z0-9._ -]{0,254}$/,
    "at most 255 of lower-case letters, digits and ._- or space",
);

const subnetGroup = defineType({
    token: "aws:rds/subnetGroup:SubnetGroup",
    inputs: regional({
        description: z.string().min(1).max(255).optional(),
        name: groupName.optional(),
        namePrefix: groupName.max(229).optional(),
        subnetIds: z.array(ec2Id("subnet")).min(2, "subnets in at least two availability zones"),
        tags: tags.optional(),
    }),
    rules: [conflicts("name", "namePrefix")],
    replaceOn: ["name", "namePrefix"],
    sets: ["subnetIds"],
    physicalName: { property: "name", prefixProperty: "namePrefix", maxLength: 255, lowercase: true },
    identify: ({ physicalName }) => physicalName,
    derive: ({ id, arn }, inputs) => ({
        arn: arn("rds", `subgrp:${id}`),
        description: inputs.description ?? "Managed by Pulumi",
        supportedNetworkTypes: ["IPV4"],
    }),
});

const clusterParameterGroup = defineType({
    token: "aws:rds/clusterParameterGroup:ClusterParameterGroup",
    inputs: regional({
        description: z.string().min(1).max(255).optional(),
        family: z.string().min(1),
        name: groupName.optional(),
        namePrefix: groupName.max(229).optional(),
        parameters: z
            .array(
                z.strictObject({
                    applyMethod: z.enum(["immediate", "pending-reboot"]).optional(),
                    name: z.string().min(1),
                    value: z.string(),
                }),
            )
            .optional(),
        tags: tags.optional(),
    }),
    rules: [conflicts("name", "namePrefix")],
    replaceOn: ["description", "family", "name", "namePrefix"],
    sets: ["parameters"],
    physicalName: { property: "name", prefixProperty: "namePrefix", maxLength: 255, lowercase: true },
    identify: ({ physicalName }) => physicalName,
    derive: ({ id, arn }, inputs) => ({
        arn: arn("rds", `cluster-pg:${id}`),
        description: inputs.description ?? "Managed by Pulumi",
    }),
});

const clusterInstance = defineType({
    token: "aws:rds/clusterInstance:ClusterInstance",
    inputs: regional({
        applyImmediately: z.boolean().optional(),
        autoMinorVersionUpgrade: z.boolean().optional(),
        availabilityZone: z.string().optional(),
        caCertIdentifier: z.string().optional(),
        clusterIdentifier: z.string().min(1),
        copyTagsToSnapshot: z.boolean().optional(),
        dbParameterGroupName: z.string().optional(),
        dbSubnetGroupName: z.string().optional(),
        engine: z.enum(ENGINES),
        engineVersion: z.string().optional(),
        forceDestroy: z.boolean().optional(),
        identifier: identifier.optional(),
        identifierPrefix: identifierPrefix.optional(),
        instanceClass: text(
            /^db\.[a-z0-9-]+(\.[a-z0-9]+)*$/,
            "a class such as db.serverless or db.r6g.large",
        ),
        monitoringInterval: monitoringInterval.optional(),
        monitoringRoleArn: arn("iam").optional(),
        performanceInsightsEnabled: z.boolean().optional(),
        performanceInsightsKmsKeyId: arn("kms").optional(),
        performanceInsightsRetentionPeriod: insightsDays.optional(),
        preferredBackupWindow: dailyWindow.optional(),
        preferredMaintenanceWindow: weeklyWindow.optional(),
        promotionTier: int(0, 15).optional(),
        publiclyAccessible: z.boolean().optional(),
        tags: tags.optional(),
    }),
    rules: [
        conflicts("identifier", "identifierPrefix"),
        rule(["performanceInsightsRetentionPeriod", "performanceInsightsEnabled"], (inputs) =>
            inputs.performanceInsightsRetentionPeriod !== undefined &&
            inputs.performanceInsightsEnabled !== true
                ? "allowed where performanceInsightsEnabled is true only"
                : undefined,
        ),
        rule(["monitoringRoleArn", "monitoringInterval"], ({ monitoringRoleArn, monitoringInterval }) =>
            Number(monitoringInterval ?? 0) > 0 && monitoringRoleArn === undefined
                ? "required where monitoringInterval is above 0"
                : undefined,
        ),
    ],
    replaceOn: [
        "availabilityZone",
        "clusterIdentifier",
        "dbSubnetGroupName",
        "engine",
        "identifier",
        "identifierPrefix",
    ],
    physicalName: {
        property: "identifier",
        prefixProperty: "identifierPrefix",
        maxLength: 63,
        lowercase: true,
    },
    identify: ({ physicalName }) => physicalName,
    derive: ({ id, arn, hex, region }, inputs) => ({
        arn: arn("rds", `db:${id}`),
        availabilityZone: inputs.availabilityZone ?? `${region}a`,
        dbiResourceId: `db-${hex("resource", 26).toUpperCase()}`,
        engineVersionActual: inputs.engineVersion ?? "16.6",
        monitoringInterval: inputs.monitoringInterval ?? 0,
        promotionTier: inputs.promotionTier ?? 0,
        publiclyAccessible: inputs.publiclyAccessible ?? false,
    }),
});

/** Aurora clusters and what they need. */
export const rdsTypes = [subnetGroup, clusterParameterGroup, cluster, clusterInstance];
