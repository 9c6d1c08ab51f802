import { z } from "zod";
import { defineType } from "../define";
import { conflicts, requires, rule } from "../rules";
import { arn, dailyWindow, ec2Id, int, port, regional, tags, text, weeklyWindow } from "./common";

/** A cluster's or an instance's name. */
export const identifier = text(
    /^(?=.{1,63}$)[a-z](-?[a-z0-9])*$/,
    "at most 63 of lower-case letters, digits and single hyphens, beginning with a letter",
);

/** The start of such a name. */
export const identifierPrefix = text(
    /^[a-z][a-z0-9-]{0,36}$/,
    "at most 37 of lower-case letters, digits and hyphens",
);

/** Engines of RDS clusters. */
export const ENGINES = ["aurora-postgresql", "aurora-mysql", "postgres", "mysql"] as const;

/** Steps that RDS offers for enhanced monitoring, in seconds. */
const MONITORING_SECONDS = [0, 1, 5, 10, 15, 30, 60];

/** Seconds between two measurements of enhanced monitoring. */
export const monitoringInterval = z
    .number()
    .refine((seconds) => MONITORING_SECONDS.includes(seconds), MONITORING_SECONDS.join(", "));

/** Days that Performance Insights keeps. */
export const insightsDays = z
    .int()
    .refine(
        (days) => days === 7 || days === 731 || (days % 31 === 0 && days >= 31 && days <= 713),
        "7, a multiple of 31 up to 713, or 731",
    );

const snapshotName = text(
    /^[A-Za-z](-?[A-Za-z0-9])*$/,
    "letters, digits and single hyphens, beginning with a letter",
);

/** Aurora capacity comes in halves: 0.5, 1, 1.5 ... */
const capacityUnits = z.number().multipleOf(0.5, "a multiple of 0.5");

