import { randomUUID } from "node:crypto";
import { z } from "zod";
import { absent, flag, integer, list, text } from "../protocol/fields";
import { operation, type Api } from "../protocol/handler";
import { pageOf } from "../protocol/paging";
import { AwsError, type ServiceContext } from "../service";
import { describe, filterSchema, matches, readPolicy } from "./descriptions";
import { randomPassword } from "./randomPassword";
import type { Rotations } from "./rotation";
import {
    addVersion,
    CURRENT,
    versionWith,
    type Secret,
    type SecretValue,
    type SecretVersion,
} from "./secret";
import type { Vault } from "./vault";

/** What the operations work on. */
export interface SecretsManagerParts {
    readonly context: ServiceContext;
    readonly vault: Vault;
    readonly rotations: Rotations;
    /** Milliseconds since 1970. */
    readonly now: () => number;
}

const secretId = text(1, 2048);
const token = text(32, 64).optional();
const value = { SecretString: text(0, 65_536).optional(), SecretBinary: z.base64().optional() };
const page = { NextToken: text(1, 4096).optional() };

/** Operations that change what is deployed. */
const RESERVED = [
    "CancelRotateSecret",
    "CreateSecret",
    "DeleteResourcePolicy",
    "DeleteSecret",
    "PutResourcePolicy",
    "RemoveRegionsFromReplication",
    "ReplicateSecretToRegions",
    "RestoreSecret",
    "StopReplicationToReplica",
    "TagResource",
    "UntagResource",
];

/** The Secrets Manager API, AWS JSON 1.1. */
export function secretsManagerApi(parts: SecretsManagerParts): Api {
    return {
        json: { target: "secretsmanager", contentType: "application/x-amz-json-1.1" },
        operations: { ...readOperations(parts), ...listOperations(parts), ...writeOperations(parts) },
        reserved: RESERVED,
        refuse: (name) =>
            new AwsError(
                "AccessDeniedException",
                `${name} is not allowed here: secrets are made, changed and deleted by the Pulumi program.`,
            ),
        invalidInputCode: "ValidationException",
        // A 64 KiB value grows by a third as base64, and up to sixfold where JSON escapes it.
        maxBodyBytes: 512 * 1024,
    };
}

function readOperations(parts: SecretsManagerParts): Api["operations"] {
    const { context, vault } = parts;
    const choice = { VersionId: text(32, 64).optional(), VersionStage: text(1, 256).optional() };
    return {
        GetSecretValue: operation(z.object({ SecretId: secretId, ...choice }), (input) => {
            const secret = vault.find(input.SecretId);
            return toAnswer(secret, chooseVersion(secret, input.VersionId, input.VersionStage));
        }),
        BatchGetSecretValue: operation(
            z.object({
                SecretIdList: list(secretId, 20, 1).optional(),
                Filters: list(filterSchema, 10).optional(),
                MaxResults: integer(1, 20).default(20),
                ...page,
            }),
            (input) => batchGet(parts, input),
        ),
        DescribeSecret: operation(z.object({ SecretId: secretId }), (input) =>
            describe(parts, vault.findAny(input.SecretId)),
        ),
        GetResourcePolicy: operation(z.object({ SecretId: secretId }), (input) => {
            const { arn, name } = vault.find(input.SecretId);
            return { ARN: arn, Name: name, ResourcePolicy: readPolicy(context, arn) };
        }),
        GetRandomPassword: operation(
            z.object({
                PasswordLength: integer(1, 4096).optional(),
                ExcludeCharacters: text(0, 4096).optional(),
                ExcludeNumbers: flag().optional(),
                ExcludePunctuation: flag().optional(),
                ExcludeUppercase: flag().optional(),
                ExcludeLowercase: flag().optional(),
                IncludeSpace: flag().optional(),
                RequireEachIncludedType: flag().optional(),
            }),
            (input) => ({
                RandomPassword: randomPassword({
                    length: input.PasswordLength,
                    excludeCharacters: input.ExcludeCharacters,
                    excludeNumbers: input.ExcludeNumbers,
                    excludePunctuation: input.ExcludePunctuation,
                    excludeUppercase: input.ExcludeUppercase,
                    excludeLowercase: input.ExcludeLowercase,
                    includeSpace: input.IncludeSpace,
                    requireEachIncludedType: input.RequireEachIncludedType,
                }),
            }),
        ),
    };
}

