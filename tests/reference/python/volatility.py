"""Realized volatility, range estimators, bipower variation and semivariances, by their published formulas."""

from __future__ import annotations

import numpy as np

from inputs import EPSILON, Market, Pair
from windows import Array, lag, mean, rank, share, std, total


def columns(_: Market, pair: Pair) -> dict[str, Array]:
    result: dict[str, Array] = {}
    for domain in ("idx", "bqx"):
        least = EPSILON["ratio" if domain == "idx" else "bqx"]
        named = ranges(*extremes(pair, domain)) | realized(pair.changes(domain), least)
        result |= {name.replace("@", domain): values for name, values in named.items()}
    return result


def extremes(pair: Pair, domain: str) -> tuple[Array, Array, Array]:
    """Distances of high, low and close from the open; a bar of bqx is its last 5 minutes."""
    if domain == "idx":
        start = np.log(pair.open)
        return np.log(pair.high) - start, np.log(pair.low) - start, np.log(pair.close) - start
    high, low, close = pair.bars("bqx")
    start = lag(close, 4)
    return high - start, low - start, close - start


def ranges(up: Array, down: Array, close: Array) -> dict[str, Array]:
    variances = {
        "parkinson": (up - down) ** 2 / (4 * np.log(2)),
        "garman_klass": 0.5 * (up - down) ** 2 - (2 * np.log(2) - 1) * close**2,
        "rogers_satchell": up * (up - close) + down * (down - close),
    }
    return {
        f"rv_{name}_@_{width}": np.sqrt(np.maximum(mean(variance, width), 0))
        for name, variance in variances.items()
        for width in (30, 60)
    }


def realized(moves: Array, least: float) -> dict[str, Array]:
    volatility = {width: np.sqrt(total(moves**2, width)) for width in (15, 30, 60, 240)}
    result = {f"rv_@_{width}": values for width, values in volatility.items()}
    products = np.abs(moves * lag(moves, 1))
    for width in (60, 240):
        # A normal number's expected size is sqrt(2 / pi); there is one product fewer than squares.
        variation = np.pi / 2 * total(products, width - 1) * width / (width - 1)
        result[f"rv_bipower_@_{width}"] = np.sqrt(variation)
        jumps = 1 - share(np.sqrt(variation), volatility[width], least) ** 2
        result[f"rv_jump_share_@_{width}"] = np.maximum(jumps, 0)
    gained, lost = total(np.maximum(moves, 0) ** 2, 60), total(np.minimum(moves, 0) ** 2, 60)
    result["rv_upside_@_60"], result["rv_downside_@_60"] = np.sqrt(gained), np.sqrt(lost)
    result["rv_semivariance_ratio_@_60"] = share(gained - lost, gained + lost, least**2)
    result["rv_volatility_@_240"] = std(volatility[15], 240)
    result["rv_har_ratio_@_30_240"] = share(volatility[30], volatility[240], least)
    result["rv_percentile_@_1440"] = rank(volatility[60], 1440, least)
    return result
