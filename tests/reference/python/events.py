"""Jumps, volatility and trend."""

from __future__ import annotations

import numpy as np

from activity import flag
from inputs import EPSILON, Market, Pair
from windows import (
    Array,
    change,
    ema,
    lag,
    line,
    minutes_since,
    rank,
    share,
    sign,
    std,
    tercile,
    total,
    windows,
    z_score,
)

LEAST = EPSILON["ratio"]


def columns(_: Market, pair: Pair) -> dict[str, Array]:
    return jumps(pair.returns) | volatility(pair) | trend(pair)


def jumps(moves: Array) -> dict[str, Array]:
    sizes = np.clip(moves / np.maximum(lag(std(moves, 60), 1), LEAST), -1000, 1000)
    jumped = flag(np.abs(sizes) > 2.5, sizes)
    since = minutes_since(jumped)
    rows = np.arange(len(moves)) - np.nan_to_num(since).astype(int)
    last = np.where(since < 1440, sizes[np.maximum(rows, 0)], 0) + 0 * since
    return {
        "jump_flag_2_5_sigma": jumped,
        "jump_flag_3_sigma": flag(np.abs(sizes) > 3, sizes),
        "jump_count_20": total(jumped, 20),
        "jump_count_60": total(jumped, 60),
        "minutes_since_jump": since,
        "jump_direction": np.sign(last),
        "jump_size_z": np.abs(last),
        "jump_decay_20": last * np.exp(-since / 20),
    }


def volatility(pair: Pair) -> dict[str, Array]:
    moves = pair.returns
    brief, long = std(moves, 20), std(moves, 60)
    regime = tercile(brief, LEAST)
    return {
        "volatility_regime_20": regime,
        "volatility_regime_60": tercile(long, LEAST),
        "volatility_transition_20": change(regime, 5),
        "volatility_z_20": z_score(brief, 240, LEAST),
        "volatility_percentile_100": rank(brief, 100, LEAST),
        "volatility_acceleration_20": share(change(change(brief, 10), 10), long, LEAST),
        "volatility_expansion": flag(brief > 1.25 * long, long),
        "volatility_compression": flag(brief < 0.75 * long, long),
        "volatility_ewma_30": np.sqrt(ema(moves**2, 30)),
        "volatility_garch": garch(moves, **pair.parameters["garch"]),
    }


def garch(moves: Array, omega: float, alpha: float, beta: float) -> Array:
    """The recursion itself, over the last 480 returns, from the long-run variance on."""
    every = windows(moves, 480)
    variance = np.full(len(moves), omega / (1 - alpha - beta))
    for step in range(480):
        variance = omega + alpha * every[:, step] ** 2 + beta * variance
    return np.sqrt(variance)


def trend(pair: Pair) -> dict[str, Array]:
    result: dict[str, Array] = {}
    slopes = {}
    for width in (20, 60):
        slopes[width], result[f"trend_r2_{width}"] = line(pair.rate_idx, width, EPSILON["idx"])
        result[f"trend_regime_{width}"] = tercile(slopes[width], EPSILON["idx"])
    before = lag(slopes[20], 20)
    net = change(np.log(pair.close), 20)
    signs = np.sign(windows(pair.returns, 20))
    along = (signs == np.sign(net)[:, None]).mean(axis=1)
    turned = sign(slopes[20], EPSILON["idx"]) * sign(before, EPSILON["idx"])
    moved = np.abs(change(np.log(pair.close), 60))
    path = total(np.abs(pair.returns), 60)
    return result | {
        "trend_acceleration_20": slopes[20] - before,
        "trend_reversal_20": flag(turned < 0, before),
        "trend_sign_consistency_20": flag(np.where(np.abs(net) > LEAST, along, 0), net),
        "trend_sideways_60": flag(moved <= 0.1 * path, path),
    }
