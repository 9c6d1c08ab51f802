import { type Pair, PAIRS } from "../../../config/pairs";
import { CURRENCIES } from "../../../features/catalogue/correlation";
import { computeRange } from "../../../features/engine";
import { fitCrossPair } from "../../../features/fitting/crossPair";
import type { Bars, Market } from "../../../features/market";
import type { FeatureParameters } from "../../../features/parameters";
import { normalNumbers, PARAMETERS, randomNumbers, tradingMinutes } from "../market";

export { columnsOf } from "../values";

/**
 * All 28 pairs of eight currencies that walk at random, USD the most; each pair adds a little of its own, and about one
 * minute in 30 it has no tick and is filled.
 */
export function currencyMarket(rows: number, seed = 7): Market {
    const normal = normalNumbers(seed);
    const random = randomNumbers(seed + 1);
    const values = CURRENCIES.map((currency, index) => {
        const sigma = 1e-4 * (currency === "usd" ? 2 : 1 + index / 10);
        let value = index / 3;
        return Float64Array.from({ length: rows }, () => (value += sigma * normal()));
    });
    const bars = PAIRS.map((pair): [Pair, Bars] => {
        const [base, quote] = [pair.slice(0, 3), pair.slice(3)].map(
            (currency) => values[CURRENCIES.findIndex((each) => each === currency)]!,
        );
        const close = new Float64Array(rows);
        for (let row = 0; row < rows; row++) {
            const isFilled = row > 0 && random() < 1 / 30;
            close[row] = isFilled ? close[row - 1]! : Math.exp(base![row]! - quote![row]! + 3e-5 * normal());
        }
        return [pair, barsOf(close)];
    });
    return marketOf(rows, bars);
}

/** No pair ever moves. */
export const flatMarket = (rows: number): Market =>
    marketOf(
        rows,
        PAIRS.map((pair, index) => [pair, barsOf(new Float64Array(rows).fill(1 + index / 7))]),
    );

/** The market with the closes of one pair replaced. */
export function withCloses(
    market: Market,
    pair: Pair,
    change: (close: number, row: number) => number,
): Market {
    const close = market.bars.get(pair)!.close.map(change);
    return { ...market, bars: new Map([...market.bars, [pair, barsOf(close)]]) };
}

const barsOf = (close: Float64Array): Bars => ({
    open: close,
    high: close,
    low: close,
    close,
    volume: close.map(() => 1),
});

const marketOf = (rows: number, bars: readonly (readonly [Pair, Bars])[]): Market => ({
    timestamps: tradingMinutes(rows),
    bars: new Map(bars),
    activity: "trueRange",
    spread: "corwinSchultz",
    daysToHoliday: () => 1,
});

/** Base rates are each pair's first close, so that a pair's scale is all that they carry. */
export function parametersOf(market: Market, crossPair?: FeatureParameters["crossPair"]): FeatureParameters {
    return {
        pairs: new Map(
            Array.from(PARAMETERS.pairs, ([pair, fitted]) => [
                pair,
                { ...fitted, baseRate: market.bars.get(pair)!.close[0]! },
            ]),
        ),
        crossPair: crossPair ?? fitCrossPair(market, 0, Math.min(1000, market.timestamps.length)),
    };
}

/** One pair's columns over rows [from, to), by name. */
export function computed(
    market: Market,
    parameters: FeatureParameters,
    {
        pair,
        columns,
        ...rows
    }: { pair: Pair; columns: readonly string[]; from: number; to: number; chunkRows?: number },
): Map<string, number[]> {
    const values = new Map(columns.map((name) => [name, [] as number[]]));
    for (const block of computeRange(market, parameters, { pairs: [pair], columns, ...rows })) {
        const count = block.to - block.from;
        columns.forEach((name, column) =>
            values.get(name)!.push(...block.values.subarray(column * count, (column + 1) * count)),
        );
    }
    return values;
}
