import type { Pair } from "../config/pairs";

/** Rows for which a column has room before it grows. */
const FIRST_CAPACITY = 1 << 14;

/** One-minute bars of a pair as its source has them: in order, no two alike, no row for a minute without a tick. */
export interface Bars {
    readonly pair: Pair;
    /** File or generator that they come from. */
    readonly source: string;
    /** Start of each bar, ms UTC; always a trading minute. */
    readonly timestamps: Float64Array;
    readonly open: Float64Array;
    readonly high: Float64Array;
    readonly low: Float64Array;
    readonly close: Float64Array;
    /** Ticks or traded amount; 0 throughout where the source does not know it. */
    readonly volume: Float64Array;
    /** Ask - bid, in units of the price; absent where the source does not know it. */
    readonly spread: Float64Array | undefined;
    /** Bars of closed hours that the source had too; they are left out. */
    readonly closedHoursDropped: number;
}

/** A column that grows; it holds at most twice what was put in. */
export class Column {
    #values = new Float64Array(FIRST_CAPACITY);
    #length = 0;

    push(value: number): void {
        if (this.#length === this.#values.length) {
            const grown = new Float64Array(this.#length * 2);
            grown.set(this.#values);
            this.#values = grown;
        }
        this.#values[this.#length++] = value;
    }

    /** What was put in, in an array of its own length. */
    values(): Float64Array {
        return this.#values.slice(0, this.#length);
    }
}
