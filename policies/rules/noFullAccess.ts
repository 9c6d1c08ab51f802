import * as aws from "@pulumi/aws";
import { each, on, resourceRule, type Check, type Problem } from "../rule";

/** AWS's managed policies for people who run an account; each allows far more than one function or job needs. */
const TOO_BROAD = /FullAccess|AdministratorAccess|PowerUser/;

function arnProblem(arn: string): Problem | undefined {
    if (!TOO_BROAD.test(arn)) return undefined;
    return {
        found: `the managed policy ${arn} is attached`,
        allowed: "policies that list their actions and resources",
        fix: "Write an aws.iam.RolePolicy with the few actions that are used",
    };
}

const attached: Check<{ readonly policyArn: string }> = ({ policyArn }) => arnProblem(policyArn);

/** A function that is made without a role gets one with nine of these: this rule is what refuses it. */
export const noFullAccess = resourceRule({
    name: "no-full-access",
    description: "No *FullAccess, AdministratorAccess or PowerUser policy is attached to anything.",
    validateResource: [
        on(aws.iam.RolePolicyAttachment, attached),
        on(aws.iam.UserPolicyAttachment, attached),
        on(aws.iam.GroupPolicyAttachment, attached),
        on(aws.iam.PolicyAttachment, attached),
        on(aws.iam.RolePolicyAttachmentsExclusive, ({ policyArns }) => each(policyArns, arnProblem)),
        on(aws.iam.Role, ({ managedPolicyArns }) => each(managedPolicyArns, arnProblem)),
    ],
});
