import { expect } from "chai";
import { bucketAclPrivate } from "../../policies/rules/bucketAclPrivate";
import { bucketEncrypted } from "../../policies/rules/bucketEncrypted";
import { bucketPrivate } from "../../policies/rules/bucketPrivate";
import { bucketTlsOnly } from "../../policies/rules/bucketTlsOnly";
import { bucketVersioned } from "../../policies/rules/bucketVersioned";
import { breaks, unknownIn } from "./breaks";
import { bucketStack, DENY_PLAIN_HTTP, document } from "./fixtures";
import { stackVerdict, withValue, type Registered } from "./verdict";

/** The stack of one bucket without one of its parts. */
function without(name: string): Registered[] {
    return bucketStack().filter((resource) => resource.name !== name);
}

/** The stack of one bucket with another value in one of its parts. */
function changed(name: string, path: string, value: unknown): Registered[] {
    return bucketStack().map((resource) =>
        resource.name === name ? { ...resource, props: withValue(resource.props, path, value) } : resource,
    );
}

/** The stack of one bucket with a value in one of its parts that preview does not know. */
function unknown(name: string, path: string): Registered[] {
    return bucketStack().map((resource) =>
        resource.name === name ? { ...resource, unknown: [...(resource.unknown ?? []), path] } : resource,
    );
}

const BUCKET = 'aws.s3.Bucket "models": ';
const NO_BLOCK =
    "no public access block; allowed in dev: one with all four switches on. " +
    "Add an aws.s3.BucketPublicAccessBlock for this bucket.";
const PLAIN_HTTP =
    "its policy accepts requests without TLS; allowed in dev: a statement that denies s3:* to everyone on the bucket and " +
    'its objects if aws:SecureTransport is "false". Add that statement to the bucket\'s aws.s3.BucketPolicy.';

for (const { rule, part, cases } of [
    {
        rule: bucketPrivate,
        part: "models-access",
        cases: [
            { title: "no block", stack: without("models-access"), expected: NO_BLOCK },
            {
                title: "two switches off",
                stack: changed("models-access", "blockPublicAcls", false).map((resource) =>
                    resource.name === "models-access"
                        ? { ...resource, props: withValue(resource.props, "ignorePublicAcls", undefined) }
                        : resource,
                ),
                expected:
                    'public access block "models-access" leaves blockPublicAcls, ignorePublicAcls off; allowed in dev: all ' +
                    "four switches on. Set them to true.",
            },
            {
                title: "a block of another bucket",
                stack: [
                    ...without("models-access"),
                    {
                        type: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
                        name: "other",
                        props: { bucket: "other", blockPublicAcls: true },
                    },
                ],
                expected: NO_BLOCK,
            },
        ],
        unknownPath: "blockPublicPolicy",
    },
    {
        rule: bucketEncrypted,
        part: "models-encryption",
        cases: [
            {
                title: "no configuration",
                stack: without("models-encryption"),
                expected:
                    "no encryption configuration; allowed in dev: one with AES256, aws:kms, aws:kms:dsse. " +
                    "Add an aws.s3.BucketServerSideEncryptionConfiguration for this bucket.",
            },
            {
                title: "no algorithm",
                stack: changed("models-encryption", "rules.0", { bucketKeyEnabled: true }),
                expected:
                    'encryption configuration "models-encryption" has sseAlgorithm not set; allowed in dev: AES256, aws:kms, ' +
                    "aws:kms:dsse. Set rules[0].applyServerSideEncryptionByDefault.sseAlgorithm.",
            },
        ],
        unknownPath: "rules",
    },
    {
        rule: bucketVersioned,
        part: "models-versioning",
        cases: [
            {
                title: "no versioning",
                stack: without("models-versioning"),
                expected:
                    "no versioning; allowed in dev: Enabled. Add an aws.s3.BucketVersioning for this bucket.",
            },
            {
                title: "suspended versioning",
                stack: changed("models-versioning", "versioningConfiguration.status", "Suspended"),
                expected:
                    'versioning "models-versioning" has status "Suspended"; allowed in dev: Enabled. ' +
                    "Set versioningConfiguration.status.",
            },
        ],
        unknownPath: "versioningConfiguration.status",
    },
    {
        rule: bucketTlsOnly,
        part: "models-policy",
        cases: [
            {
                title: "no policy",
                stack: without("models-policy"),
                expected: PLAIN_HTTP.replace("its policy accepts requests without TLS", "no bucket policy"),
            },
            ...[
                { title: "a statement that allows", statement: { ...DENY_PLAIN_HTTP, Effect: "Allow" } },
                { title: "fewer actions", statement: { ...DENY_PLAIN_HTTP, Action: "s3:GetObject" } },
                {
                    title: "one principal",
                    statement: { ...DENY_PLAIN_HTTP, Principal: { AWS: "123456789012" } },
                },
                {
                    title: "the objects alone",
                    statement: { ...DENY_PLAIN_HTTP, Resource: "arn:aws:s3:::bqx-ml-models/*" },
                },
                {
                    title: "the bucket alone",
                    statement: { ...DENY_PLAIN_HTTP, Resource: "arn:aws:s3:::bqx-ml-models" },
                },
                {
                    title: "the wrong value",
                    statement: { ...DENY_PLAIN_HTTP, Condition: { Bool: { "aws:SecureTransport": "true" } } },
                },
                {
                    title: "a further condition",
                    statement: {
                        ...DENY_PLAIN_HTTP,
                        Condition: {
                            ...DENY_PLAIN_HTTP.Condition,
                            StringEquals: { "aws:PrincipalAccount": "1" },
                        },
                    },
                },
                { title: "no condition", statement: { ...DENY_PLAIN_HTTP, Condition: undefined } },
            ].map(({ title, statement }) => ({
                title,
                stack: changed("models-policy", "policy", document(statement)),
                expected: PLAIN_HTTP,
            })),
            {
                title: "a policy that is not JSON",
                stack: changed("models-policy", "policy", "{"),
                expected: "policy is not JSON; allowed in dev: a JSON document. Correct policy.",
            },
        ],
        unknownPath: "policy",
    },
].map(({ unknownPath, ...suite }) => ({
    ...suite,
    cases: [
        ...suite.cases.map((test) => ({ ...test, environment: "dev" })),
        {
            title: "an unknown value",
            stack: unknown(suite.part, unknownPath),
            environment: "prod",
            expected: unknownIn(unknownPath),
        },
        {
            title: "an unknown value",
            stack: unknown(suite.part, unknownPath),
            environment: "dev",
            expected: undefined,
        },
    ],
}))) {
    describe(rule.name, () => {
        for (const { title, stack, environment, expected } of cases) {
            it(`${expected === undefined ? "accepts" : "refuses"} ${title} in ${environment}`, async () => {
                expect(await stackVerdict(rule, stack, environment)).to.deep.equal(
                    expected === undefined ? [] : [BUCKET + expected],
                );
            });
        }

        it("finds the part of a bucket by its plain name too", async () => {
            const plain = bucketStack().map(({ type, name, props }) => ({
                type,
                name,
                props: { ...props, bucket: "bqx-ml-models" },
            }));
            expect(await stackVerdict(rule, plain, "prod")).to.deep.equal([]);
            const other = plain.map((resource) =>
                resource.name === part
                    ? { ...resource, props: { ...resource.props, bucket: "another" } }
                    : resource,
            );
            expect(await stackVerdict(rule, other, "prod")).to.have.length(1);
        });
    });
}

