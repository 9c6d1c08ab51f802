import { PAIRS } from "../../../config/pairs";
import type { FeatureBasis } from "../../../data/store/basis";
import type { HmmParameters } from "../../../features/families/hmm/model";

const model = (scale: number): HmmParameters => ({
    states: [
        { move: { mean: 0, std: scale }, logRange: { mean: -9, std: 0.5 } },
        { move: { mean: 1e-7, std: 2 * scale }, logRange: { mean: -8, std: 0.5 } },
        { move: { mean: -1e-7, std: 4 * scale }, logRange: { mean: -7, std: 0.7 } },
    ],
    transitions: [
        [0.9, 0.07, 0.03],
        [0.05, 0.9, 0.05],
        [0.03, 0.07, 0.9],
    ],
});

/** Parameters of all pairs with every part, of numbers that are hard to write down. */
export const BASIS: FeatureBasis = {
    activity: "trueRange",
    spread: "quoted",
    trainingHash: "of a test's own",
    parameters: {
        pairs: new Map(
            PAIRS.map((pair, place) => [
                pair,
                {
                    baseRate: 1 + place / 7,
                    garch: { omega: 1e-10 / 3, alpha: 0.06, beta: 0.92 + place / 1e4 },
                },
            ]),
        ),
        hmm: new Map(
            PAIRS.map((pair, place) => [pair, { idx: model((place + 1) / 3e5), bqx: model(Math.PI) }]),
        ),
        crossPair: {
            sisters: new Map(
                PAIRS.map((pair) => [pair, PAIRS.filter((other) => other !== pair).slice(0, 5)]),
            ),
            usdLoadings: new Map([
                ["audusd", -0.3780000000000001],
                ["usdjpy", Number.MIN_VALUE],
            ]),
        },
        partners: new Map(
            PAIRS.map((pair, place) => [pair, [PAIRS[(place + 3) % 28]!, PAIRS[(place + 5) % 28]!]]),
        ),
    },
};
