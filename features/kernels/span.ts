/**
 * Rows to compute, [from, to), of arrays whose row 0 is trading minute `origin`. Kernels write these rows of their
 * output and no other.
 */
export interface Span {
    readonly origin: number;
    readonly from: number;
    readonly to: number;
}

/** The element at an index that is known to be inside; a typed array has no holes. */
export const at = (values: Float64Array, index: number): number => values[index] as number;

/** The span that starts `rows` rows earlier, but not before row 0. */
export function earlier(span: Span, rows: number): Span {
    return { origin: span.origin, from: Math.max(0, span.from - rows), to: span.to };
}

/**
 * First row of the block of `length` trading minutes that holds `row`; may be negative. Blocks start at absolute trading
 * minutes, so that they lie the same way however the rows were cut.
 */
export function blockStart(origin: number, row: number, length: number): number {
    return row - ((origin + row) % length);
}
