import * as aws from "@pulumi/aws";
import { on, resourceRule } from "../rule";
import { shown } from "../sizes";

/** A release names its image by tag: a tag that can move makes it another release. */
export const repositoryGuarded = resourceRule({
    name: "repository-guarded",
    description: "Image repositories have immutable tags and scan each image that is pushed.",
    validateResource: [
        on(
            aws.ecr.Repository,
            ({ imageTagMutability }) =>
                imageTagMutability === "IMMUTABLE"
                    ? undefined
                    : {
                          found: `imageTagMutability is ${shown(imageTagMutability)}`,
                          allowed: "IMMUTABLE",
                          fix: "Set it, and give each image its own tag",
                      },
            ({ imageScanningConfiguration }) =>
                imageScanningConfiguration?.scanOnPush === true
                    ? undefined
                    : {
                          found: `imageScanningConfiguration.scanOnPush is ${shown(imageScanningConfiguration?.scanOnPush)}`,
                          allowed: "true",
                          fix: "Set it to true",
                      },
        ),
    ],
});
