import { expect } from "chai";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { replayClock } from "../../../../data/clock";
import { CREDENTIALS } from "../awsHost";
import { until } from "../harness";
import { cluster, input, output, ROLE, SageMakerFixture } from "./fixture";

/** Copies what is in the input `source` to the output `result`, each file with the host's name before it. */
const COPY = `
    const { readdirSync, readFileSync, writeFileSync } = require("node:fs");
    const root = process.env.SAGEMAKER_BASE_DIR;
    const { current_host } = JSON.parse(readFileSync(root + "/config/resourceconfig.json", "utf8"));
    for (const name of readdirSync(root + "/processing/input/source")) {
        const text = readFileSync(root + "/processing/input/source/" + name, "utf8");
        writeFileSync(root + "/processing/output/result/" + current_host + "." + name, text);
    }`;

describe("SageMaker Processing: running jobs", function () {
    this.timeout(20_000);
    const test = SageMakerFixture.use({ graceMilliseconds: 400, continuousUploadMilliseconds: 20 });
    const channels = {
        ProcessingInputs: [input("source", "s3://data/in")],
        ProcessingOutputConfig: { Outputs: [output("result", "s3://data/out")] },
    };

    it("gives the process its data, and uploads what it writes", async () => {
        await test.put("in/a.csv", "1");
        await test.put("in/deep/", "");
        await test.put("in/deep/b.csv", "2");
        const script = `
            const { cpSync } = require("node:fs");
            const root = process.env.SAGEMAKER_BASE_DIR + "/processing/";
            cpSync(root + "input/source", root + "output/result/copy", { recursive: true });`;
        const arn = await test.create("copy", script, channels);
        const job = await test.ended("copy");
        expect(arn).to.equal("arn:aws:sagemaker:us-east-1:123456789012:processing-job/copy");
        expect(job).to.deep.include({
            ProcessingJobStatus: "Completed",
            ProcessingJobArn: arn,
            RoleArn: ROLE,
        });
        expect(job.ProcessingInputs).to.deep.equal(channels.ProcessingInputs);
        expect(job).to.not.have.any.keys("FailureReason", "ExitMessage");
        const moments = [
            job.CreationTime,
            job.ProcessingStartTime,
            job.ProcessingEndTime,
            job.LastModifiedTime,
        ];
        expect(moments.map(Number)).to.deep.equal(moments.map(Number).sort((a, b) => a - b));
        expect(await test.keys("out/")).to.deep.equal(["out/copy/a.csv", "out/copy/deep/b.csv"]);
        expect(await test.read("out/copy/deep/b.csv")).to.equal("2");
        expect(readdirSync(join(test.harness.dataDir, "work"))).to.deep.equal([]);
        expect(readdirSync(join(test.harness.dataDir, "processes"))).to.deep.equal([]);
    });

    it("gives it the environment of AWS and its own, and nothing of the host's", async () => {
        process.env.BQX_TEST_SECRET = "of the host";
        test.clock = replayClock({ firstMs: Date.UTC(2020, 0, 6, 12), lastMs: Date.UTC(2020, 0, 6, 13) }, 5);
        await test.create("environment", "console.log(JSON.stringify(process.env))", {
            Environment: { PAIRS: "EURUSD,GBPUSD", AWS_REGION: "moon" },
        });
        await test.ended("environment");
        delete process.env.BQX_TEST_SECRET;
        const { SAGEMAKER_BASE_DIR, MARKET_CLOCK, ...rest } = JSON.parse(
            test.logOf("environment")[0]!,
        ) as Record<string, string>;
        expect(SAGEMAKER_BASE_DIR).to.match(/\/work\/processing-job\.environment\/algo-1$/);
        expect(JSON.parse(MARKET_CLOCK!)).to.deep.equal(test.clock);
        expect(rest).to.deep.equal({
            AWS_REGION: "us-east-1",
            AWS_DEFAULT_REGION: "us-east-1",
            AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
            AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
            AWS_ENDPOINT_URL: test.url,
            NODE_EXTRA_CA_CERTS: "/stack/server.crt",
            PATH: process.env.PATH,
            TZ: "UTC",
            PAIRS: "EURUSD,GBPUSD",
        });
    });

    it("writes the configuration that SageMaker writes, with the paths of this machine", async () => {
        await test.put("in/a.csv", "1");
        const script = `
            const { readFileSync } = require("node:fs");
            const root = process.env.SAGEMAKER_BASE_DIR;
            for (const name of ["processingjobconfig", "resourceconfig"])
                console.log(JSON.stringify(JSON.parse(readFileSync(root + "/config/" + name + ".json", "utf8"))));
            console.log(JSON.stringify({ root, args: process.argv.slice(2) }));`;
        const ImageUri = await test.image("configured", script);
        await test.create("configured", script, {
            ...channels,
            AppSpecification: { ImageUri, ContainerArguments: ["--source", "two words"] },
        });
        await test.ended("configured");
        const [job, hosts, { root, args }] = test
            .logOf("configured")
            .map((line) => JSON.parse(line) as unknown) as [
            Record<string, unknown>,
            unknown,
            { root: string; args: string[] },
        ];
        expect(args).to.deep.equal(["--source", "two words"]);
        expect(hosts).to.deep.equal({ current_host: "algo-1", hosts: ["algo-1"] });
        expect(job).to.deep.include({
            ProcessingJobArn: "arn:aws:sagemaker:us-east-1:123456789012:processing-job/configured",
            ProcessingJobName: "configured",
            ProcessingInputs: [
                input("source", "s3://data/in", { LocalPath: `${root}/processing/input/source` }),
            ],
            ProcessingResources: cluster(1),
            StoppingCondition: { MaxRuntimeInSeconds: 86_400 },
        });
        const { Outputs } = job.ProcessingOutputConfig as { Outputs: { S3Output: { LocalPath: string } }[] };
        expect(Outputs[0]!.S3Output.LocalPath).to.equal(`${root}/processing/output/result`);
    });

    it("runs another entry point than the image's where the job names one", async () => {
        const ImageUri = await test.image("image", "process.exit(9)");
        const ContainerEntrypoint = [process.execPath, "-e", "console.log(process.argv.slice(1).join())"];
        await test.create("entry", "", {
            AppSpecification: { ImageUri, ContainerEntrypoint, ContainerArguments: ["a", "b"] },
        });
        expect((await test.ended("entry")).ProcessingJobStatus).to.equal("Completed");
        expect(test.logOf("entry")).to.deep.equal(["a,b"]);
    });

    it("logs both streams by line, under the name that SageMaker gives the stream", async () => {
        const script = `
            process.stdout.write("one\\r\\ntwo");
            process.stderr.write("three\\n");
            process.stdout.write(" and a half");`;
        await test.create("talks", script);
        await test.ended("talks");
        expect(test.logOf("talks")).to.have.members(["one", "two and a half", "three"]);
        for (const { group, stream } of test.lines) {
            expect(group).to.equal("/aws/sagemaker/ProcessingJobs");
            expect(stream).to.match(/^talks\/algo-1-\d{13}$/);
        }
    });

    it("deals objects out among the hosts by key, or gives all to each", async () => {
        for (const name of ["a", "b", "c"]) await test.put(`in/${name}`, name);
        await test.create("sharded", COPY, {
            ProcessingResources: cluster(2),
            ProcessingInputs: [
                input("source", "s3://data/in/", { S3DataDistributionType: "ShardedByS3Key" }),
            ],
            ProcessingOutputConfig: { Outputs: [output("result", "s3://data/sharded/")] },
        });
        await test.create("replicated", COPY, {
            ProcessingResources: cluster(2),
            ...channels,
        });
        expect((await test.ended("sharded")).ProcessingJobStatus).to.equal("Completed");
        expect((await test.ended("replicated")).ProcessingJobStatus).to.equal("Completed");
        const copied = async (prefix: string) =>
            (await test.keys(prefix)).map((key) => key.slice(prefix.length));
        expect(await copied("sharded/")).to.deep.equal(["algo-1.a", "algo-1.c", "algo-2.b"]);
        expect(await copied("out/")).to.have.length(6);
    });

    it("takes the objects that a manifest names", async () => {
        await test.put("in/a", "1");
        await test.put("in/b", "2");
        await test.put("lists/one.manifest", JSON.stringify([{ prefix: "s3://data/in/" }, "b"]));
        await test.create("listed", COPY, {
            ...channels,
            ProcessingInputs: [
                input("source", "s3://data/lists/one.manifest", { S3DataType: "ManifestFile" }),
            ],
        });
        expect((await test.ended("listed")).ProcessingJobStatus).to.equal("Completed");
        expect(await test.keys("out/")).to.deep.equal(["out/algo-1.b"]);
    });

    const missing = [
        {
            title: "there are no objects",
            uri: "s3://data/none",
            problem: 'No S3 objects found under S3 URL "s3://data/none"',
        },
        { title: "there is no bucket", uri: "s3://nowhere/x", problem: "bucket does not exist" },
        {
            title: "a manifest is none",
            uri: "s3://data/in/a",
            S3DataType: "ManifestFile" as const,
            problem: "s3://data/in/a is no manifest",
        },
    ];
    for (const { title, uri, problem, ...more } of missing) {
        it(`fails a job where ${title}, and does not run it`, async () => {
            await test.put("in/a", "1");
            await test.create("starved", "console.log('ran')", {
                ProcessingInputs: [input("source", uri, more)],
            });
            const job = await test.ended("starved");
            expect(job.ProcessingJobStatus).to.equal("Failed");
            expect(job.FailureReason)
                .to.match(/^ClientError: Data download failed for the input "source": /)
                .and.contain(problem);
            expect(test.logOf("starved")).to.deep.equal([]);
        });
    }

    it("keeps a key with .. inside of the channel's folder", async () => {
        await test.put("lists/bad.manifest", JSON.stringify([{ prefix: "s3://data/in/" }, "../../../evil"]));
        await test.put("in/../../../evil", "evil").catch(() => undefined);
        await test.create("escape", COPY, {
            ProcessingInputs: [
                input("source", "s3://data/lists/bad.manifest", { S3DataType: "ManifestFile" }),
            ],
        });
        const { FailureReason } = await test.ended("escape");
        expect(FailureReason).to.contain("would be written outside of the channel's folder");
    });

    it("uploads continuous outputs while the job runs, changes too", async () => {
        const script = `
            const { writeFileSync } = require("node:fs");
            const path = process.env.SAGEMAKER_BASE_DIR + "/processing/output/live/report";
            writeFileSync(path, "first");
            process.on("SIGTERM", () => { writeFileSync(path, "the last"); process.exit(3); });
            setInterval(() => {}, 1000);`;
        await test.create("live", script, {
            ProcessingOutputConfig: { Outputs: [output("live", "s3://data/live", "Continuous")] },
        });
        await until("the file is uploaded", async () => (await test.keys("live/")).length === 1);
        expect(await test.read("live/report")).to.equal("first");
        await test.harness.service.stopJob("Processing", "live");
        expect((await test.ended("live")).ProcessingJobStatus).to.equal("Stopped");
        expect(await test.read("live/report")).to.equal("the last");
    });

    it("fails a job by its exit code, with the message it leaves, and uploads no result", async () => {
        const script = `
            const { writeFileSync } = require("node:fs");
            const root = process.env.SAGEMAKER_BASE_DIR;
            writeFileSync(root + "/processing/output/result/half", "x");
            writeFileSync(root + "/output/message", "3 pairs have no bars");
            process.exit(17);`;
        await test.create("failing", script, { ProcessingOutputConfig: channels.ProcessingOutputConfig });
        const job = await test.ended("failing");
        expect(job).to.deep.include({
            ProcessingJobStatus: "Failed",
            FailureReason: "AlgorithmError: 3 pairs have no bars, exit code: 17",
            ExitMessage: "3 pairs have no bars",
        });
        expect(await test.keys("out/")).to.deep.equal([]);
        await test.create("killed", "process.kill(process.pid, 'SIGKILL')");
        expect((await test.ended("killed")).FailureReason).to.equal(
            "AlgorithmError: See job logs for more information, exit code: 137",
        );
    });

    it("ends the other hosts where one fails", async () => {
        const script = `
            const { readFileSync } = require("node:fs");
            const config = readFileSync(process.env.SAGEMAKER_BASE_DIR + "/config/resourceconfig.json", "utf8");
            if (JSON.parse(config).current_host === "algo-2") process.exit(4);
            setInterval(() => {}, 1000);`;
        await test.create("uneven", script, { ProcessingResources: cluster(2) });
        const { FailureReason } = await test.ended("uneven");
        expect(FailureReason).to.equal("AlgorithmError: See job logs for more information, exit code: 4");
    });

    it("fails a job whose command cannot be started", async () => {
        const ImageUri = await test.image("x", "");
        await test.create("absent", "", {
            AppSpecification: { ImageUri, ContainerEntrypoint: ["no-such-program"] },
        });
        const { FailureReason } = await test.ended("absent");
        expect(FailureReason).to.match(
            /^ClientError: The image's command "no-such-program" cannot be started: .*ENOENT/,
        );
    });

    it("runs two processes at once, and says so to those that wait", async () => {
        const script = `
            const { existsSync } = require("node:fs");
            const end = process.env.END;
            setInterval(() => existsSync(end) && process.exit(0), 10);
            console.log("began");`;
        const end = join(test.harness.dataDir, "end");
        const Environment = { END: end };
        for (const name of ["one", "two", "three"]) await test.create(name, script, { Environment });
        await until("two run", () => ["one", "two"].every((name) => test.logOf(name).includes("began")));
        expect(test.logOf("three")).to.deep.equal([
            "Waiting: as many job processes run as this machine runs at once.",
        ]);
        const waiting = await test.describe("three");
        expect(waiting.ProcessingJobStatus).to.equal("InProgress");
        expect(waiting.ProcessingStartTime).to.be.undefined;
        await test.create("four", script, { Environment });
        await test.harness.service.stopJob("Processing", "four");
        expect((await test.ended("four")).ProcessingJobStatus).to.equal("Stopped");
        writeFileSync(end, "");
        for (const name of ["one", "two", "three"]) {
            expect((await test.ended(name)).ProcessingJobStatus).to.equal("Completed");
        }
    });
});
