import { at, blockStart, type Span } from "./span";

const maxTails = new Float64Array(8192);
const minTails = new Float64Array(8192);

/** Maximum of the last `window` highs and minimum of the last `window` lows (van Herk 1992; Gil and Werman 1993). */
export function rollingRange(
    highs: Float64Array,
    lows: Float64Array,
    window: number,
    max: Float64Array,
    min: Float64Array,
    span: Span,
): void {
    const { origin, from, to } = span;
    for (let block = blockStart(origin, from, window); block < to; block += window) {
        const start = Math.max(from, block);
        const first = Math.max(start, window - 1);
        const last = Math.min(to, block + window);
        if (first > start) max.fill(NaN, start, Math.min(first, last));
        if (first > start) min.fill(NaN, start, Math.min(first, last));
        if (first >= last) continue;
        let highest = -Infinity;
        let lowest = Infinity;
        maxTails[0] = -Infinity;
        minTails[0] = Infinity;
        for (let row = block - 1; row > first - window; row--) {
            maxTails[block - row] = highest = Math.max(highest, at(highs, row));
            minTails[block - row] = lowest = Math.min(lowest, at(lows, row));
        }
        highest = -Infinity;
        lowest = Infinity;
        for (let row = block; row < last; row++) {
            highest = Math.max(highest, at(highs, row));
            lowest = Math.min(lowest, at(lows, row));
            if (row < first) continue;
            const before = block + window - 1 - row;
            max[row] = Math.max(highest, at(maxTails, before));
            min[row] = Math.min(lowest, at(minTails, before));
        }
    }
}

const places = new Float64Array(8192);

/**
 * Rows since the maximum of the last `window` values; the newer of equal ones counts. NaN while the window holds a NaN,
 * which values may have only before their first valid one.
 */
export function rollingMaxAge(values: Float64Array, window: number, age: Float64Array, span: Span): void {
    const { origin, from, to } = span;
    for (let block = blockStart(origin, from, window); block < to; block += window) {
        const start = Math.max(from, block);
        const first = Math.max(start, window - 1);
        const last = Math.min(to, block + window);
        if (first > start) age.fill(NaN, start, Math.min(first, last));
        if (first >= last) continue;
        let highest = -Infinity;
        let place = NaN;
        maxTails[0] = -Infinity;
        for (let row = block - 1; row > first - window; row--) {
            const value = at(values, row);
            if (value > highest) {
                highest = value;
                place = row;
            }
            maxTails[block - row] = highest;
            places[block - row] = place;
        }
        highest = -Infinity;
        place = NaN;
        for (let row = block; row < last; row++) {
            const value = at(values, row);
            if (value >= highest) {
                highest = value;
                place = row;
            }
            if (row < first) continue;
            const before = block + window - 1 - row;
            const newest = highest >= at(maxTails, before) ? place : at(places, before);
            age[row] = Number.isNaN(at(values, row - window + 1)) ? NaN : row - newest;
        }
    }
}

/** Rows since the minimum of the last `window` values; see {@link rollingMaxAge}. */
export function rollingMinAge(values: Float64Array, window: number, age: Float64Array, span: Span): void {
    const { origin, from, to } = span;
    for (let block = blockStart(origin, from, window); block < to; block += window) {
        const start = Math.max(from, block);
        const first = Math.max(start, window - 1);
        const last = Math.min(to, block + window);
        if (first > start) age.fill(NaN, start, Math.min(first, last));
        if (first >= last) continue;
        let lowest = Infinity;
        let place = NaN;
        minTails[0] = Infinity;
        for (let row = block - 1; row > first - window; row--) {
            const value = at(values, row);
            if (value < lowest) {
                lowest = value;
                place = row;
            }
            minTails[block - row] = lowest;
            places[block - row] = place;
        }
        lowest = Infinity;
        place = NaN;
        for (let row = block; row < last; row++) {
            const value = at(values, row);
            if (value <= lowest) {
                lowest = value;
                place = row;
            }
            if (row < first) continue;
            const before = block + window - 1 - row;
            const newest = lowest <= at(minTails, before) ? place : at(places, before);
            age[row] = Number.isNaN(at(values, row - window + 1)) ? NaN : row - newest;
        }
    }
}
