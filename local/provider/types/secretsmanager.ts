import { z } from "zod";
import { defineType } from "../define";
import { conflicts, exactlyOneOf, requires } from "../rules";
import { arn, int, regional, resourcePolicy, tags, text } from "./common";

const secretName = text(/^[A-Za-z0-9/_+=.@-]{1,512}$/, "1 to 512 letters, digits and /_+=.@-");

/** A secret is named by its ARN or its name. */
const secretId = z.string().min(1).max(2048);

const secret = defineType({
    token: "aws:secretsmanager/secret:Secret",
    inputs: regional({
        description: z.string().max(2048).optional(),
        forceOverwriteReplicaSecret: z.boolean().optional(),
        kmsKeyId: z.string().min(1).optional(),
        name: secretName.optional(),
        namePrefix: secretName.max(486).optional(),
        policy: resourcePolicy.optional(),
        recoveryWindowInDays: z
            .int()
            .refine((days) => days === 0 || (days >= 7 && days <= 30), "0, or 7 to 30")
            .optional(),
        replicas: z
            .array(z.strictObject({ kmsKeyId: z.string().min(1).optional(), region: z.string().min(1) }))
            .optional(),
        tags: tags.optional(),
    }),
    rules: [conflicts("name", "namePrefix")],
    replaceOn: ["name", "namePrefix"],
    sets: ["replicas"],
    documents: ["policy"],
    physicalName: { property: "name", prefixProperty: "namePrefix", maxLength: 512 },
    // AWS adds six random characters, so that a secret made again under its old name has another ARN.
    identify: ({ arn, physicalName, hex }) =>
        arn("secretsmanager", `secret:${physicalName}-${hex("arn", 6)}`),
    derive: ({ id }, inputs) => ({ arn: id, recoveryWindowInDays: inputs.recoveryWindowInDays ?? 30 }),
});

const secretVersion = defineType({
    token: "aws:secretsmanager/secretVersion:SecretVersion",
    inputs: regional({
        secretBinary: z.base64("base64").max(87384).optional(),
        secretId,
        secretString: z.string().max(65536).optional(),
        versionStages: z.array(z.string().min(1).max(256)).max(20).optional(),
    }),
    rules: [exactlyOneOf("secretString", "secretBinary")],
    replaceOn: ["secretBinary", "secretId", "secretString"],
    sets: ["versionStages"],
    secrets: ["secretBinary", "secretString"],
    identify: ({ uuid }, inputs) => `${inputs.secretId}|terraform-${uuid("version").replaceAll("-", "")}`,
    derive: ({ id }, inputs) => ({
        arn: inputs.secretId,
        secretArn: inputs.secretId,
        versionId: id.slice(id.lastIndexOf("|") + 1),
        versionStages: inputs.versionStages ?? ["AWSCURRENT"],
    }),
});

const secretRotation = defineType({
    token: "aws:secretsmanager/secretRotation:SecretRotation",
    inputs: regional({
        rotateImmediately: z.boolean().optional(),
        rotationLambdaArn: arn("lambda").optional(),
        rotationRules: z
            .strictObject({
                automaticallyAfterDays: int(1, 1000).optional(),
                duration: text(/^\d{1,2}h$/, "hours such as 3h").optional(),
                scheduleExpression: text(/^(rate|cron)\(.+\)$/, "rate(...) or cron(...)").optional(),
            })
            .refine(
                (rules) =>
                    (rules.automaticallyAfterDays === undefined) !== (rules.scheduleExpression === undefined),
                "exactly one of automaticallyAfterDays, scheduleExpression",
            )
            .optional(),
        secretId,
    }),
    rules: [requires("rotationLambdaArn", "rotationRules")],
    replaceOn: ["secretId"],
    identify: (_, inputs) => inputs.secretId,
    derive: () => ({ rotationEnabled: true }),
});

const secretPolicy = defineType({
    token: "aws:secretsmanager/secretPolicy:SecretPolicy",
    inputs: regional({
        blockPublicPolicy: z.boolean().optional(),
        policy: resourcePolicy,
        secretArn: arn("secretsmanager"),
    }),
    replaceOn: ["secretArn"],
    documents: ["policy"],
    identify: (_, inputs) => inputs.secretArn,
});

/** Secrets, their versions, and who may read them. */
export const secretsmanagerTypes = [secret, secretVersion, secretRotation, secretPolicy];
