import { CreateModelPackageCommand, DescribeModelPackageCommand } from "@aws-sdk/client-sagemaker";
import { expect } from "chai";
import { createHash } from "node:crypto";
import { PAIRS, type Pair } from "../../../config/pairs";
import { ModelRegistry, type PackageMetadata, type Registration } from "../../../sagemaker/registry";
import { decodeMetadata, encodeMetadata } from "../../../sagemaker/registry/metadata";
import { refusal } from "../../local/services/harness";
import { GROUP, SageMakerFixture } from "../../local/services/sagemaker/fixture";

const digestOf = (text: string) => createHash("sha256").update(text).digest("hex");

const metadata = (pair: Pair, run: string): PackageMetadata => ({
    pair,
    target: "target_60_60",
    model: "random_forest",
    r2: -0.0123,
    ceiling: 0,
    mae: 1.5e-7,
    directionalAccuracy: 0.52,
    trainedAt: "2017-11-13T20:00:00.000Z",
    dataFrom: "2017-08-01T00:00Z",
    dataTo: "2017-09-29T20:59Z",
    features: 250,
    isFast: true,
    catalogueHash: digestOf("catalogue"),
    gitCommit: "unknown",
    datasetManifest: `s3://bqx-ml-datasets/features/run/${pair}/manifest.json`,
    artefactSha256: digestOf(`${pair} ${run}`),
    modelVersion: "0123456789ab",
    isLeakOverridden: false,
});

const registration = (pair: Pair, run = "first", more: Partial<Registration> = {}): Registration => ({
    metadata: metadata(pair, run),
    imageUri: "123456789012.dkr.ecr.us-east-1.amazonaws.com/bqx-ml-inference:1",
    modelDataUrl: `s3://models/${pair}/${run}/model.tar.gz`,
    metricsUrl: `s3://models/${pair}/${run}/metrics.json`,
    trainingJobArn: "arn:aws:sagemaker:us-east-1:123456789012:training-job/one",
    ...more,
});

