import type { Pair } from "../../config/pairs";
import type { Bars } from "../../data/bars";
import { fillMarket } from "../../data/fill";
import { daysToHoliday } from "../../data/holidays";
import type { FeatureRows } from "../../data/store/featureTables";
import type { ActiveBasis } from "../../data/store/parameters";
import { STORED_COLUMNS } from "../../features/catalogue";
import { computeRange } from "../../features/engine";
import { checkMarket, type Market } from "../../features/market";
import { minuteIndex } from "../../features/time/calendar";
import type { MinuteRange } from "./minutes";

const COLUMNS = STORED_COLUMNS.map(({ name }) => name);

/** A basis with the market that its features are computed from. */
export interface Source {
    readonly basis: ActiveBasis;
    readonly market: Market;
    /** The number of the market's first minute. */
    readonly first: number;
}

/** Fills the bars of all pairs onto one axis of minutes, as for a dataset. @throws Error where no features can be computed from them */
export function sourceOf(basis: ActiveBasis, bars: ReadonlyMap<Pair, Bars>): Source {
    const { activity, spread } = basis;
    const { market } = fillMarket([...bars.values()], { activity, spread, daysToHoliday });
    checkMarket(market);
    return { basis, market, first: minuteIndex(market.timestamps[0] ?? NaN) };
}

/** The rows of a block of minutes, of those pairs of the sources that are wanted. */
export function computedRows(
    sources: readonly Source[],
    block: MinuteRange,
    isWanted: (pair: Pair) => boolean,
): FeatureRows[] {
    return sources.flatMap(({ basis, market, first }) => {
        const pairs = basis.pairs.filter(isWanted);
        const [from, to] = [block.from - first, block.to - first + 1];
        const timestamps = market.timestamps.subarray(from, to);
        const request = { pairs, columns: COLUMNS, from, to, chunkRows: to - from };
        return Array.from(computeRange(market, basis.parameters, request), ({ pair, values }) => ({
            ...{ pair, timestamps, columns: COLUMNS, values },
        }));
    });
}
