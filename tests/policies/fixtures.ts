import type { Environment } from "../../config/environment";
import { tagsFor } from "../../config/tags";
import type { Props, Registered } from "./verdict";

const ACCOUNT = "123456789012";

/** A policy document of one statement, as text. */
export function document(statement: object): string {
    return JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
}

const READ_MODELS = {
    Effect: "Allow",
    Action: ["s3:GetObject"],
    Resource: `arn:aws:s3:::bqx-ml-models-${ACCOUNT}-dev/*`,
};

const PUBLISH = {
    Effect: "Allow",
    Principal: { Service: "cloudwatch.amazonaws.com" },
    Action: "sns:Publish",
    Resource: `arn:aws:sns:us-east-1:${ACCOUNT}:bqx-ml-critical-dev`,
    Condition: { StringEquals: { "aws:SourceAccount": ACCOUNT } },
};

const ACCOUNT_DECIDES = {
    Effect: "Allow",
    Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
    Action: "kms:*",
    Resource: "*",
};

const LAMBDA_ASSUMES = {
    Effect: "Allow",
    Principal: { Service: "lambda.amazonaws.com" },
    Action: "sts:AssumeRole",
};

/** The statement that a bucket's policy must have. */
export const DENY_PLAIN_HTTP = {
    Sid: "TlsOnly",
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: ["arn:aws:s3:::bqx-ml-models", "arn:aws:s3:::bqx-ml-models/*"],
    Condition: { Bool: { "aws:SecureTransport": "false" } },
};

/** A fresh object each time: one that two states shared would change in both. */
const jobRequest = () => ({
    ResourceConfig: { InstanceType: "ml.m5.2xlarge", InstanceCount: 1, VolumeSizeInGB: 30 },
});

/** A state machine with each kind of job, one of them inside a Map and one inside a Parallel state. */
export const DEFINITION = {
    StartAt: "Process",
    States: {
        Process: {
            Type: "Task",
            Resource: "arn:aws:states:::sagemaker:createProcessingJob.sync",
            Parameters: {
                ProcessingResources: { ClusterConfig: { InstanceType: "ml.m5.2xlarge", InstanceCount: 1 } },
            },
            Next: "Pairs",
        },
        Pairs: {
            Type: "Map",
            ItemProcessor: {
                StartAt: "Train",
                States: {
                    Train: {
                        Type: "Task",
                        Resource: "arn:aws:states:::sagemaker:createTrainingJob.sync",
                        Parameters: jobRequest(),
                        End: true,
                    },
                },
            },
            Next: "Both",
        },
        Both: {
            Type: "Parallel",
            Branches: [
                {
                    StartAt: "Tune",
                    States: {
                        Tune: {
                            Type: "Task",
                            Resource: "arn:aws:states:::sagemaker:createHyperParameterTuningJob.sync",
                            Parameters: { TrainingJobDefinition: jobRequest() },
                            End: true,
                        },
                        Score: {
                            Type: "Task",
                            Resource: "arn:aws:states:::aws-sdk:sagemaker:createTransformJob",
                            Arguments: {
                                TransformResources: { InstanceType: "ml.m5.xlarge", InstanceCount: 1 },
                            },
                            End: true,
                        },
                    },
                },
            ],
            End: true,
        },
    },
};

const NETWORK: Readonly<Record<string, Props>> = {
    "ec2/securityGroup:SecurityGroup": {
        ingress: [{ fromPort: 5432, toPort: 5432, protocol: "tcp", cidrBlocks: ["10.20.0.0/16"] }],
    },
    "ec2/defaultSecurityGroup:DefaultSecurityGroup": {
        ingress: [{ fromPort: 0, toPort: 0, protocol: "-1", self: true }],
    },
    "ec2/securityGroupRule:SecurityGroupRule": {
        type: "ingress",
        ...{
            fromPort: 443,
            toPort: 443,
            protocol: "tcp",
            securityGroupId: "sg-1",
            cidrBlocks: ["10.20.0.0/16"],
        },
    },
    "vpc/securityGroupIngressRule:SecurityGroupIngressRule": {
        ...{
            securityGroupId: "sg-1",
            ipProtocol: "tcp",
            fromPort: 5432,
            toPort: 5432,
            cidrIpv4: "10.20.0.0/16",
        },
    },
};