describe("the rules of buckets", () => {
    it("hold for the provider's older type of bucket", async () => {
        const stack = [{ type: "aws:s3/bucketV2:BucketV2", name: "old", props: {} }];
        for (const rule of [bucketPrivate, bucketEncrypted, bucketVersioned, bucketTlsOnly]) {
            expect(await stackVerdict(rule, stack, "dev")).to.have.length(1);
        }
    });
});

breaks(bucketAclPrivate, [
    {
        type: "s3/bucketAcl:BucketAcl",
        set: { acl: "public-read" },
        expected: [
            'acl is "public-read"; allowed in dev: private, bucket-owner-read, bucket-owner-full-control, log-delivery-write. Leave the ACL out; grant access by the bucket\'s policy.',
        ],
    },
    {
        type: "s3/bucketAcl:BucketAcl",
        set: { acl: "authenticated-read" },
        expected: [
            'acl is "authenticated-read"; allowed in dev: private, bucket-owner-read, bucket-owner-full-control, log-delivery-write. Leave the ACL out; grant access by the bucket\'s policy.',
        ],
    },
    {
        type: "s3/bucketAcl:BucketAcl",
        set: {
            acl: undefined,
            accessControlPolicy: {
                grants: [
                    { grantee: { type: "Group", uri: "http://acs.amazonaws.com/groups/global/AllUsers" } },
                ],
            },
        },
        expected: [
            "a grant names the group http://acs.amazonaws.com/groups/global/AllUsers; allowed in dev: grants to accounts that are named. Leave the ACL out; grant access by the bucket's policy.",
        ],
    },
    {
        type: "s3/bucketAcl:BucketAcl",
        set: {
            acl: undefined,
            accessControlPolicy: { grants: [{ grantee: { type: "CanonicalUser", id: "x" } }] },
        },
        expected: [],
    },
    {
        type: "s3/bucket:Bucket",
        set: { acl: "public-read-write" },
        expected: [
            'acl is "public-read-write"; allowed in dev: private, bucket-owner-read, bucket-owner-full-control, log-delivery-write. Leave the ACL out; grant access by the bucket\'s policy.',
        ],
    },
    {
        type: "s3/bucket:Bucket",
        set: { grants: [{ uri: "http://acs.amazonaws.com/groups/global/AuthenticatedUsers" }] },
        expected: [
            "a grant names the group http://acs.amazonaws.com/groups/global/AuthenticatedUsers; allowed in dev: grants to accounts that are named. Leave the ACL out; grant access by the bucket's policy.",
        ],
    },
    { type: "s3/bucketAcl:BucketAcl", unknown: ["acl"], stack: "prod", expected: [unknownIn("acl")] },
    { type: "s3/bucketAcl:BucketAcl", unknown: ["acl"], expected: [] },
    { type: "s3/bucketAcl:BucketAcl", unknown: ["bucket"], stack: "prod", expected: [] },
]);
