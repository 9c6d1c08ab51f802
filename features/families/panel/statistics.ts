import { PAIRS } from "../../../config/pairs";
import { at, type Span } from "../../kernels/span";
import type { SeriesDefinition } from "../../series";
import type { MarketSlice, PairContext } from "../../slice";

/** What the panel says of one series at each minute. */
export interface PanelStatistics {
    /**
     * Per pair, in the order of PAIRS: share of the pairs that it exceeds, equal ones (itself too, and those within
     * the series' epsilon) counting half.
     */
    readonly ranks: readonly Float64Array[];
    readonly mean: Float64Array;
    /** Standard deviation, n in the denominator. */
    readonly std: Float64Array;
    readonly median: Float64Array;
    /** m3 / std^3; NaN where std is not above the series' epsilon. */
    readonly skew: Float64Array;
}

const definitions = new Map<string, SeriesDefinition<MarketSlice>>();

/**
 * The panel's statistics of a series of each pair, valid from row `from` on. They are computed once for all pairs: the 28
 * values of a minute are sorted once, not once per pair.
 */
export function panelStatistics(
    slice: MarketSlice,
    of: SeriesDefinition<PairContext>,
    epsilon: number,
    from: number,
): PanelStatistics {
    const key = `panel_${of.key}`;
    let definition = definitions.get(key);
    if (definition === undefined) {
        definition = {
            key,
            width: PAIRS.length + 4,
            compute(market, arrays, span) {
                const values = PAIRS.map((pair) => market.pair(pair).series(of, span.from));
                computeStatistics(values, statisticsIn(arrays), epsilon, span);
            },
        };
        definitions.set(key, definition);
    }
    return statisticsIn(slice.group(definition, from));
}

function statisticsIn(arrays: readonly Float64Array[]): PanelStatistics {
    const [mean, std, median, skew, ...ranks] = arrays;
    if (!mean || !std || !median || !skew)
        throw new Error(`a panel has 4 arrays and its ranks, got ${arrays.length}`);
    return { ranks, mean, std, median, skew };
}

/** Writes the statistics of the values of each row; NaN where one of them is NaN. Exported for its test. */
export function computeStatistics(
    values: readonly Float64Array[],
    statistics: PanelStatistics,
    epsilon: number,
    { from, to }: Span,
): void {
    const count = values.length;
    const now = new Float64Array(count);
    // Left as the row before had it: pairs change places seldom, so insertion has little to do.
    const order = Uint32Array.from(values.keys());
    for (let row = from; row < to; row++) {
        let sum = 0;
        for (let pair = 0; pair < count; pair++) sum += now[pair] = at(values[pair] as Float64Array, row);
        writeMoments(now, sum / count, statistics, epsilon, row);
        if (Number.isNaN(sum)) {
            statistics.median[row] = NaN;
            for (const ranks of statistics.ranks) ranks[row] = NaN;
            continue;
        }
        sortOrder(order, now);
        const sorted = (place: number) => at(now, order[place] as number);
        statistics.median[row] = (sorted((count - 1) >> 1) + sorted(count >> 1)) / 2;
        for (let place = 0, below = 0, upTo = 0; place < count; place++) {
            const value = sorted(place);
            while (sorted(below) < value - epsilon) below++;
            while (upTo < count && sorted(upTo) <= value + epsilon) upTo++;
            const ranks = statistics.ranks[order[place] as number] as Float64Array;
            // Halves: two for each pair below, one for each equal one.
            ranks[row] = (below + upTo) / (2 * count);
        }
    }
}

function writeMoments(
    now: Float64Array,
    mean: number,
    statistics: PanelStatistics,
    epsilon: number,
    row: number,
): void {
    let squares = 0;
    let cubes = 0;
    for (const value of now) {
        const deviation = value - mean;
        squares += deviation * deviation;
        cubes += deviation * deviation * deviation;
    }
    const std = Math.sqrt(squares / now.length);
    statistics.mean[row] = mean;
    statistics.std[row] = std;
    statistics.skew[row] = std > epsilon ? cubes / now.length / std ** 3 : NaN;
}

/** Insertion sort of the places by their values. Equal values may come in any order: they share one rank. */
function sortOrder(order: Uint32Array, values: Float64Array): void {
    for (let place = 1; place < order.length; place++) {
        const moved = order[place] as number;
        const value = at(values, moved);
        let free = place;
        while (free > 0 && at(values, order[free - 1] as number) > value) {
            order[free] = order[free - 1] as number;
            free--;
        }
        order[free] = moved;
    }
}
