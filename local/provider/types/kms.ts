import { z } from "zod";
import { defineType } from "../define";
import { conflicts, rule } from "../rules";
import { int, regional, resourcePolicy, tags, text } from "./common";

const key = defineType({
    token: "aws:kms/key:Key",
    inputs: regional({
        bypassPolicyLockoutSafetyCheck: z.boolean().optional(),
        customerMasterKeySpec: z
            .enum([
                "SYMMETRIC_DEFAULT",
                "RSA_2048",
                "RSA_3072",
                "RSA_4096",
                "HMAC_224",
                "HMAC_256",
                "HMAC_384",
                "HMAC_512",
                "ECC_NIST_P256",
                "ECC_NIST_P384",
                "ECC_NIST_P521",
                "ECC_SECG_P256K1",
            ])
            .optional(),
        deletionWindowInDays: int(7, 30).optional(),
        description: z.string().max(8192).optional(),
        enableKeyRotation: z.boolean().optional(),
        isEnabled: z.boolean().optional(),
        keyUsage: z
            .enum(["ENCRYPT_DECRYPT", "SIGN_VERIFY", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT"])
            .optional(),
        multiRegion: z.boolean().optional(),
        policy: resourcePolicy.optional(),
        rotationPeriodInDays: int(90, 2560).optional(),
        tags: tags.optional(),
    }),
    rules: [
        rule(
            ["enableKeyRotation", "customerMasterKeySpec"],
            ({ enableKeyRotation, customerMasterKeySpec }) =>
                enableKeyRotation === true &&
                (customerMasterKeySpec ?? "SYMMETRIC_DEFAULT") !== "SYMMETRIC_DEFAULT"
                    ? "got true; allowed for SYMMETRIC_DEFAULT keys only"
                    : undefined,
        ),
        rule(["rotationPeriodInDays", "enableKeyRotation"], ({ rotationPeriodInDays, enableKeyRotation }) =>
            rotationPeriodInDays !== undefined && enableKeyRotation !== true
                ? "allowed where enableKeyRotation is true only"
                : undefined,
        ),
    ],
    replaceOn: ["customerMasterKeySpec", "keyUsage", "multiRegion"],
    documents: ["policy"],
    identify: ({ uuid }) => uuid("key"),
    derive: ({ id, arn }, inputs) => ({
        arn: arn("kms", `key/${id}`),
        customerMasterKeySpec: inputs.customerMasterKeySpec ?? "SYMMETRIC_DEFAULT",
        enableKeyRotation: inputs.enableKeyRotation ?? false,
        isEnabled: inputs.isEnabled ?? true,
        keyId: id,
        keyUsage: inputs.keyUsage ?? "ENCRYPT_DECRYPT",
        multiRegion: inputs.multiRegion ?? false,
    }),
});

const aliasName = text(
    /^alias\/(?!aws\/)[A-Za-z0-9/_-]{1,250}$/,
    "alias/ and letters, digits, /_-; not alias/aws/",
);

const alias = defineType({
    token: "aws:kms/alias:Alias",
    inputs: regional({
        name: aliasName.optional(),
        namePrefix: aliasName.max(229).optional(),
        targetKeyId: z.string().min(1),
    }),
    rules: [conflicts("name", "namePrefix")],
    replaceOn: ["name", "namePrefix"],
    physicalName: { property: "name", prefixProperty: "namePrefix", maxLength: 256, before: "alias/" },
    identify: ({ physicalName }) => physicalName,
    derive: ({ id, arn }, { targetKeyId }) => ({
        arn: arn("kms", id),
        targetKeyArn: targetKeyId.startsWith("arn:") ? targetKeyId : arn("kms", `key/${targetKeyId}`),
    }),
});

/** Encryption keys and their names. */
export const kmsTypes = [key, alias];
