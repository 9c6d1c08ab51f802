import * as aws from "@pulumi/aws";
import { on, resourceRule } from "../rule";
import { shown } from "../sizes";

/** CloudWatch keeps logs for ever where nothing is said, and charges for it every month. */
export const logRetention = resourceRule({
    name: "log-retention",
    description: "Log groups say how many days they keep.",
    validateResource: [
        on(aws.cloudwatch.LogGroup, ({ retentionInDays }) =>
            retentionInDays !== undefined && retentionInDays > 0
                ? undefined
                : {
                      found: `retentionInDays is ${shown(retentionInDays)}`,
                      allowed: "1 or more",
                      fix: "Set it to settings.logs.retentionDays",
                  },
        ),
    ],
});
