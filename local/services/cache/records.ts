import { z } from "zod";
import { readRecord } from "../protocol/records";
import type { ResourceRecord } from "../service";

/** Type tokens of the resources that this service acts on. */
export const REPLICATION_GROUP_TYPE = "aws:elasticache/replicationGroup:ReplicationGroup";
export const PARAMETER_GROUP_TYPE = "aws:elasticache/parameterGroup:ParameterGroup";
export const SUBNET_GROUP_TYPE = "aws:elasticache/subnetGroup:SubnetGroup";

const groupSchema = z
    .object({
        engineVersion: z.string().optional(),
        nodeType: z.string(),
        parameterGroupName: z.string().optional(),
        subnetGroupName: z.string().optional(),
        transitEncryptionEnabled: z.boolean().default(false),
        authToken: z.string().min(16).max(128).optional(),
        authTokenUpdateStrategy: z.enum(["ROTATE", "SET", "DELETE"]).default("ROTATE"),
        finalSnapshotIdentifier: z
            .string()
            .regex(/^[A-Za-z](?:-?[A-Za-z0-9])*$/, {
                error: "letters, digits and single hyphens are allowed",
            })
            .optional(),
    })
    .refine(
        ({ authToken, transitEncryptionEnabled }) => authToken === undefined || transitEncryptionEnabled,
        {
            error: "an auth token needs transitEncryptionEnabled: true",
            path: ["authToken"],
        },
    );

/** What the service reads of a replication group's record. Its id is the group's identifier. */
export type CacheSettings = z.output<typeof groupSchema> & { readonly id: string };

const parameterGroupSchema = z.object({
    parameters: z.array(z.object({ name: z.string(), value: z.string() })).default([]),
});

/** @throws Error that lists every problem of the record. */
export function readGroup(record: ResourceRecord): CacheSettings {
    return { ...readRecord(groupSchema, record), id: record.id };
}

/** A parameter group's values by name; none where there is no group of ours, as with `default.valkey8`. */
export function readParameters(record: ResourceRecord | undefined): ReadonlyMap<string, string> {
    if (record === undefined) return new Map();
    const { parameters } = readRecord(parameterGroupSchema, record);
    return new Map(parameters.map(({ name, value }) => [name, value]));
}
