import type { iam } from "@pulumi/aws";
import { databaseNames } from "./featureStore/plan";
import { arnOf, stageTags, type StackScope } from "./scope";

// AWS names both secrets, so that no document can hold their ARNs before they exist. Each is recognised by its tags.
const READ: Pick<iam.PolicyStatement, "Effect" | "Action"> = {
    Effect: "Allow",
    Action: "secretsmanager:GetSecretValue",
};

/** Lets a role read the database's secret: RDS gives it a tag with its cluster's ARN. */
export function readDatabaseSecret(scope: StackScope): iam.PolicyStatement {
    const { adopt } = scope.settings.database;
    const statement = { Sid: "ReadDatabaseSecret", ...READ };
    if (adopt !== undefined) return { ...statement, Resource: adopt.credentialsSecretArn };
    const cluster = arnOf(scope, "rds", `cluster:${databaseNames(scope).clusterIdentifier}`);
    return {
        ...statement,
        Resource: arnOf(scope, "secretsmanager", "secret:rds!cluster-*"),
        Condition: { StringEquals: { "aws:ResourceTag/aws:rds:primaryDBClusterArn": cluster } },
    };
}

/** Lets a role read the cache's secret, the only one with the tags of the feature store. */
export function readCacheSecret(scope: StackScope): iam.PolicyStatement {
    const { Project, Environment, Stage } = stageTags(scope, "featureStore");
    const tags = Object.entries({ Project, Environment, Stage });
    return {
        Sid: "ReadCacheSecret",
        ...READ,
        Resource: arnOf(scope, "secretsmanager", "secret:*"),
        Condition: {
            StringEquals: Object.fromEntries(tags.map(([tag, value]) => [`aws:ResourceTag/${tag}`, value])),
        },
    };
}
