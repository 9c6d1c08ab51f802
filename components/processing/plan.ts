import type { iam } from "@pulumi/aws";
import { physicalName } from "../../config/names";
import { PROJECT } from "../../config/tags";
import { topicArn, type Severity } from "../alerts/plan";
import { arnOf, type StackScope } from "../scope";
import { readDatabaseSecret } from "../secrets";

/** Where SageMaker writes what containers of processing jobs print. One group for the whole account: AWS gives the name. */
const JOB_LOG_GROUP = "/aws/sagemaker/ProcessingJobs";

/** The rule by which EventBridge tells Step Functions that a job has ended; AWS gives the name. */
const JOB_ENDED_RULE = "StepFunctionsGetEventsForSageMakerProcessingJobsRule";

type Statement = iam.PolicyStatement;

/** Names that stay for life, so that documents can hold the ARNs before there is anything behind them. */
export function processingNames(scope: StackScope) {
    return {
        jobRole: physicalName("role", `${PROJECT}-processing-job`, scope),
        machineRole: physicalName("role", `${PROJECT}-processing-machine`, scope),
        stateMachine: physicalName("stateMachine", `${PROJECT}-processing`, scope),
        // Under /aws/vendedlogs/ it needs no entry in the region's log policy, which holds 5,120 characters for all.
        logGroup: physicalName("logGroup", "/aws/vendedlogs/states/bqx-ml-processing", scope),
    };
}

/** Lets an AWS service take on a role, on behalf of this account alone. */
export function trustOf(service: "sagemaker" | "states", { account }: StackScope): iam.PolicyDocument {
    return document({
        Principal: { Service: `${service}.amazonaws.com` },
        Action: "sts:AssumeRole",
        Condition: { StringEquals: { "aws:SourceAccount": account } },
    });
}

/** What the container and SageMaker around it may do. */
export function jobPolicy(scope: StackScope): iam.PolicyDocument {
    const { kmsKeyArn } = scope.settings.storage;
    return document(
        ...imageStatements(scope),
        ...datasetStatements(scope),
        ...(kmsKeyArn === undefined ? [] : keyStatements(kmsKeyArn)),
        readDatabaseSecret(scope),
        ...networkStatements(scope),
        {
            Sid: "WriteLogs",
            Action: [
                ...["logs:CreateLogGroup", "logs:CreateLogStream"],
                ...["logs:DescribeLogStreams", "logs:PutLogEvents"],
            ],
            Resource: [JOB_LOG_GROUP, `${JOB_LOG_GROUP}:*`].map((group) =>
                arnOf(scope, "logs", `log-group:${group}`),
            ),
        },
        {
            Sid: "PublishInstanceMetrics",
            Action: "cloudwatch:PutMetricData",
            Resource: "*", // Metrics have no ARN.
            Condition: { StringEquals: { "cloudwatch:namespace": JOB_LOG_GROUP } },
        },
    );
}

function imageStatements(scope: StackScope): Statement[] {
    const repository = physicalName("repository", `${PROJECT}-processing`, scope);
    return [
        allow({ Sid: "SignInToRegistry", Action: "ecr:GetAuthorizationToken", Resource: "*" }),
        allow({
            Sid: "PullImage",
            Action: [
                ...["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage"],
                "ecr:GetDownloadUrlForLayer",
            ],
            Resource: arnOf(scope, "ecr", `repository/${repository}`),
        }),
    ];
}

function datasetStatements(scope: StackScope): Statement[] {
    const bucket = arnOf(scope, "s3", physicalName("bucket", `${PROJECT}-datasets`, scope));
    return [
        allow({ Sid: "ListDatasets", Action: "s3:ListBucket", Resource: bucket }),
        allow({
            Sid: "WriteDatasets",
            Action: ["s3:GetObject", "s3:PutObject"],
            Resource: `${bucket}/features/*`,
        }),
    ];
}

function keyStatements(kmsKeyArn: string): Statement[] {
    return [
        allow({
            Sid: "UseKey",
            Action: ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*"],
            Resource: kmsKeyArn,
        }),
        allow({
            Sid: "LendKeyToDisks",
            Action: "kms:CreateGrant",
            Resource: kmsKeyArn,
            Condition: { Bool: { "kms:GrantIsForAWSResource": "true" } },
        }),
    ];
}

/** A job's instances stand in AWS's own network and reach into ours by network interfaces. */
function networkStatements(scope: StackScope): Statement[] {
    const interfaces = arnOf(scope, "ec2", "network-interface/*");
    return [
        allow({
            Sid: "FindNetwork",
            Action: [
                ...["ec2:DescribeDhcpOptions", "ec2:DescribeNetworkInterfaces"],
                ...["ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"],
            ],
            Resource: "*", // EC2 takes no narrower resource for what describes.
        }),
        allow({
            Sid: "AddInterfaces",
            Action: "ec2:CreateNetworkInterface",
            Resource: [interfaces, arnOf(scope, "ec2", "subnet/*"), arnOf(scope, "ec2", "security-group/*")],
        }),
        allow({
            Sid: "HandOverAndRemoveInterfaces",
            Action: [
                ...["ec2:CreateNetworkInterfacePermission", "ec2:DeleteNetworkInterface"],
                "ec2:DeleteNetworkInterfacePermission",
            ],
            Resource: interfaces,
        }),
    ];
}

/** What the state machine may do: start and watch jobs of one role, tell two topics, and write its log. */
export function machinePolicy(scope: StackScope): iam.PolicyDocument {
    const topics = (["critical", "warning"] satisfies Severity[]).map((severity) =>
        topicArn(severity, scope),
    );
    return document(
        {
            Sid: "RunJobs",
            Action: [
                ...["sagemaker:AddTags", "sagemaker:CreateProcessingJob"],
                ...["sagemaker:DescribeProcessingJob", "sagemaker:StopProcessingJob"],
            ],
            Resource: arnOf(scope, "sagemaker", `processing-job/${PROJECT}-processing-*`),
        },
        {
            Sid: "GiveJobsTheirRole",
            Action: "iam:PassRole",
            Resource: arnOf(scope, "iam", `role/${processingNames(scope).jobRole}`),
            Condition: { StringEquals: { "iam:PassedToService": "sagemaker.amazonaws.com" } },
        },
        {
            Sid: "HearOfEndedJobs",
            Action: ["events:DescribeRule", "events:PutRule", "events:PutTargets"],
            Resource: arnOf(scope, "events", `rule/${JOB_ENDED_RULE}`),
        },
        { Sid: "Tell", Action: "sns:Publish", Resource: topics },
        {
            Sid: "EncryptWhatIsTold",
            Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
            // AWS gives the key its id; only the topics' one lets this account use it through SNS.
            Resource: arnOf(scope, "kms", "key/*"),
            Condition: { StringEquals: { "kms:ViaService": `sns.${scope.region}.amazonaws.com` } },
        },
        {
            Sid: "DeliverLogs",
            Action: [
                ...["logs:CreateLogDelivery", "logs:DeleteLogDelivery", "logs:DescribeLogGroups"],
                ...["logs:DescribeResourcePolicies", "logs:GetLogDelivery", "logs:ListLogDeliveries"],
                ...["logs:PutResourcePolicy", "logs:UpdateLogDelivery"],
            ],
            Resource: "*", // CloudWatch Logs takes no narrower resource for deliveries.
        },
    );
}

function allow(statement: Omit<Statement, "Effect">): Statement {
    return { Effect: "Allow", ...statement };
}

function document(...statements: readonly Omit<Statement, "Effect">[]): iam.PolicyDocument {
    return { Version: "2012-10-17", Statement: statements.map(allow) };
}
