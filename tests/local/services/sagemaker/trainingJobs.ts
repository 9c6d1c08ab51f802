import {
    CreateTrainingJobCommand,
    DescribeTrainingJobCommand,
    type Channel,
    type CreateTrainingJobCommandInput,
} from "@aws-sdk/client-sagemaker";
import { until } from "../harness";
import { ROLE, type SageMakerFixture } from "./fixture";

/** Begins each program: what it is given, and where it leaves things. */
const PRELUDE = `
    const { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } = require("node:fs");
    const root = process.env.SAGEMAKER_BASE_DIR;
    const leave = (path, content) => writeFileSync(root + "/" + path, content);`;

export const dataset = (S3Uri: string): Channel => ({
    ChannelName: "dataset",
    ContentType: "application/x-parquet",
    DataSource: { S3DataSource: { S3DataType: "S3Prefix", S3Uri } },
});

/** Training jobs of a fixture, by the SDK. */
export function trainingJobs(test: SageMakerFixture) {
    const request = (TrainingJobName: string, TrainingImage: string): CreateTrainingJobCommandInput => ({
        TrainingJobName,
        RoleArn: ROLE,
        AlgorithmSpecification: { TrainingImage, TrainingInputMode: "File" },
        OutputDataConfig: { S3OutputPath: "s3://data/models/" },
        ResourceConfig: { InstanceCount: 1, InstanceType: "ml.m5.2xlarge", VolumeSizeInGB: 30 },
    });
    const describeJob = (TrainingJobName: string) =>
        test.client.send(new DescribeTrainingJobCommand({ TrainingJobName }));
    return {
        request,
        describeJob,
        /** Starts a job whose image is a script. */
        create: async (name: string, script: string, more: Partial<CreateTrainingJobCommandInput> = {}) => {
            const image = await test.image(name, PRELUDE + script);
            const command = new CreateTrainingJobCommand({ ...request(name, image), ...more });
            return (await test.client.send(command)).TrainingJobArn;
        },
        /** Waits until a job has ended. */
        ended: async (name: string) => {
            const hasEnded = async () => (await describeJob(name)).TrainingEndTime !== undefined;
            await until(`${name} has ended`, hasEnded);
            return describeJob(name);
        },
    };
}
