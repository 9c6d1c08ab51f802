import { expect } from "chai";
import { rollingFilter } from "../../../features/families/hmm/filter";
import {
    type HmmParameters,
    logDensityOf,
    type Observations,
    type Row3,
    stationary,
    writeEmissions,
} from "../../../features/families/hmm/model";
import { fitHmm } from "../../../features/fitting/hmm";
import { baumWelch, fitModel } from "../../../features/fitting/hmm/baumWelch";
import { normalNumbers, randomNumbers } from "../market";
import { naiveSeries } from "./naive";
import { familyOf, fittedTo, regimeMarket, TRAINING_ROWS, withPrices } from "./regimeMarket";

const MODEL: HmmParameters = {
    states: [
        { move: { mean: 1e-6, std: 3e-5 }, logRange: { mean: -10.5, std: 0.3 } },
        { move: { mean: -2e-6, std: 9e-5 }, logRange: { mean: -9.3, std: 0.35 } },
        { move: { mean: 0, std: 3e-4 }, logRange: { mean: -8, std: 0.5 } },
    ],
    transitions: [
        [0.96, 0.03, 0.01],
        [0.04, 0.94, 0.02],
        [0.01, 0.09, 0.9],
    ],
};

/** Minutes that follow the model. */
function drawn(rows: number, seed = 1, { states, transitions } = MODEL): Observations {
    const [normal, random] = [normalNumbers(seed), randomNumbers(seed + 1)];
    const [moves, logRanges] = [new Float64Array(rows), new Float64Array(rows)];
    let state = 0;
    for (let row = 0; row < rows; row++) {
        const { move, logRange } = states[state]!;
        moves[row] = move.mean + move.std * normal();
        logRanges[row] = logRange.mean + logRange.std * normal();
        const [first, second] = transitions[state]!;
        const luck = random();
        state = luck < first ? 0 : luck < first + second ? 1 : 2;
    }
    return { moves, logRanges };
}

const STATES = [0, 1, 2] as const;

/** Density of each state's last place, summed over all paths of states. */
function overAllPaths({ moves, logRanges }: Observations, model = MODEL): Row3 {
    const joint: [number, number, number] = [0, 0, 0];
    const start = stationary(model);
    const walk = (row: number, state: 0 | 1 | 2, density: number): void => {
        const now = density * Math.exp(logDensityOf(model.states[state])(moves[row]!, logRanges[row]!));
        if (row === moves.length - 1) joint[state] += now;
        else for (const next of STATES) walk(row + 1, next, now * model.transitions[state][next]);
    };
    for (const state of STATES) walk(0, state, start[state]);
    return joint;
}

/** The forward algorithm as textbooks have it: chances of the states after the last row, and that row's log-density. */
function forward({ moves, logRanges }: Observations, model: HmmParameters): { chances: Row3; last: number } {
    let chances = stationary(model);
    let last = NaN;
    moves.forEach((move, row) => {
        const joint = STATES.map((to) => {
            const reached =
                row === 0
                    ? chances[to]
                    : STATES.reduce<number>(
                          (sum, from) => sum + chances[from] * model.transitions[from][to],
                          0,
                      );
            return reached * Math.exp(logDensityOf(model.states[to])(move, logRanges[row]!));
        }) as [number, number, number];
        const total = joint[0] + joint[1] + joint[2];
        chances = [joint[0] / total, joint[1] / total, joint[2] / total];
        last = Math.log(total);
    });
    return { chances, last };
}

function filtered(observations: Observations, window: number, { origin = 5, from = 0, model = MODEL } = {}) {
    const rows = observations.moves.length;
    const column = () => new Float64Array(rows).fill(-1);
    const emissions = { densities: [column(), column(), column()] as const, peak: column() };
    const outputs = { probabilities: [column(), column(), column()] as const, logLikelihood: column() };
    writeEmissions(model, observations, emissions, 0, rows);
    rollingFilter(model, emissions, window, outputs, { origin, from, to: rows });
    return outputs;
}

const cut = ({ moves, logRanges }: Observations, from: number, to: number): Observations => ({
    moves: moves.subarray(from, to),
    logRanges: logRanges.subarray(from, to),
});

