import { z } from "zod";
import { defineType } from "../define";
import { rule } from "../rules";
import { arn, jsonObject, regional, resourcePolicy, tags, text } from "./common";

const repositoryName = text(
    /^(?=.{2,256}$)[a-z0-9]+([._-][a-z0-9]+)*(\/[a-z0-9]+([._-][a-z0-9]+)*)*$/,
    "2 to 256 of lower-case letters and digits, separated by . _ - or /",
);

const repository = defineType({
    token: "aws:ecr/repository:Repository",
    inputs: regional({
        encryptionConfigurations: z
            .array(
                z.strictObject({
                    encryptionType: z.enum(["AES256", "KMS", "KMS_DSSE"]).optional(),
                    kmsKey: arn("kms").optional(),
                }),
            )
            .max(1)
            .optional(),
        forceDelete: z.boolean().optional(),
        imageScanningConfiguration: z.strictObject({ scanOnPush: z.boolean() }).optional(),
        imageTagMutability: z
            .enum(["MUTABLE", "IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION", "MUTABLE_WITH_EXCLUSION"])
            .optional(),
        imageTagMutabilityExclusionFilters: z
            .array(z.strictObject({ filter: z.string().min(1).max(128), filterType: z.enum(["WILDCARD"]) }))
            .max(5)
            .optional(),
        name: repositoryName.optional(),
        tags: tags.optional(),
    }),
    rules: [
        rule(["imageTagMutabilityExclusionFilters", "imageTagMutability"], (inputs) => {
            const mutability = inputs.imageTagMutability;
            const excludes = typeof mutability === "string" && mutability.endsWith("_WITH_EXCLUSION");
            const given = inputs.imageTagMutabilityExclusionFilters !== undefined;
            if (excludes && !given) return `required with imageTagMutability ${mutability}`;
            return given && !excludes
                ? "allowed with an imageTagMutability of ..._WITH_EXCLUSION only"
                : undefined;
        }),
    ],
    replaceOn: ["encryptionConfigurations", "name"],
    physicalName: { property: "name", maxLength: 256, lowercase: true },
    identify: ({ physicalName }) => physicalName,
    derive: ({ id, arn, account, region }, inputs) => ({
        arn: arn("ecr", `repository/${id}`),
        encryptionConfigurations: inputs.encryptionConfigurations ?? [{ encryptionType: "AES256" }],
        imageTagMutability: inputs.imageTagMutability ?? "MUTABLE",
        registryId: account,
        repositoryUrl: `${account}.dkr.ecr.${region}.amazonaws.com/${id}`,
    }),
});

const lifecyclePolicy = defineType({
    token: "aws:ecr/lifecyclePolicy:LifecyclePolicy",
    inputs: regional({ policy: jsonObject, repository: repositoryName }),
    replaceOn: ["policy", "repository"],
    documents: ["policy"],
    identify: (_, { repository }) => repository,
    derive: ({ account }) => ({ registryId: account }),
});

const repositoryPolicy = defineType({
    token: "aws:ecr/repositoryPolicy:RepositoryPolicy",
    inputs: regional({ policy: resourcePolicy, repository: repositoryName }),
    replaceOn: ["repository"],
    documents: ["policy"],
    identify: (_, { repository }) => repository,
    derive: ({ account }) => ({ registryId: account }),
});

/** Container image repositories. */
export const ecrTypes = [repository, lifecyclePolicy, repositoryPolicy];
