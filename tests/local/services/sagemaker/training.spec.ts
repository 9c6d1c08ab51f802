import { ListTrainingJobsCommand, StopTrainingJobCommand } from "@aws-sdk/client-sagemaker";
import { GetObjectCommand } from "@aws-sdk/client-s3";
import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { refusal, until } from "../harness";
import { SageMakerFixture } from "./fixture";
import { dataset, trainingJobs } from "./trainingJobs";

describe("SageMaker Training: running jobs", function () {
    this.timeout(20_000);
    const test = SageMakerFixture.use({ graceMilliseconds: 400 });

    const { create, describeJob, ended } = trainingJobs(test);
    const stop = (TrainingJobName: string) =>
        test.client.send(new StopTrainingJobCommand({ TrainingJobName }));

    async function archive(key: string): Promise<Buffer> {
        const { Body } = await test.s3.client.send(new GetObjectCommand({ Bucket: "data", Key: key }));
        return Buffer.from(await Body!.transformToByteArray());
    }

    /** What tar itself finds in an archive. */
    const tar = (packed: Buffer, ...options: string[]) =>
        execFileSync("tar", [...options, "-f", "-"], { input: packed, encoding: "utf8" });

    describe("a job that succeeds", () => {
        it("is given the files of SageMaker's contract", async () => {
            await test.put("in/eurusd/part.csv", "1,2");
            const script = `
                const read = (path) => readFileSync(root + "/input/" + path, "utf8");
                for (const name of ["hyperparameters", "inputdataconfig", "resourceconfig"])
                    console.log(JSON.stringify(JSON.parse(read("config/" + name + ".json"))));
                const { TRAINING_JOB_NAME, TRAINING_JOB_ARN, SEED } = process.env;
                console.log(JSON.stringify([process.argv[2], TRAINING_JOB_NAME, TRAINING_JOB_ARN, SEED]));
                console.log(read("data/dataset/part.csv"), readdirSync(root + "/model").length, readdirSync(root + "/output/data").length);`;
            const arn = await create("given", script, {
                HyperParameters: { pair: "eurusd", seed: "1" },
                InputDataConfig: [dataset("s3://data/in/eurusd/")],
                Environment: { SEED: "7" },
            });
            expect(arn).to.equal("arn:aws:sagemaker:us-east-1:123456789012:training-job/given");
            expect((await ended("given")).TrainingJobStatus).to.equal("Completed");
            const [hyperparameters, channels, resources, variables, data] = test.logOf("given");
            expect(JSON.parse(hyperparameters!)).to.deep.equal({ pair: "eurusd", seed: "1" });
            expect(JSON.parse(channels!)).to.deep.equal({
                dataset: {
                    ContentType: "application/x-parquet",
                    TrainingInputMode: "File",
                    S3DistributionType: "FullyReplicated",
                    RecordWrapperType: "None",
                },
            });
            expect(JSON.parse(resources!)).to.deep.include({
                current_host: "algo-1",
                hosts: ["algo-1"],
                current_instance_type: "ml.m5.2xlarge",
            });
            expect(JSON.parse(variables!)).to.deep.equal(["train", "given", arn, "7"]);
            expect(data).to.equal("1,2 0 0");
            expect(test.lines.map(({ group }) => group)).to.include("/aws/sagemaker/TrainingJobs");
        });

        it("leaves its model and its output as archives, and says where", async () => {
            const script = `
                mkdirSync(root + "/model/deep");
                leave("model/model.onnx", "x".repeat(1000));
                leave("model/deep/manifest.json", "{}");
                leave("output/data/metrics.json", '{"r2":0.1}');`;
            await create("leaves", script);
            const job = await ended("leaves");
            expect(job.ModelArtifacts?.S3ModelArtifacts).to.equal(
                "s3://data/models/leaves/output/model.tar.gz",
            );
            expect(await test.keys("models/")).to.deep.equal([
                "models/leaves/output/model.tar.gz",
                "models/leaves/output/output.tar.gz",
            ]);
            const model = await archive("models/leaves/output/model.tar.gz");
            expect(tar(model, "-tz").trim().split("\n")).to.deep.equal(["deep/manifest.json", "model.onnx"]);
            expect(tar(model, "-xzO", "model.onnx")).to.equal("x".repeat(1000));
            const output = await archive("models/leaves/output/output.tar.gz");
            expect(tar(output, "-xzO", "metrics.json")).to.equal('{"r2":0.1}');
        });

        it("gives the same bytes for the same model, whenever and in whatever order it was written", async () => {
            const digest = async (name: string, files: string[]) => {
                await create(name, files.map((file) => `leave("model/${file}", "${file}");`).join(""));
                await ended(name);
                const packed = await archive(`models/${name}/output/model.tar.gz`);
                return createHash("sha256").update(packed).digest("hex");
            };
            const first = await digest("first", ["a.json", "b.json"]);
            await new Promise((resolve) => setTimeout(resolve, 1100)); // tar's times are in seconds.
            expect(await digest("second", ["b.json", "a.json"])).to.equal(first);
            expect(await digest("third", ["a.json", "c.json"])).to.not.equal(first);
        });

        it("tells how it went, status by status, and for how long it is paid", async () => {
            await create("told", "setTimeout(() => {}, 1050);");
            const job = await ended("told");
            expect(job).to.include({ TrainingJobStatus: "Completed", SecondaryStatus: "Completed" });
            const transitions = job.SecondaryStatusTransitions!;
            expect(transitions.map(({ Status }) => Status)).to.deep.equal([
                "Starting",
                "Downloading",
                "Training",
                "Uploading",
                "Completed",
            ]);
            for (const [index, { EndTime }] of transitions.slice(0, -1).entries()) {
                expect(EndTime).to.deep.equal(transitions[index + 1]!.StartTime);
            }
            const { TrainingStartTime, TrainingEndTime, BillableTimeInSeconds } = job;
            expect(TrainingStartTime).to.deep.equal(transitions[1]!.StartTime);
            const seconds = Math.ceil((Number(TrainingEndTime) - Number(TrainingStartTime)) / 1000);
            expect(BillableTimeInSeconds).to.equal(seconds).and.at.least(2);
            expect(job.StoppingCondition).to.deep.equal({ MaxRuntimeInSeconds: 86_400 });
            const { TrainingJobSummaries: [summary] = [] } = await test.client.send(
                new ListTrainingJobsCommand({ StatusEquals: "Completed", SortBy: "Name" }),
            );
            expect(summary).to.deep.include({ TrainingJobName: "told", SecondaryStatus: "Completed" });
        });

        it("publishes the metrics that its definitions find in the log, and keeps the last of each", async () => {
            const script = `
                console.log("validation_r2=0.25");
                console.log("test_mae=-1.5e-3 test_r2=nothing");
                console.error("validation_r2=0.5");`;
            const image = await test.image("measured", script);
            await create("measured", script, {
                AlgorithmSpecification: {
                    TrainingImage: image,
                    TrainingInputMode: "File",
                    MetricDefinitions: [
                        { Name: "validation:r2", Regex: "validation_r2=([-+.0-9e]+)" },
                        { Name: "test:mae", Regex: "test_mae=([-+.0-9e]+)" },
                        { Name: "test:r2", Regex: "test_r2=(\\S+)" },
                    ],
                },
            });
            const { FinalMetricDataList = [] } = await ended("measured");
            expect(
                FinalMetricDataList.map(({ MetricName, Value }) => [MetricName, Value]),
            ).to.have.deep.members([
                ["validation:r2", test.metrics.filter(({ name }) => name === "validation:r2").at(-1)!.value],
                ["test:mae", -0.0015],
            ]);
            expect(FinalMetricDataList[0]!.Timestamp).to.be.a("date");
            const series = test.metrics.filter(({ name }) => name === "validation:r2");
            expect(series.map(({ value }) => value)).to.have.members([0.25, 0.5]);
            expect(test.metrics[0]).to.deep.include({
                namespace: "/aws/sagemaker/TrainingJobs",
                dimensions: { TrainingJobName: "measured" },
            });
        });

        it("outlasts a restart with all that is known of it", async () => {
            await create("kept", 'leave("model/a", "a"); console.log("r2=1")', {
                AlgorithmSpecification: {
                    TrainingImage: await test.image("kept", ""),
                    TrainingInputMode: "File",
                    MetricDefinitions: [{ Name: "r2", Regex: "r2=(.*)" }],
                },
            });
            const before = await ended("kept");
            await test.harness.restart();
            const after = await describeJob("kept");
            expect({ ...after, $metadata: {} }).to.deep.equal({ ...before, $metadata: {} });
            expect(after.FinalMetricDataList).to.have.length(1);
        });
    });

    describe("a job that does not", () => {
        it("fails by its exit code with what it has left as the reason, without a model, with its output", async () => {
            const script = `
                leave("model/half", "x");
                leave("output/data/metrics.json", "{}");
                leave("output/failure", "leakSuspected: R2 is 0.9");
                process.exit(1);`;
            await create("failing", script);
            const job = await ended("failing");
            const FailureReason = "AlgorithmError: leakSuspected: R2 is 0.9, exit code: 1";
            expect(job).to.include({ TrainingJobStatus: "Failed", SecondaryStatus: "Failed", FailureReason });
            expect(job.SecondaryStatusTransitions!.at(-1)!.StatusMessage).to.equal(FailureReason);
            expect(job.ModelArtifacts).to.be.undefined;
            expect(await test.keys("models/")).to.deep.equal(["models/failing/output/output.tar.gz"]);
        });

        it("fails without data, and does not run", async () => {
            await create("starved", "console.log('ran')", { InputDataConfig: [dataset("s3://data/none/")] });
            const job = await ended("starved");
            expect(job.FailureReason).to.match(
                /^ClientError: Data download failed for the input "dataset": No S3/,
            );
            expect(job.SecondaryStatusTransitions!.map(({ Status }) => Status)).to.not.include("Training");
            expect(test.logOf("starved")).to.deep.equal([]);
        });

        it("fails where its model cannot be uploaded", async () => {
            await create("homeless", 'leave("model/a", "a")', {
                OutputDataConfig: { S3OutputPath: "s3://nowhere/models" },
            });
            const { FailureReason } = await ended("homeless");
            expect(FailureReason).to.match(
                /^ClientError: Upload failed for the model archive s3:\/\/nowhere\/models\/homeless\/output\/model.tar.gz: .*bucket does not exist/,
            );
        });

        it("is stopped on request, and keeps the model that it has saved by then", async () => {
            const script = `
                process.on("SIGTERM", () => { leave("model/best", "so far"); process.exit(0); });
                setInterval(() => {}, 1000);
                console.log("began");`;
            await create("long", script);
            await until("it began", () => test.logOf("long").includes("began"));
            await stop("long");
            const job = await ended("long");
            expect(job).to.include({ TrainingJobStatus: "Stopped", SecondaryStatus: "Stopped" });
            expect(job.FailureReason).to.be.undefined;
            const statuses = job.SecondaryStatusTransitions!.map(({ Status }) => Status);
            expect(statuses.slice(-2)).to.deep.equal(["Stopping", "Stopped"]);
            const model = await archive("models/long/output/model.tar.gz");
            expect(tar(model, "-xzO", "best")).to.equal("so far");
            expect(await refusal(stop("long"))).to.equal(
                "ValidationException: The request was rejected because the training job is in status Stopped",
            );
        });

        it("is stopped once it has run for too long", async () => {
            await create("endless", "setInterval(() => {}, 1000);", {
                StoppingCondition: { MaxRuntimeInSeconds: 1 },
            });
            const job = await ended("endless");
            expect(job).to.include({ TrainingJobStatus: "Stopped", SecondaryStatus: "MaxRuntimeExceeded" });
            expect(job.FailureReason).to.be.undefined;
            expect(await test.keys("models/")).to.deep.equal([]);
        });

        it("has failed where the stack ends while it runs", async () => {
            await create("running", "setInterval(() => {}, 1000); console.log('began')");
            await until("it began", () => test.logOf("running").includes("began"));
            await test.harness.restart();
            expect(await describeJob("running")).to.include({
                TrainingJobStatus: "Failed",
                SecondaryStatus: "Failed",
                FailureReason:
                    "InternalServerError: The local stack was stopped or has ended while the job ran.",
            });
        });
    });
});
