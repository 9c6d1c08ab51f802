"""Activity, and the spread."""

from __future__ import annotations

import numpy as np

from inputs import EPSILON, Market, Pair
from windows import (
    Array,
    change,
    correlation,
    lag,
    line,
    mean,
    over_windows,
    share,
    std,
    tercile,
    total,
    windows,
    z_score,
)

LEAST = 1e-9


def columns(_: Market, pair: Pair) -> dict[str, Array]:
    return level(pair) | flow(pair) | momentum(pair) | spread(pair)


def flag(condition: Array, *known: Array) -> Array:
    """1 or 0, NaN where one of `known` is."""
    return np.where(np.isnan(sum(known)), np.nan, condition)


def slope(activity: Array, width: int) -> Array:
    return share(line(activity, width, LEAST)[0], mean(activity, width), LEAST)


def level(pair: Pair) -> dict[str, Array]:
    activity = pair.activity
    average, deviation = mean(activity, 20), std(activity, 20)
    result = {
        "activity": activity,
        "activity_sma_20": average,
        "activity_std_20": deviation,
        "activity_z_20": z_score(activity, 20, LEAST),
        "activity_spike_20": flag(activity - average - 3 * deviation > LEAST, deviation),
        "activity_change_5": change(np.log(np.maximum(activity, 0.01)), 5),
        "activity_slope_20": slope(activity, 20),
        "activity_regime": tercile(activity, LEAST),
        "active_minutes_20": total(flag(activity > 0, activity), 20),
    }
    for width in (60, 120, 240):
        result[f"activity_z_{width}"] = z_score(activity, width, LEAST)
        result[f"activity_slope_{width}"] = slope(activity, width)
        same_minutes = mean(activity, width)
        result[f"activity_day_ratio_{width}"] = share(same_minutes, lag(same_minutes, 1440), LEAST)
    return result


def flow(pair: Pair) -> dict[str, Array]:
    activity, moves = pair.activity, pair.returns
    whole = total(activity, 20)

    def weighted(weight: Array) -> Array:
        return share(total(activity * weight, 20), whole, LEAST)

    return {
        "activity_rate_correlation_20": correlation(activity, pair.rate_idx, 20, (LEAST, EPSILON["idx"])),
        "activity_return_correlation_20": correlation(activity, moves, 20, (LEAST, EPSILON["ratio"])),
        "activity_weighted_rate_distance_20": pair.rate_idx / weighted(pair.rate_idx) - 1,
        "activity_up_share_20": weighted((moves > 0).astype(float)),
        "activity_down_share_20": weighted((moves < 0).astype(float)),
        "activity_net_flow_20": weighted(moves),
    }


def momentum(pair: Pair) -> dict[str, Array]:
    activity, values = pair.activity, pair.bqx(15)
    size, excess = np.abs(values), pair.activity - mean(pair.activity, 20)
    gained, least = size - lag(size, 5), EPSILON["bqx"]
    result = {
        "bqx_change_per_activity_20": share(change(values, 20), total(activity, 20), LEAST),
        "activity_confirms_bqx": flag((gained > least) & (excess > LEAST), gained, excess),
        "activity_diverges_from_bqx": flag((gained > least) & (excess < -LEAST), gained, excess),
        "activity_and_bqx_high": flag(
            (size - pair.bqx_scale > least) & (excess - std(activity, 20) > LEAST), pair.bqx_scale, excess
        ),
    }
    for width in (20, 60):
        result[f"activity_bqx_correlation_{width}"] = correlation(
            activity, values, width, (LEAST, EPSILON["bqx"])
        )
    moves, active = windows(pair.changes("bqx"), 60), windows(activity, 60)
    sigma = moves.std(axis=1)
    usual = np.where(sigma > EPSILON["bqx"], active.mean(axis=1), np.nan)
    for name, chosen in (("surges", moves > sigma[:, None]), ("drops", moves < -sigma[:, None])):
        chosen_mean = np.where(chosen, active, 0).sum(axis=1) / chosen.sum(axis=1)
        result[f"activity_in_bqx_{name}_60"] = share(chosen_mean, usual, LEAST)
    return result


def spread(pair: Pair) -> dict[str, Array]:
    """Mean of 31 minutes as quoted, or of 30 estimates of Corwin and Schultz (2012)."""
    if pair.spread is not None:
        values = mean(pair.spread, 31)
    else:
        squares = np.log(pair.high / pair.low) ** 2
        beta = squares + lag(squares, 1)
        both = over_windows(pair.high, 2, lambda each: each.max(axis=1)) / over_windows(
            pair.low, 2, lambda each: each.min(axis=1)
        )
        root = 3 - 2 * np.sqrt(2)
        alpha = (np.sqrt(2 * beta) - np.sqrt(beta)) / root - np.sqrt(np.log(both) ** 2 / root)
        values = mean(1e4 * np.maximum(2 * (np.exp(alpha) - 1) / (1 + np.exp(alpha)), 0), 30)
    return {"spread_bp": values, "spread_z_60": z_score(values, 60, LEAST), "spread_regime": tercile(values, LEAST)}