function listOperations(parts: SecretsManagerParts): Api["operations"] {
    const { vault } = parts;
    return {
        ListSecrets: operation(
            z.object({
                Filters: list(filterSchema, 10).default([]),
                IncludePlannedDeletion: flag().default(false),
                SortOrder: z.enum(["asc", "desc"]).default("desc"),
                MaxResults: integer(1, 100).default(100),
                ...page,
            }),
            (input) => {
                const found = vault
                    .all()
                    .filter((secret) => secret.deletionAt === undefined || input.IncludePlannedDeletion)
                    .filter((secret) => matches(parts.context, secret, input.Filters))
                    .sort((left, right) => left.createdAt - right.createdAt);
                const ordered = input.SortOrder === "asc" ? found : found.reverse();
                const { items, nextToken } = pageOf(
                    ordered,
                    input.MaxResults,
                    input.NextToken,
                    "InvalidNextTokenException",
                );
                return { SecretList: items.map((secret) => describe(parts, secret)), NextToken: nextToken };
            },
        ),
        ListSecretVersionIds: operation(
            z.object({
                SecretId: secretId,
                IncludeDeprecated: flag().default(false),
                MaxResults: integer(1, 100).default(100),
                ...page,
            }),
            (input) => {
                const { arn, name, versions } = vault.find(input.SecretId);
                const shown = versions.filter(({ stages }) => stages.length > 0 || input.IncludeDeprecated);
                const { items, nextToken } = pageOf(
                    shown,
                    input.MaxResults,
                    input.NextToken,
                    "InvalidNextTokenException",
                );
                const toEntry = ({ id, stages, createdAt }: SecretVersion) => ({
                    VersionId: id,
                    VersionStages: stages,
                    CreatedDate: new Date(createdAt),
                });
                return { ARN: arn, Name: name, Versions: items.map(toEntry), NextToken: nextToken };
            },
        ),
    };
}

function writeOperations({ vault, rotations, now }: SecretsManagerParts): Api["operations"] {
    const put = (secret: Secret, versionId: string, newValue: SecretValue, stages: string[]): Secret => {
        if (secret.owner !== undefined) {
            throw new AwsError(
                "InvalidRequestException",
                `The value of "${secret.name}" is managed by ${secret.owner}.`,
            );
        }
        return addVersion(secret, { id: versionId, value: newValue, stages, createdAt: now() });
    };
    return {
        PutSecretValue: operation(
            z.object({
                SecretId: secretId,
                ClientRequestToken: token,
                ...value,
                VersionStages: list(text(1, 256), 20, 1).default([CURRENT]),
            }),
            (input) => {
                const id = input.ClientRequestToken ?? randomUUID();
                const newValue = requireValue(input);
                const secret = vault.save(put(vault.find(input.SecretId), id, newValue, input.VersionStages));
                const stages = secret.versions.find((version) => version.id === id)?.stages;
                return { ARN: secret.arn, Name: secret.name, VersionId: id, VersionStages: stages };
            },
        ),
        UpdateSecret: operation(
            z.object({
                SecretId: secretId,
                ClientRequestToken: token,
                Description: text(0, 2048).optional(),
                KmsKeyId: absent("the key is set by the Pulumi program"),
                ...value,
            }),
            (input) => {
                const hasValue = input.SecretString !== undefined || input.SecretBinary !== undefined;
                const id = hasValue ? (input.ClientRequestToken ?? randomUUID()) : undefined;
                const found = vault.find(input.SecretId);
                const written = id === undefined ? found : put(found, id, requireValue(input), [CURRENT]);
                const { arn, name } = vault.save({
                    ...written,
                    description: input.Description ?? written.description,
                });
                return { ARN: arn, Name: name, VersionId: id };
            },
        ),
        RotateSecret: rotateSecret(vault, rotations),
    };
}