const STORES: Readonly<Record<string, Props>> = {
    "s3/bucket:Bucket": { bucket: "bqx-ml-models" },
    "s3/bucketAcl:BucketAcl": { bucket: "bqx-ml-models", acl: "private" },
    "s3/bucketPolicy:BucketPolicy": { bucket: "bqx-ml-models", policy: document(DENY_PLAIN_HTTP) },
    "rds/cluster:Cluster": {
        engine: "aurora-postgresql",
        storageEncrypted: true,
        backupRetentionPeriod: 7,
        deletionProtection: true,
        manageMasterUserPassword: true,
        serverlessv2ScalingConfiguration: { minCapacity: 0.5, maxCapacity: 4 },
    },
    "rds/clusterInstance:ClusterInstance": {
        ...{ clusterIdentifier: "bqx-ml", engine: "aurora-postgresql", instanceClass: "db.serverless" },
    },
    "rds/instance:Instance": {
        instanceClass: "db.t4g.medium",
        storageEncrypted: true,
        backupRetentionPeriod: 7,
        deletionProtection: true,
        manageMasterUserPassword: true,
    },
    "elasticache/replicationGroup:ReplicationGroup": {
        description: "Newest rows",
        nodeType: "cache.t4g.micro",
        numCacheClusters: 1,
        transitEncryptionEnabled: true,
        atRestEncryptionEnabled: true,
        authToken: "from-secrets-manager",
        snapshotRetentionLimit: 1,
    },
    "elasticache/cluster:Cluster": { replicationGroupId: "bqx-ml", nodeType: "cache.t4g.micro" },
    "ecr/repository:Repository": {
        imageTagMutability: "IMMUTABLE",
        imageScanningConfiguration: { scanOnPush: true },
    },
};

const ACCESS: Readonly<Record<string, Props>> = {
    "iam/role:Role": {
        assumeRolePolicy: document(LAMBDA_ASSUMES),
        inlinePolicies: [{ name: "read", policy: document(READ_MODELS) }],
        managedPolicyArns: ["arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole"],
    },
    "iam/rolePolicy:RolePolicy": { role: "role", policy: document(READ_MODELS) },
    "iam/userPolicy:UserPolicy": { user: "user", policy: document(READ_MODELS) },
    "iam/groupPolicy:GroupPolicy": { group: "group", policy: document(READ_MODELS) },
    "iam/policy:Policy": { policy: document(READ_MODELS) },
    ...Object.fromEntries(
        ["role", "user", "group"].map((holder) => {
            const name = `${holder.charAt(0).toUpperCase()}${holder.slice(1)}PolicyAttachment`;
            const policyArn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
            return [`iam/${holder}PolicyAttachment:${name}`, { [holder]: "holder", policyArn }];
        }),
    ),
    "iam/policyAttachment:PolicyAttachment": {
        policyArn: `arn:aws:iam::${ACCOUNT}:policy/read`,
        roles: ["role"],
    },
    "iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive": {
        roleName: "role",
        policyArns: [`arn:aws:iam::${ACCOUNT}:policy/read`],
    },
    "sns/topic:Topic": { policy: document(PUBLISH) },
    "sns/topicPolicy:TopicPolicy": { arn: "arn", policy: document(PUBLISH) },
    "sqs/queue:Queue": { policy: document(PUBLISH) },
    "sqs/queuePolicy:QueuePolicy": { queueUrl: "url", policy: document(PUBLISH) },
    "ecr/repositoryPolicy:RepositoryPolicy": {
        repository: "bqx-ml-training",
        policy: document({
            Effect: "Allow",
            Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
            Action: ["ecr:BatchGetImage"],
        }),
    },
    "secretsmanager/secret:Secret": {
        policy: document({ ...PUBLISH, Action: "secretsmanager:GetSecretValue" }),
    },
    "secretsmanager/secretPolicy:SecretPolicy": {
        secretArn: "arn",
        policy: document({ ...PUBLISH, Resource: "*" }),
    },
    "sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy": {
        modelPackageGroupName: "bqx-ml-models",
        resourcePolicy: document({
            Effect: "Allow",
            Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
            Action: ["sagemaker:DescribeModelPackage"],
            Resource: "*",
        }),
    },
    "kms/key:Key": { enableKeyRotation: true, policy: document(ACCOUNT_DECIDES) },
    "kms/keyPolicy:KeyPolicy": { keyId: "key", policy: document(ACCOUNT_DECIDES) },
    "lambda/permission:Permission": {
        ...{ action: "lambda:InvokeFunction", function: "prediction", principal: "events.amazonaws.com" },
    },
};

