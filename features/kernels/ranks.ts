import { at, type Span } from "./span";

/**
 * Share of the last `window` values that the newest exceeds, equal ones (itself too) counting half: in (0, 1). NaN where
 * the window is not full or holds a NaN. Made of whole counts, so every way to count gives the same bits: few rows are
 * counted one by one, many in a binary indexed tree over the ranks of the whole stretch (Fenwick 1994).
 */
export function rollingRank(values: Float64Array, window: number, output: Float64Array, span: Span): void {
    if (span.to - span.from <= 16) rankByCounting(values, window, output, span);
    else rankByTree(values, window, output, span);
}

/** 0, 1 or 2: the tercile of its window in which a share of {@link rollingRank} lies; NaN stays. */
export const tercile = (share: number): number => Math.floor(share * 3);

/** Tercile of each of the last values within its window. */
export function rollingTercile(values: Float64Array, window: number, output: Float64Array, span: Span): void {
    rollingRank(values, window, output, span);
    for (let row = span.from; row < span.to; row++) output[row] = tercile(at(output, row));
}

function rankByCounting(
    values: Float64Array,
    window: number,
    output: Float64Array,
    { from, to }: Span,
): void {
    for (let row = from; row < to; row++) {
        const newest = at(values, row);
        let halves = 0;
        let numbers = 0;
        for (let each = Math.max(0, row - window + 1); each <= row; each++) {
            const value = at(values, each);
            if (value < newest) halves += 2;
            else if (value === newest) halves += 1;
            if (!Number.isNaN(value)) numbers++;
        }
        output[row] = numbers === window ? halves / (2 * window) : NaN;
    }
}

function rankByTree(values: Float64Array, window: number, output: Float64Array, { from, to }: Span): void {
    const start = Math.max(0, from - window + 1);
    const { ranks, distinct } = ranksOf(values.subarray(start, to));
    const tree = new Int32Array(distinct + 1);
    let numbers = 0;
    for (let row = start; row < to; row++) {
        const rank = ranks[row - start] ?? 0;
        if (rank > 0) {
            add(tree, rank, 1);
            numbers++;
        }
        const gone = row - window < start ? 0 : (ranks[row - window - start] ?? 0);
        if (gone > 0) {
            add(tree, gone, -1);
            numbers--;
        }
        if (row < from) continue;
        output[row] =
            numbers === window ? (countTo(tree, rank - 1) + countTo(tree, rank)) / (2 * window) : NaN;
    }
}

/** Ranks from 1, equal values alike; 0 for NaN. */
function ranksOf(values: Float64Array): { ranks: Int32Array; distinct: number } {
    const sorted = values.filter((value) => !Number.isNaN(value)).sort();
    let distinct = 0;
    sorted.forEach((value, index) => {
        if (index === 0 || value !== sorted[distinct - 1]) sorted[distinct++] = value;
    });
    const ranks = new Int32Array(values.length);
    for (let index = 0; index < values.length; index++) {
        const value = at(values, index);
        if (Number.isNaN(value)) continue;
        let low = 0;
        let high = distinct;
        while (low < high) {
            const middle = (low + high) >> 1;
            if (at(sorted, middle) < value) low = middle + 1;
            else high = middle;
        }
        ranks[index] = low + 1;
    }
    return { ranks, distinct };
}

function add(tree: Int32Array, rank: number, change: number): void {
    for (let node = rank; node < tree.length; node += node & -node) tree[node] = (tree[node] ?? 0) + change;
}

function countTo(tree: Int32Array, rank: number): number {
    let count = 0;
    for (let node = rank; node > 0; node -= node & -node) count += tree[node] ?? 0;
    return count;
}
