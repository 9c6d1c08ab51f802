import type { iam } from "@pulumi/aws";
import { expect } from "chai";
import { jobNames, trustOf } from "../../components/jobs";
import { jobPolicy, machinePolicy } from "../../components/processing/plan";
import { readDatabaseSecret } from "../../components/secrets";
import { ACCOUNT } from "../support/mocks";
import { scopeOf } from "../support/scope";

const KEY = `arn:aws:kms:us-east-1:${ACCOUNT}:key/1234`;

const statementsOf = ({ Statement }: iam.PolicyDocument) => Statement as iam.PolicyStatement[];

/** The statement of a document by its Sid. */
const statement = (policy: iam.PolicyDocument, sid: string) =>
    statementsOf(policy).find(({ Sid }) => Sid === sid);

describe("processing plan", () => {
    it("names roles, machine and log for life", () =>
        expect(jobNames("processing", scopeOf())).to.deep.equal({
            jobRole: "bqx-ml-processing-job-dev",
            machineRole: "bqx-ml-processing-machine-dev",
            stateMachine: "bqx-ml-processing-dev",
            logGroup: "/aws/vendedlogs/states/bqx-ml-processing-dev",
        }));

    it("gives the roles to their service, on behalf of this account alone", () =>
        expect(trustOf("sagemaker", scopeOf())).to.deep.equal({
            Version: "2012-10-17",
            Statement: [
                {
                    Effect: "Allow",
                    Principal: { Service: "sagemaker.amazonaws.com" },
                    Action: "sts:AssumeRole",
                    Condition: { StringEquals: { "aws:SourceAccount": ACCOUNT } },
                },
            ],
        }));

    it("lets a job pull its image, write its datasets and reach into the network", () => {
        const policy = jobPolicy(scopeOf());
        expect(statementsOf(policy).map(({ Sid }) => Sid)).to.deep.equal([
            ...["SignInToRegistry", "PullImage", "ListDatasets", "WriteDatasets", "ReadDatabaseSecret"],
            ...["FindNetwork", "AddInterfaces", "HandOverAndRemoveInterfaces", "WriteLogs"],
            "PublishInstanceMetrics",
        ]);
        expect(statement(policy, "PullImage")).to.include({
            Resource: `arn:aws:ecr:us-east-1:${ACCOUNT}:repository/bqx-ml-processing-dev`,
        });
        expect(statement(policy, "WriteDatasets")).to.deep.include({
            Action: ["s3:GetObject", "s3:PutObject"],
            Resource: `arn:aws:s3:::bqx-ml-datasets-${ACCOUNT}-dev/features/*`,
        });
        expect(statement(policy, "ListDatasets")).to.include({
            Resource: `arn:aws:s3:::bqx-ml-datasets-${ACCOUNT}-dev`,
        });
    });

    it("lets a job read the database's secret", () =>
        expect(statement(jobPolicy(scopeOf()), "ReadDatabaseSecret")).to.deep.equal(
            readDatabaseSecret(scopeOf()),
        ));

    it("lets a job use the buckets' key where there is one", () => {
        expect(statement(jobPolicy(scopeOf()), "UseKey")).to.equal(undefined);
        const policy = jobPolicy(scopeOf({ storage: { kmsKeyArn: KEY } }));
        expect(statement(policy, "UseKey")).to.deep.include({ Resource: KEY });
        expect(statement(policy, "LendKeyToDisks")).to.deep.include({
            Action: "kms:CreateGrant",
            Resource: KEY,
            Condition: { Bool: { "kms:GrantIsForAWSResource": "true" } },
        });
    });

    it("lets the machine run this project's jobs by one role, and tell two topics", () => {
        const policy = machinePolicy(scopeOf());
        expect(statementsOf(policy).map(({ Sid }) => Sid)).to.deep.equal([
            ...[
                "RunProcessingJobs",
                "GiveProcessingJobsTheirRole",
                "HearOfEndedProcessingJobs",
                "Tell",
                "EncryptWhatIsTold",
                "DeliverLogs",
            ],
        ]);
        expect(statement(policy, "RunProcessingJobs")).to.include({
            Resource: `arn:aws:sagemaker:us-east-1:${ACCOUNT}:processing-job/bqx-ml-processing-*`,
        });
        expect(statement(policy, "GiveProcessingJobsTheirRole")).to.deep.equal({
            Sid: "GiveProcessingJobsTheirRole",
            Effect: "Allow",
            Action: "iam:PassRole",
            Resource: `arn:aws:iam::${ACCOUNT}:role/bqx-ml-processing-job-dev`,
            Condition: { StringEquals: { "iam:PassedToService": "sagemaker.amazonaws.com" } },
        });
        expect(statement(policy, "HearOfEndedProcessingJobs")).to.include({
            Resource: `arn:aws:events:us-east-1:${ACCOUNT}:rule/StepFunctionsGetEventsForSageMakerProcessingJobsRule`,
        });
        expect(statement(policy, "Tell")).to.deep.include({
            Resource: [
                `arn:aws:sns:us-east-1:${ACCOUNT}:bqx-ml-critical-dev`,
                `arn:aws:sns:us-east-1:${ACCOUNT}:bqx-ml-warning-dev`,
            ],
        });
    });
});
