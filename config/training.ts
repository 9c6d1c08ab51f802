import { z } from "zod";
import type { Environment } from "./environment";
import { imageTag, instanceType, volumeGb } from "./fields";
import { PAIRS } from "./pairs";

/** What a model may forecast: `target_W_h` is bqx of W minutes, h minutes ahead. sagemaker/processing makes these columns. */
const TARGETS = [
    ...["target_60_60", "target_15_15", "target_30_30", "target_45_45"],
    ...["target_75_75", "target_75_15", "target_60_15"],
] as const;

const DAY_SECONDS = 86_400;

const whole = (min: number, max: number) => z.int().min(min).max(max);
const rows = () => whole(100, 10_000_000);
const trees = () => whole(1, 10_000);

/** In the words of sagemaker/training/bqx_training/hyperparameters.py; what is left out has the default that is there. */
const hyperparameters = z.strictObject({
    selectionRows: rows().optional().describe("Rows that the selection of columns sees at most"),
    fitRows: rows().optional().describe("Rows that models are fitted to at most"),
    nEstimators: trees().optional().describe("Trees of each forest"),
    maxDepth: whole(1, 30).optional().describe("Depth of a forest's trees"),
    minSamplesSplit: whole(2, 100_000).optional().describe("Rows without which a forest's node is not split"),
    maxFeatures: z
        .number()
        .min(0.001)
        .max(1)
        .optional()
        .describe("Share of the columns that a forest's split looks at"),
    boostingRounds: trees().optional().describe("Trees of the gradient boosting"),
    learningRate: z.number().min(0.0001).max(1).optional().describe("Weight of each of its trees"),
    numLeaves: whole(2, 4_096).optional().describe("Leaves of each of its trees"),
    minChildSamples: whole(1, 100_000).optional().describe("Rows of a leaf at least"),
    featureFraction: z
        .number()
        .min(0.01)
        .max(1)
        .optional()
        .describe("Share of the columns that each of its trees sees"),
    ridgeAlpha: z
        .number()
        .min(1e-9)
        .max(1e9)
        .optional()
        .describe("Penalty of the linear baseline, for each row"),
});

const fast = z.strictObject({
    selectionRows: rows().default(5_000).describe("Rows that the selection of columns sees at most"),
    fitRows: rows().max(20_000).default(10_000).describe("Rows that models are fitted to at most"),
    nEstimators: trees().default(25).describe("Trees of each forest"),
    boostingRounds: trees().default(50).describe("Trees of the gradient boosting"),
});

const training = z.strictObject({
    target: z
        .enum(TARGETS)
        .default("target_60_60")
        .describe(
            "What models forecast: target_W_h is bqx of W minutes, h minutes ahead; its R2 can reach ((W - h) / W)^3",
        ),
    candidates: z
        .enum(["lagged", "all"])
        .default("all")
        .describe("Columns to select from: the 2,640 of the plan, or those that have no lags too"),
    seed: whole(0, 2_147_483_647)
        .default(1)
        .describe("Seed of all that is random: same seed, data and code give the same model"),
    expiresDays: whole(1, 3_650)
        .default(45)
        .describe("Days after its dataset's end for which a model may be used"),
    hyperparameters: hyperparameters
        .prefault({})
        .describe(
            "Hyperparameters of all pairs, such as a tuning job's best; the training program has defaults",
        ),
    fast: fast.prefault({}).describe("Sizes of a fast run, which is for trying and no model to trade by"),
    imageTag: imageTag().default("0.1.0").describe("Tag of the training image that jobs run"),
    inferenceImageTag: imageTag()
        .default("0.1.0")
        .describe("Tag of the inference image that models are registered for"),
    instanceType: instanceType()
        .default("ml.m5.2xlarge")
        .describe("Instance type of a job, one for each pair; ml.m5.2xlarge is $0.461 an hour"),
    threads: whole(1, 256).describe("Threads of a job: the CPUs of its instance type"),
    volumeGb: volumeGb()
        .default(30)
        .describe("Disk of each instance, at $0.14 per GB-month while a job runs"),
    maxRuntimeSeconds: whole(60, DAY_SECONDS)
        .default(3_600)
        .describe("Time after which AWS stops a job; the pair then keeps the model it has"),
    maxConcurrency: whole(1, PAIRS.length)
        .default(PAIRS.length)
        .describe("Jobs at the same time; more than the account's quota of instances wait for their turn"),
});

/** The settings of the training stage. A local stack runs jobs side by side on this machine: one thread each. */
export function trainingSchema(environment: Environment) {
    return training.extend({
        threads: training.shape.threads.default(environment === "local" ? 1 : 8),
    });
}
