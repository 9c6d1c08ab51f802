import { noFullAccess } from "../../policies/rules/noFullAccess";
import { noPublicPrincipal } from "../../policies/rules/noPublicPrincipal";
import { keyRotation } from "../../policies/rules/keyRotation";
import { breaks, unknownIn } from "./breaks";
import { document } from "./fixtures";

breaks(noFullAccess, [
    {
        type: "iam/rolePolicyAttachment:RolePolicyAttachment",
        set: { policyArn: "arn:aws:iam::aws:policy/AmazonSageMakerFullAccess" },
        expected: [
            "the managed policy arn:aws:iam::aws:policy/AmazonSageMakerFullAccess is attached; allowed in dev: policies that list their actions and resources. Write an aws.iam.RolePolicy with the few actions that are used.",
        ],
    },
    {
        type: "iam/rolePolicyAttachment:RolePolicyAttachment",
        set: { policyArn: "arn:aws:iam::aws:policy/AWSLambda_FullAccess" },
        expected: [
            "the managed policy arn:aws:iam::aws:policy/AWSLambda_FullAccess is attached; allowed in dev: policies that list their actions and resources. Write an aws.iam.RolePolicy with the few actions that are used.",
        ],
    },
    {
        type: "iam/rolePolicyAttachment:RolePolicyAttachment",
        set: { policyArn: "arn:aws:iam::aws:policy/CloudWatchFullAccessV2" },
        expected: [
            "the managed policy arn:aws:iam::aws:policy/CloudWatchFullAccessV2 is attached; allowed in dev: policies that list their actions and resources. Write an aws.iam.RolePolicy with the few actions that are used.",
        ],
    },
    {
        type: "iam/userPolicyAttachment:UserPolicyAttachment",
        set: { policyArn: "arn:aws:iam::aws:policy/AdministratorAccess" },
        expected: [
            "the managed policy arn:aws:iam::aws:policy/AdministratorAccess is attached; allowed in dev: policies that list their actions and resources. Write an aws.iam.RolePolicy with the few actions that are used.",
        ],
    },
    {
        type: "iam/groupPolicyAttachment:GroupPolicyAttachment",
        set: { policyArn: "arn:aws:iam::aws:policy/PowerUserAccess" },
        expected: [
            "the managed policy arn:aws:iam::aws:policy/PowerUserAccess is attached; allowed in dev: policies that list their actions and resources. Write an aws.iam.RolePolicy with the few actions that are used.",
        ],
    },
    {
        type: "iam/policyAttachment:PolicyAttachment",
        set: { policyArn: "arn:aws:iam::aws:policy/IAMFullAccess" },
        expected: [
            "the managed policy arn:aws:iam::aws:policy/IAMFullAccess is attached; allowed in dev: policies that list their actions and resources. Write an aws.iam.RolePolicy with the few actions that are used.",
        ],
    },
    {
        type: "iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
        set: { "policyArns.0": "arn:aws:iam::aws:policy/AmazonS3FullAccess" },
        expected: [
            "the managed policy arn:aws:iam::aws:policy/AmazonS3FullAccess is attached; allowed in dev: policies that list their actions and resources. Write an aws.iam.RolePolicy with the few actions that are used.",
        ],
    },
    {
        type: "iam/role:Role",
        set: { managedPolicyArns: ["a", "arn:aws:iam::aws:policy/AmazonS3FullAccess"] },
        expected: [
            "the managed policy arn:aws:iam::aws:policy/AmazonS3FullAccess is attached; allowed in dev: policies that list their actions and resources. Write an aws.iam.RolePolicy with the few actions that are used.",
        ],
    },
    {
        type: "iam/role:Role",
        set: { managedPolicyArns: ["a", "arn:aws:iam::aws:policy/AmazonS3FullAccess"] },
        unknown: ["managedPolicyArns.0"],
        stack: "prod",
        expected: [
            unknownIn("managedPolicyArns.0"),
            "the managed policy arn:aws:iam::aws:policy/AmazonS3FullAccess is attached; allowed in prod: policies that list their actions and resources. Write an aws.iam.RolePolicy with the few actions that are used.",
        ],
    },
    {
        type: "iam/rolePolicyAttachment:RolePolicyAttachment",
        unknown: ["policyArn"],
        stack: "prod",
        expected: [unknownIn("policyArn")],
    },
    { type: "iam/rolePolicyAttachment:RolePolicyAttachment", unknown: ["policyArn"], expected: [] },
    { type: "iam/rolePolicyAttachment:RolePolicyAttachment", unknown: ["role"], stack: "prod", expected: [] },
]);

