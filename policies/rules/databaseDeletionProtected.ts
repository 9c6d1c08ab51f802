import * as aws from "@pulumi/aws";
import { on, resourceRule, type Check } from "../rule";
import { shown } from "../sizes";

const isProtected: Check<{ readonly deletionProtection?: boolean }> = (
    { deletionProtection },
    environment,
) =>
    environment !== "prod" || deletionProtection === true
        ? undefined
        : {
              found: `deletionProtection is ${shown(deletionProtection)}`,
              allowed: "true",
              fix: "Set it to true",
          };

/** A mistaken `destroy`, or a change that replaces the cluster, must not end in an empty production. */
export const databaseDeletionProtected = resourceRule({
    name: "database-deletion-protected",
    description: "AWS refuses to delete the databases of prod.",
    validateResource: [on(aws.rds.Cluster, isProtected), on(aws.rds.Instance, isProtected)],
});
