import { expect } from "chai";
import type { TrainingReport } from "../../../functions/registerModels/report";
import type { Pair } from "../../../config/pairs";
import { RunningTraining } from "./running";

describe("an execution of the training machine", function () {
    this.timeout(60_000);
    const training = RunningTraining.use();
    const { sageMaker, machines } = training;

    const run = (input: object, failing?: readonly Pair[]) => training.run(input, failing);

    const reportOf = ({ output }: { readonly output?: string | undefined }) =>
        JSON.parse(output!) as TrainingReport;

    it("makes a dataset, trains each pair, registers all, and tells that all is well", async () => {
        const ended = await run({ fast: true, gitCommit: "abcdef1" });
        expect(ended.status, ended.cause).to.equal("SUCCEEDED");
        const { outcome, models, failed, dataset } = reportOf(ended);
        expect({ outcome, failed }).to.deep.equal({ outcome: "all", failed: [] });
        expect(models.map(({ pair, version, status }) => [pair, version, status])).to.deep.equal([
            ["eurusd", 1, "PendingManualApproval"],
            ["gbpusd", 2, "PendingManualApproval"],
            ["usdjpy", 3, "PendingManualApproval"],
        ]);
        expect(dataset).to.match(/^s3:\/\/data\/features\/[\w-]+$/);
        expect(machines.published).to.have.length(1);
        const [[topic, subject, message]] = machines.published as [string[]];
        expect([topic, subject]).to.deep.equal(["arn:info", "BQX-ML dev: models are trained"]);
        expect(message).to.contain("3 models are registered, 0 pairs failed.");
    });

    it("hands each job its pair, the mode's sizes and the commit, and measures it", async () => {
        await run({ pairs: "eurusd", fast: true, gitCommit: "abcdef1" });
        const [line] = sageMaker.lines.filter(({ group }) => group === "/aws/sagemaker/TrainingJobs");
        expect(line?.stream).to.match(/^bqx-ml-training-eurusd-/);
        expect(JSON.parse(line!.message)).to.include({
            ...{ pair: "eurusd", fast: "true", n_estimators: "25", fit_rows: "10000", git_commit: "abcdef1" },
            leak_override: "",
        });
        expect(sageMaker.metrics.map(({ name, value }) => [name, value])).to.have.deep.members([
            ["validation_r2", 0.03],
            ["test_r2", -0.021],
            ["test_mae", 0.0012],
            ["test_directional_accuracy", 0.53],
        ]);
    });

    it("goes on past a pair that fails, which keeps its champion, and warns of it", async () => {
        await run({});
        const champion = (await training.registry.latest()).get("gbpusd")!;
        await training.registry.approve(champion.arn, "merged");
        const ended = await run({}, ["gbpusd"]);
        expect(ended.status, ended.cause).to.equal("SUCCEEDED");
        const { outcome, failed, models } = reportOf(ended);
        expect(outcome).to.equal("some");
        expect(failed).to.have.length(1);
        expect(failed[0]).to.deep.include({ pair: "gbpusd" });
        expect(failed[0]?.error).to.contain('UnusableError: the "dataset" is not whole');
        expect(models.map(({ pair, isNew }) => [pair, isNew])).to.deep.equal([
            ["eurusd", false],
            ["usdjpy", false],
        ]);
        expect((await training.registry.latestApproved("gbpusd"))?.arn).to.equal(champion.arn);
        const [topic, subject, message] = machines.published.at(-1) as string[];
        expect([topic, subject]).to.deep.equal(["arn:warning", "BQX-ML dev: pairs failed in training"]);
        expect(message).to.contain("gbpusd: AlgorithmError: UnusableError");
    });

    it("fails, and tells so, where no pair has a model", async () => {
        const ended = await run({ pairs: "eurusd" }, ["eurusd"]);
        expect([ended.status, ended.error]).to.deep.equal(["FAILED", "TrainingFailed"]);
        expect((machines.published.at(-1) as string[])[0]).to.equal("arn:critical");
    });

    it("trains on a dataset that is there, without making one", async () => {
        await sageMaker.put("features/kept/usdjpy/manifest.json", '{"pair":"usdjpy"}');
        const ended = await run({ pairs: "usdjpy", dataset: "s3://data/features/kept" });
        expect(ended.status, ended.cause).to.equal("SUCCEEDED");
        const { dataset, models } = reportOf(ended);
        expect([dataset, models.length]).to.deep.equal(["s3://data/features/kept", 1]);
        expect(sageMaker.lines.some(({ group }) => group.endsWith("ProcessingJobs"))).to.equal(false);
        expect(await sageMaker.keys("features/")).to.have.length(1);
    });

    it("notes a pair that the dataset lacks as failed", async () => {
        await sageMaker.put("features/kept/usdjpy/manifest.json", '{"pair":"usdjpy"}');
        const ended = await run({ pairs: "usdjpy,eurusd", dataset: "s3://data/features/kept" });
        const { outcome, failed } = reportOf(ended);
        expect([outcome, failed.map(({ pair }) => pair)]).to.deep.equal(["some", ["eurusd"]]);
        expect(failed[0]?.error).to.contain("No S3 objects found");
    });

    it("refuses a mode that is no truth value, before anything costs", async () => {
        const ended = await run({ fast: "true" });
        expect([ended.status, ended.error]).to.deep.equal(["FAILED", "UnusableInput"]);
        expect(sageMaker.lines).to.deep.equal([]);
    });
});