describe("model registry", function () {
    this.timeout(20_000);
    const test = SageMakerFixture.use();
    let registry: ModelRegistry;

    beforeEach(async () => {
        await test.deployGroup();
        registry = new ModelRegistry(test.client, GROUP);
    });

    it("keeps all that is to be known of a model", async () => {
        const { arn, isNew } = await registry.register(registration("eurusd"));
        expect(isNew).to.be.true;
        expect(arn).to.match(/:model-package\/bqx-ml-models\/1$/);
        const [found] = await registry.packagesOf("eurusd");
        expect(found).to.deep.equal({
            arn,
            version: 1,
            status: "PendingManualApproval",
            createdAt: found!.createdAt,
            modelDataUrl: "s3://models/eurusd/first/model.tar.gz",
            metadata: metadata("eurusd", "first"),
        });
        const described = await test.client.send(new DescribeModelPackageCommand({ ModelPackageName: arn }));
        expect(described.ModelMetrics?.ModelQuality?.Statistics).to.deep.equal({
            ContentType: "application/json",
            S3Uri: "s3://models/eurusd/first/metrics.json",
        });
        expect(described.MetadataProperties).to.deep.equal({
            CommitId: "unknown",
            GeneratedBy: "arn:aws:sagemaker:us-east-1:123456789012:training-job/one",
        });
        expect(described.CustomerMetadataProperties).to.include({ r2: "-0.0123", mae: "1.5e-7" });
    });

    it("registers an artefact once, however often a run is repeated", async () => {
        const first = await registry.register(registration("eurusd"));
        expect(await registry.register(registration("eurusd"))).to.deep.equal({ ...first, isNew: false });
        const twice = [registration("eurusd", "second"), registration("eurusd", "second")];
        const { registered } = await registry.registerAll(twice);
        expect(registered.map(({ isNew }) => isNew)).to.deep.equal([true, false]);
        expect(registered[1]!.arn).to.equal(registered[0]!.arn);
        expect(await registry.packagesOf("eurusd")).to.have.length(2);
    });

    it("registers all 28 in one call; the latest of each pair is another", async () => {
        const all = PAIRS.map((pair) => registration(pair));
        const { registered, failed } = await registry.registerAll(all);
        expect(failed).to.deep.equal([]);
        expect(registered.map(({ pair }) => pair)).to.deep.equal([...PAIRS]);
        await registry.registerAll(PAIRS.slice(0, 3).map((pair) => registration(pair, "second")));
        const latest = await registry.latest();
        expect([...latest.keys()]).to.have.members(PAIRS);
        const [renewed, kept] = [latest.get(PAIRS[2])!, latest.get(PAIRS[3])!];
        expect([renewed.version, kept.version]).to.deep.equal([31, 4]);
        expect(renewed.metadata.artefactSha256).to.equal(digestOf(`${PAIRS[2]} second`));
    });

    it("registers the others where one is refused, and says which and why", async () => {
        const broken = registration("gbpusd");
        const { registered, failed } = await registry.registerAll([
            registration("eurusd"),
            { ...broken, metadata: { ...broken.metadata, artefactSha256: "none", gitCommit: "a,b" } },
            { ...registration("usdjpy"), modelDataUrl: "https://elsewhere/model.tar.gz" },
            registration("audusd"),
        ]);
        expect(registered.map(({ pair }) => pair)).to.deep.equal(["eurusd", "audusd"]);
        expect(failed.map(({ pair }) => pair)).to.deep.equal(["gbpusd", "usdjpy"]);
        expect(failed[0]!.error.message).to.match(/artefactSha256.*gitCommit|gitCommit.*artefactSha256/s);
        expect(failed[1]!.error.message).to.match(/ModelDataUrl: s3:\/\/bucket\/prefix/);
    });

    it("keeps the champion until a newer package is approved", async () => {
        expect(await registry.latestApproved("eurusd")).to.be.undefined;
        const first = await registry.register(registration("eurusd", "first"));
        await registry.approve(first.arn, "Promoted by #1");
        const second = await registry.register(registration("eurusd", "second"));
        const third = await registry.register(registration("eurusd", "third", { status: "Rejected" }));
        await registry.register(registration("gbpusd", "first", { status: "Approved" }));
        const champion = await registry.latestApproved("eurusd");
        expect(champion).to.include({ arn: first.arn, approvalDescription: "Promoted by #1" });
        await registry.approve(second.arn, "Promoted by #2");
        expect((await registry.latestApproved("eurusd"))!.arn).to.equal(second.arn);
        await registry.reject(second.arn, "Drifts");
        expect((await registry.latestApproved("eurusd"))!.arn).to.equal(first.arn);
        expect([...(await registry.latest("Approved")).keys()]).to.have.members(["eurusd", "gbpusd"]);
        const packages = await registry.packagesOf("eurusd");
        expect(packages.map(({ arn, status }) => [arn, status])).to.deep.equal([
            [third.arn, "Rejected"],
            [second.arn, "Rejected"],
            [first.arn, "Approved"],
        ]);
        expect(packages[1]!.metadata).to.deep.equal(metadata("eurusd", "second"));
    });

    it("finds a pair's packages among more than a page of others", async () => {
        const runs = ["a", "b", "c", "d"];
        for (const run of runs) await registry.registerAll(PAIRS.map((pair) => registration(pair, run)));
        const packages = await registry.packagesOf("audcad");
        expect(packages.map(({ version }) => version)).to.deep.equal([85, 57, 29, 1]);
        expect((await registry.latest(undefined, ["audcad"])).get("audcad")!.version).to.equal(85);
    });

    it("says what is wrong with a package that something else has registered", async () => {
        await test.client.send(
            new CreateModelPackageCommand({
                ModelPackageGroupName: GROUP,
                ModelPackageDescription: "eurusd by hand",
                CustomerMetadataProperties: { pair: "eurusd", r2: "high" },
            }),
        );
        expect(await refusal(registry.packagesOf("eurusd"))).to.match(/ZodError: .*"r2".*"ceiling"/s);
    });

    it("gives metadata back as it was, and none where nothing is known", () => {
        const given = { ...metadata("eurusd", "x"), sharpe: -1.25, r2: 0.1 + 0.2 };
        expect(decodeMetadata(encodeMetadata(given))).to.deep.equal(given);
        const encoded = encodeMetadata(metadata("eurusd", "x"));
        expect(encoded).to.have.any.keys("directionalAccuracy").and.not.have.any.keys("sharpe");
        expect(decodeMetadata(encoded)).to.not.have.any.keys("sharpe");
        expect(() => encodeMetadata({ ...given, r2: NaN })).to.throw(/r2/);
        expect(() => decodeMetadata({ ...encoded, features: "many" })).to.throw(/features/);
    });
});
