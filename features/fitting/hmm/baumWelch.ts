import { at } from "../../kernels/span";
import { Expectation } from "./expectation";
import type { Gaussian, HmmParameters, HmmState, Observations, Row3 } from "../../families/hmm/model";

/** Least chance of any transition: every state stays within reach, whatever the training split lacked. */
const LEAST_TRANSITION = 1e-6;

/** Least variance within a state, as a share of the whole: else one shrinks onto the filled minutes, all alike. */
const LEAST_VARIANCE_SHARE = 0.01;

/** Least standard deviations where the whole does not vary: 0.001 basis points, and one per cent of a range. */
const LEAST_STD = { moves: 1e-7, logRanges: 1e-2 } as const;

/** Least expected minutes in a state to say anything about it. */
const LEAST_WEIGHT = 1e-6;

/** Chance that a state stays, to begin with. */
const INITIAL_STAY = 0.95;

/** Fitting ends when the log-likelihood per minute grows by less, or after so many rounds. */
const TOLERANCE = 1e-5;
const MAX_ROUNDS = 200;

/** A model on the way, and the logarithm of the observations' density under it. */
export interface Round {
    readonly model: HmmParameters;
    readonly logLikelihood: number;
}

type Floors = Readonly<Record<keyof Observations, number>>;

/**
 * Fits a model to consecutive observations, none of them NaN. The same observations give the same bits.
 * @throws RangeError where there are fewer than 3 observations, or they are not numbers
 */
export function fitModel(observations: Observations): HmmParameters {
    const least = TOLERANCE * observations.moves.length;
    const rounds = baumWelch(observations);
    let { model, logLikelihood } = rounds.next().value;
    for (let round = 1; round < MAX_ROUNDS; round++) {
        const next = rounds.next().value;
        const gain = next.logLikelihood - logLikelihood;
        ({ model, logLikelihood } = next);
        if (!(gain > least)) break;
    }
    return byVolatility(model);
}

/**
 * The rounds of the Baum-Welch algorithm (Baum, Petrie, Soules and Weiss 1970; scaled as in Rabiner 1989), without end. It
 * starts from the terciles of the range. Each round maximises within the least variances and transitions, so the
 * likelihood never falls.
 */
export function* baumWelch(observations: Observations): Generator<Round, never> {
    const { moves, logRanges } = observations;
    const isUsable = [moves, logRanges].every(
        (values) => values.length >= 3 && values.every(Number.isFinite),
    );
    if (!isUsable)
        throw new RangeError(`a model is fitted to 3 finite observations or more, got ${moves.length}`);
    const floors: Floors = {
        moves: floorOf(observations, "moves"),
        logRanges: floorOf(observations, "logRanges"),
    };
    const expectation = new Expectation(moves.length);
    let model = initialModel(observations, floors);
    for (;;) {
        const logLikelihood = expectation.update(model, observations);
        yield { model, logLikelihood };
        model = maximised(model, expectation, observations, floors);
    }
}

function floorOf(observations: Observations, of: keyof Observations): number {
    const values = observations[of];
    const { std } = weighted(values, new Float64Array(values.length).fill(1));
    return Math.max(LEAST_STD[of], Math.sqrt(LEAST_VARIANCE_SHARE) * std);
}

/** Each state is a tercile of the range; where many ranges are equal one may be empty, and is the whole instead. */
function initialModel(observations: Observations, floors: Floors): HmmParameters {
    const { logRanges } = observations;
    const sorted = logRanges.toSorted();
    const bounds = [1, 2].map((third) => at(sorted, Math.floor((third * sorted.length) / 3)));
    const tercile = Uint8Array.from(logRanges, (value) => bounds.filter((bound) => value >= bound).length);
    const stateOf = (of: number) => {
        const members = Float64Array.from(tercile, (each) => Number(each === of));
        return estimated(observations, members.includes(1) ? members : members.fill(1), floors);
    };
    const leave = (1 - INITIAL_STAY) / 2;
    return {
        states: [stateOf(0), stateOf(1), stateOf(2)],
        transitions: [
            [INITIAL_STAY, leave, leave],
            [leave, INITIAL_STAY, leave],
            [leave, leave, INITIAL_STAY],
        ],
    };
}

/** The M step. A state that no observation speaks for stays as it was. */
function maximised(
    before: HmmParameters,
    { occupancy, transitions }: Expectation,
    observations: Observations,
    floors: Floors,
): HmmParameters {
    const stateOf = (state: 0 | 1 | 2) =>
        sum(occupancy[state]) > LEAST_WEIGHT
            ? estimated(observations, occupancy[state], floors)
            : before.states[state];
    const rowOf = (state: 0 | 1 | 2) => {
        const counts: Row3 = [
            at(transitions, 3 * state),
            at(transitions, 3 * state + 1),
            at(transitions, 3 * state + 2),
        ];
        return sum(counts) > LEAST_WEIGHT ? chancesOf(counts) : before.transitions[state];
    };
    return {
        states: [stateOf(0), stateOf(1), stateOf(2)],
        transitions: [rowOf(0), rowOf(1), rowOf(2)],
    };
}

/** Shares of counts, none below the least: those that would be are raised to it, the others share what is left. */
function chancesOf(counts: Row3): Row3 {
    let raised = counts.map((count) => count / sum(counts) < LEAST_TRANSITION);
    for (;;) {
        const free = sum(counts.filter((_, to) => !raised[to]));
        const left = 1 - LEAST_TRANSITION * raised.filter(Boolean).length;
        const chance = (count: number, to: number) => (raised[to] ? LEAST_TRANSITION : (left * count) / free);
        const chances: Row3 = [chance(counts[0], 0), chance(counts[1], 1), chance(counts[2], 2)];
        if (chances.every((each) => each >= LEAST_TRANSITION)) return chances;
        raised = chances.map((each) => each <= LEAST_TRANSITION);
    }
}

function estimated({ moves, logRanges }: Observations, weights: Float64Array, floors: Floors): HmmState {
    const move = weighted(moves, weights);
    const logRange = weighted(logRanges, weights);
    return {
        move: { mean: move.mean, std: Math.max(floors.moves, move.std) },
        logRange: { mean: logRange.mean, std: Math.max(floors.logRanges, logRange.std) },
    };
}

function weighted(values: Float64Array, weights: Float64Array): Gaussian {
    const total = sum(weights);
    let mean = 0;
    for (let row = 0; row < values.length; row++) mean += at(weights, row) * at(values, row);
    mean /= total;
    let squares = 0;
    for (let row = 0; row < values.length; row++) {
        const deviation = at(values, row) - mean;
        squares += at(weights, row) * deviation * deviation;
    }
    return { mean, std: Math.sqrt(squares / total) };
}

function sum(values: Iterable<number>): number {
    let total = 0;
    for (const value of values) total += value;
    return total;
}

/** The same model with its states in the order of their volatility. */
function byVolatility({ states, transitions }: HmmParameters): HmmParameters {
    const [a, b, c] = ([0, 1, 2] as const).toSorted(
        (one, two) =>
            states[one].move.std - states[two].move.std ||
            states[one].logRange.mean - states[two].logRange.mean,
    ) as [0 | 1 | 2, 0 | 1 | 2, 0 | 1 | 2];
    const rowOf = (from: Row3): Row3 => [from[a], from[b], from[c]];
    return {
        states: [states[a], states[b], states[c]],
        transitions: [rowOf(transitions[a]), rowOf(transitions[b]), rowOf(transitions[c])],
    };
}
