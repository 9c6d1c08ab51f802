import type { iam } from "@pulumi/aws";
import { physicalName } from "../config/names";
import { PROJECT } from "../config/tags";
import { topicArn, type Severity } from "./alerts/plan";
import { arnOf, type StackScope } from "./scope";

/** Kinds of SageMaker jobs that state machines run, by the stage whose they are. */
export type JobStage = "processing" | "training";

/** What AWS calls the jobs of a stage. */
const JOBS: Readonly<Record<JobStage, { readonly title: string; readonly arnType: string }>> = {
    processing: { title: "ProcessingJob", arnType: "processing-job" },
    training: { title: "TrainingJob", arnType: "training-job" },
};

type Statement = Omit<iam.PolicyStatement, "Effect">;

/** Names that stay for life, so that documents can hold the ARNs before there is anything behind them. */
export function jobNames(stage: JobStage, scope: StackScope) {
    return {
        jobRole: physicalName("role", `${PROJECT}-${stage}-job`, scope),
        machineRole: physicalName("role", `${PROJECT}-${stage}-machine`, scope),
        stateMachine: physicalName("stateMachine", `${PROJECT}-${stage}`, scope),
        // Under /aws/vendedlogs/ it needs no entry in the region's log policy, which holds 5,120 characters for all.
        logGroup: physicalName("logGroup", `/aws/vendedlogs/states/${PROJECT}-${stage}`, scope),
    };
}

/** Where SageMaker writes what a stage's containers print. One group for the whole account: AWS gives the name. */
function jobLogGroup(stage: JobStage): string {
    return `/aws/sagemaker/${JOBS[stage].title}s`;
}

/** Lets an AWS service take on a role, on behalf of this account alone. */
export function trustOf(service: "sagemaker" | "states", { account }: StackScope): iam.PolicyDocument {
    return document({
        Principal: { Service: `${service}.amazonaws.com` },
        Action: "sts:AssumeRole",
        Condition: { StringEquals: { "aws:SourceAccount": account } },
    });
}

/**
 * What the container of a stage's jobs, and SageMaker around it, may do.
 * @param own what these jobs do besides pulling their image, reaching into the network and writing their log
 */
export function jobDocument(
    stage: JobStage,
    scope: StackScope,
    own: readonly Statement[],
): iam.PolicyDocument {
    const { kmsKeyArn } = scope.settings.storage;
    const logGroup = jobLogGroup(stage);
    return document(
        ...imageStatements(stage, scope),
        ...own,
        ...(kmsKeyArn === undefined ? [] : [useKey(kmsKeyArn), lendKeyToDisks(kmsKeyArn)]),
        ...networkStatements(scope),
        {
            Sid: "WriteLogs",
            Action: [
                ...["logs:CreateLogGroup", "logs:CreateLogStream"],
                ...["logs:DescribeLogStreams", "logs:PutLogEvents"],
            ],
            Resource: [logGroup, `${logGroup}:*`].map((group) => arnOf(scope, "logs", `log-group:${group}`)),
        },
        {
            Sid: "PublishInstanceMetrics",
            Action: "cloudwatch:PutMetricData",
            Resource: "*", // Metrics have no ARN.
            Condition: { StringEquals: { "cloudwatch:namespace": logGroup } },
        },
    );
}

function imageStatements(stage: JobStage, scope: StackScope): Statement[] {
    const repository = physicalName("repository", `${PROJECT}-${stage}`, scope);
    return [
        { Sid: "SignInToRegistry", Action: "ecr:GetAuthorizationToken", Resource: "*" },
        {
            Sid: "PullImage",
            Action: [
                ...["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage"],
                "ecr:GetDownloadUrlForLayer",
            ],
            Resource: arnOf(scope, "ecr", `repository/${repository}`),
        },
    ];
}

/** Lets a role read and write what the buckets' KMS key encrypts. */
export function useKey(kmsKeyArn: string): Statement {
    return {
        Sid: "UseKey",
        Action: ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*"],
        Resource: kmsKeyArn,
    };
}

function lendKeyToDisks(kmsKeyArn: string): Statement {
    return {
        Sid: "LendKeyToDisks",
        Action: "kms:CreateGrant",
        Resource: kmsKeyArn,
        Condition: { Bool: { "kms:GrantIsForAWSResource": "true" } },
    };
}

/** A job's instances stand in AWS's own network and reach into ours by network interfaces. */
function networkStatements(scope: StackScope): Statement[] {
    const interfaces = arnOf(scope, "ec2", "network-interface/*");
    return [
        {
            Sid: "FindNetwork",
            Action: [
                ...["ec2:DescribeDhcpOptions", "ec2:DescribeNetworkInterfaces"],
                ...["ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"],
            ],
            Resource: "*", // EC2 takes no narrower resource for what describes.
        },
        {
            Sid: "AddInterfaces",
            Action: "ec2:CreateNetworkInterface",
            Resource: [interfaces, arnOf(scope, "ec2", "subnet/*"), arnOf(scope, "ec2", "security-group/*")],
        },
        {
            Sid: "HandOverAndRemoveInterfaces",
            Action: [
                ...["ec2:CreateNetworkInterfacePermission", "ec2:DeleteNetworkInterface"],
                "ec2:DeleteNetworkInterfacePermission",
            ],
            Resource: interfaces,
        },
    ];
}

/** What a state machine's role may do: start and watch jobs, each by its stage's role, tell topics, and write its log. */
export function machineDocument(
    scope: StackScope,
    does: {
        readonly runs: readonly JobStage[];
        readonly tells: readonly Severity[];
        readonly own?: readonly Statement[];
    },
): iam.PolicyDocument {
    return document(
        ...does.runs.flatMap((stage) => runJobs(stage, scope)),
        ...(does.own ?? []),
        {
            Sid: "Tell",
            Action: "sns:Publish",
            Resource: does.tells.map((severity) => topicArn(severity, scope)),
        },
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

function runJobs(stage: JobStage, scope: StackScope): Statement[] {
    const { title, arnType } = JOBS[stage];
    return [
        {
            Sid: `Run${title}s`,
            Action: [
                ...["sagemaker:AddTags", `sagemaker:Create${title}`],
                ...[`sagemaker:Describe${title}`, `sagemaker:Stop${title}`],
            ],
            Resource: arnOf(scope, "sagemaker", `${arnType}/${PROJECT}-${stage}-*`),
        },
        {
            Sid: `Give${title}sTheirRole`,
            Action: "iam:PassRole",
            Resource: arnOf(scope, "iam", `role/${jobNames(stage, scope).jobRole}`),
            Condition: { StringEquals: { "iam:PassedToService": "sagemaker.amazonaws.com" } },
        },
        {
            Sid: `HearOfEnded${title}s`,
            Action: ["events:DescribeRule", "events:PutRule", "events:PutTargets"],
            // The rule by which EventBridge tells Step Functions that a job has ended; AWS gives the name.
            Resource: arnOf(scope, "events", `rule/StepFunctionsGetEventsForSageMaker${title}sRule`),
        },
    ];
}

function document(...statements: readonly Statement[]): iam.PolicyDocument {
    return {
        Version: "2012-10-17",
        Statement: statements.map((statement) => ({ Effect: "Allow", ...statement })),
    };
}
