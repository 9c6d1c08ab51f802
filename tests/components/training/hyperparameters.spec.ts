import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { hyperparametersOf } from "../../../components/training/plan";
import { ROOT } from "../../../local/paths";
import { settingsOf } from "./fixture";

const FAST = { selection_rows: "5000", fit_rows: "10000", n_estimators: "25", boosting_rounds: "50" };

describe("the hyperparameters", () => {
    it("follow the settings; a fast run has its own sizes", () => {
        const { training } = settingsOf({
            ...{ target: "target_75_15", candidates: "lagged", seed: 7, expiresDays: 30, threads: 4 },
            hyperparameters: { nEstimators: 300, maxDepth: 12, learningRate: 0.05 },
            fast: { fitRows: 20_000 },
        });
        const common = {
            ...{ target: "target_75_15", candidates: "lagged", seed: "7", expires_days: "30", n_jobs: "4" },
            ...{ max_depth: "12", learning_rate: "0.05" },
        };
        expect(hyperparametersOf(training, "full")).to.deep.equal({
            ...common,
            ...{ fast: "false", n_estimators: "300" },
        });
        expect(hyperparametersOf(training, "fast")).to.deep.equal({
            ...{ ...common, ...FAST },
            ...{ fast: "true", fit_rows: "20000" },
        });
    });

    it("are what the training program takes, every one of them", () => {
        const { training } = settingsOf({
            hyperparameters: {
                ...{ selectionRows: 100, fitRows: 100, nEstimators: 1, maxDepth: 1, minSamplesSplit: 2 },
                ...{ maxFeatures: 0.001, boostingRounds: 1, learningRate: 0.0001, numLeaves: 2 },
                ...{ minChildSamples: 1, featureFraction: 0.01, ridgeAlpha: 1e-9 },
            },
        });
        const most = settingsOf({
            ...{ seed: 2_147_483_647, expiresDays: 3650, threads: 256 },
            hyperparameters: {
                ...{ selectionRows: 1e7, fitRows: 1e7, nEstimators: 1e4, maxDepth: 30 },
                ...{ minSamplesSplit: 1e5, maxFeatures: 1, boostingRounds: 1e4, learningRate: 1 },
                ...{ numLeaves: 4096, minChildSamples: 1e5, featureFraction: 1, ridgeAlpha: 1e9 },
            },
        }).training;
        const runs = [training, most].flatMap((each) => [
            hyperparametersOf(each, "full"),
            hyperparametersOf(each, "fast"),
        ]);
        const given = runs.map((run) => ({
            ...{ ...run, pair: "eurusd", git_commit: "unknown", leak_override: "" },
        }));
        // The program's own parser, which needs nothing but Python.
        const script =
            "import json, sys; from bqx_training.hyperparameters import parse_hyperparameters as parse; " +
            "[parse(each) for each in json.load(sys.stdin)]";
        execFileSync("python3", ["-c", script], {
            cwd: join(ROOT, "sagemaker/training"),
            input: JSON.stringify(given),
            env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" },
        });
    });
});
