import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import { expect } from "chai";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { bundleFunction } from "../../../components/bundle";
import type { Pair } from "../../../config/pairs";
import { handler } from "../../../functions/registerModels/handler";
import { registerRun, type TrainingRun } from "../../../functions/registerModels/register";
import { ROOT } from "../../../local/paths";
import type { ModelRegistry } from "../../../sagemaker/registry";
import { CREDENTIALS } from "../../local/services/awsHost";
import { REGION } from "../../local/services/harness";
import { SageMakerFixture } from "../../local/services/sagemaker/fixture";
import { filesOf, outputOf, packed, type Wanted } from "./leftovers";
import { deployGroup, GROUP } from "./registry";

const DATASET = "s3://data/features/run-1";
const IMAGE = "111122223333.dkr.ecr.us-east-1.amazonaws.com/bqx-ml-inference-dev:0.1.0";
const ENDED_MS = Date.parse("2017-11-01T12:00:00Z");

const trained = (pair: Pair) => ({
    pair,
    job: {
        arn: `arn:aws:sagemaker:us-east-1:123456789012:training-job/bqx-ml-training-${pair}-1`,
        outputUri: `s3://data/training/${pair}/output.tar.gz`,
        endedAt: ENDED_MS,
    },
});

describe("registering the models of a run", function () {
    this.timeout(20_000);
    const test = SageMakerFixture.use();
    let registry: ModelRegistry;

    beforeEach(async () => {
        registry = await deployGroup(test);
    });

    const put = (key: string, Body: Buffer) =>
        test.s3.client.send(new PutObjectCommand({ Bucket: "data", Key: key, Body }));

    const leave = (pair: Pair, wanted?: Wanted) =>
        put(`training/${pair}/output.tar.gz`, outputOf(pair, wanted));

    const register = (...results: TrainingRun["results"]) =>
        registerRun(
            { dataset: DATASET, results },
            { s3: test.s3.client, registry, artefacts: "s3://data/artefacts", imageUri: IMAGE },
        );

    it("keeps each model under its digest, and registers it with what the registry tells of it", async () => {
        await leave("eurusd");
        const { outcome, models, failed } = await register(trained("eurusd"));
        expect({ outcome, failed }).to.deep.equal({ outcome: "all", failed: [] });
        const files = filesOf("eurusd");
        const sha256 = createHash("sha256").update(files["model.tar.gz"]!).digest("hex");
        const folder = `artefacts/eurusd/${sha256}`;
        const { Contents = [] } = await test.s3.client.send(
            new ListObjectsV2Command({ Bucket: "data", Prefix: "artefacts/" }),
        );
        expect(Contents.map(({ Key }) => Key)).to.deep.equal([
            `${folder}/metrics.json`,
            `${folder}/model.tar.gz`,
            `${folder}/selected_features_250.json`,
        ]);
        const kept = await test.s3.client.send(
            new GetObjectCommand({ Bucket: "data", Key: `${folder}/model.tar.gz` }),
        );
        expect(Buffer.from(await kept.Body!.transformToByteArray()).equals(files["model.tar.gz"]!)).to.equal(
            true,
        );
        const { createdAt, ...found } = (await registry.latest()).get("eurusd")!;
        expect(createdAt.getTime()).to.be.closeTo(Date.now(), 60_000);
        expect(found).to.deep.equal({
            arn: models[0]?.arn,
            version: 1,
            status: "PendingManualApproval",
            modelDataUrl: `s3://data/${folder}/model.tar.gz`,
            metadata: {
                ...{ pair: "eurusd", target: "target_60_60", model: "ridge", r2: 0.021, ceiling: 0 },
                ...{ mae: 0.0012, directionalAccuracy: 0.53, trainedAt: "2017-11-01T12:00:00.000Z" },
                ...{ dataFrom: "2017-01-02T00:00Z", dataTo: "2017-09-29T20:59Z", features: 250 },
                ...{ isFast: true, catalogueHash: "c".repeat(64), gitCommit: "abcdef1" },
                datasetManifest: `${DATASET}/eurusd/manifest.json`,
                ...{ artefactSha256: sha256, modelVersion: "0123456789ab", isLeakOverridden: false },
            },
        });
    });

    it("reports measures beside the ceiling and the best floor", async () => {
        await leave("eurusd");
        const { models, message } = await register(trained("eurusd"));
        const [{ arn, ...model }] = models as [(typeof models)[number]];
        expect(arn).to.match(/model-package\/bqx-ml-models-test\/1$/);
        expect(model).to.deep.equal({
            ...{ pair: "eurusd", version: 1, status: "PendingManualApproval", isNew: true, model: "ridge" },
            ...{ r2: 0.021, ceiling: 0, floor: { name: "zero", r2: -0.002 }, mae: 0.0012 },
            ...{ directionalAccuracy: 0.53, sharpe: null, features: 250, importanceShare: 0.34 },
            ...{ coverage: { nominal: 0.9, test: 0.893 }, isFast: true },
        });
        expect(message.split("\n")).to.deep.equal([
            `Training on ${DATASET}: 1 models are registered, 0 pairs failed.`,
            "",
            "R2 on test, its ceiling, and the best floor:",
            "eurusd: 0.021, 0.000, -0.002 (zero); version 1, PendingManualApproval",
        ]);
    });

    it("registers an artefact once, however often a run is repeated, and another one as a new version", async () => {
        await leave("eurusd");
        await register(trained("eurusd"));
        const again = await register(trained("eurusd"));
        expect(again.models.map(({ version, isNew }) => [version, isNew])).to.deep.equal([[1, false]]);
        await leave("eurusd", { onnx: "another" });
        const other = await register(trained("eurusd"));
        expect(other.models.map(({ version, isNew }) => [version, isNew])).to.deep.equal([[2, true]]);
        expect(await registry.packagesOf("eurusd")).to.have.length(2);
    });

    it("leaves the others, and its own champion, where a pair failed in training", async () => {
        await leave("gbpusd");
        await register(trained("gbpusd"));
        const champion = (await registry.latest()).get("gbpusd")!;
        await registry.approve(champion.arn, "merged");
        await leave("eurusd");
        const Cause = JSON.stringify({ TrainingJobName: "x", FailureReason: 'AlgorithmError: "why"\nSo.' });
        const report = await register(trained("eurusd"), {
            ...{ pair: "gbpusd", error: { Error: "States.TaskFailed", Cause } },
        });
        expect(report.outcome).to.equal("some");
        expect(report.failed).to.deep.equal([{ pair: "gbpusd", error: 'AlgorithmError: "why"\nSo.' }]);
        expect(report.models.map(({ pair }) => pair)).to.deep.equal(["eurusd"]);
        expect((await registry.latestApproved("gbpusd"))?.arn).to.equal(champion.arn);
        expect(report.message).to.contain("Failed; these pairs keep the models they have:\ngbpusd: ");
    });

    it("tells a refusal that is no job's description as it is", async () => {
        const error = { Error: "SageMaker.ResourceLimitExceededException", Cause: "quota" };
        const { outcome, failed } = await register({ pair: "eurusd", error });
        expect({ outcome, failed }).to.deep.equal({
            outcome: "none",
            failed: [{ pair: "eurusd", error: "SageMaker.ResourceLimitExceededException: quota" }],
        });
    });

    const leak = { leakSuspected: true };

    it("registers a suspected leak as rejected, with the reason, and counts it as failed", async () => {
        await leave("eurusd", { metrics: leak });
        const reason = "leakSuspected: R2 is 0.021 where 0.000 is the ceiling, and nobody has written why";
        const { outcome, models, failed } = await register(trained("eurusd"));
        expect({ outcome, failed }).to.deep.equal({
            outcome: "none",
            failed: [{ pair: "eurusd", error: reason }],
        });
        expect(models.map(({ status }) => status)).to.deep.equal(["Rejected"]);
        const found = (await registry.latest()).get("eurusd");
        expect(found).to.include({ status: "Rejected", approvalDescription: reason });
    });

    it("lets a person's word about a rejected model stand when the run is repeated", async () => {
        await leave("eurusd", { metrics: leak });
        const { models } = await register(trained("eurusd"));
        await registry.approve(models[0]!.arn, "looked into");
        const again = await register(trained("eurusd"));
        expect(again.models.map(({ status }) => status)).to.deep.equal(["Approved"]);
        expect(await registry.latestApproved("eurusd")).to.include({ approvalDescription: "looked into" });
    });

    it("leaves a suspected leak whose reason is written to be approved, marked as such", async () => {
        await leave("eurusd", { metrics: leak, manifest: { leakOverride: "The target is known." } });
        const { outcome } = await register(trained("eurusd"));
        expect(outcome).to.equal("all");
        const { status, metadata } = (await registry.latest()).get("eurusd")!;
        expect([status, metadata.isLeakOverridden]).to.deep.equal(["PendingManualApproval", true]);
    });

    const broken: [title: string, output: () => Buffer, problem: string][] = [
        ["is not what was packed", () => outputOf("eurusd", { sha256: "0".repeat(64) }), "not 000000"],
        ["is another pair's", () => outputOf("usdjpy"), "metrics.json is of usdjpy, not of eurusd"],
        [
            "has another pair's model",
            () => outputOf("eurusd", { manifest: { pair: "usdjpy" } }),
            "manifest.json is of usdjpy",
        ],
        ["lacks a file", () => packed({ "digest.json": "{}" }), "There is no model.tar.gz among digest.json"],
        [
            "has no measures",
            () => outputOf("eurusd", { metrics: { test: null } }),
            "metrics.json cannot be used",
        ],
        ["is no archive", () => Buffer.from("nonsense"), "incorrect header check"],
    ];
    for (const [title, output, problem] of broken) {
        it(`notes a pair as failed whose output ${title}, and registers the others`, async () => {
            await put("training/eurusd/output.tar.gz", output());
            await leave("gbpusd");
            const { outcome, failed, models } = await register(trained("eurusd"), trained("gbpusd"));
            expect([outcome, failed.map(({ pair }) => pair)]).to.deep.equal(["some", ["eurusd"]]);
            expect(failed[0]?.error).to.contain(problem);
            expect(models.map(({ pair }) => pair)).to.deep.equal(["gbpusd"]);
        });
    }

    it("notes a pair as failed whose output is not there", async () => {
        const { failed } = await register(trained("eurusd"));
        expect(failed.map(({ pair }) => pair)).to.deep.equal(["eurusd"]);
    });
});

