import { SINCE_CAP } from "../../catalogue/bases";
import { HMM_STATES, HMM_WINDOW } from "../../catalogue/hmm";
import { defineFamily, defineGroup, type Emit } from "../../family";
import { rowsSince } from "../../kernels/since";
import { at, earlier } from "../../kernels/span";
import { rollingSum } from "../../kernels/sums";
import type { Short } from "../../marketSeries";
import type { PairContext } from "../../slice";
import { type Filtered, rollingFilter } from "./filter";
import { type HmmParameters, writeEmissions } from "./model";
import { observationsOf } from "./observations";

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

function modelOf({ pair, slice }: PairContext, short: Short): HmmParameters {
    const models = slice.parameters.hmm?.get(pair);
    if (models !== undefined) return models[short];
    throw new Error(`family "hmm regime" needs the feature parameters "hmm" of ${pair}, see fitting/hmm`);
}

const groupOf = (short: Short) =>
    defineGroup(`hmm_${short}`, 4, (context, arrays, span) => {
        const model = modelOf(context, short);
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
function emitExpectations(
    context: PairContext,
    short: Short,
    { probabilities: [first, second, third] }: Filtered,
    emit: Emit,
): void {
    const { span } = context;
    const { states, transitions } = modelOf(context, short);
    const [[, ab, ac], [ba, , bc], [ca, cb]] = transitions;
    const means = states.map(({ move }) => move.mean) as [number, number, number];
    const squares = states.map(({ move }) => move.std ** 2 + move.mean ** 2) as [number, number, number];
    const mean = context.scratch();
    const volatility = context.scratch();
    const leaving = context.scratch();
    const next = [context.scratch(), context.scratch(), context.scratch()] as const;
    for (let row = span.from; row < span.to; row++) {
        const [a, b, c] = [at(first, row), at(second, row), at(third, row)];
        const expected = a * means[0] + b * means[1] + c * means[2];
        const square = a * squares[0] + b * squares[1] + c * squares[2];
        mean[row] = expected;
        volatility[row] = Math.sqrt(Math.max(0, square - expected * expected));
        const [toFirst, toSecond, toThird] = [b * ba + c * ca, a * ab + c * cb, a * ac + b * bc];
        const leave = toFirst + toSecond + toThird;
        leaving[row] = leave;
        next[0][row] = toFirst / leave;
        next[1][row] = toSecond / leave;
        next[2][row] = toThird / leave;
    }
    if (short === "idx") emit("hmm_idx_expected_mean", mean);
    emit(`hmm_${short}_expected_volatility`, volatility);
    emit(`hmm_${short}_leaving_probability`, leaving);
    HMM_STATES.forEach((each, place) => {
        emit(`hmm_${short}_next_probability_${each}`, next[place] as Float64Array);
    });
}
