import { expect } from "chai";
import { simulatedMarket } from "../market";
import { valuesOf } from "../values";

const ROWS = 1500;
/** Row whose values are computed again from their definitions. */
const T = 1400;

const market = simulatedMarket(ROWS);
const { open, high, low, close } = market.bars.get("eurusd")!;
const idx = close.map((price) => (100 * price) / 1.2);

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;
const std = (values: readonly number[]): number =>
    Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));
const last = (values: Float64Array, count: number, row = T): number[] =>
    Array.from(values.subarray(row - count + 1, row + 1));
const returns = close.map((price, row) => (row === 0 ? NaN : Math.log(price / close[row - 1]!)));

/** bqx_W straight from its definition. */
function bqx(window: number): Float64Array {
    return close.map((rate, row) => {
        if (row < window) return NaN;
        return sum(Array.from({ length: window }, (_, i) => (close[row - 1 - i]! - rate) / rate));
    });
}

/** Exponential mean over a finite window, oldest value first. */
function ema(values: readonly number[], decay: number): number {
    const weights = values.map((_, index) => decay ** (values.length - 1 - index));
    return sum(values.map((value, index) => value * weights[index]!)) / sum(weights);
}

/** Solves the normal equations of a quadratic by Cramer's rule, x = 0 at the newest value. */
function quadratic(values: readonly number[]): { a2: number; a1: number; b: number; fit: number[] } {
    const xs = values.map((_, index) => index - values.length + 1);
    const s = [0, 1, 2, 3, 4].map((power) => sum(xs.map((x) => x ** power)));
    const t = [0, 1, 2].map((power) => sum(xs.map((x, index) => x ** power * values[index]!)));
    const rows = [0, 1, 2].map((i) => [0, 1, 2].map((j) => s[i + j]!));
    const det = (m: number[][]): number => {
        const [[a, b, c], [d, e, f], [g, h, i]] = m as [number[], number[], number[]];
        return a! * (e! * i! - f! * h!) - b! * (d! * i! - f! * g!) + c! * (d! * h! - e! * g!);
    };
    const solve = (k: number) =>
        det(rows.map((row, i) => row.map((value, j) => (j === k ? t[i]! : value)))) / det(rows);
    const [b, a1, a2] = [solve(0), solve(1), solve(2)];
    return { a2, a1, b, fit: xs.map((x) => a2 * x * x + a1 * x + b) };
}

