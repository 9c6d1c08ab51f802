import { at, type Span } from "./span";

/**
 * Share of the last `window` values that the newest exceeds, equal ones (itself too) counting half: in (0, 1). Equal are
 * those within `epsilon` of the newest, so that rounding decides nothing. NaN where the window is not full or holds a NaN.
 * Made of whole counts, so every way to count gives the same bits: few rows are counted one by one, many in a binary
 * indexed tree over the ranks of the whole stretch (Fenwick 1994).
 */
export function rollingRank(
    values: Float64Array,
    window: number,
    epsilon: number,
    output: Float64Array,
    span: Span,
): void {
    if (span.to - span.from <= 16) rankByCounting(values, window, epsilon, output, span);
    else rankByTree(values, window, epsilon, output, span);
}

/** 0, 1 or 2: the tercile of its window in which a share of {@link rollingRank} lies; NaN stays. */
export const tercile = (share: number): number => Math.floor(share * 3);

/** Tercile of each of the last values within its window. */
export function rollingTercile(
    values: Float64Array,
    window: number,
    epsilon: number,
    output: Float64Array,
    span: Span,
): void {
    rollingRank(values, window, epsilon, output, span);
    for (let row = span.from; row < span.to; row++) output[row] = tercile(at(output, row));
}

function rankByCounting(
    values: Float64Array,
    window: number,
    epsilon: number,
    output: Float64Array,
    { from, to }: Span,
): void {
    for (let row = from; row < to; row++) {
        const newest = at(values, row);
        const [below, above] = [newest - epsilon, newest + epsilon];
        let halves = 0;
        let numbers = 0;
        for (let each = Math.max(0, row - window + 1); each <= row; each++) {
            const value = at(values, each);
            if (value < below) halves += 2;
            else if (value <= above) halves += 1;
            if (!Number.isNaN(value)) numbers++;
        }
        output[row] = numbers === window ? halves / (2 * window) : NaN;
    }
}

function rankByTree(
    values: Float64Array,
    window: number,
    epsilon: number,
    output: Float64Array,
    { from, to }: Span,
): void {
    const start = Math.max(0, from - window + 1);
    const { ranks, distinct } = ranksOf(values.subarray(start, to));
    const { below, upTo } = equalTo(distinct, epsilon);
    const tree = new Int32Array(distinct.length + 1);
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
            numbers === window
                ? (countTo(tree, below[rank] ?? 0) + countTo(tree, upTo[rank] ?? 0)) / (2 * window)
                : NaN;
    }
}

/** For each rank of ascending values the last rank that is below it, and the last that equals it. */
function equalTo(ascending: Float64Array, epsilon: number): { below: Int32Array; upTo: Int32Array } {
    const count = ascending.length;
    const below = new Int32Array(count + 1);
    const upTo = new Int32Array(count + 1);
    let [low, high] = [0, 0];
    for (let index = 0; index < count; index++) {
        const value = at(ascending, index);
        while (at(ascending, low) < value - epsilon) low++;
        while (high < count && at(ascending, high) <= value + epsilon) high++;
        below[index + 1] = low;
        upTo[index + 1] = high;
    }
    return { below, upTo };
}

/** Ranks from 1 among the distinct values, which ascend; 0 for NaN. */
function ranksOf(values: Float64Array): { ranks: Int32Array; distinct: Float64Array } {
    const sorted = values.slice().sort();
    let distinct = 0;
    for (let index = 0; index < sorted.length; index++) {
        const value = at(sorted, index);
        // NaN comes last.
        if (Number.isNaN(value)) break;
        if (distinct === 0 || value !== at(sorted, distinct - 1)) sorted[distinct++] = value;
    }
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
    return { ranks, distinct: sorted.subarray(0, distinct) };
}

function add(tree: Int32Array, rank: number, change: number): void {
    for (let node = rank; node < tree.length; node += node & -node) tree[node] = (tree[node] ?? 0) + change;
}

function countTo(tree: Int32Array, rank: number): number {
    let count = 0;
    for (let node = rank; node > 0; node -= node & -node) count += tree[node] ?? 0;
    return count;
}