describe("the function that registers", function () {
    this.timeout(20_000);
    const test = SageMakerFixture.use();

    it("runs from its bundle with its variables and no others, and logs its report", async () => {
        await deployGroup(test);
        const { Bucket, Key } = { Bucket: "data", Key: "training/eurusd/output.tar.gz" };
        await test.s3.client.send(new PutObjectCommand({ Bucket, Key, Body: outputOf("eurusd") }));
        const event = JSON.stringify({ dataset: DATASET, results: [trained("eurusd")] });
        const script = `require("./${bundleFunction("registerModels")}").handler(${event}).then(({ outcome }) => console.log(outcome))`;
        const { stdout } = await promisify(execFile)(process.execPath, ["--eval", script], {
            cwd: ROOT,
            env: {
                ...{ ARTEFACTS: "s3://data/artefacts", GROUP_NAME: GROUP, IMAGE_URI: IMAGE },
                ...{ AWS_REGION: REGION, AWS_ENDPOINT_URL: test.url },
                AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
                AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
            },
        });
        const [line = "", outcome] = stdout.trim().split("\n");
        expect(JSON.parse(line)).to.deep.include({ outcome: "all", failed: [] });
        expect(outcome).to.equal("all");
    });

    it("lists all that is unusable of an event", async () => {
        const event = { dataset: "features", results: [] };
        const problem = await handler(event).catch((error: unknown) => String(error));
        expect(problem)
            .to.contain("The event cannot be used")
            .and.contain("an S3 URI")
            .and.contain("results");
    });
});
