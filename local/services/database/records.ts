import { createHash, randomBytes } from "node:crypto";
import { z } from "zod";
import { readRecord } from "../protocol/records";
import type { ResourceRecord, ServiceContext } from "../service";

/** Type tokens of the resources that this service acts on. */
export const CLUSTER_TYPE = "aws:rds/cluster:Cluster";
export const INSTANCE_TYPE = "aws:rds/clusterInstance:ClusterInstance";
export const PARAMETER_GROUP_TYPE = "aws:rds/clusterParameterGroup:ClusterParameterGroup";
export const SUBNET_GROUP_TYPE = "aws:rds/subnetGroup:SubnetGroup";

const clusterSchema = z.object({
    engineVersion: z.string().optional(),
    masterUsername: z.string().min(1),
    masterPassword: z.string().min(8).optional(),
    manageMasterUserPassword: z.boolean().default(false),
    databaseName: z.string().min(1).optional(),
    dbClusterParameterGroupName: z.string().optional(),
    dbSubnetGroupName: z.string().optional(),
    deletionProtection: z.boolean().default(false),
    skipFinalSnapshot: z.boolean().default(false),
    finalSnapshotIdentifier: z
        .string()
        .regex(/^[A-Za-z](?:-?[A-Za-z0-9])*$/, { error: "letters, digits and single hyphens are allowed" })
        .optional(),
    serverlessv2ScalingConfiguration: z
        .object({ minCapacity: z.number(), maxCapacity: z.number() })
        .optional(),
});

/** What the service reads of a cluster's record. Its id is the cluster's identifier. */
export type ClusterSettings = z.output<typeof clusterSchema> & { readonly id: string };

const parameterGroupSchema = z.object({
    parameters: z.array(z.object({ name: z.string(), value: z.string() })).default([]),
});

/** @throws Error that lists every problem of the record. */
export function readCluster(record: ResourceRecord): ClusterSettings {
    return { ...readRecord(clusterSchema, record), id: record.id };
}

export function readParameters(record: ResourceRecord | undefined) {
    return record === undefined ? [] : readRecord(parameterGroupSchema, record).parameters;
}

/** The master user's secret, named as RDS names it: by an id that stays with the cluster. */
export function masterSecretName({ stack, account, region }: ServiceContext, clusterId: string): string {
    const hash = createHash("sha256").update([stack, account, region, clusterId].join("/")).digest("hex");
    const uuid = hash.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, "$1-$2-$3-$4-$5");
    return `rds!cluster-${uuid}`;
}

/** A new master user's name and password, as the secret holds them. */
export function newMasterSecret(username: string): string {
    return JSON.stringify({ username, password: randomBytes(24).toString("base64url") });
}

/** The password in a secret's value. */
export function passwordIn(secretString: string): string {
    return z.object({ password: z.string().min(1) }).parse(JSON.parse(secretString)).password;
}