describe("forward filter", () => {
    it("agrees with the sum over all paths of states", () => {
        const observations = drawn(20);
        for (const window of [1, 2, 7]) {
            const { probabilities, logLikelihood } = filtered(observations, window);
            for (let row = 0; row < 20; row++) {
                if (row < window - 1) {
                    expect(
                        [...probabilities, logLikelihood].every((each) => Number.isNaN(each[row])),
                    ).to.equal(true);
                    continue;
                }
                const joint = overAllPaths(cut(observations, row - window + 1, row + 1));
                const total = joint[0] + joint[1] + joint[2];
                STATES.forEach((state) =>
                    expect(probabilities[state][row]).to.be.closeTo(joint[state] / total, 1e-12),
                );
                if (window === 1) continue;
                const before = overAllPaths(cut(observations, row - window + 1, row));
                const conditional = Math.log(total / (before[0] + before[1] + before[2]));
                expect(logLikelihood[row]).to.be.closeTo(conditional, 1e-10);
            }
        }
    });

    it("has the same bits wherever it starts, with blocks at absolute minutes", () => {
        const observations = drawn(100);
        const whole = filtered(observations, 30);
        for (let from = 0; from < 100; from++) {
            const part = filtered(observations, 30, { from });
            expect(part.probabilities.map((each) => each.slice(from))).to.deep.equal(
                whole.probabilities.map((each) => each.slice(from)),
            );
            expect(part.logLikelihood.slice(from)).to.deep.equal(whole.logLikelihood.slice(from));
            expect(part.logLikelihood.slice(0, from).every((each) => each === -1)).to.equal(true);
        }
    });

    it("survives what no state explains, and forgets a NaN that has left its window", () => {
        const observations = drawn(200);
        observations.moves[50] = 1;
        observations.moves[120] = NaN;
        const { probabilities } = filtered(observations, 30);
        for (let row = 29; row < 200; row++) {
            const total = probabilities[0][row]! + probabilities[1][row]! + probabilities[2][row]!;
            if (row >= 120 && row < 150) expect(total).to.deep.equal(NaN);
            else expect(total, `row ${row}`).to.be.closeTo(1, 1e-12);
        }
        expect(probabilities[2][50]).to.be.closeTo(1, 1e-12);
    });

    it("starts from chances that a step leaves as they are", () => {
        const start = stationary(MODEL);
        for (const to of STATES) {
            const after = STATES.reduce<number>(
                (sum, from) => sum + start[from] * MODEL.transitions[from][to],
                0,
            );
            expect(after).to.be.closeTo(start[to], 1e-15);
        }
    });
});

describe("fit of a hidden Markov model", () => {
    it("never lets the likelihood fall", () => {
        const stillAtTimes = drawn(1500);
        stillAtTimes.moves.fill(0, 200, 500);
        stillAtTimes.logRanges.fill(Math.log(1e-6), 200, 500);
        for (const observations of [drawn(1500), stillAtTimes]) {
            const rounds = baumWelch(observations);
            let before = -Infinity;
            for (let round = 0; round < 60; round++) {
                const { logLikelihood, model } = rounds.next().value;
                expect(logLikelihood, `round ${round}`).to.be.at.least(
                    before - 1e-9 * Math.abs(logLikelihood),
                );
                before = logLikelihood;
                for (const row of model.transitions) {
                    expect(row[0] + row[1] + row[2]).to.be.closeTo(1, 1e-12);
                    expect(Math.min(...row)).to.be.at.least(1e-6);
                }
            }
        }
    });

    it("counts what the forward algorithm counts", () => {
        const observations = drawn(50);
        const { model, logLikelihood } = baumWelch(observations).next().value;
        const alike: HmmParameters["transitions"] = [
            [1 / 3, 1 / 3, 1 / 3],
            [1 / 3, 1 / 3, 1 / 3],
            [1 / 3, 1 / 3, 1 / 3],
        ];
        // The fit's first state may be any, all alike: so may the long run's state where transitions are alike.
        const first = forward(cut(observations, 0, 1), { ...model, transitions: alike });
        let sum = first.last;
        let { chances } = first;
        for (let row = 1; row < 50; row++) {
            const joint = STATES.map(
                (to) =>
                    STATES.reduce<number>(
                        (part, from) => part + chances[from] * model.transitions[from][to],
                        0,
                    ) *
                    Math.exp(
                        logDensityOf(model.states[to])(
                            observations.moves[row]!,
                            observations.logRanges[row]!,
                        ),
                    ),
            );
            const total = joint.reduce((part, each) => part + each, 0);
            sum += Math.log(total);
            chances = joint.map((each) => each / total) as unknown as Row3;
        }
        expect(logLikelihood).to.be.closeTo(sum, 1e-9 * Math.abs(sum));
    });

    it("finds the model that the minutes came from, the calmest state first", () => {
        const fitted = fitModel(drawn(20_000));
        MODEL.states.forEach(({ move, logRange }, state) => {
            const found = fitted.states[state]!;
            expect(found.move.std / move.std).to.be.closeTo(1, 0.05);
            expect(found.logRange.mean).to.be.closeTo(logRange.mean, 0.05);
            expect(found.logRange.std / logRange.std).to.be.closeTo(1, 0.05);
            MODEL.transitions[state]!.forEach((chance, to) =>
                expect(fitted.transitions[state]![to]).to.be.closeTo(chance, 0.015),
            );
        });
        expect(fitModel(drawn(20_000))).to.deep.equal(fitted);
    });

    it("stays usable where nothing ever moves, and refuses what is no series", () => {
        const still = { moves: new Float64Array(100), logRanges: new Float64Array(100).fill(-13) };
        const model = fitModel(still);
        expect(model.states.every(({ move, logRange }) => move.std > 0 && logRange.std > 0)).to.equal(true);
        expect(filtered(still, 10, { model }).logLikelihood.slice(9).every(Number.isFinite)).to.equal(true);
        expect(() => fitModel(drawn(2))).to.throw(RangeError, "3 finite observations or more, got 2");
        const holed = drawn(10);
        holed.moves[4] = NaN;
        expect(() => fitModel(holed)).to.throw(RangeError);
    });

    it("reads the training rows alone", () => {
        const market = regimeMarket(1200);
        const { pairs, hmm } = fittedTo(market);
        const later = withPrices(market, ["audcad"], (price, row) =>
            row < TRAINING_ROWS ? price : 2 * price,
        );
        expect(fitHmm(later, pairs, 0, TRAINING_ROWS, ["audcad"])).to.deep.equal(hmm);
    });
});