breaks(noPublicPrincipal, [
    {
        type: "s3/bucketPolicy:BucketPolicy",
        set: {
            policy: document({
                Effect: "Allow",
                Principal: "*",
                Action: "s3:GetObject",
                Resource: "arn:aws:s3:::b/*",
            }),
        },
        expected: [
            "statement 1 allows everyone; allowed in dev: named principals, or a condition such as aws:SourceAccount that says who. Name the accounts, roles or services in Principal.",
        ],
    },
    {
        type: "s3/bucketPolicy:BucketPolicy",
        set: {
            policy: document({
                Effect: "Allow",
                Principal: { AWS: ["*"] },
                Action: "s3:GetObject",
                Resource: "b",
                Condition: { Bool: { "aws:SecureTransport": "true" } },
            }),
        },
        expected: [
            "statement 1 allows everyone; allowed in dev: named principals, or a condition such as aws:SourceAccount that says who. Name the accounts, roles or services in Principal.",
        ],
    },
    {
        type: "s3/bucketPolicy:BucketPolicy",
        set: {
            policy: document({
                Effect: "Allow",
                NotPrincipal: { AWS: "123456789012" },
                Action: "s3:GetObject",
                Resource: "b",
            }),
        },
        expected: [
            "statement 1 allows everyone; allowed in dev: named principals, or a condition such as aws:SourceAccount that says who. Name the accounts, roles or services in Principal.",
        ],
    },
    {
        type: "s3/bucketPolicy:BucketPolicy",
        set: {
            policy: document({
                Effect: "Allow",
                Principal: "*",
                Action: "s3:GetObject",
                Resource: "b",
                Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1" } },
            }),
        },
        expected: [],
    },
    {
        type: "s3/bucketPolicy:BucketPolicy",
        set: {
            policy: document({
                Effect: "Allow",
                Principal: "*",
                Action: "s3:GetObject",
                Resource: "b",
                Condition: { StringNotEquals: { "aws:SourceVpc": "vpc-1" } },
            }),
        },
        expected: [
            "statement 1 allows everyone; allowed in dev: named principals, or a condition such as aws:SourceAccount that says who. Name the accounts, roles or services in Principal.",
        ],
    },
    {
        type: "s3/bucketPolicy:BucketPolicy",
        set: {
            policy: document({
                Effect: "Allow",
                Principal: "*",
                Action: "s3:GetObject",
                Resource: "b",
                Condition: { ArnLike: { "aws:PrincipalArn": "*" } },
            }),
        },
        expected: [
            "statement 1 allows everyone; allowed in dev: named principals, or a condition such as aws:SourceAccount that says who. Name the accounts, roles or services in Principal.",
        ],
    },
    {
        type: "s3/bucket:Bucket",
        set: { policy: document({ Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "b" }) },
        expected: [
            "statement 1 allows everyone; allowed in dev: named principals, or a condition such as aws:SourceAccount that says who. Name the accounts, roles or services in Principal.",
        ],
    },
    {
        type: "sns/topic:Topic",
        set: { policy: document({ Effect: "Allow", Principal: "*", Action: "sns:Publish", Resource: "t" }) },
        expected: [
            "statement 1 allows everyone; allowed in dev: named principals, or a condition such as aws:SourceAccount that says who. Name the accounts, roles or services in Principal.",
        ],
    },
    {
        type: "sns/topicPolicy:TopicPolicy",
        set: { policy: document({ Effect: "Allow", Principal: "*", Action: "sns:Publish", Resource: "t" }) },
        expected: [
            "statement 1 allows everyone; allowed in dev: named principals, or a condition such as aws:SourceAccount that says who. Name the accounts, roles or services in Principal.",
        ],
    },
    {
        type: "secretsmanager/secretPolicy:SecretPolicy",
        set: {
            policy: document({
                Effect: "Allow",
                Principal: "*",
                Action: "secretsmanager:GetSecretValue",
                Resource: "*",
            }),
        },
        expected: [
            "statement 1 allows everyone; allowed in dev: named principals, or a condition such as aws:SourceAccount that says who. Name the accounts, roles or services in Principal.",
        ],
    },
    {
        type: "sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy",
        set: {
            resourcePolicy: document({
                Effect: "Allow",
                Principal: "*",
                Action: "sagemaker:DescribeModelPackage",
                Resource: "*",
            }),
        },
        expected: [
            "statement 1 allows everyone; allowed in dev: named principals, or a condition such as aws:SourceAccount that says who. Name the accounts, roles or services in Principal.",
        ],
    },
    {
        type: "kms/key:Key",
        set: { policy: document({ Effect: "Allow", Principal: "*", Action: "kms:Decrypt", Resource: "*" }) },
        expected: [
            "statement 1 allows everyone; allowed in dev: named principals, or a condition such as aws:SourceAccount that says who. Name the accounts, roles or services in Principal.",
        ],
    },
    {
        type: "iam/role:Role",
        set: {
            assumeRolePolicy: document({
                Effect: "Allow",
                Principal: { AWS: "*" },
                Action: "sts:AssumeRole",
            }),
        },
        expected: [
            "statement 1 allows everyone; allowed in dev: named principals, or a condition such as aws:SourceAccount that says who. Name the accounts, roles or services in Principal.",
        ],
    },
    {
        type: "lambda/permission:Permission",
        set: { principal: "*" },
        expected: [
            'principal is "*"; allowed in dev: a named principal, or a sourceArn or sourceAccount that says who. Name the service or account that may invoke the function.',
        ],
    },
    {
        type: "lambda/permission:Permission",
        set: { principal: "*" },
        unknown: ["sourceArn"],
        stack: "prod",
        expected: [],
    },
    {
        type: "sns/topicPolicy:TopicPolicy",
        unknown: ["policy"],
        stack: "prod",
        expected: [unknownIn("policy")],
    },
    { type: "sns/topicPolicy:TopicPolicy", unknown: ["policy"], expected: [] },
    { type: "sns/topicPolicy:TopicPolicy", unknown: ["arn"], stack: "prod", expected: [] },
]);

breaks(keyRotation, [
    {
        type: "kms/key:Key",
        set: { enableKeyRotation: undefined },
        expected: ["enableKeyRotation is not set; allowed in dev: true. Set it to true."],
    },
    {
        type: "kms/key:Key",
        set: { enableKeyRotation: undefined, customerMasterKeySpec: "RSA_4096" },
        expected: [],
    },
    {
        type: "kms/key:Key",
        set: { enableKeyRotation: false, customerMasterKeySpec: "SYMMETRIC_DEFAULT" },
        expected: ["enableKeyRotation is false; allowed in dev: true. Set it to true."],
    },
    {
        type: "kms/key:Key",
        unknown: ["enableKeyRotation"],
        stack: "prod",
        expected: [unknownIn("enableKeyRotation")],
    },
    { type: "kms/key:Key", unknown: ["enableKeyRotation"], expected: [] },
]);
