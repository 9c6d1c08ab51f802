import { at, type Span } from "./span";

/**
 * Rows since a flag was last set (not 0), `cap` where it was not in the last `cap` rows. NaN while these are not all
 * known: flags may be NaN only before their first valid one.
 */
export function rowsSince(flags: Float64Array, cap: number, output: Float64Array, span: Span): void {
    const { from, to } = span;
    let last = -Infinity;
    for (let row = from - 1; row >= Math.max(0, from - cap + 1); row--) {
        const flag = at(flags, row);
        if (flag !== 0 && !Number.isNaN(flag)) {
            last = row;
            break;
        }
    }
    for (let row = from; row < to; row++) {
        const flag = at(flags, row);
        if (flag !== 0 && !Number.isNaN(flag)) last = row;
        const known = row >= cap - 1 && !Number.isNaN(at(flags, row - cap + 1));
        output[row] = known ? Math.min(cap, row - last) : NaN;
    }
}
