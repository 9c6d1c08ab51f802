import { z } from "zod";
import { list, text } from "../protocol/fields";
import { tagsOf } from "../protocol/records";
import type { ResourceRecord, ServiceContext } from "../service";
import type { SecretsManagerParts } from "./operations";
import { POLICY_TYPE, SECRET_TYPE } from "./resourceTypes";
import type { Secret } from "./secret";

/** A filter of ListSecrets and BatchGetSecretValue. */
export const filterSchema = z.object({
    Key: z.enum(["name", "description", "tag-key", "tag-value", "owning-service"]),
    Values: list(text(1, 512), 10, 1),
});

/** Whether a secret passes all filters; each passes if one of its values does. A leading `!` turns a value round. */
export function matches(
    context: ServiceContext,
    secret: Secret,
    filters: z.output<typeof filterSchema>[],
): boolean {
    const record = recordOf(context, secret);
    const tags = record === undefined ? [] : tagsOf(record);
    const candidates = {
        name: [secret.name],
        description: [descriptionOf(secret, record) ?? ""],
        "tag-key": tags.map(({ Key }) => Key),
        "tag-value": tags.map(({ Value }) => Value),
        "owning-service": [secret.owner ?? ""],
    };
    return filters.every(({ Key, Values }) =>
        Values.some((value) => {
            const isNegated = value.startsWith("!");
            const start = isNegated ? value.slice(1) : value;
            return candidates[Key].some((candidate) => candidate.startsWith(start)) !== isNegated;
        }),
    );
}

/** All about a secret but its value: the answer of DescribeSecret and an entry of ListSecrets. */
export function describe({ context, rotations }: SecretsManagerParts, secret: Secret): object {
    const record = recordOf(context, secret);
    const interval = rotations.intervalOf(secret);
    const labelled = secret.versions.filter(({ stages }) => stages.length > 0);
    const versions = Object.fromEntries(labelled.map(({ id, stages }) => [id, stages]));
    return {
        ARN: secret.arn,
        Name: secret.name,
        Description: descriptionOf(secret, record),
        KmsKeyId: record?.inputs.kmsKeyId,
        OwningService: secret.owner,
        RotationEnabled: interval !== undefined,
        RotationRules: interval && { AutomaticallyAfterDays: Math.max(1, Math.round(interval / 86_400_000)) },
        LastRotatedDate: toDate(secret.rotatedAt),
        NextRotationDate: toDate(rotations.nextOf(secret)),
        LastChangedDate: toDate(secret.changedAt),
        CreatedDate: toDate(secret.createdAt),
        DeletedDate: toDate(secret.deletionAt),
        Tags: record === undefined ? [] : tagsOf(record),
        VersionIdsToStages: versions,
        SecretVersionsToStages: versions,
    };
}

/** A secret's resource policy: a SecretPolicy's, else the one in the secret's own inputs. */
export function readPolicy(context: ServiceContext, arn: string): unknown {
    const attached = context.resources.ofType(POLICY_TYPE).find(({ inputs }) => inputs.secretArn === arn);
    return attached?.inputs.policy ?? context.resources.get(SECRET_TYPE, arn)?.inputs.policy;
}

function recordOf(context: ServiceContext, secret: Secret): ResourceRecord | undefined {
    return context.resources.get(SECRET_TYPE, secret.arn);
}

function descriptionOf(secret: Secret, record: ResourceRecord | undefined): string | undefined {
    const deployed = record?.inputs.description;
    return secret.description ?? (typeof deployed === "string" ? deployed : undefined);
}

function toDate(milliseconds: number | undefined): Date | undefined {
    return milliseconds === undefined ? undefined : new Date(milliseconds);
}
