import { CreateTrainingJobCommand } from "@aws-sdk/client-sagemaker";
import { expect } from "chai";
import { refusal } from "../harness";
import { SageMakerFixture } from "./fixture";
import { dataset, trainingJobs } from "./trainingJobs";

describe("SageMaker Training: requests", function () {
    this.timeout(20_000);
    const test = SageMakerFixture.use();
    const { request, create, describeJob, ended } = trainingJobs(test);

    const refusals: { title: string; change: object; expected: RegExp }[] = [
        {
            title: "several problems at once",
            change: {
                TrainingJobName: "under_score",
                RoleArn: "jobs",
                StoppingCondition: { MaxRuntimeInSeconds: 2_419_201 },
            },
            expected:
                /TrainingJobName: 1 to 63 letters.*RoleArn: the ARN of an IAM role.*MaxRuntimeInSeconds: Too big/,
        },
        {
            title: "modes other than File",
            change: { InputDataConfig: [{ ...dataset("s3://data/in"), InputMode: "FastFile" }] },
            expected: /InputDataConfig.0.InputMode: File: the local stack downloads data before/,
        },
        {
            title: "two channels of one name",
            change: { InputDataConfig: [dataset("s3://data/a"), dataset("s3://data/b")] },
            expected: /two channels are named "dataset"/,
        },
        {
            title: "more than one host",
            change: {
                ResourceConfig: { InstanceCount: 2, InstanceType: "ml.m5.large", VolumeSizeInGB: 1 },
            },
            expected: /ResourceConfig.InstanceCount: 1: the local stack trains a model on one host/,
        },
        {
            title: "what this machine does not have",
            change: {
                EnableManagedSpotTraining: true,
                EnableNetworkIsolation: true,
                ExperimentConfig: { ExperimentName: "x" },
                CheckpointConfig: { S3Uri: "s3://data/checkpoints" },
            },
            expected: /cut a process off.*no spot instances.*keeps no experiments.*CheckpointConfig/,
        },
        {
            title: "hyperparameters that are too long",
            change: { HyperParameters: { note: "x".repeat(2501) } },
            expected: /HyperParameters.note: Too big/,
        },
        {
            title: "metrics without a group, and expressions that are none",
            change: {
                AlgorithmSpecification: {
                    TrainingImage: "x",
                    TrainingInputMode: "File",
                    MetricDefinitions: [
                        { Name: "a", Regex: "r2=.*" },
                        { Name: "b", Regex: "r2=(.*" },
                    ],
                },
            },
            expected: /MetricDefinitions.0.Regex: a regular.*MetricDefinitions.1.Regex: a regular/,
        },
        {
            title: "an image that stands for nothing here",
            change: {
                AlgorithmSpecification: { TrainingImage: "public.ecr.aws/x:1", TrainingInputMode: "File" },
            },
            expected: /the image public.ecr.aws\/x:1 stands for no program of this checkout/,
        },
    ];
    for (const { title, change, expected } of refusals) {
        it(`refuses ${title}`, async () => {
            const asked = { ...request("refused", await test.image("refused", "")), ...change };
            expect(await refusal(test.client.send(new CreateTrainingJobCommand(asked)))).to.match(expected);
            expect(await refusal(describeJob("refused"))).to.match(/^ValidationException: Could not find/);
        });
    }

    it("knows jobs of one name apart by their kind", async () => {
        await create("same", "");
        await test.create("same", "");
        expect((await ended("same")).TrainingJobStatus).to.equal("Completed");
        expect((await test.ended("same")).ProcessingJobStatus).to.equal("Completed");
        expect(await refusal(create("same", ""))).to.match(/^ResourceInUse: .*training-job\/same/);
    });
});
