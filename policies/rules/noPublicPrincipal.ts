import * as aws from "@pulumi/aws";
import { documentAt, keyDocuments, resourceDocuments, type Statement } from "../documents";
import { isGiven, on, resourceRule, type Problem } from "../rule";

/** Condition keys that say who may call; lower case, since IAM does not mind. */
const WHO_KEYS = new Set([
    ...["aws:sourcearn", "aws:sourceaccount", "aws:sourceowner", "aws:sourcevpc", "aws:sourcevpce"],
    ...["aws:principalarn", "aws:principalaccount", "aws:principalorgid", "aws:principalorgpaths"],
    ...["aws:sourceorgid", "aws:sourceorgpaths", "kms:calleraccount"],
]);

/** Operators that hold only where the key is there and fits; a negation or an `IfExists` lets strangers through. */
const POSITIVE_OPERATORS = /^(String|Arn)(Equals|Like)(IgnoreCase)?$/;

function saysWho({ conditions }: Statement): boolean {
    return Object.entries(conditions)
        .filter(([operator]) => POSITIVE_OPERATORS.test(operator))
        .flatMap(([, keys]) => Object.entries(keys))
        .some(([key, values]) => WHO_KEYS.has(key.toLowerCase()) && !values.includes("*"));
}

function publicProblem(statement: Statement): Problem | undefined {
    const everyone = statement.principals.includes("*") || statement.exceptPrincipals;
    if (!statement.allows || !everyone || saysWho(statement)) return undefined;
    return {
        found: `${statement.label} allows everyone`,
        allowed: "named principals, or a condition such as aws:SourceAccount that says who",
        fix: "Name the accounts, roles or services in Principal",
    };
}

/** Buckets, topics, queues, secrets, keys, repositories, model packages, roles and functions alike. */
export const noPublicPrincipal = resourceRule({
    name: "no-public-principal",
    description: "No policy document lets everyone in.",
    validateResource: [
        ...resourceDocuments(publicProblem),
        ...keyDocuments(publicProblem),
        on(aws.iam.Role, documentAt("assumeRolePolicy", publicProblem)),
        on(aws.lambda.Permission, (permission) => {
            const limited =
                isGiven(() => permission.sourceArn) ||
                isGiven(() => permission.sourceAccount) ||
                isGiven(() => permission.principalOrgId);
            if (permission.principal !== "*" || limited) return undefined;
            return {
                found: 'principal is "*"',
                allowed: "a named principal, or a sourceArn or sourceAccount that says who",
                fix: "Name the service or account that may invoke the function",
            };
        }),
    ],
});
