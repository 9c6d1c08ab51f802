import { noWildcardAccess } from "../../policies/rules/noWildcardAccess";
import { breaks, unknownIn } from "./breaks";
import { document } from "./fixtures";

breaks(noWildcardAccess, [
    {
        type: "iam/rolePolicy:RolePolicy",
        set: { policy: document({ Effect: "Allow", Action: "*", Resource: "*" }) },
        expected: [
            "statement 1 allows * on every resource; allowed in dev: named actions, or named resources. List the actions that are used and the ARNs that they are used on.",
        ],
    },
    {
        type: "iam/rolePolicy:RolePolicy",
        set: {
            policy: document({
                Effect: "Allow",
                Action: ["s3:GetObject", "s3:*"],
                Resource: "*",
                Sid: "Read",
            }),
        },
        expected: [
            'statement "Read" allows s3:* on every resource; allowed in dev: named actions, or named resources. List the actions that are used and the ARNs that they are used on.',
        ],
    },
    {
        type: "iam/rolePolicy:RolePolicy",
        set: { policy: document({ Effect: "Allow", Action: "s3:*", Resource: "arn:aws:s3:::b/*" }) },
        expected: [],
    },
    {
        type: "iam/rolePolicy:RolePolicy",
        set: { policy: document({ Effect: "Allow", Action: "logs:CreateLogGroup", Resource: "*" }) },
        expected: [],
    },
    {
        type: "iam/rolePolicy:RolePolicy",
        set: { policy: document({ Effect: "Deny", Action: "*", Resource: "*" }) },
        expected: [],
    },
    {
        type: "iam/rolePolicy:RolePolicy",
        set: { policy: document({ Effect: "Allow", NotAction: "iam:*", Resource: "*" }) },
        expected: [
            "statement 1 allows all actions but some (NotAction) on every resource; allowed in dev: named actions, or named resources. List the actions that are used and the ARNs that they are used on.",
        ],
    },
    {
        type: "iam/rolePolicy:RolePolicy",
        set: { policy: document({ Effect: "Allow", Action: "s3:*", NotResource: "arn:aws:s3:::b" }) },
        expected: [
            "statement 1 allows s3:* on every resource; allowed in dev: named actions, or named resources. List the actions that are used and the ARNs that they are used on.",
        ],
    },
    {
        type: "iam/rolePolicy:RolePolicy",
        set: {
            policy: { Version: "2012-10-17", Statement: { Effect: "Allow", Action: "*", Resource: "*" } },
        },
        expected: [
            "statement 1 allows * on every resource; allowed in dev: named actions, or named resources. List the actions that are used and the ARNs that they are used on.",
        ],
    },
    {
        type: "iam/rolePolicy:RolePolicy",
        set: { policy: "{" },
        expected: ["policy is not JSON; allowed in dev: a JSON document. Correct policy."],
    },
    {
        type: "iam/rolePolicy:RolePolicy",
        set: { policy: "{}" },
        expected: [
            "policy has no Statement; allowed in dev: an IAM policy document. Give policy its Version and Statement.",
        ],
    },
    {
        type: "iam/rolePolicy:RolePolicy",
        unknown: ["policy"],
        stack: "prod",
        expected: [unknownIn("policy")],
    },
    { type: "iam/rolePolicy:RolePolicy", unknown: ["policy"], expected: [] },
    { type: "iam/rolePolicy:RolePolicy", unknown: ["role"], stack: "prod", expected: [] },
    {
        type: "iam/role:Role",
        set: { "inlinePolicies.0.policy": document({ Effect: "Allow", Action: "*", Resource: "*" }) },
        expected: [
            "statement 1 allows * on every resource; allowed in dev: named actions, or named resources. List the actions that are used and the ARNs that they are used on.",
        ],
    },
    {
        type: "iam/policy:Policy",
        set: { policy: document({ Effect: "Allow", Action: "*", Resource: "*" }) },
        expected: [
            "statement 1 allows * on every resource; allowed in dev: named actions, or named resources. List the actions that are used and the ARNs that they are used on.",
        ],
    },
    {
        type: "iam/userPolicy:UserPolicy",
        set: { policy: document({ Effect: "Allow", Action: "*", Resource: "*" }) },
        expected: [
            "statement 1 allows * on every resource; allowed in dev: named actions, or named resources. List the actions that are used and the ARNs that they are used on.",
        ],
    },
    {
        type: "iam/groupPolicy:GroupPolicy",
        set: { policy: document({ Effect: "Allow", Action: "*", Resource: "*" }) },
        expected: [
            "statement 1 allows * on every resource; allowed in dev: named actions, or named resources. List the actions that are used and the ARNs that they are used on.",
        ],
    },
    {
        type: "sns/topicPolicy:TopicPolicy",
        set: {
            policy: document({
                Effect: "Allow",
                Action: "sns:*",
                Resource: "*",
                Principal: { AWS: "123456789012" },
            }),
        },
        expected: [
            "statement 1 allows sns:* on every resource; allowed in dev: named actions, or named resources. List the actions that are used and the ARNs that they are used on.",
        ],
    },
    {
        type: "ecr/repositoryPolicy:RepositoryPolicy",
        set: { policy: document({ Effect: "Allow", Action: "ecr:*", Principal: { AWS: "123456789012" } }) },
        expected: [
            "statement 1 allows ecr:* on every resource; allowed in dev: named actions, or named resources. List the actions that are used and the ARNs that they are used on.",
        ],
    },
    {
        type: "kms/key:Key",
        set: {
            policy: document({
                Effect: "Allow",
                Action: "kms:*",
                Resource: "*",
                Principal: { AWS: "arn:aws:iam::123456789012:role/x" },
            }),
        },
        expected: [
            "statement 1 allows kms:* on every resource; allowed in dev: named actions, or named resources. List the actions that are used and the ARNs that they are used on.",
        ],
    },
    {
        type: "kms/key:Key",
        set: {
            policy: document({
                Effect: "Allow",
                Action: "kms:*",
                Resource: "*",
                Principal: { AWS: ["123456789012", "arn:aws:iam::123456789012:role/x"] },
            }),
        },
        expected: [
            "statement 1 allows kms:* on every resource; allowed in dev: named actions, or named resources. List the actions that are used and the ARNs that they are used on.",
        ],
    },
    { type: "kms/key:Key", set: { policy: undefined }, expected: [] },
    {
        type: "kms/keyPolicy:KeyPolicy",
        set: {
            policy: document({
                Effect: "Allow",
                Action: "kms:*",
                Resource: "*",
                Principal: { Service: "logs.amazonaws.com" },
            }),
        },
        expected: [
            "statement 1 allows kms:* on every resource; allowed in dev: named actions, or named resources. List the actions that are used and the ARNs that they are used on.",
        ],
    },
]);
