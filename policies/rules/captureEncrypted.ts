import * as aws from "@pulumi/aws";
import { isGiven, on, resourceRule } from "../rule";

/** Captured requests and answers are everything that a user asked and was told. */
export const captureEncrypted = resourceRule({
    name: "capture-encrypted",
    description: "Data that endpoints capture is encrypted with a KMS key.",
    validateResource: [
        on(aws.sagemaker.EndpointConfiguration, ({ dataCaptureConfig: capture }) =>
            capture?.enableCapture !== true || isGiven(() => capture.kmsKeyId)
                ? undefined
                : {
                      found: "dataCaptureConfig captures without kmsKeyId",
                      allowed: "capture with a KMS key",
                      fix: "Set dataCaptureConfig.kmsKeyId",
                  },
        ),
    ],
});
