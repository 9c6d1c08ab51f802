import * as aws from "@pulumi/aws";
import { isGiven, on, resourceRule, type Problem } from "../rule";

function credentialsProblem(hasPassword: boolean, managed: boolean | undefined): Problem | undefined {
    if (managed === true && !hasPassword) return undefined;
    return {
        found: hasPassword ? "a master password is passed to it" : "manageMasterUserPassword is off",
        allowed: "credentials that RDS makes, keeps in Secrets Manager and rotates",
        fix: "Set manageMasterUserPassword to true and pass no password",
    };
}

/** A password that the program knows is in its state, its logs and its reviewers' heads. */
export const databaseCredentialsManaged = resourceRule({
    name: "database-credentials-managed",
    description: "RDS manages the master credentials of databases in Secrets Manager.",
    validateResource: [
        on(aws.rds.Cluster, (cluster) =>
            credentialsProblem(
                isGiven(() => cluster.masterPassword) || isGiven(() => cluster.masterPasswordWo),
                cluster.manageMasterUserPassword,
            ),
        ),
        on(aws.rds.Instance, (instance) =>
            credentialsProblem(
                isGiven(() => instance.password) || isGiven(() => instance.passwordWo),
                instance.manageMasterUserPassword,
            ),
        ),
    ],
});
