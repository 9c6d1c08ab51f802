import { expect } from "chai";
import { Command } from "commander";
import { mkdirSync, writeFileSync } from "node:fs";
import type { Server } from "node:http";
import { join } from "node:path";
import { modelsCommand } from "../../cli/commands/models";
import { trainCommand } from "../../cli/commands/train";
import { describeProgress } from "../../cli/trainingRun";
import { UserError } from "../../local/errors";
import { createGateway } from "../../local/services/gateway";
import { RunningTraining } from "../components/training/running";
import { close, CREDENTIALS, listen } from "../local/services/awsHost";
import { ACCOUNT, REGION } from "../local/services/harness";
import { environment, temporaryDir } from "../support/temporary";

const MACHINE = "bqx-ml-training-test";
const PAIRS = ["--pairs", "eurusd,gbpusd"];

describe("bqx train and bqx models", function () {
    this.timeout(60_000);
    const training = RunningTraining.use();
    const state = temporaryDir();
    environment(() => ({ BQX_STATE: state() }));
    let gateway: Server;

    beforeEach(async () => {
        const { sageMaker, machines } = training;
        gateway = createGateway({
            services: [sageMaker.s3.service, sageMaker.harness.service, machines.harness.service],
            ...{ account: ACCOUNT, region: REGION, credentials: CREDENTIALS },
            control: () => Promise.resolve(),
            log: () => undefined,
        });
        leaveInstance(await listen(gateway));
    });
    afterEach(() => close(gateway));

    /** A local stack whose AWS is at a port. */
    function leaveInstance(port: number): void {
        mkdirSync(join(state(), "test"), { recursive: true });
        const keys = { controlToken: "", sealKey: "", passphrase: "" };
        const ports = { console: 1, aws: port, database: 1, cache: 1 };
        const instance = { stack: "test", account: ACCOUNT, region: REGION, ports, ...CREDENTIALS, ...keys };
        writeFileSync(join(state(), "test/instance.json"), JSON.stringify(instance));
    }

    /** Runs one of the two commands on that stack. @returns what it prints and its exit code */
    async function command(name: "train" | "models", ...args: string[]) {
        const program = new Command("bqx").exitOverride();
        (name === "train" ? trainCommand : modelsCommand)(program);
        const restore: (() => void)[] = [];
        let stdout = "";
        for (const [stream, take] of [
            [process.stdout, (text: string) => (stdout += text)],
            [process.stderr, () => undefined],
        ] as const) {
            const write = stream.write.bind(stream);
            stream.write = (text: string | Uint8Array) => {
                take(text.toString());
                return true;
            };
            restore.push(() => (stream.write = write));
        }
        process.exitCode = undefined;
        try {
            await program.parseAsync(["node", "bqx", name, "--stack", "test", ...args]);
            return { code: exitCode(), stdout };
        } finally {
            for (const undo of restore) undo();
            process.exitCode = undefined;
        }
    }

    it("takes pairs to registered models, and shows R2 beside its ceiling and the best floor", async () => {
        await training.machines.deploy(MACHINE, await training.definition());
        const { code, stdout } = await command("train", ...PAIRS, "--fast");
        expect(code).to.equal(0);
        const [titles, eurusd, gbpusd, summary, note, fast] = stdout.split("\n");
        expect(titles?.split(/\s{2,}/)).to.deep.equal([
            ...["pair", "version", "model", "R2", "ceiling", "best floor", "direction", "Sharpe", "coverage"],
        ]);
        expect(eurusd?.split(/\s{2,}/)).to.deep.equal([
            ...["eurusd", "1", "ridge", "0.021", "0.000", "-0.002 (zero)", "53.0 %", "-", "89.3 %"],
        ]);
        expect(gbpusd).to.match(/^gbpusd +2 /);
        expect(summary).to.match(
            /^2 models are in the registry, 0 pairs failed; dataset s3:\/\/data\/features\//,
        );
        expect(note).to.contain("test split");
        expect(fast).to.contain("fast run");
        const listed = await command("models");
        expect(listed.stdout.split("\n").map((line) => line.split(/\s{2,}/).slice(0, 5))).to.deep.equal([
            ["pair", "version", "status", "model", "R2"],
            ["eurusd", "1", "PendingManualApproval", "ridge", "0.021"],
            ["gbpusd", "2", "PendingManualApproval", "ridge", "0.021"],
            [""],
        ]);
    });

    it("gives scripts one JSON document each", async () => {
        await training.machines.deploy(MACHINE, await training.definition());
        const { stdout } = await command("train", ...PAIRS, "--json");
        const run = JSON.parse(stdout) as Record<string, unknown>;
        expect(run).to.include({ outcome: "all" });
        expect(run).to.have.all.keys(
            ...["execution", "outcome", "message", "dataset", "models", "failed", "seconds"],
        );
        const { models } = JSON.parse((await command("models", "--json")).stdout) as { models: object[] };
        expect(models.map((each) => Object.keys(each).slice(0, 3))).to.deep.equal(
            Array<string[]>(2).fill(["pair", "version", "status"]),
        );
        expect(models[0]).to.deep.include({
            ...{ pair: "eurusd", version: 1, status: "PendingManualApproval" },
            metrics: { r2: 0.021, ceiling: 0, mae: 0.0012, directionalAccuracy: 0.53, sharpe: null },
        });
    });

    it("exits 1 where a pair failed, and says why", async () => {
        await training.machines.deploy(MACHINE, await training.definition(["gbpusd"]));
        const { code, stdout } = await command("train", ...PAIRS);
        expect(code).to.equal(1);
        expect(stdout).to.match(/^eurusd /m);
        expect(stdout).to.match(/^gbpusd failed: .*UnusableError: the "dataset" is not whole/m);
    });

    it("tells each pair's failure where no pair has a model", async () => {
        await training.machines.deploy(MACHINE, await training.definition(["eurusd", "gbpusd"]));
        const { code, stdout } = await command("train", ...PAIRS);
        expect(code).to.equal(1);
        expect(stdout.match(/ failed: .*UnusableError/g)).to.have.length(2);
    });

    it("takes a dataset that is there, and says what ended a run before any pair was trained", async () => {
        await training.machines.deploy(MACHINE, await training.definition());
        await training.sageMaker.put("features/kept/eurusd/manifest.json", '{"pair":"eurusd"}');
        const kept = "s3://data/features/kept";
        const good = await command("train", "--pairs", "eurusd", "--dataset", kept);
        expect(good.stdout).to.contain(`dataset ${kept}\n`);
        const noBars = {
            StartAt: "Only",
            States: { Only: { Type: "Fail", Error: "ProcessingFailed", Cause: "no bars" } },
        };
        await training.machines.deploy(MACHINE, noBars);
        await refused("train", "The training run ended as FAILED. ProcessingFailed: no bars");
    });

    it("list no model where none is registered", async () => {
        expect((await command("models")).stdout).to.contain("No model is registered yet");
        expect(JSON.parse((await command("models", "--json")).stdout)).to.deep.equal({ models: [] });
    });

    it("say what to do where the stage is not deployed, or the stack does not run", async () => {
        await refused("train", 'The local stack "test" has no training stage. Run "./bqx up"');
        await close(gateway);
        const stopped = 'The local stack "test" is stopped. Start it with "./bqx up".';
        await refused("train", stopped);
        await refused("models", stopped);
        gateway = createGateway({
            services: [],
            ...{ account: ACCOUNT, region: REGION, credentials: CREDENTIALS },
            control: () => Promise.resolve(),
            log: () => undefined,
        });
        await listen(gateway);
    });

    /** Runs a command that must be refused in words for its user. */
    async function refused(name: "train" | "models", message: string): Promise<void> {
        const error: unknown = await command(name).catch((thrown: unknown) => thrown);
        expect(error).to.be.instanceOf(UserError);
        expect((error as UserError).message).to.contain(message);
    }
});

