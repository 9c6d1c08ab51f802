import { type Pair, PAIRS } from "../../../config/pairs";
import type { FamilyName } from "../../../features/catalogue/column";
import { fitHmm } from "../../../features/fitting/hmm";
import { fitPartners } from "../../../features/fitting/partners";
import type { Market } from "../../../features/market";
import type { FeatureParameters } from "../../../features/parameters";
import { normalNumbers } from "../market";
import { columnsOf } from "../values";
import { computed, currencyMarket, parametersOf } from "./currencyMarket";

/** Rows that the parameters of {@link fittedTo} are fitted to. */
export const TRAINING_ROWS = 1000;

/** A market of all pairs whose minutes have ranges, wide and narrow ones by turns. */
export function regimeMarket(rows: number, seed = 7): Market {
    const market = currencyMarket(rows, seed);
    const normal = normalNumbers(seed + 5);
    const bars = Array.from(market.bars, ([pair, { close, volume }]) => {
        const open = close.map((now, row) => close[row - 1] ?? now);
        const reach = close.map((now, row) => {
            const width = 1e-4 * (1.2 + Math.sin(row / 70)) * now;
            return now === open[row] ? 0 : Math.abs(width * normal());
        });
        const high = close.map((now, row) => Math.max(now, open[row]!) + reach[row]!);
        const low = close.map((now, row) => Math.min(now, open[row]!) - reach[row]! / 2);
        return [pair, { open, high, low, close, volume }] as const;
    });
    return { ...market, bars: new Map(bars) };
}

/** The market with all four prices of some pairs replaced. */
export function withPrices(
    market: Market,
    pairs: readonly Pair[],
    change: (price: number, row: number, prices: Float64Array) => number,
): Market {
    const changed = Array.from(market.bars, ([pair, bars]) => {
        if (!pairs.includes(pair)) return [pair, bars] as const;
        const [open, high, low, close] = [bars.open, bars.high, bars.low, bars.close].map((prices) =>
            prices.map((price, row) => change(price, row, prices)),
        ) as [Float64Array, Float64Array, Float64Array, Float64Array];
        return [pair, { ...bars, open, high, low, close }] as const;
    });
    return { ...market, bars: new Map(changed) };
}

/** Parameters of error correction for all pairs, and of the regimes of `pairs`. */
export function fittedTo(market: Market, pairs: readonly Pair[] = ["audcad"]): FeatureParameters {
    const configured = parametersOf(market, { sisters: new Map(), usdLoadings: new Map() });
    const partners = fitPartners(market, 0, TRAINING_ROWS);
    return { ...configured, partners, hmm: fitHmm(market, configured.pairs, 0, TRAINING_ROWS, pairs) };
}

/** The columns of a family over some rows, by name. */
export const familyOf = (
    family: FamilyName,
    market: Market,
    parameters: FeatureParameters,
    rows: { readonly from: number; readonly to: number; readonly chunkRows?: number },
    pair: Pair = "audcad",
): Map<string, number[]> => computed(market, parameters, { pair, columns: columnsOf(family), ...rows });

/** Rows of {@link familyOf}'s columns. */
export const rowsOf = (
    columns: ReadonlyMap<string, number[]>,
    from: number,
    to: number,
): Map<string, number[]> => new Map([...columns].map(([name, values]) => [name, values.slice(from, to)]));

/** Every pair stands still from one row to another, then goes on. */
export const pausedMarket = (market: Market, from: number, to: number): Market =>
    withPrices(market, PAIRS, (price, row, prices) => (row >= from && row < to ? prices[from - 1]! : price));
