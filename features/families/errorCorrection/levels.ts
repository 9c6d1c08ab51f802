import { PAIRS } from "../../../config/pairs";
import { CURRENCIES } from "../../catalogue/correlation";
import { baseOf, type Currency, quoteOf } from "../../currencies";
import { at } from "../../kernels/span";
import { arrayAt, type Short } from "../../marketSeries";
import type { SeriesDefinition } from "../../series";
import { bqx, LN_RATE } from "../../shared";
import type { MarketSlice, PairContext } from "../../slice";

/** What is held against other pairs: along a chain of pairs both add up, ln rate exactly and bqx to first order. */
export const LEVEL: Readonly<Record<Short, SeriesDefinition<PairContext>>> = { idx: LN_RATE, bqx: bqx(60) };

/** Sum of a currency's levels against the other seven, one array per currency in the order of CURRENCIES. */
const totalsOf = (short: Short): SeriesDefinition<MarketSlice> => ({
    key: `currency_totals_${short}`,
    width: CURRENCIES.length,
    compute(slice, totals, { from, to }) {
        for (const total of totals) total.fill(0, from, to);
        for (const pair of PAIRS) {
            const levels = slice.pair(pair).series(LEVEL[short], from);
            const base = totalIn(totals, baseOf(pair));
            const quote = totalIn(totals, quoteOf(pair));
            for (let row = from; row < to; row++) {
                const level = at(levels, row);
                base[row] = at(base, row) + level;
                quote[row] = at(quote, row) - level;
            }
        }
    },
});

const TOTALS = { idx: totalsOf("idx"), bqx: totalsOf("bqx") } as const;

/** Sum of a currency's levels against the other seven, valid from row `from` on. */
export function currencyTotal(
    slice: MarketSlice,
    short: Short,
    currency: Currency,
    from: number,
): Float64Array {
    return totalIn(slice.group(TOTALS[short], from), currency);
}

function totalIn(totals: readonly Float64Array[], currency: Currency): Float64Array {
    return arrayAt(totals, CURRENCIES.indexOf(currency));
}
