import { at } from "../../kernels/span";
import {
    type Emissions,
    type HmmParameters,
    type Observations,
    writeEmissions,
} from "../../families/hmm/model";

/** What a model makes of its observations: the E step of the Baum-Welch algorithm. Its buffers serve every round. */
export class Expectation {
    /** Per state, its chance at each row, given all observations. */
    readonly occupancy: readonly [Float64Array, Float64Array, Float64Array];
    /** Expected number of transitions, by row: entry 3 i + j counts those from state i to state j. */
    readonly transitions = new Float64Array(9);
    private readonly emissions: Emissions;
    /** Sum of the joint densities of each row, before they are divided by it. */
    private readonly scales: Float64Array;

    constructor(private readonly rows: number) {
        const three = () => [new Float64Array(rows), new Float64Array(rows), new Float64Array(rows)] as const;
        this.occupancy = [...three()];
        this.emissions = { densities: [...three()], peak: new Float64Array(rows) };
        this.scales = new Float64Array(rows);
    }

    /** Fills the above. The first state may be any, all alike. @returns the logarithm of the observations' density */
    update(model: HmmParameters, observations: Observations): number {
        writeEmissions(model, observations, this.emissions, 0, this.rows);
        const logLikelihood = this.forward(model);
        this.backward(model);
        return logLikelihood;
    }

    /** Leaves each state's chance given the observations so far. */
    private forward({ transitions: [first, second, third] }: HmmParameters): number {
        const [inFirst, inSecond, inThird] = this.occupancy;
        const {
            densities: [ofFirst, ofSecond, ofThird],
            peak,
        } = this.emissions;
        let [x, y, z] = [1 / 3, 1 / 3, 1 / 3];
        let logLikelihood = 0;
        for (let row = 0; row < this.rows; row++) {
            const a = x * at(ofFirst, row);
            const b = y * at(ofSecond, row);
            const c = z * at(ofThird, row);
            const total = a + b + c;
            const [p, q, r] = [a / total, b / total, c / total];
            inFirst[row] = p;
            inSecond[row] = q;
            inThird[row] = r;
            this.scales[row] = total;
            logLikelihood += Math.log(total) + at(peak, row);
            x = p * first[0] + q * second[0] + r * third[0];
            y = p * first[1] + q * second[1] + r * third[1];
            z = p * first[2] + q * second[2] + r * third[2];
        }
        return logLikelihood;
    }

    /** Turns these into chances given all observations, and counts transitions. */
    private backward({ transitions }: HmmParameters): void {
        const { occupancy, scales, transitions: counts } = this;
        const { densities } = this.emissions;
        const later = new Float64Array(3).fill(1);
        const next = new Float64Array(3);
        counts.fill(0);
        for (let row = this.rows - 2; row >= 0; row--) {
            const scale = at(scales, row + 1);
            for (let state = 0; state < 3; state++) {
                const densitiesOf = densities[state] as Float64Array;
                next[state] = (at(densitiesOf, row + 1) * at(later, state)) / scale;
            }
            for (let state = 0; state < 3; state++) {
                const chances = occupancy[state] as Float64Array;
                const leaving = transitions[state] as readonly number[];
                let sum = 0;
                for (let to = 0; to < 3; to++) {
                    const part = (leaving[to] as number) * at(next, to);
                    sum += part;
                    counts[3 * state + to] = at(counts, 3 * state + to) + at(chances, row) * part;
                }
                later[state] = sum;
                chances[row] = at(chances, row) * sum;
            }
        }
    }
}
