import { at } from "../../kernels/span";
import type { HmmParameters, Row3 } from "./model";

/**
 * A product of step matrices: entry [i][j] of a step is the chance that j follows i, times j's density. Products are kept
 * up to a factor, so that long ones do not run out of range; no row of one can vanish, as no transition is impossible.
 */
export class StepProduct {
    private readonly transitions = new Float64Array(9);
    private readonly product = new Float64Array(9);

    /** Steps of this model from now on; none so far. */
    start({ transitions }: Pick<HmmParameters, "transitions">): void {
        transitions.forEach((row, state) => this.transitions.set(row, 3 * state));
        this.reset();
    }

    /** Back to no step at all. */
    reset(): void {
        this.product.fill(0);
        this.product[0] = this.product[4] = this.product[8] = 1;
    }

    /** Puts a step with these densities before the others. */
    prepend(a: number, b: number, c: number): void {
        const { transitions, product } = this;
        let total = 0;
        for (let column = 0; column < 3; column++) {
            const x = a * at(product, column);
            const y = b * at(product, column + 3);
            const z = c * at(product, column + 6);
            for (let row = 0; row < 9; row += 3) {
                const value =
                    at(transitions, row) * x + at(transitions, row + 1) * y + at(transitions, row + 2) * z;
                product[row + column] = value;
                total += value;
            }
        }
        this.scale(1 / total);
    }

    /** Puts a step with these densities after the others. */
    append(a: number, b: number, c: number): void {
        const { transitions, product } = this;
        let total = 0;
        for (let row = 0; row < 9; row += 3) {
            const x = at(product, row);
            const y = at(product, row + 1);
            const z = at(product, row + 2);
            const toA = a * (x * at(transitions, 0) + y * at(transitions, 3) + z * at(transitions, 6));
            const toB = b * (x * at(transitions, 1) + y * at(transitions, 4) + z * at(transitions, 7));
            const toC = c * (x * at(transitions, 2) + y * at(transitions, 5) + z * at(transitions, 8));
            product[row] = toA;
            product[row + 1] = toB;
            product[row + 2] = toC;
            total += toA + toB + toC;
        }
        this.scale(1 / total);
    }

    /** Writes chances of the states after all steps, from those before them; `place` is where the three begin. */
    carry(before: Float64Array | Row3, after: Float64Array, place: number, from = 0): void {
        const { product } = this;
        const [x, y, z] = [before[from] as number, before[from + 1] as number, before[from + 2] as number];
        const a = x * at(product, 0) + y * at(product, 3) + z * at(product, 6);
        const b = x * at(product, 1) + y * at(product, 4) + z * at(product, 7);
        const c = x * at(product, 2) + y * at(product, 5) + z * at(product, 8);
        const total = a + b + c;
        after[place] = a / total;
        after[place + 1] = b / total;
        after[place + 2] = c / total;
    }

    private scale(factor: number): void {
        for (let entry = 0; entry < 9; entry++) this.product[entry] = at(this.product, entry) * factor;
    }
}
