import * as aws from "@pulumi/aws";
import { each, on, resourceRule, type Check, type Problem } from "../rule";

const PRIVATE_ACLS = ["private", "bucket-owner-read", "bucket-owner-full-control", "log-delivery-write"];
const FIX = "Leave the ACL out; grant access by the bucket's policy";

const cannedAcl: Check<{ readonly acl?: string }> = ({ acl }) =>
    acl === undefined || PRIVATE_ACLS.includes(acl)
        ? undefined
        : { found: `acl is "${acl}"`, allowed: PRIVATE_ACLS.join(", "), fix: FIX };

function groupProblem(uri: string | undefined): Problem | undefined {
    if (uri === undefined || !/\/(AllUsers|AuthenticatedUsers)$/.test(uri)) return undefined;
    return {
        found: `a grant names the group ${uri}`,
        allowed: "grants to accounts that are named",
        fix: FIX,
    };
}

const inlineGrants: Check<{ readonly grants?: readonly { readonly uri?: string }[] }> = ({ grants }) =>
    each(grants, ({ uri }) => groupProblem(uri));

/** The public access block would make such an ACL void, but it may be switched off after. */
export const bucketAclPrivate = resourceRule({
    name: "bucket-acl-private",
    description: "No bucket ACL opens a bucket to everyone or to every AWS account.",
    validateResource: [
        on(aws.s3.Bucket, cannedAcl, inlineGrants),
        on(aws.s3.BucketAcl, cannedAcl, ({ accessControlPolicy }) =>
            each(accessControlPolicy?.grants, ({ grantee }) => groupProblem(grantee?.uri)),
        ),
    ],
});
