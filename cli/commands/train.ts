import { SageMakerClient } from "@aws-sdk/client-sagemaker";
import { SFNClient } from "@aws-sdk/client-sfn";
import type { Command } from "commander";
import { execFileSync } from "node:child_process";
import { physicalName } from "../../config/names";
import { PAIRS, type Pair } from "../../config/pairs";
import { PROJECT } from "../../config/tags";
import { ROOT } from "../../local/paths";
import { requireInstance } from "../../local/stack";
import { clientOptions, explain } from "../clients";
import { printJson } from "../output";
import { parsePairs } from "../pairs";
import { createStep } from "../progress";
import { figure, percent, table } from "../table";
import { runTraining, type TrainingRun } from "../trainingRun";

interface TrainOptions {
    readonly pairs?: readonly Pair[];
    readonly fast?: true;
    readonly dataset?: string;
    readonly stack: string;
    readonly json?: true;
}

/** `bqx train`: bars to registered models, by the stack's own state machine. Exits 1 where a pair failed. */
export function trainCommand(program: Command): void {
    program
        .command("train")
        .description("train a model for each pair and register it, by a running local stack")
        .option("--pairs <list>", "only these pairs, such as eurusd,usdjpy", parsePairs)
        .option("--fast", "less of everything, to try it; the report says so")
        .option("--dataset <uri>", "train on this dataset, s3://BUCKET/features/NAME, instead of making one")
        .option("--stack <name>", "the local stack", "local")
        .option("--json", "print one JSON document")
        .action(train);
}

async function train({ pairs = PAIRS, fast, dataset, stack, json }: TrainOptions): Promise<void> {
    const instance = requireInstance(stack);
    const { region, account } = instance;
    const machine = physicalName("stateMachine", `${PROJECT}-training`, { stack });
    const stateMachineArn = `arn:aws:states:${region}:${account}:stateMachine:${machine}`;
    const clients = {
        sfn: new SFNClient(clientOptions(instance)),
        sageMaker: new SageMakerClient(clientOptions(instance)),
    };
    const input = { pairs: pairs.join(","), fast: fast ?? false, gitCommit: gitCommit(), dataset };
    const startedAt = Date.now();
    try {
        const run = await createStep()(`Training of ${pairs.length} pairs`, (onProgress) =>
            runTraining(clients, { stateMachineArn, input, onProgress }),
        );
        const seconds = (Date.now() - startedAt) / 1000;
        if (json) printJson({ ...run, seconds });
        else process.stdout.write(describe(run));
        if (run.failed.length > 0) process.exitCode = 1;
    } catch (error) {
        explain(error, stack, "training stage");
    } finally {
        clients.sfn.destroy();
        clients.sageMaker.destroy();
    }
}

/** The commit that the models are made by; `unknown` where there is none, or files differ from it. */
function gitCommit(): string {
    const git = (...args: readonly string[]) =>
        execFileSync("git", args, {
            cwd: ROOT,
            encoding: "utf8",
            stdio: ["ignore", "pipe", "ignore"],
        }).trim();
    try {
        return git("status", "--porcelain") === "" ? git("rev-parse", "HEAD") : "unknown";
    } catch {
        return "unknown";
    }
}

const TITLES = ["pair", "version", "model", "R2", "ceiling", "best floor", "direction", "Sharpe", "coverage"];

function describe({ models, failed, dataset }: TrainingRun): string {
    const rows = models.map((each) => [
        ...[each.pair, String(each.version), each.model, figure(each.r2), figure(each.ceiling)],
        ...[`${figure(each.floor.r2)} (${each.floor.name})`, percent(each.directionalAccuracy)],
        ...[figure(each.sharpe), percent(each.coverage.test)],
    ]);
    const isFast = models.some((each) => each.isFast);
    return [
        ...(models.length > 0 ? table(TITLES, rows) : []),
        `${models.length} models are in the registry, ${failed.length} pairs failed; dataset ${dataset}`,
        ...(models.length > 0
            ? ["Measures are of the test split. An honest model cannot have an R2 much above the ceiling."]
            : []),
        ...(isFast ? ["This was a fast run, on part of the rows: its models are for trying."] : []),
        ...failed.map(({ pair, error }) => `${pair} failed: ${error}`),
        "",
    ].join("\n");
}
