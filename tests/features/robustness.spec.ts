import { expect } from "chai";
import type { Pair } from "../../config/pairs";
import type { Bars, Market } from "../../features/market";
import { PARAMETERS, simulatedMarket } from "./market";
import { SINGLE_PAIR_COLUMNS, valuesOf } from "./values";

const ROWS = 6100;

/** Largest difference allowed between two computations that are equal but for rounding, in a column's own spread. */
const ROUNDING = 1e-3;

const withBars = (market: Market, change: (bars: Bars) => Partial<Bars>): Market => ({
    ...market,
    bars: new Map<Pair, Bars>([
        ["eurusd", { ...market.bars.get("eurusd")!, ...change(market.bars.get("eurusd")!) }],
    ]),
});

/** Columns whose values differ by more than rounding; a rank or a flag may differ in 1 % of rows, where it is close. */
function apart(one: Map<string, Float32Array>, two: Map<string, Float32Array>): string[] {
    return SINGLE_PAIR_COLUMNS.flatMap(({ name }) => {
        const [left, right] = [one.get(name)!, two.get(name)!];
        const known = left.filter((value) => !Number.isNaN(value));
        const mean = known.reduce((sum, value) => sum + value / known.length, 0);
        const spread = Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2 / known.length, 0));
        const off = left.filter((value, row) => {
            const other = right[row]!;
            if (Number.isNaN(value) || Number.isNaN(other))
                return Number.isNaN(value) !== Number.isNaN(other);
            return Math.abs(value - other) > ROUNDING * (spread + Math.abs(value));
        });
        return off.length > 0.01 * left.length ? [`${name}: ${off.length} rows`] : [];
    });
}

describe("features of odd markets", function () {
    this.timeout(60_000);
    const market = simulatedMarket(ROWS);
    const values = valuesOf(market);

    it("do not depend on the scale of the price", () => {
        const times = (prices: Float64Array) => prices.map((price) => 100 * price);
        const scaled = withBars(market, ({ open, high, low, close }) => ({
            open: times(open),
            high: times(high),
            low: times(low),
            close: times(close),
        }));
        const own = PARAMETERS.pairs.get("eurusd")!;
        const parameters = {
            ...PARAMETERS,
            pairs: new Map<Pair, typeof own>([["eurusd", { ...own, baseRate: 100 * own.baseRate }]]),
        };
        expect(apart(values, valuesOf(scaled, { parameters }))).to.deep.equal([]);
    });

    it("are finite or NaN in a market that stands still", () => {
        const flat = withBars(market, ({ close }) => {
            const price = close.map(() => 1.234_567);
            return { open: price, high: price, low: price, close: price };
        });
        const infinite = Array.from(valuesOf(flat)).filter(([, column]) =>
            column.some((value) => Math.abs(value) === Infinity),
        );
        expect(infinite.map(([name]) => name)).to.deep.equal([]);
    });

    it("say that a market which stands still does: no volatility, no momentum, no jump, no oscillator", () => {
        const flat = withBars(market, ({ close }) => {
            const price = close.map(() => 1.234_567);
            return { open: price, high: price, low: price, close: price };
        });
        const last = (name: string) => valuesOf(flat, { columns: [name], from: ROWS - 1 }).get(name)![0];
        for (const name of [
            "rv_idx_60",
            "bqx_15_lag_0",
            "jump_flag_3_sigma",
            "activity_sma_20",
            "atr_idx_14",
        ]) {
            expect(last(name), name).to.equal(0);
        }
        for (const name of ["rsi_idx_14", "cci_idx_14", "stochastic_k_idx_14", "w60_idx_r2", "bqx_15_z_20"]) {
            expect(last(name), name).to.be.NaN;
        }
        expect(last("minutes_since_jump")).to.equal(1440);
        // All values are equal, so each is in the middle of them.
        expect(last("volatility_regime_20")).to.equal(1);
    });

    it("survive an hour of filled minutes, and are as before once it has left their windows", () => {
        const hole = { from: 800, to: 860 };
        const filled = withBars(market, (bars) => {
            const price = bars.close[hole.from - 1]!;
            const fill = (column: Float64Array) => Float64Array.from(column).fill(price, hole.from, hole.to);
            return {
                open: fill(bars.open),
                high: fill(bars.high),
                low: fill(bars.low),
                close: fill(bars.close),
            };
        });
        const other = valuesOf(filled);
        const wrong = SINGLE_PAIR_COLUMNS.filter(({ name, lookbackMinutes }) => {
            const [one, two] = [values.get(name)!, other.get(name)!];
            const row = Math.min(ROWS - 1, hole.to + lookbackMinutes);
            return hole.to + lookbackMinutes < ROWS && !Object.is(one[row], two[row]);
        });
        expect(wrong.map(({ name }) => name)).to.deep.equal([]);
    });

    it("keep a jump of 1.5 % that is gone in the next minute within bounds", () => {
        const spike = withBars(market, ({ high, close }) => ({
            high: high.map((price, row) => (row === 3000 ? 1.015 * price : price)),
            close: close.map((price, row) => (row === 3000 ? 1.015 * price : price)),
        }));
        for (const [name, column] of valuesOf(spike)) {
            expect(
                column.some((value) => Math.abs(value) === Infinity),
                name,
            ).to.equal(false);
        }
    });

    it("take volume and quoted spread where the source has them", () => {
        const spreadBp = new Float64Array(ROWS).map((_, row) => 0.5 + (row % 10) / 10);
        const quoted = {
            ...withBars(market, () => ({ spreadBp })),
            spread: "quoted",
            activity: "volume",
        } as const;
        const columns = ["spread_bp", "activity", "activity_change_5"];
        const own = valuesOf(quoted, { columns });
        const { volume } = market.bars.get("eurusd")!;
        expect(own.get("activity")).to.deep.equal(Float32Array.from(volume));
        expect(own.get("spread_bp")![100]).to.be.closeTo(0.95, 0.05);
        expect(own.get("spread_bp")![29]).to.be.NaN;
        const [now, before] = [volume[500]!, volume[495]!];
        expect(own.get("activity_change_5")![500]).to.be.closeTo(
            Math.log(Math.max(0.01, now) / Math.max(0.01, before)),
            1e-5,
        );
    });

    it("have no activity where there is no volume, and no ratio to it", () => {
        const silent = {
            ...withBars(market, ({ volume }) => ({ volume: volume.map(() => 0) })),
            activity: "volume",
        } as const;
        const columns = ["activity", "activity_z_20", "activity_day_ratio_60", "active_minutes_20"];
        const last = Array.from(valuesOf(silent, { columns, from: ROWS - 1 }).values(), ([value]) => value);
        expect(last).to.deep.equal([0, NaN, NaN, 0]);
    });
});
