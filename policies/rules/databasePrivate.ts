import * as aws from "@pulumi/aws";
import { on, resourceRule, type Check } from "../rule";

const noPublicAddress: Check<{ readonly publiclyAccessible?: boolean }> = ({ publiclyAccessible }) =>
    publiclyAccessible === true
        ? {
              found: "publiclyAccessible is true",
              allowed: "false",
              fix: "Leave it out, and reach the database from inside the VPC",
          }
        : undefined;

/** A public address makes the password the only guard. */
export const databasePrivate = resourceRule({
    name: "database-private",
    description: "Databases have no public address.",
    validateResource: [on(aws.rds.ClusterInstance, noPublicAddress), on(aws.rds.Instance, noPublicAddress)],
});
