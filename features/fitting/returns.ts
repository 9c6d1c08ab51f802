import { PAIRS } from "../../config/pairs";
import { at } from "../kernels/span";
import type { Market } from "../market";

/**
 * r of all pairs, in the order of PAIRS, over rows [from, to) of a market. Reads no other row, so r of the first is left
 * out.
 * @throws Error that names every pair without bars, and rows that are too few or not the market's
 */
export function returnsOf({ bars, timestamps }: Market, from: number, to: number): Float64Array[] {
    const missing = PAIRS.filter((pair) => !bars.has(pair));
    const problems = missing.map((pair) => `the market has no bars of ${pair}`);
    if (!(from >= 0 && to <= timestamps.length && to - from > 2)) {
        problems.push(`rows ${from} to ${to} are not 3 or more of the market's ${timestamps.length}`);
    }
    if (problems.length > 0) throw new Error(`nothing can be fitted:\n  ${problems.join("\n  ")}`);
    return PAIRS.map((pair) => {
        const close = bars.get(pair)?.close.subarray(from, to) ?? new Float64Array(0);
        return Float64Array.from({ length: to - from - 1 }, (_, i) =>
            Math.log(at(close, i + 1) / at(close, i)),
        );
    });
}
