import { SINCE_CAP } from "../../catalogue/bases";
import { HMM_STATES, HMM_WINDOW } from "../../catalogue/hmm";
import { defineFamily, defineGroup, type Emit } from "../../family";
import { rowsSince } from "../../kernels/since";
import { at, earlier } from "../../kernels/span";
import { rollingSum } from "../../kernels/sums";
import type { PairContext } from "../../slice";
import { type Filtered, rollingFilter } from "./filter";
import { fitHmm } from "./fit";
import { type HmmParameters, type Observations, writeEmissions } from "./model";
import { observationsOf, type Short } from "./observations";

/** The models of a pair, one for each domain. */
export type PairHmm = Readonly<Record<Short, HmmParameters>>;

declare module "../../parameters" {
    interface PairParameters {
        readonly hmm: PairHmm;
    }
}

/** Regimes by a hidden Markov model in each domain. */
export const hmmRegime = defineFamily({
    name: "hmm regime",
    compute(context, emit) {
        for (const short of ["idx", "bqx"] as const) {
            const filtered = filteredOf(context, short);
            emitState(context, short, filtered, emit);
            emitExpectations(context, short, filtered, emit);
            const sum = context.scratch();
            rollingSum(filtered.logLikelihood, 60, sum, context.span);
            emit(`hmm_${short}_log_likelihood_60`, sum);
        }
    },
});

/** Fits a pair's models to the rows of the context's span. @throws RangeError where these are too few */
export function fitPairHmm(context: PairContext): PairHmm {
    return { idx: fitHmm(trainingOf(context, "idx")), bqx: fitHmm(trainingOf(context, "bqx")) };
}

/** The observations of the span, without those at the market's start that are not known yet. */
function trainingOf(context: PairContext, short: Short): Observations {
    const { from, to } = context.span;
    const { moves, logRanges } = observationsOf(context, short, from);
    let first = from;
    while (first < to && Number.isNaN(at(moves, first) + at(logRanges, first))) first++;
    return { moves: moves.subarray(first, to), logRanges: logRanges.subarray(first, to) };
}

const groupOf = (short: Short) =>
    defineGroup(`hmm_${short}`, 4, (context, arrays, span) => {
        const model = context.parameters.hmm[short];
        const wide = earlier(span, HMM_WINDOW - 1);
        const densities = [context.scratch(), context.scratch(), context.scratch()] as const;
        const emissions = { densities, peak: context.scratch() };
        writeEmissions(model, observationsOf(context, short, wide.from), emissions, wide.from, wide.to);
        rollingFilter(model, emissions, HMM_WINDOW, filteredIn(arrays), span);
    });

const FILTERED = { idx: groupOf("idx"), bqx: groupOf("bqx") } as const;

/** Valid as far back as the state's duration needs it. */
function filteredOf(context: PairContext, short: Short): Filtered {
    return filteredIn(context.group(FILTERED[short], context.span.from - SINCE_CAP));
}

function filteredIn([first, second, third, logLikelihood]: readonly Float64Array[]): Filtered {
    if (!first || !second || !third || !logLikelihood) throw new Error("a filter has 4 arrays");
    return { probabilities: [first, second, third], logLikelihood };
}

/** Chances of the states, the likeliest one, since when it is that, and how sure it is. */
function emitState(context: PairContext, short: Short, { probabilities }: Filtered, emit: Emit): void {
    const { span } = context;
    const wide = earlier(span, SINCE_CAP);
    const [first, second, third] = probabilities;
    const state = context.scratch();
    const changed = context.scratch();
    const entropy = context.scratch();
    for (let row = wide.from; row < wide.to; row++) {
        const [a, b, c] = [at(first, row), at(second, row), at(third, row)];
        state[row] = Number.isNaN(a) ? NaN : a >= b && a >= c ? 1 : b >= c ? 2 : 3;
        const step = row === wide.from ? NaN : at(state, row) - at(state, row - 1);
        changed[row] = Number.isNaN(step) ? NaN : Number(step !== 0);
        entropy[row] = information(a) + information(b) + information(c);
    }
    HMM_STATES.forEach((each, place) => {
        emit(`hmm_${short}_probability_${each}`, probabilities[place] as Float64Array);
    });
    emit(`hmm_${short}_state`, state);
    emit(`hmm_${short}_entropy`, entropy);
    rowsSince(changed, SINCE_CAP, state, span);
    emit(`hmm_${short}_state_minutes`, state);
}

/** -p ln p, which is 0 for p = 0. */
const information = (p: number): number => (p === 0 ? 0 : -p * Math.log(p));

/** What the states, weighed by their chances, say of the move, of leaving the state, and of the one that comes then. */
function emitExpectations(context: PairContext, short: Short, { probabilities }: Filtered, emit: Emit): void {
    const { span } = context;
    const { states, transitions } = context.parameters.hmm[short];
    const mean = context.scratch();
    const volatility = context.scratch();
    const leaving = context.scratch();
    const next = HMM_STATES.map(() => context.scratch());
    const chances = new Float64Array(3);
    for (let row = span.from; row < span.to; row++) {
        probabilities.forEach((each, state) => (chances[state] = at(each, row)));
        let first = 0;
        let second = 0;
        let leave = 0;
        for (const [state, { move }] of states.entries()) {
            const chance = at(chances, state);
            first += chance * move.mean;
            second += chance * (move.std ** 2 + move.mean ** 2);
        }
        for (const [to, output] of next.entries()) {
            let entering = 0;
            for (const [from, row3] of transitions.entries()) {
                if (from !== to) entering += at(chances, from) * (row3[to] as number);
            }
            output[row] = entering;
            leave += entering;
        }
        for (const output of next) output[row] = at(output, row) / leave;
        mean[row] = first;
        volatility[row] = Math.sqrt(Math.max(0, second - first * first));
        leaving[row] = leave;
    }
    if (short === "idx") emit("hmm_idx_expected_mean", mean);
    emit(`hmm_${short}_expected_volatility`, volatility);
    emit(`hmm_${short}_leaving_probability`, leaving);
    HMM_STATES.forEach((each, place) => {
        emit(`hmm_${short}_next_probability_${each}`, next[place] as Float64Array);
    });
}
