import type { Statement } from "../documents";
import { identityDocuments, keyDocuments, resourceDocuments } from "../documents";
import { resourceRule, type Problem } from "../rule";

/** All actions of a service, or of all services. */
function everyAction({ actions, exceptActions }: Statement): string | undefined {
    return exceptActions
        ? "all actions but some (NotAction)"
        : actions.find((action) => action === "*" || /^[\w-]+:\*+$/.test(action));
}

function wildcardProblem(statement: Statement): Problem | undefined {
    const action = statement.allows ? everyAction(statement) : undefined;
    // A policy of a resource may leave Resource out: it is then the resource itself, all of it.
    const allResources =
        statement.exceptResources || statement.resources.length === 0 || statement.resources.includes("*");
    if (action === undefined || !allResources) return undefined;
    return {
        found: `${statement.label} allows ${action} on every resource`,
        allowed: "named actions, or named resources",
        fix: "List the actions that are used and the ARNs that they are used on",
    };
}

/** KMS needs one statement that lets the account's own IAM policies decide: kms:* for the account's root. */
function keyProblem(statement: Statement): Problem | undefined {
    const isAccount = statement.principals.every((principal) =>
        /^(\d{12}|arn:aws[\w-]*:iam::\d{12}:root)$/.test(principal),
    );
    return isAccount && !statement.exceptPrincipals ? undefined : wildcardProblem(statement);
}

/** A stolen credential with such a statement is a stolen account. */
export const noWildcardAccess = resourceRule({
    name: "no-wildcard-access",
    description: "No policy document allows all actions of a service on all resources.",
    validateResource: [
        ...identityDocuments(wildcardProblem),
        ...resourceDocuments(wildcardProblem),
        ...keyDocuments(keyProblem),
    ],
});