describe("hmm regime", () => {
    const rows = 2000;
    const market = regimeMarket(rows);
    const parameters = fittedTo(market);
    const { r, bqx } = naiveSeries(market);
    const { high, low, close } = market.bars.get("audcad")!;
    const floored = (range: number) => Math.log(Math.max(1e-6, range));
    const observed = {
        idx: (row: number) => [r("audcad", row), floored((high[row]! - low[row]!) / close[row]!)],
        bqx: (row: number) => {
            const bar = [0, 1, 2, 3, 4].map((back) => bqx("audcad", row - back));
            return [bar[0]! - bar[1]!, floored(Math.max(...bar) - Math.min(...bar))];
        },
    };

    for (const short of ["idx", "bqx"] as const) {
        it(`of ${short} is what its definitions say`, () => {
            const model = parameters.hmm!.get("audcad")![short];
            const cache = new Map<number, { chances: Row3; last: number }>();
            const at = (row: number) => {
                const known = cache.get(row);
                if (known !== undefined) return known;
                const window = Array.from({ length: 240 }, (_, i) => observed[short](row - 239 + i));
                const [moves, logRanges] = [0, 1].map((which) =>
                    Float64Array.from(window, (each) => each[which]!),
                );
                const found = forward({ moves: moves!, logRanges: logRanges! }, model);
                cache.set(row, found);
                return found;
            };
            const stateAt = (row: number) => at(row).chances.indexOf(Math.max(...at(row).chances));
            const row = rows - 1;
            const { chances } = at(row);
            const means = model.states.map(({ move }) => move.mean);
            const expectedMean = STATES.reduce<number>(
                (sum, state) => sum + chances[state] * means[state]!,
                0,
            );
            const variance = STATES.reduce<number>((sum, state) => {
                const { mean, std } = model.states[state].move;
                return sum + chances[state] * (std ** 2 + (mean - expectedMean) ** 2);
            }, 0);
            const entering = STATES.map((to) =>
                STATES.filter((from) => from !== to).reduce<number>(
                    (sum, from) => sum + chances[from] * model.transitions[from][to],
                    0,
                ),
            );
            const leaving = entering.reduce((sum, each) => sum + each, 0);
            let minutes = 0;
            while (stateAt(row - minutes - 1) === stateAt(row)) minutes++;
            const expected: Record<string, number> = {
                probability_1: chances[0],
                probability_2: chances[1],
                probability_3: chances[2],
                state: stateAt(row) + 1,
                state_minutes: minutes,
                entropy: -chances.reduce((sum, p) => sum + p * Math.log(p), 0),
                ...(short === "idx" ? { expected_mean: expectedMean } : {}),
                expected_volatility: Math.sqrt(variance),
                leaving_probability: leaving,
                next_probability_1: entering[0]! / leaving,
                next_probability_2: entering[1]! / leaving,
                next_probability_3: entering[2]! / leaving,
                log_likelihood_60: Array.from({ length: 60 }, (_, back) => at(row - back).last).reduce(
                    (sum, each) => sum + each,
                    0,
                ),
            };
            const values = familyOf("hmm regime", market, parameters, { from: row, to: rows });
            for (const [term, value] of Object.entries(expected)) {
                const [found] = values.get(`hmm_${short}_${term}`)!;
                expect(found, term).to.be.closeTo(value, 1e-6 * Math.abs(value) + 1e-12);
            }
            expect([...values.keys()].filter((name) => name.startsWith(`hmm_${short}_`)).length).to.equal(
                Object.keys(expected).length,
            );
        });
    }

    it("says what parameters it lacks", () => {
        const { pairs } = parameters;
        expect(() => familyOf("hmm regime", market, { pairs }, { from: 300, to: 301 })).to.throw(
            'needs the feature parameters "hmm" of audcad',
        );
    });
});
