/** A normal distribution. */
export interface Gaussian {
    readonly mean: number;
    readonly std: number;
}

/** What a state looks like; within a state the two are independent. */
export interface HmmState {
    /** r, or the change of bqx_15. */
    readonly move: Gaussian;
    /** Logarithm of the range. */
    readonly logRange: Gaussian;
}

export type Row3 = readonly [number, number, number];

/** A hidden Markov model of three states, the calmest (least standard deviation of the move) first. */
export interface HmmParameters {
    readonly states: readonly [HmmState, HmmState, HmmState];
    /** transitions[i][j]: chance that state j follows state i. Rows sum to 1 and no entry is 0. */
    readonly transitions: readonly [Row3, Row3, Row3];
}

/** What a model is fitted to and filtered over, one per minute. */
export interface Observations {
    readonly moves: Float64Array;
    readonly logRanges: Float64Array;
}

/**
 * Chances of the states in the long run. By the Markov chain tree theorem (Leighton and Rivest 1986) a state weighs as
 * much as the three trees of transitions that lead to it; nothing is subtracted, so rounding cannot make one negative.
 */
export function stationary({ transitions: [[, ab, ac], [ba, , bc], [ca, cb]] }: HmmParameters): Row3 {
    const first = ba * ca + ba * cb + bc * ca;
    const second = ab * cb + ab * ca + ac * cb;
    const third = ac * bc + ac * ba + ab * bc;
    const total = first + second + third;
    return [first / total, second / total, third / total];
}

/** A state's log-density as a + b (move - c)^2 + d (logRange - e)^2: what is the same in every row, worked out once. */
export function logDensityOf({ move, logRange }: HmmState): (move: number, logRange: number) => number {
    const constant = -Math.log(2 * Math.PI * move.std * logRange.std);
    const moveWeight = -0.5 / move.std ** 2;
    const rangeWeight = -0.5 / logRange.std ** 2;
    return (x, y) => constant + moveWeight * (x - move.mean) ** 2 + rangeWeight * (y - logRange.mean) ** 2;
}

/** Densities of each observation under the three states, over that of its likeliest state, whose logarithm is `peak`. */
export interface Emissions {
    readonly densities: readonly [Float64Array, Float64Array, Float64Array];
    readonly peak: Float64Array;
}

/** Fills rows [from, to). Relative densities, so that no observation, however far out, is impossible under all states. */
export function writeEmissions(
    { states }: HmmParameters,
    { moves, logRanges }: Observations,
    { densities: [first, second, third], peak }: Emissions,
    from: number,
    to: number,
): void {
    const [ofFirst, ofSecond, ofThird] = [
        logDensityOf(states[0]),
        logDensityOf(states[1]),
        logDensityOf(states[2]),
    ];
    for (let row = from; row < to; row++) {
        const move = moves[row] as number;
        const logRange = logRanges[row] as number;
        const a = ofFirst(move, logRange);
        const b = ofSecond(move, logRange);
        const c = ofThird(move, logRange);
        const most = Math.max(a, b, c);
        first[row] = Math.exp(a - most);
        second[row] = Math.exp(b - most);
        third[row] = Math.exp(c - most);
        peak[row] = most;
    }
}