function rotateSecret(vault: Vault, rotations: Rotations) {
    return operation(
        z.object({
            SecretId: secretId,
            ClientRequestToken: token,
            RotateImmediately: z.literal(true).optional(),
            RotationLambdaARN: absent("rotation functions are set by the Pulumi program"),
            RotationRules: absent("rotation rules are set by the Pulumi program"),
        }),
        async (input) => {
            const secret = await rotations.rotate(vault.find(input.SecretId), input.ClientRequestToken);
            return { ARN: secret.arn, Name: secret.name, VersionId: versionWith(secret, CURRENT)?.id };
        },
    );
}

interface BatchInput {
    readonly SecretIdList?: string[];
    readonly Filters?: z.output<typeof filterSchema>[];
    readonly MaxResults: number;
    readonly NextToken?: string;
}

function batchGet({ context, vault }: SecretsManagerParts, input: BatchInput): object {
    const { SecretIdList: ids, Filters: filters } = input;
    if ((ids === undefined) === (filters === undefined)) {
        throw new AwsError(
            "InvalidParameterException",
            "Either SecretIdList or Filters is needed, not both.",
        );
    }
    const readable = vault.all().filter(({ deletionAt }) => deletionAt === undefined);
    const wanted =
        ids ?? readable.filter((each) => matches(context, each, filters ?? [])).map(({ arn }) => arn);
    const { items, nextToken } = pageOf(
        wanted,
        input.MaxResults,
        input.NextToken,
        "InvalidNextTokenException",
    );
    const values: object[] = [];
    const errors: object[] = [];
    for (const id of items) {
        try {
            const secret = vault.find(id);
            values.push(toAnswer(secret, chooseVersion(secret)));
        } catch (error) {
            if (!(error instanceof AwsError)) throw error;
            errors.push({ SecretId: id, ErrorCode: error.code, Message: error.message });
        }
    }
    return { SecretValues: values, Errors: errors, NextToken: nextToken };
}

function chooseVersion(secret: Secret, versionId?: string, stage?: string): SecretVersion {
    const wantedStage = stage ?? CURRENT;
    const version =
        versionId === undefined
            ? versionWith(secret, wantedStage)
            : secret.versions.find(({ id }) => id === versionId);
    if (version === undefined) {
        const what = versionId === undefined ? `staging label: ${wantedStage}` : `VersionId: ${versionId}`;
        throw new AwsError(
            "ResourceNotFoundException",
            `Secrets Manager can't find the specified secret value for ${what}`,
        );
    }
    if (stage !== undefined && !version.stages.includes(stage)) {
        throw new AwsError(
            "InvalidRequestException",
            `The version ${version.id} does not bear the label ${stage}.`,
        );
    }
    return version;
}

function toAnswer(secret: Secret, { id, value: held, stages, createdAt }: SecretVersion): object {
    return {
        ARN: secret.arn,
        Name: secret.name,
        VersionId: id,
        ...("text" in held ? { SecretString: held.text } : { SecretBinary: held.base64 }),
        VersionStages: stages,
        CreatedDate: new Date(createdAt),
    };
}

function requireValue(input: { SecretString?: string; SecretBinary?: string }): SecretValue {
    const { SecretString: string, SecretBinary: binary } = input;
    if (string !== undefined && binary === undefined) return { text: string };
    if (binary !== undefined && string === undefined) return { base64: binary };
    throw new AwsError(
        "InvalidParameterException",
        "Exactly one of SecretString and SecretBinary is needed.",
    );
}
