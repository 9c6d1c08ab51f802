import { PAIRS, type Pair } from "../../config/pairs";
import { loadMarket } from "../../data/load";
import { writeSample } from "../../data/sample/write";
import { fitCrossPair } from "../../features/fitting/crossPair";
import { fitHmm } from "../../features/fitting/hmm";
import { fitPartners } from "../../features/fitting/partners";
import type { HolidayCountry, Market } from "../../features/market";
import type { FeatureParameters } from "../../features/parameters";
import { cutMarket } from "../features/market";

/** Longer than any column's lookback, so that every column has values. */
const ROWS = 6480;

/** Rows that parameters are fitted to. */
export const TRAINING_ROWS = 2000;

/** Days of the sample that hold so many trading minutes, whatever weekend lies among them. */
const SAMPLE_DAYS = 9;

const DAY_MS = 86_400_000;

/** Stands in for a calendar, which belongs to the data. */
const daysToHoliday = (country: HolidayCountry, timestamp: number): number =>
    (Math.floor(timestamp / DAY_MS) + country.length) % 30;

/** The newest minutes of a folder of real bars; without one, of the sample market, which is written to `scratch`. */
export async function referenceMarket(scratch: string): Promise<Market> {
    const real = process.env["BQX_REAL_BARS"];
    if (real === undefined) await writeSample(scratch, { days: SAMPLE_DAYS });
    const { market } = await loadMarket(real ?? scratch, { pairs: PAIRS, daysToHoliday });
    const to = market.timestamps.length;
    return cutMarket(market, to - ROWS, to);
}

/** Parameters fitted to the market's first rows; regimes only of the pairs that are compared. */
export function fittedParameters(market: Market, compared: readonly Pair[]): FeatureParameters {
    const pairs = new Map(
        Array.from(market.bars, ([pair, { close }]) => {
            const garch = { omega: 1e-10, alpha: 0.06, beta: 0.92 };
            return [pair, { baseRate: close[0] ?? NaN, garch }] as const;
        }),
    );
    return {
        pairs,
        crossPair: fitCrossPair(market, 0, TRAINING_ROWS),
        partners: fitPartners(market, 0, TRAINING_ROWS),
        hmm: fitHmm(market, pairs, 0, TRAINING_ROWS, compared),
    };
}
