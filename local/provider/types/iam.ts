import { z } from "zod";
import { defineType } from "../define";
import { conflicts } from "../rules";
import { arn, identityPolicy, int, tags, text, trustPolicy } from "./common";

const entityName = (maxLength: number) =>
    text(new RegExp(`^[\\w+=,.@-]{1,${maxLength}}$`), `at most ${maxLength} letters, digits and _+=,.@-`);

const path = text(/^\/([!-~]{0,510}\/)?$/, "a path that begins and ends with /");

const role = defineType({
    token: "aws:iam/role:Role",
    inputs: z.strictObject({
        assumeRolePolicy: trustPolicy,
        description: z.string().max(1000).optional(),
        forceDetachPolicies: z.boolean().optional(),
        inlinePolicies: z
            .array(z.strictObject({ name: entityName(128).optional(), policy: identityPolicy.optional() }))
            .optional(),
        managedPolicyArns: z.array(arn("iam")).optional(),
        maxSessionDuration: int(3600, 43200).optional(),
        name: entityName(64).optional(),
        namePrefix: entityName(38).optional(),
        path: path.optional(),
        permissionsBoundary: arn("iam").optional(),
        tags: tags.optional(),
    }),
    rules: [conflicts("name", "namePrefix")],
    replaceOn: ["name", "namePrefix", "path"],
    sets: ["inlinePolicies", "managedPolicyArns"],
    documents: ["assumeRolePolicy"],
    physicalName: { property: "name", prefixProperty: "namePrefix", maxLength: 64 },
    identify: ({ physicalName }) => physicalName,
    derive: ({ id, globalArn, hex, once }, inputs) => ({
        arn: globalArn("iam", `role${inputs.path ?? "/"}${id}`),
        createDate: once("createDate", () => new Date().toISOString()),
        maxSessionDuration: inputs.maxSessionDuration ?? 3600,
        path: inputs.path ?? "/",
        uniqueId: `AROA${hex("unique", 17).toUpperCase()}`,
    }),
});

const rolePolicy = defineType({
    token: "aws:iam/rolePolicy:RolePolicy",
    inputs: z.strictObject({
        name: entityName(128).optional(),
        namePrefix: entityName(102).optional(),
        policy: identityPolicy,
        role: z.string().min(1),
    }),
    rules: [conflicts("name", "namePrefix")],
    replaceOn: ["name", "namePrefix", "role"],
    documents: ["policy"],
    physicalName: { property: "name", prefixProperty: "namePrefix", maxLength: 128 },
    identify: ({ physicalName }, inputs) => `${inputs.role}:${physicalName}`,
});

const rolePolicyAttachment = defineType({
    token: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    inputs: z.strictObject({ policyArn: arn("iam"), role: z.string().min(1) }),
    replaceOn: ["policyArn", "role"],
    identify: (_, inputs) => `${inputs.role}/${inputs.policyArn}`,
});

const policy = defineType({
    token: "aws:iam/policy:Policy",
    inputs: z.strictObject({
        description: z.string().max(1000).optional(),
        name: entityName(128).optional(),
        namePrefix: entityName(102).optional(),
        path: path.optional(),
        policy: identityPolicy,
        tags: tags.optional(),
    }),
    rules: [conflicts("name", "namePrefix")],
    replaceOn: ["description", "name", "namePrefix", "path"],
    documents: ["policy"],
    physicalName: { property: "name", prefixProperty: "namePrefix", maxLength: 128 },
    identify: ({ globalArn, physicalName }, inputs) =>
        globalArn("iam", `policy${inputs.path ?? "/"}${physicalName}`),
    derive: ({ id, hex }, inputs) => ({
        arn: id,
        attachmentCount: 0,
        path: inputs.path ?? "/",
        policyId: `ANPA${hex("policy", 17).toUpperCase()}`,
    }),
});

/** Roles and policies. */
export const iamTypes = [role, rolePolicy, rolePolicyAttachment, policy];
