import { PAIRS, type Pair } from "../config/pairs";
import type { CURRENCIES } from "./catalogue/correlation";

export type Currency = (typeof CURRENCIES)[number];

export const baseOf = (pair: Pair): Currency => pair.slice(0, 3) as Currency;

export const quoteOf = (pair: Pair): Currency => pair.slice(3) as Currency;

export const sharesCurrency = (one: Pair, other: Pair): boolean =>
    [baseOf(one), quoteOf(one)].some((currency) => other.includes(currency));

/** A pair read in one direction: `sign` is -1 where the market quotes it the other way round. */
export interface Leg {
    readonly pair: Pair;
    readonly sign: 1 | -1;
}

/** The leg whose logarithm is that of the price of `base` in `quote`. Throws for a currency with itself. */
export function legOf(base: Currency, quote: Currency): Leg {
    const pair = PAIRS.find((each) => each === base + quote || each === quote + base);
    if (pair === undefined) throw new Error(`there is no pair of ${base} and ${quote}`);
    return { pair, sign: pair === base + quote ? 1 : -1 };
}

/** The two legs that close a triangle with a pair: ln pair = the sum of sign x ln leg, but for what nobody arbitraged. */
export function triangleOf(pair: Pair, via: Currency = defaultVia(pair)): readonly [Leg, Leg] {
    return [legOf(baseOf(pair), via), legOf(via, quoteOf(pair))];
}

/** Through USD; for pairs with USD through EUR; for eurusd through GBP. */
function defaultVia(pair: Pair): Currency {
    if (!pair.includes("usd")) return "usd";
    return pair.includes("eur") ? "gbp" : "eur";
}