const exitCode = () => process.exitCode ?? 0;

describe("how far a training run is", () => {
    const job = (
        pair: string,
        TrainingJobStatus: "Completed" | "InProgress" | "Failed",
        state = "Training",
    ) => ({
        TrainingJobName: `bqx-ml-training-${pair}-f6a2a4a0-1111-4222-8333-444455556666`,
        TrainingJobArn: undefined,
        CreationTime: undefined,
        TrainingJobStatus,
        SecondaryStatus: state as "Training",
    });

    it("is told by the jobs there are", () => {
        const input = { pairs: "eurusd,gbpusd,usdjpy" };
        expect(describeProgress(input, [])).to.equal("making the dataset");
        expect(describeProgress({ ...input, dataset: "s3://a/b" }, [])).to.equal("starting jobs");
        const started = [
            job("eurusd", "Completed"),
            job("gbpusd", "InProgress"),
            job("usdjpy", "InProgress", "Starting"),
        ];
        expect(describeProgress(input, started)).to.equal("1 of 3 pairs trained; at work: gbpusd");
        const ended = [job("eurusd", "Completed"), job("gbpusd", "Failed"), job("usdjpy", "Completed")];
        expect(describeProgress(input, ended)).to.equal("2 of 3 pairs trained; failed: gbpusd; registering");
    });
});