const RUNS: Readonly<Record<string, Props>> = {
    "lambda/function:Function": {
        role: `arn:aws:iam::${ACCOUNT}:role/prediction`,
        runtime: "nodejs22.x",
        memorySize: 512,
        timeout: 30,
        reservedConcurrentExecutions: 10,
        environment: {
            variables: {
                DATABASE_SECRET_ARN: `arn:aws:secretsmanager:us-east-1:${ACCOUNT}:secret:db`,
                STACK: "dev",
            },
        },
    },
    "cloudwatch/logGroup:LogGroup": { retentionInDays: 30 },
    "ecs/taskDefinition:TaskDefinition": {
        family: "backfill",
        containerDefinitions: JSON.stringify([
            { name: "main", environment: [{ name: "STACK", value: "dev" }] },
        ]),
    },
    "sfn/stateMachine:StateMachine": { roleArn: "arn", definition: JSON.stringify(DEFINITION) },
    "sagemaker/trainingJob:TrainingJob": {
        trainingJobName: "train",
        roleArn: "arn",
        resourceConfig: { instanceType: "ml.m5.xlarge", instanceCount: 1 },
        environment: { PAIR: "eurusd" },
    },
    "sagemaker/hyperParameterTuningJob:HyperParameterTuningJob": {
        config: { strategy: "Bayesian" },
        trainingJobDefinitions: [{ resourceConfig: { instanceType: "ml.m5.xlarge", instanceCount: 1 } }],
    },
    "sagemaker/model:Model": {
        executionRoleArn: "arn",
        primaryContainer: { image: "image", environment: { LOG_LEVEL: "info" } },
    },
    "sagemaker/endpointConfiguration:EndpointConfiguration": {
        productionVariants: [
            {
                variantName: "live",
                modelName: "models",
                instanceType: "ml.m5.xlarge",
                initialInstanceCount: 2,
            },
        ],
        dataCaptureConfig: { enableCapture: true, destinationS3Uri: "s3://bucket/capture", kmsKeyId: "key" },
    },
    "sagemaker/endpoint:Endpoint": {
        endpointConfigName: "config",
        deploymentConfig: { autoRollbackConfiguration: { alarms: [{ alarmName: "p99" }] } },
    },
};

const FIXTURES = { ...NETWORK, ...STORES, ...ACCESS, ...RUNS };

/** The types that have a fixture, without their `aws:`. */
export const FIXTURE_TYPES = Object.keys(FIXTURES);

/** One resource of the type that keeps every rule; a test breaks it in one place. */
export function fixture(type: string, environment: Environment): Registered {
    const props = FIXTURES[type];
    if (props === undefined) throw new Error(`No fixture has the type ${type}`);
    const owner = { stack: environment, owner: "ml-platform", costCenter: "fx-research" };
    return { type: `aws:${type}`, name: "fx", props: { ...props, tags: tagsFor(owner, "storage") } };
}

/** A bucket that keeps every rule, with all that configures it. The bucket's name is unknown, as in a first preview. */
export function bucketStack(): Registered[] {
    const part = (type: string, name: string, props: Props): Registered => ({
        type,
        name,
        props,
        unknown: ["bucket"],
        references: { bucket: "models" },
    });
    return [
        { type: "aws:s3/bucket:Bucket", name: "models", props: {}, unknown: ["bucket"] },
        part("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "models-access", {
            ...{ blockPublicAcls: true, blockPublicPolicy: true },
            ...{ ignorePublicAcls: true, restrictPublicBuckets: true },
        }),
        part(
            "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
            "models-encryption",
            { rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
        ),
        part("aws:s3/bucketVersioning:BucketVersioning", "models-versioning", {
            versioningConfiguration: { status: "Enabled" },
        }),
        part("aws:s3/bucketPolicy:BucketPolicy", "models-policy", { policy: document(DENY_PLAIN_HTTP) }),
    ];
}