const clusterShape = {
    allowMajorVersionUpgrade: z.boolean().optional(),
    applyImmediately: z.boolean().optional(),
    autoMinorVersionUpgrade: z.boolean().optional(),
    availabilityZones: z.array(z.string()).optional(),
    backtrackWindow: int(0, 259200).optional(),
    backupRetentionPeriod: int(1, 35).optional(),
    caCertificateIdentifier: z.string().optional(),
    clusterIdentifier: identifier.optional(),
    clusterIdentifierPrefix: identifierPrefix.optional(),
    clusterScalabilityType: z.enum(["standard", "limitless"]).optional(),
    copyTagsToSnapshot: z.boolean().optional(),
    databaseInsightsMode: z.enum(["standard", "advanced"]).optional(),
    databaseName: text(
        /^[A-Za-z]\w{0,62}$/,
        "at most 63 letters, digits and _, beginning with a letter",
    ).optional(),
    dbClusterParameterGroupName: z.string().min(1).optional(),
    dbInstanceParameterGroupName: z.string().min(1).optional(),
    dbSubnetGroupName: z.string().min(1).optional(),
    deleteAutomatedBackups: z.boolean().optional(),
    deletionProtection: z.boolean().optional(),
    enableHttpEndpoint: z.boolean().optional(),
    enableLocalWriteForwarding: z.boolean().optional(),
    enabledCloudwatchLogsExports: z
        .array(
            z.enum([
                "audit",
                "error",
                "general",
                "iam-db-auth-error",
                "instance",
                "postgresql",
                "slowquery",
                "upgrade",
            ]),
        )
        .optional(),
    engine: z.enum(ENGINES),
    engineLifecycleSupport: z
        .enum(["open-source-rds-extended-support", "open-source-rds-extended-support-disabled"])
        .optional(),
    engineMode: z.enum(["provisioned", "serverless", "parallelquery", "global"]).optional(),
    engineVersion: text(/^\d+(\.\d+)*(\.mysql_aurora\..+)?$/, "a version such as 16.6").optional(),
    finalSnapshotIdentifier: snapshotName.optional(),
    iamDatabaseAuthenticationEnabled: z.boolean().optional(),
    iamRoles: z.array(arn("iam")).optional(),
    kmsKeyId: arn("kms").optional(),
    manageMasterUserPassword: z.boolean().optional(),
    masterPassword: text(
        /^[^\s/@"]{8,128}$/,
        '8 to 128 printable characters without / @ " or space',
    ).optional(),
    masterUserSecretKmsKeyId: z.string().min(1).optional(),
    masterUsername: text(
        /^[A-Za-z]\w{0,62}$/,
        "at most 63 letters, digits and _, beginning with a letter",
    ).optional(),
    monitoringInterval: monitoringInterval.optional(),
    monitoringRoleArn: arn("iam").optional(),
    networkType: z.enum(["IPV4", "DUAL"]).optional(),
    performanceInsightsEnabled: z.boolean().optional(),
    performanceInsightsKmsKeyId: arn("kms").optional(),
    performanceInsightsRetentionPeriod: insightsDays.optional(),
    port: port.optional(),
    preferredBackupWindow: dailyWindow.optional(),
    preferredMaintenanceWindow: weeklyWindow.optional(),
    serverlessv2ScalingConfiguration: z
        .strictObject({
            maxCapacity: capacityUnits.min(1).max(256),
            minCapacity: capacityUnits.min(0).max(256),
            secondsUntilAutoPause: int(300, 86400).optional(),
        })
        .refine((value) => value.minCapacity <= value.maxCapacity, "a minCapacity of at most maxCapacity")
        .refine(
            (value) => value.secondsUntilAutoPause === undefined || value.minCapacity === 0,
            "secondsUntilAutoPause with a minCapacity of 0 only",
        )
        .optional(),
    skipFinalSnapshot: z.boolean().optional(),
    snapshotIdentifier: z.string().min(1).optional(),
    storageEncrypted: z.boolean().optional(),
    storageType: z.enum(["", "aurora-iopt1"]).optional(),
    tags: tags.optional(),
    vpcSecurityGroupIds: z.array(ec2Id("sg")).optional(),
};

/** An Aurora cluster. Its endpoints come from the host, which runs it. */
export const cluster = defineType({
    token: "aws:rds/cluster:Cluster",
    inputs: regional(clusterShape),
    rules: [
        conflicts("clusterIdentifier", "clusterIdentifierPrefix"),
        conflicts("manageMasterUserPassword", "masterPassword"),
        requires("masterUserSecretKmsKeyId", "manageMasterUserPassword"),
        rule(["masterUsername", "snapshotIdentifier"], ({ masterUsername, snapshotIdentifier }) =>
            masterUsername === undefined && snapshotIdentifier === undefined
                ? "required unless the cluster is restored from a snapshot"
                : undefined,
        ),
        rule(["masterPassword", "manageMasterUserPassword", "snapshotIdentifier"], (inputs) =>
            inputs.masterPassword === undefined &&
            inputs.manageMasterUserPassword !== true &&
            inputs.snapshotIdentifier === undefined
                ? "required unless manageMasterUserPassword is true"
                : undefined,
        ),
        rule(["storageEncrypted", "kmsKeyId"], ({ storageEncrypted, kmsKeyId }) =>
            kmsKeyId !== undefined && storageEncrypted !== true
                ? "must be true where kmsKeyId is given"
                : undefined,
        ),
        rule(["monitoringRoleArn", "monitoringInterval"], ({ monitoringRoleArn, monitoringInterval }) =>
            Number(monitoringInterval ?? 0) > 0 && monitoringRoleArn === undefined
                ? "required where monitoringInterval is above 0"
                : undefined,
        ),
        rule(["enabledCloudwatchLogsExports", "engine"], ({ enabledCloudwatchLogsExports: logs, engine }) => {
            const allowed =
                engine === "aurora-postgresql" ? ["postgresql", "instance", "iam-db-auth-error"] : undefined;
            const extra = Array.isArray(logs)
                ? logs.filter((log: string) => allowed?.includes(log) === false)
                : [];
            return extra.length > 0 ? `got ${extra.join(", ")}; allowed: ${allowed?.join(", ")}` : undefined;
        }),
    ],
    replaceOn: [
        "availabilityZones",
        "clusterIdentifier",
        "clusterIdentifierPrefix",
        "clusterScalabilityType",
        "databaseName",
        "dbSubnetGroupName",
        "engine",
        "engineMode",
        "kmsKeyId",
        "masterUsername",
        "snapshotIdentifier",
        "storageEncrypted",
    ],
    sets: ["availabilityZones", "enabledCloudwatchLogsExports", "iamRoles", "vpcSecurityGroupIds"],
    secrets: ["masterPassword"],
    physicalName: {
        property: "clusterIdentifier",
        prefixProperty: "clusterIdentifierPrefix",
        maxLength: 63,
        lowercase: true,
    },
    identify: ({ physicalName }) => physicalName,
    derive: ({ id, arn, hex }, inputs) => ({
        arn: arn("rds", `cluster:${id}`),
        backupRetentionPeriod: inputs.backupRetentionPeriod ?? 1,
        clusterResourceId: `cluster-${hex("resource", 26).toUpperCase()}`,
        databaseName: inputs.databaseName ?? "",
        engineMode: inputs.engineMode ?? "provisioned",
        engineVersionActual: inputs.engineVersion ?? "16.6",
        hostedZoneId: "Z2R2ITUGPM61AM",
        iamDatabaseAuthenticationEnabled: inputs.iamDatabaseAuthenticationEnabled ?? false,
        masterUserSecrets:
            inputs.manageMasterUserPassword === true
                ? [
                      {
                          kmsKeyId: inputs.masterUserSecretKmsKeyId ?? arn("kms", "alias/aws/secretsmanager"),
                          secretArn: arn("secretsmanager", `secret:rds!cluster-${id}-${hex("secret", 6)}`),
                          secretStatus: "active",
                      },
                  ]
                : [],
        port: inputs.port ?? (inputs.engine.endsWith("mysql") ? 3306 : 5432),
        storageEncrypted: inputs.storageEncrypted ?? false,
    }),
    refuseDelete: (inputs) => {
        if (inputs.deletionProtection === true) {
            return "deletionProtection is true; deploy it with deletionProtection: false first";
        }
        if (inputs.skipFinalSnapshot !== true && inputs.finalSnapshotIdentifier === undefined) {
            return "finalSnapshotIdentifier is required when skipFinalSnapshot is not true";
        }
        return undefined;
    },
});
