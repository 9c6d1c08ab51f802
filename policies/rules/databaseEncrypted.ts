import * as aws from "@pulumi/aws";
import { on, resourceRule, type Check } from "../rule";
import { shown } from "../sizes";

const encrypted: Check<{ readonly storageEncrypted?: boolean }> = ({ storageEncrypted }) =>
    storageEncrypted === true
        ? undefined
        : {
              found: `storageEncrypted is ${shown(storageEncrypted)}`,
              allowed: "true",
              fix: "Set it before the first deployment: a change replaces the database",
          };

/** Encryption cannot be switched on later without a new database. */
export const databaseEncrypted = resourceRule({
    name: "database-encrypted",
    description: "Databases and their backups are encrypted at rest.",
    validateResource: [on(aws.rds.Cluster, encrypted), on(aws.rds.Instance, encrypted)],
});
