import * as aws from "@pulumi/aws";
import { on, resourceRule } from "../rule";
import { shown } from "../sizes";

/** KMS rotates symmetric keys only, and only if asked. */
export const keyRotation = resourceRule({
    name: "key-rotation",
    description: "Symmetric KMS keys are rotated each year.",
    validateResource: [
        on(aws.kms.Key, ({ customerMasterKeySpec: spec, enableKeyRotation }) =>
            (spec !== undefined && spec !== "SYMMETRIC_DEFAULT") || enableKeyRotation === true
                ? undefined
                : {
                      found: `enableKeyRotation is ${shown(enableKeyRotation)}`,
                      allowed: "true",
                      fix: "Set it to true",
                  },
        ),
    ],
});
