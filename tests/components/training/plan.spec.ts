import type { iam } from "@pulumi/aws";
import { expect } from "chai";
import { jobNames } from "../../../components/jobs";
import { jobPolicy, machinePolicy, registerStatements } from "../../../components/training/plan";
import { ACCOUNT } from "../../support/mocks";
import { scopeOf } from "../../support/scope";

const KEY = `arn:aws:kms:us-east-1:${ACCOUNT}:key/1234`;
const MODELS = `arn:aws:s3:::bqx-ml-models-${ACCOUNT}-dev`;
const DATASETS = `arn:aws:s3:::bqx-ml-datasets-${ACCOUNT}-dev`;
const SAGEMAKER = `arn:aws:sagemaker:us-east-1:${ACCOUNT}`;

const statementsOf = ({ Statement }: iam.PolicyDocument) => Statement as iam.PolicyStatement[];
const sids = (statements: readonly iam.PolicyStatement[]) => statements.map(({ Sid }) => Sid);

/** A statement by its Sid, without it. */
function statement(statements: readonly iam.PolicyStatement[], sid: string) {
    const found = statements.find(({ Sid }) => Sid === sid);
    return Object.fromEntries(Object.entries(found ?? {}).filter(([key]) => key !== "Sid"));
}

describe("training plan", () => {
    const machine = statementsOf(machinePolicy(scopeOf()));
    const job = statementsOf(jobPolicy(scopeOf()));

    it("names roles, machine and log for life", () =>
        expect(jobNames("training", scopeOf())).to.deep.equal({
            jobRole: "bqx-ml-training-job-dev",
            machineRole: "bqx-ml-training-machine-dev",
            stateMachine: "bqx-ml-training-dev",
            logGroup: "/aws/vendedlogs/states/bqx-ml-training-dev",
        }));

    it("lets a job pull its image, read datasets and leave models, and read neither models nor secrets", () => {
        expect(sids(job)).to.deep.equal([
            ...["SignInToRegistry", "PullImage", "ListDatasets", "ReadDatasets", "LeaveModels"],
            ...["FindNetwork", "AddInterfaces", "HandOverAndRemoveInterfaces", "WriteLogs"],
            "PublishInstanceMetrics",
        ]);
        expect(statement(job, "PullImage")).to.include({
            Resource: `arn:aws:ecr:us-east-1:${ACCOUNT}:repository/bqx-ml-training-dev`,
        });
        expect(statement(job, "ReadDatasets")).to.deep.equal({
            Effect: "Allow",
            Action: "s3:GetObject",
            Resource: `${DATASETS}/features/*`,
        });
        expect(statement(job, "LeaveModels")).to.deep.equal({
            Effect: "Allow",
            Action: "s3:PutObject",
            Resource: `${MODELS}/training/*`,
        });
        expect(statement(job, "WriteLogs")).to.deep.include({
            Resource: ["", ":*"].map(
                (end) => `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:/aws/sagemaker/TrainingJobs${end}`,
            ),
        });
    });

    it("lets the machine run jobs of both stages, each by its own role, register, and tell all topics", () => {
        expect(sids(machine)).to.deep.equal([
            ...["RunProcessingJobs", "GiveProcessingJobsTheirRole", "HearOfEndedProcessingJobs"],
            ...["RunTrainingJobs", "GiveTrainingJobsTheirRole", "HearOfEndedTrainingJobs"],
            ...["RegisterModels", "Tell", "EncryptWhatIsTold", "DeliverLogs"],
        ]);
        expect(statement(machine, "RunTrainingJobs")).to.deep.equal({
            Effect: "Allow",
            Action: [
                ...["sagemaker:AddTags", "sagemaker:CreateTrainingJob"],
                ...["sagemaker:DescribeTrainingJob", "sagemaker:StopTrainingJob"],
            ],
            Resource: `${SAGEMAKER}:training-job/bqx-ml-training-*`,
        });
        expect(statement(machine, "GiveTrainingJobsTheirRole")).to.deep.equal({
            Effect: "Allow",
            Action: "iam:PassRole",
            Resource: `arn:aws:iam::${ACCOUNT}:role/bqx-ml-training-job-dev`,
            Condition: { StringEquals: { "iam:PassedToService": "sagemaker.amazonaws.com" } },
        });
        expect(statement(machine, "HearOfEndedTrainingJobs")).to.include({
            Resource: `arn:aws:events:us-east-1:${ACCOUNT}:rule/StepFunctionsGetEventsForSageMakerTrainingJobsRule`,
        });
        expect(statement(machine, "RegisterModels")).to.deep.equal({
            Effect: "Allow",
            Action: "lambda:InvokeFunction",
            Resource: `arn:aws:lambda:us-east-1:${ACCOUNT}:function:bqx-ml-register-models-dev`,
        });
        expect(statement(machine, "Tell")).to.deep.include({
            Resource: ["critical", "warning", "info"].map(
                (severity) => `arn:aws:sns:us-east-1:${ACCOUNT}:bqx-ml-${severity}-dev`,
            ),
        });
    });

    it("lets the function keep packed models and add packages to one group, and delete nothing", () => {
        const group = `${SAGEMAKER}:model-package-group/bqx-ml-models-dev`;
        expect(registerStatements(scopeOf())).to.deep.equal([
            {
                ...{ Effect: "Allow", Sid: "ReadJobs", Action: "s3:GetObject" },
                Resource: `${MODELS}/training/*`,
            },
            {
                ...{ Effect: "Allow", Sid: "KeepArtefacts", Action: ["s3:GetObject", "s3:PutObject"] },
                Resource: `${MODELS}/artefacts/*`,
            },
            {
                ...{ Effect: "Allow", Sid: "FindPackages", Action: "sagemaker:ListModelPackages" },
                Resource: group,
            },
            {
                ...{ Effect: "Allow", Sid: "AddPackages" },
                Action: [
                    ...["sagemaker:CreateModelPackage", "sagemaker:DescribeModelPackage"],
                    "sagemaker:UpdateModelPackage",
                ],
                Resource: [group, `${SAGEMAKER}:model-package/bqx-ml-models-dev/*`],
            },
        ]);
    });

    it("lets job and function use the buckets' key where there is one", () => {
        expect(sids(job)).not.to.include("UseKey");
        const scope = scopeOf({ storage: { kmsKeyArn: KEY } });
        for (const statements of [statementsOf(jobPolicy(scope)), registerStatements(scope)])
            expect(statement(statements, "UseKey")).to.deep.include({ Resource: KEY });
    });
});
