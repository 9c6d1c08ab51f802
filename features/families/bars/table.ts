import { barColumn } from "../../catalogue/bases";
import type { Emit } from "../../family";
import type { Short } from "../../marketSeries";
import { EPSILON, RATE_IDX, RATE_IDX_HIGH, RATE_IDX_LOW } from "../../shared";
import type { PairContext } from "../../slice";
import { type BarIndicator, type MinuteBars, onTrailingBars } from "./indicators";

/** What a family computes on trailing bars of one length. */
export interface BarTable {
    readonly minutes: number;
    /** Bars of history that the longest indicator reads. */
    readonly history: number;
    /** Indicators that are columns, by the name that {@link barColumn} completes. */
    readonly columns: Readonly<Record<string, BarIndicator>>;
    /** Indicators that other columns are made of. */
    readonly parts: Readonly<Record<string, BarIndicator>>;
}

/** Emits a table's columns, and gives all its indicators by name. */
export function emitOnBars(
    context: PairContext,
    source: MinuteBars,
    { minutes, history, columns, parts }: BarTable,
    short: Short | undefined,
    emit: Emit,
): (indicator: string) => Float64Array {
    const computed = onTrailingBars(context, source, minutes, history, { ...columns, ...parts });
    const named = (indicator: string): Float64Array => {
        const values = computed.get(indicator);
        if (values === undefined) throw new Error(`no indicator is called ${indicator}`);
        return values;
    };
    for (const term of Object.keys(columns)) emit(barColumn(minutes, term, short), named(term));
    return named;
}

/** Minutes of rate_idx to make bars of, valid from row `from`. */
export const rateMinutes = (context: PairContext, from: number): MinuteBars => ({
    close: context.series(RATE_IDX, from),
    high: context.series(RATE_IDX_HIGH, from),
    low: context.series(RATE_IDX_LOW, from),
    isRate: true,
    scale: undefined,
    epsilon: EPSILON.index,
});
