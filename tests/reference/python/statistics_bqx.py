"""Moments of bqx by numpy and scipy.stats, its bands, its swings, and the causality columns."""

from __future__ import annotations

import numpy as np
from scipy import stats

from inputs import EPSILON, Market, Pair
from windows import Array, change, highest, line, lowest, mean, over_windows, share, sign, std, tercile

LEAST = EPSILON["bqx"]


def columns(_: Market, pair: Pair) -> dict[str, Array]:
    return moments(pair) | bollinger(pair) | fibonacci(pair) | causality(pair)


def moments(pair: Pair) -> dict[str, Array]:
    result: dict[str, Array] = {}
    for series in (15, 60):
        values = pair.bqx(series)
        for width in (20, 50, 120):
            spread = std(values, width)
            still = np.where(spread > LEAST, 0.0, np.nan)
            terms = {
                "mean": mean(values, width),
                "std": spread,
                "skew": still + over_windows(values, width, lambda each: stats.skew(each, axis=1)),
                "kurtosis": still + over_windows(values, width, lambda each: stats.kurtosis(each, axis=1)),
                "min": lowest(values, width),
                "max": highest(values, width),
                "range": over_windows(values, width, lambda each: np.ptp(each, axis=1)),
                "z": over_windows(values, width, lambda each: stats.zscore(each, axis=1)[:, -1]) + still,
            }
            result |= {f"bqx_{series}_{term}_{width}": each for term, each in terms.items()}
    return result


def bollinger(pair: Pair) -> dict[str, Array]:
    values, scale = pair.bqx(15), pair.bqx_scale
    result: dict[str, Array] = {}
    for width in (30, 75, 100):
        middle, half = mean(values, width), 2 * std(values, width)
        levels = {"upper": middle + half, "middle": middle, "lower": middle - half, "bandwidth": 2 * half}
        result |= {
            f"bollinger_{term}_bqx_{width}": share(each, scale, LEAST) for term, each in levels.items()
        }
        result[f"bollinger_percent_b_bqx_{width}"] = share(values - middle + half, 2 * half, 2 * LEAST)
    return result


def fibonacci(pair: Pair) -> dict[str, Array]:
    values, scale = pair.bqx(15), pair.bqx_scale
    result: dict[str, Array] = {}
    for width in (100, 240):
        top, bottom = highest(values, width), lowest(values, width)
        # Of equal extremes the newer counts.
        high_age = over_windows(values, width, lambda each: each[:, ::-1].argmax(axis=1))
        low_age = over_windows(values, width, lambda each: each[:, ::-1].argmin(axis=1))
        rises = high_age <= low_age
        end, start = np.where(rises, top, bottom), np.where(rises, bottom, top)
        result |= {
            f"fib_position_bqx_{width}": share(values - bottom, top - bottom, LEAST),
            f"fib_high_age_bqx_{width}": high_age,
            f"fib_low_age_bqx_{width}": low_age,
            f"fib_direction_bqx_{width}": np.sign(low_age - high_age),
        }
        for level in (0.236, 0.382, 0.5, 0.618):
            distance = values - (end - level * (end - start))
            result[f"fib_retracement_{1000 * level:.0f}_bqx_{width}"] = share(distance, scale, LEAST)
        for level in (1.272, 1.618):
            distance = values - (start + level * (end - start))
            result[f"fib_extension_{1000 * level:.0f}_bqx_{width}"] = share(distance, scale, LEAST)
    return result


def causality(pair: Pair) -> dict[str, Array]:
    values = pair.bqx(60)
    every = np.array([pair.bqx(window) for window in (15, 30, 45, 60, 75)])
    average = every.mean(axis=0)
    slope, r2 = line(pair.rate_idx, 60, EPSILON["idx"])
    return {
        "w60_bqx_60_return": change(values, 60),
        "w60_bqx_60_max": highest(values, 60),
        "w60_bqx_60_min": lowest(values, 60),
        "w60_bqx_60_mean": mean(values, 60),
        "w60_bqx_60_std": std(values, 60),
        "w60_bqx_60_endpoint": values,
        "agg_bqx_return": change(average, 60),
        "agg_bqx_max": every.max(axis=0),
        "agg_bqx_min": every.min(axis=0),
        "agg_bqx_mean": average,
        "agg_bqx_std": every.std(axis=0),
        "agg_bqx_range": np.ptp(every, axis=0),
        "agg_bqx_volatility": std(change(average, 1), 60),
        "momentum_alignment": sign(every, LEAST).mean(axis=0),
        "volatility_regime": tercile(std(pair.returns, 60), EPSILON["ratio"]),
        "trend_strength": sign(slope, EPSILON["idx"]) * r2,
    }
