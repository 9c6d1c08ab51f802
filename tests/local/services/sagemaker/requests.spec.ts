import {
    CreateModelPackageGroupCommand,
    CreateProcessingJobCommand,
    ListProcessingJobsCommand,
    type ListProcessingJobsCommandInput,
} from "@aws-sdk/client-sagemaker";
import { expect } from "chai";
import { refusal } from "../harness";
import { cluster, input, output, SageMakerFixture } from "./fixture";

describe("SageMaker Processing: requests", function () {
    this.timeout(20_000);
    const test = SageMakerFixture.use();
    const twice = [input("a", "s3://data/a"), input("a", "s3://data/b")];

    const refusals: { title: string; change: object; expected: RegExp }[] = [
        {
            title: "a bad name",
            change: { ProcessingJobName: "under_score" },
            expected: /^ValidationException: ProcessingJobName: 1 to 63 letters, digits and hyphens/,
        },
        {
            title: "several problems at once",
            change: { RoleArn: "jobs", ProcessingResources: cluster(0) },
            expected:
                /RoleArn: the ARN of an IAM role; ProcessingResources.ClusterConfig.InstanceCount: Too small/,
        },
        {
            title: "a role that is not deployed, and the network",
            change: {
                RoleArn: "arn:aws:iam::123456789012:role/other",
                NetworkConfig: { VpcConfig: { Subnets: ["subnet-1"], SecurityGroupIds: ["sg-1"] } },
            },
            expected:
                /the role arn:aws:iam::123456789012:role\/other is not deployed; the subnet subnet-1 is not deployed; the security group sg-1 is/,
        },
        {
            title: "an image that stands for nothing here",
            change: { AppSpecification: { ImageUri: "public.ecr.aws/python:3" } },
            expected: /the image public.ecr.aws\/python:3 stands for no program of this checkout/,
        },
        {
            title: "a run time of more than 9 days",
            change: { StoppingCondition: { MaxRuntimeInSeconds: 777_601 } },
            expected: /StoppingCondition.MaxRuntimeInSeconds: Too big/,
        },
        {
            title: "a local path elsewhere",
            change: {
                ProcessingInputs: [input("a", "s3://data/a", { LocalPath: "/opt/ml/processing/../x" })],
            },
            expected: /LocalPath: a path below \/opt\/ml\/processing\/ without . and ../,
        },
        {
            title: "two channels of one name",
            change: { ProcessingInputs: twice },
            expected:
                /two inputs are named "a"; two channels have the LocalPath \/opt\/ml\/processing\/input\/a/,
        },
        {
            title: "two outputs of one name",
            change: {
                ProcessingOutputConfig: { Outputs: [output("a", "s3://data/a"), output("a", "s3://data/a")] },
            },
            expected: /two outputs are named "a"/,
        },
        {
            title: "what this machine cannot do",
            change: {
                NetworkConfig: { EnableNetworkIsolation: true },
                ProcessingInputs: [input("a", "s3://data/a", { S3InputMode: "Pipe" })],
                ExperimentConfig: { ExperimentName: "x" },
            },
            expected: /no pipes.*cannot cut a process off.*keeps no experiments/,
        },
        {
            title: "variables that no shell knows",
            change: { Environment: { "not-a-name": "x" } },
            expected: /Environment.not-a-name/,
        },
    ];
    for (const { title, change, expected } of refusals) {
        it(`refuses ${title}`, async () => {
            const request = { ...test.request("refused", await test.image("refused", "")), ...change };
            expect(await refusal(test.client.send(new CreateProcessingJobCommand(request)))).to.match(
                expected,
            );
            expect(await refusal(test.describe("refused"))).to.match(/^ValidationException: Could not find/);
        });
    }

    it("refuses a name that is taken, after a restart too", async () => {
        await test.create("once", "");
        await test.ended("once");
        await test.harness.restart();
        expect(await refusal(test.create("once", ""))).to.match(
            /^ResourceInUse: Job name must be unique within an AWS account and region.*processing-job\/once/,
        );
    });

    it("leaves the model registry to the program", async () => {
        const command = new CreateModelPackageGroupCommand({ ModelPackageGroupName: "eurusd" });
        expect(await refusal(test.client.send(command))).to.match(/^AccessDeniedException: .*Pulumi program/);
    });

    it("lists jobs by page, filter and order", async () => {
        await test.create("beta", "");
        await test.ended("beta");
        await test.create("alpha", "process.exit(1)");
        await test.ended("alpha");
        await test.create("gamma", "");
        const { CreationTime } = await test.ended("gamma");
        const list = async (query: ListProcessingJobsCommandInput) => {
            const { ProcessingJobSummaries = [], NextToken } = await test.client.send(
                new ListProcessingJobsCommand(query),
            );
            return { names: ProcessingJobSummaries.map((job) => job.ProcessingJobName), NextToken };
        };
        expect((await list({})).names).to.deep.equal(["beta", "alpha", "gamma"]);
        expect((await list({ SortOrder: "Descending" })).names).to.deep.equal(["gamma", "alpha", "beta"]);
        expect((await list({ SortBy: "Name" })).names).to.deep.equal(["alpha", "beta", "gamma"]);
        expect((await list({ SortBy: "Status" })).names).to.deep.equal(["beta", "gamma", "alpha"]);
        expect((await list({ StatusEquals: "Failed" })).names).to.deep.equal(["alpha"]);
        expect((await list({ NameContains: "a", CreationTimeBefore: CreationTime })).names).to.deep.equal([
            "beta",
            "alpha",
        ]);
        const first = await list({ MaxResults: 2 });
        expect(first.names).to.deep.equal(["beta", "alpha"]);
        expect((await list({ MaxResults: 2, NextToken: first.NextToken })).names).to.deep.equal(["gamma"]);
        expect(await refusal(list({ NextToken: "?" }))).to.match(/^ValidationException: The token/);
    });
});
