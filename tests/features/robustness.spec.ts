import { expect } from "chai";
import type { Pair } from "../../config/pairs";
import type { Bars, Market } from "../../features/market";
import { PARAMETERS, randomNumbers, simulatedMarket, tradingMinutes } from "./market";
import { apart, columnsOf, SINGLE_PAIR_COLUMNS, valuesOf } from "./values";

const ROWS = 6100;

const withBars = (market: Market, change: (bars: Bars) => Partial<Bars>): Market => ({
    ...market,
    bars: new Map<Pair, Bars>([
        ["eurusd", { ...market.bars.get("eurusd")!, ...change(market.bars.get("eurusd")!) }],
    ]),
});

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

    it("do not depend on it in thin hours either, when values are often equal but for rounding", () => {
        const random = randomNumbers(3);
        // One tick up or down every half hour or so.
        let ticks = 120_000;
        const thin = Float64Array.from({ length: ROWS }, () => {
            if (random() < 0.03) ticks += random() < 0.5 ? 1 : -1;
            return ticks;
        });
        // Not singular spectra: that of a single move has no first component, so any basis is as good.
        const spectral = columnsOf("spectral and wavelet").filter((name) => !name.startsWith("ssa_"));
        const columns = [...SINGLE_PAIR_COLUMNS.map(({ name }) => name), ...spectral];
        const at = (tick: number) => {
            const close = thin.map((each) => each * tick);
            const before = close.map((price, row) => close[row - 1] ?? price);
            const bars = {
                open: before,
                high: close.map((price, row) => Math.max(price, before[row]!)),
                low: close.map((price, row) => Math.min(price, before[row]!)),
                close,
            };
            const pairs = new Map(PARAMETERS.pairs);
            pairs.set("eurusd", { ...pairs.get("eurusd")!, baseRate: close[0]! });
            const parameters = { ...PARAMETERS, pairs };
            return valuesOf(
                withBars(market, () => bars),
                { columns, parameters, from: ROWS - 700 },
            );
        };
        const one = at(1e-5);
        for (const tick of [1e-3, 0.7e-5]) expect(apart(one, at(tick)), `${tick}`).to.deep.equal([]);
    });

    it("do not notice a weekend, or that clocks change in it", () => {
        const clock = new Set(columnsOf("time and calendar"));
        // Friday 2017-11-03 to Sunday, when New York goes back to standard time and London has done so.
        const timestamps = tradingMinutes(ROWS, Date.UTC(2017, 10, 1, 3));
        const other = valuesOf({ ...market, timestamps });
        for (const name of clock) other.set(name, values.get(name)!);
        expect(apart(values, other)).to.deep.equal([]);
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
        expect(own.get("activity")!.subarray(1)).to.deep.equal(Float32Array.from(volume.subarray(1)));
        expect(own.get("activity")![0]).to.be.NaN;
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
