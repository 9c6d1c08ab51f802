import { expect } from "chai";
import { parseSettings } from "../../config/load";
import { TARGETS } from "../../sagemaker/processing/targets";

const parse = (training: Record<string, unknown>, stack = "dev") =>
    parseSettings(stack, { owner: "ml-platform", costCenter: "fx-research", training }).training;

/** What a setting is refused with. */
function refusal(training: Record<string, unknown>): string {
    try {
        parse(training);
    } catch (error) {
        return (error as Error).message.replace(/^.*\n {2}- /, "");
    }
    return "accepted";
}

describe("the training settings", () => {
    it("fill an instance on AWS, and leave this machine to jobs side by side", () => {
        const threads = ["dev", "prod", "local"].map((stack) => parse({}, stack).threads);
        expect(threads).to.deep.equal([8, 8, 1]);
    });

    it("take the targets that datasets have, and no other", () => {
        const names = TARGETS.map(({ name }) => name);
        expect(names.map((target) => parse({ target }).target)).to.deep.equal(names);
        expect(refusal({ target: "target_60_61" })).to.equal(
            `training.target: got "target_60_61", allowed: ${names.join(", ")}`,
        );
    });

    it("leave what a run is not told to the training program, but for a fast run's sizes", () => {
        const { hyperparameters, fast } = parse({
            hyperparameters: { maxDepth: 12 },
            fast: { nEstimators: 5 },
        });
        expect(hyperparameters).to.deep.equal({ maxDepth: 12 });
        expect(fast).to.include({ nEstimators: 5, selectionRows: 5000 });
    });

    const cases: [settings: Record<string, unknown>, problem: string][] = [
        [{ candidates: "some" }, 'training.candidates: got "some", allowed: lagged, all'],
        [{ seed: -1 }, "training.seed: got -1, allowed: at least 0"],
        [{ expiresDays: 0 }, "training.expiresDays: got 0, allowed: at least 1"],
        [
            { hyperparameters: { maxDepth: 31 } },
            "training.hyperparameters.maxDepth: got 31, allowed: at most 30",
        ],
        [{ fast: { fitRows: 20_001 } }, "training.fast.fitRows: got 20001, allowed: at most 20000"],
        [{ imageTag: "a b" }, 'training.imageTag: got "a b", allowed: an image tag'],
        [{ inferenceImageTag: "" }, 'training.inferenceImageTag: got "", allowed: an image tag'],
        [
            { instanceType: "m5.large" },
            'training.instanceType: got "m5.large", allowed: such as ml.m5.2xlarge',
        ],
        [{ threads: 0 }, "training.threads: got 0, allowed: at least 1"],
        [{ volumeGb: 19 }, "training.volumeGb: got 19, allowed: at least 20"],
        [{ maxRuntimeSeconds: 59 }, "training.maxRuntimeSeconds: got 59, allowed: at least 60"],
        [{ maxConcurrency: 29 }, "training.maxConcurrency: got 29, allowed: at most 28"],
    ];
    for (const [settings, problem] of cases) {
        it(`refuse ${JSON.stringify(settings)}`, () => expect(refusal(settings)).to.equal(problem));
    }
});
