import { createHash } from "node:crypto";

/**
 * xoshiro128** 1.1 (Blackman and Vigna, "Scrambled linear pseudorandom number generators", ACM Transactions on
 * Mathematical Software 47(4), 2021). One generator for each name: what is drawn under one name changes nothing under another.
 */
export class Random {
    readonly #state: Uint32Array;
    #spareNormal = NaN;

    /** @param name what is drawn, such as a currency and a day */
    constructor(seed: number, name: string) {
        const digest = createHash("sha256").update(`${seed}/${name}`).digest();
        this.#state = Uint32Array.from({ length: 4 }, (_, i) => digest.readUInt32LE(4 * i));
    }

    /** Evenly from the open interval (0, 1), so that its logarithm is finite. */
    uniform(): number {
        return (this.#next() + 0.5) / 2 ** 32;
    }

    /** From the standard normal distribution, by Marsaglia's polar method (SIAM Review 6(3), 1964). */
    normal(): number {
        const spare = this.#spareNormal;
        if (!Number.isNaN(spare)) {
            this.#spareNormal = NaN;
            return spare;
        }
        for (;;) {
            const [x, y] = [2 * this.uniform() - 1, 2 * this.uniform() - 1];
            const square = x * x + y * y;
            if (square >= 1) continue;
            const scale = Math.sqrt((-2 * Math.log(square)) / square);
            this.#spareNormal = y * scale;
            return x * scale;
        }
    }

    #next(): number {
        const [a = 0, b = 0, c = 0, d = 0] = this.#state;
        const result = Math.imul(rotated(Math.imul(b, 5), 7), 9) >>> 0;
        const [third, fourth] = [c ^ a, d ^ b];
        this.#state[0] = a ^ fourth;
        this.#state[1] = b ^ third;
        this.#state[2] = third ^ (b << 9);
        this.#state[3] = rotated(fourth, 11);
        return result;
    }
}

function rotated(bits: number, by: number): number {
    return (bits << by) | (bits >>> (32 - by));
}