describe("features by their definitions", function () {
    this.timeout(20_000);
    const values = valuesOf(market);

    /** Stored values have float32's seven digits; `digits` allows for a difference of large numbers. */
    function expectValue(name: string, wanted: number, tolerance = 1e-6): void {
        const got = values.get(name)![T]!;
        expect(wanted, `${name}: the definition has a value`).to.satisfy(Number.isFinite);
        expect(Math.abs(got - wanted), `${name}: ${got} in place of ${wanted}`).to.be.at.most(
            tolerance * Math.max(Math.abs(wanted), 1e-7),
        );
    }

    it("bqx: the sum of relative distances of the last W rates from this one", () => {
        for (const window of [30, 45, 60, 75]) expectValue(`bqx_${window}`, bqx(window)[T]!);
        expectValue("bqx_15_lag_0", bqx(15)[T]!);
        expectValue("bqx_15_lag_75", bqx(15)[T - 75]!);
    });

    it("bqx: negative while the rate rises steadily", () => {
        const rising = close.map((_, row) => 1 + row / 1e5);
        const bars = {
            ...market.bars.get("eurusd")!,
            close: rising,
            high: rising,
            low: rising,
            open: rising,
        };
        const own = valuesOf({ ...market, bars: new Map([["eurusd", bars]]) }, { columns: ["bqx_60"] });
        expect(own.get("bqx_60")![T]).to.be.below(0);
    });

    for (const [short, window, series, tolerance] of [
        ["idx", 60, idx, 2e-5],
        ["idx", 15, idx, 2e-5],
        ["bqx", 60, bqx(60), 2e-5],
        ["bqx", 90, bqx(75), 2e-5],
    ] as const) {
        it(`regression: ${short} over ${window} minutes solves the normal equations`, () => {
            const ys = last(series, window);
            const { a2, a1, b, fit } = quadratic(ys);
            const divisor = short === "idx" ? mean(ys) : std(ys);
            const residuals = ys.map((y, index) => y - fit[index]!);
            const rmse = Math.sqrt(mean(residuals.map((each) => each * each)));
            const recent = residuals.slice(-window / 3);
            const name = (term: string) => `w${window}_${short}_${term}`;
            expectValue(name("a2"), a2 / divisor, tolerance);
            expectValue(name("a1"), a1 / divisor, tolerance);
            expectValue(name("b"), b / divisor, tolerance);
            expectValue(name("r2"), 1 - rmse ** 2 / std(ys) ** 2, tolerance);
            expectValue(name("rmse"), rmse, tolerance);
            expectValue(name("residual"), residuals.at(-1)!, 1e-4);
            expectValue(name("residual_z"), residuals.at(-1)! / rmse, 1e-4);
            expectValue(name("residual_mean"), mean(recent), 1e-3);
            expectValue(name("residual_std"), std(recent), tolerance);
            expectValue(name("apex"), Math.max(-10, Math.min(10, -a1 / (2 * a2 * window))), 1e-4);
        });
    }

    it("moving averages", () => {
        expectValue("rate_sma_distance_50", close[T]! / mean(last(close, 50)) - 1, 1e-5);
        expectValue("rate_ema_distance_20", close[T]! / ema(last(close, 200), 19 / 21) - 1, 1e-5);
        expectValue(
            "rate_sma_slope_10",
            (mean(last(close, 10)) / mean(last(close, 10, T - 5)) - 1) / 5,
            1e-5,
        );
    });

    it("oscillators", () => {
        const changes = idx.map((value, row) => (row === 0 ? NaN : value - idx[row - 1]!));
        const recent = last(changes, 140);
        const gains = ema(
            recent.map((change) => Math.max(0, change)),
            13 / 14,
        );
        const losses = ema(
            recent.map((change) => Math.max(0, -change)),
            13 / 14,
        );
        expectValue("rsi_idx_14", 100 - 100 / (1 + gains / losses));
        const line = (row: number) => ema(last(idx, 120, row), 11 / 13) - ema(last(idx, 260, row), 25 / 27);
        const signal = ema(
            Array.from({ length: 90 }, (_, age) => line(T - 89 + age)),
            8 / 10,
        );
        expectValue("macd_line_idx_12_26_9", line(T), 1e-5);
        expectValue("macd_signal_idx_12_26_9", signal, 1e-5);
        expectValue("macd_histogram_idx_12_26_9", line(T) - signal, 1e-4);
        const fast = (row: number) => {
            const [top, bottom] = [Math.max(...last(high, 14, row)), Math.min(...last(low, 14, row))];
            return (100 * (close[row]! - bottom)) / (top - bottom);
        };
        expectValue("stochastic_k_idx_14", mean([0, 1, 2].map((age) => fast(T - age))));
        expectValue("williams_r_idx_14", fast(T) - 100, 1e-5);
        const typical = high.map((top, row) => (top + low[row]! + close[row]!) / 3);
        const window = last(typical, 20);
        const deviation = mean(window.map((value) => Math.abs(value - mean(window))));
        expectValue("cci_idx_20", (typical[T]! - mean(window)) / (0.015 * deviation), 1e-5);
        const moves = last(changes, 14);
        expectValue("cmo_idx_14", (100 * sum(moves)) / sum(moves.map(Math.abs)), 1e-5);
    });

    it("ranges and directions", () => {
        const range = (row: number) =>
            (100 / 1.2) * (Math.max(high[row]!, close[row - 1]!) - Math.min(low[row]!, close[row - 1]!));
        const ranges = Array.from({ length: 140 }, (_, age) => range(T - 139 + age));
        expectValue("atr_idx_14", ema(ranges, 13 / 14));
        const rising = Array.from({ length: 140 }, (_, age) => {
            const row = T - 139 + age;
            const [up, down] = [high[row]! - high[row - 1]!, low[row - 1]! - low[row]!];
            return up > down + 1e-12 && up > 0 ? (100 * up) / 1.2 : 0;
        });
        expectValue("plus_di_idx_14", (100 * ema(rising, 13 / 14)) / ema(ranges, 13 / 14), 1e-5);
        const highs = last(high, 26);
        expectValue("aroon_up_idx_25", (100 * highs.lastIndexOf(Math.max(...highs))) / 25);
    });

    it("realized volatility", () => {
        expectValue("rv_idx_60", Math.sqrt(sum(last(returns, 60).map((r) => r * r))));
        const products = last(returns, 59).map((r, index) => Math.abs(r * returns[T - 59 + index]!));
        expectValue("rv_bipower_idx_60", Math.sqrt(((Math.PI / 2) * 60 * sum(products)) / 59));
        const parkinson = Array.from(
            { length: 30 },
            (_, age) => Math.log(high[T - age]! / low[T - age]!) ** 2,
        );
        expectValue("rv_parkinson_idx_30", Math.sqrt(mean(parkinson) / (4 * Math.log(2))));
        const garmanKlass = Array.from({ length: 30 }, (_, age) => {
            const row = T - age;
            const body = Math.log(close[row]! / open[row]!);
            return 0.5 * Math.log(high[row]! / low[row]!) ** 2 - (2 * Math.log(2) - 1) * body ** 2;
        });
        expectValue("rv_garman_klass_idx_30", Math.sqrt(mean(garmanKlass)), 1e-5);
        const rogersSatchell = Array.from({ length: 30 }, (_, age) => {
            const [o, h, l, c] = [open, high, low, close].map((prices) => Math.log(prices[T - age]!)) as [
                number,
                number,
                number,
                number,
            ];
            return (h - c) * (h - o) + (l - c) * (l - o);
        });
        expectValue("rv_rogers_satchell_idx_30", Math.sqrt(mean(rogersSatchell)), 1e-5);
    });

    it("statistics and bands of bqx", () => {
        const window = last(bqx(15), 50);
        const moment = (power: number) => mean(window.map((value) => (value - mean(window)) ** power));
        expectValue("bqx_15_skew_50", moment(3) / moment(2) ** 1.5, 1e-5);
        expectValue("bqx_15_kurtosis_50", moment(4) / moment(2) ** 2 - 3, 1e-5);
        const long = last(bqx(15), 75);
        const scale = std(last(bqx(15), 240));
        expectValue("bollinger_upper_bqx_75", (mean(long) + 2 * std(long)) / scale);
        const band = mean(long) - 2 * std(long);
        expectValue("bollinger_percent_b_bqx_75", (bqx(15)[T]! - band) / (4 * std(long)), 1e-5);
    });

    it("Fibonacci levels of the last swing", () => {
        const window = last(bqx(15), 100);
        const [top, bottom] = [Math.max(...window), Math.min(...window)];
        const isUp = window.lastIndexOf(top) > window.lastIndexOf(bottom);
        const swing = isUp ? top - bottom : bottom - top;
        const end = isUp ? top : bottom;
        const scale = std(last(bqx(15), 240));
        expectValue("fib_retracement_382_bqx_100", (window.at(-1)! - (end - 0.382 * swing)) / scale, 1e-5);
        expectValue("fib_extension_1618_bqx_100", (window.at(-1)! - (end + 0.618 * swing)) / scale, 1e-5);
        expectValue("fib_direction_bqx_100", isUp ? 1 : -1);
    });

    it("bars of 5 and 30 minutes that end now", () => {
        const fives = (count: number) =>
            Array.from({ length: count }, (_, age) => idx[T - 5 * (count - 1 - age)]!);
        expectValue("m5_sma_distance_10", idx[T]! / mean(fives(10)) - 1, 1e-5);
        const moves = fives(21)
            .slice(1)
            .map((value, index) => Math.log(value / fives(21)[index]!));
        expectValue("m5_volatility_20", std(moves), 1e-5);
        expectValue("m5_return_ended_10", Math.log(close[T - 10]! / close[T - 15]!), 1e-5);
        const thirties = Array.from({ length: 10 }, (_, age) => bqx(15)[T - 30 * age]!);
        const scale = std(last(bqx(15), 240));
        expectValue("m30_sma_distance_bqx_10", (bqx(15)[T]! - mean(thirties)) / scale, 1e-5);
    });

    it("jumps, and what the last one was", () => {
        const size = (row: number) => returns[row]! / std(last(returns, 60, row - 1));
        const count = Array.from({ length: 60 }, (_, age) => Math.abs(size(T - age)) > 2.5).filter(
            Boolean,
        ).length;
        expect(values.get("jump_count_60")![T]).to.equal(count);
    });

    it("GARCH: the recursion from the long-run variance", () => {
        let variance = 1e-10 / (1 - 0.06 - 0.92);
        for (const r of last(returns, 480)) variance = 1e-10 + 0.06 * r * r + 0.92 * variance;
        expectValue("volatility_garch", Math.sqrt(variance));
    });

    it("comparison of the windows' parabolas", () => {
        const term = (window: number) => quadratic(last(idx, window)).a1 / mean(last(idx, window));
        expectValue("parabolic_idx_a1_gap_15_30", term(15) - term(30), 1e-4);
        expectValue("parabolic_idx_a1_std", std([15, 30, 45, 60, 75, 90].map(term)), 1e-4);
    });
});
