"""The pair among all pairs."""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy import stats

from inputs import EPSILON, Market, Pair
from windows import Array, change, share, std, total

SERIES = (
    "return_5",
    "return_15",
    "return_60",
    "return_240",
    "bqx_15",
    "bqx_30",
    "bqx_60",
    "bqx_75",
    "volatility_60",
)


@cache
def series(market: Market, name: str) -> Array:
    """One row per pair."""
    kind, minutes = name.split("_")
    of = {
        "return": lambda pair: change(np.log(pair.close), int(minutes)),
        "bqx": lambda pair: pair.bqx(int(minutes)),
        "volatility": lambda pair: std(pair.returns, int(minutes)),
    }[kind]
    return np.array([of(pair) for pair in market.pairs.values()])


@cache
def ranks(market: Market, name: str) -> Array:
    values = series(market, name)
    # Each against each: the one below counts whole, the equal one half.
    ahead = values[:, None] - values
    equal = np.abs(ahead) <= EPSILON["bqx" if name.startswith("bqx") else "ratio"]
    places = (((ahead > 0) & ~equal) + 0.5 * equal).mean(axis=1)
    return np.where(np.isnan(values).any(axis=0), np.nan, places)


def columns(market: Market, pair: Pair) -> dict[str, Array]:
    own = list(market.pairs).index(pair.name)
    result: dict[str, Array] = {}
    for name in SERIES:
        values = series(market, name)
        least = EPSILON["bqx" if name.startswith("bqx") else "ratio"]
        result[f"panel_rank_{name}"] = ranks(market, name)[own]
        result[f"panel_z_{name}"] = share(values[own] - values.mean(axis=0), values.std(axis=0), least)
        result[f"panel_median_distance_{name}"] = values[own] - np.median(values, axis=0)
    for minutes in (15, 60):
        result[f"panel_rank_change_{minutes}"] = change(ranks(market, "return_60")[own], minutes)
    strengths = market.strengths("idx")
    base, quote = (total(strengths[currency], 60) for currency in (pair.name[:3], pair.name[3:]))
    values = series(market, "bqx_60")
    return result | {
        "panel_strength_base_60": base,
        "panel_strength_quote_60": quote,
        "panel_strength_gap_60": base - quote,
        "panel_bqx_60_mean": values.mean(axis=0),
        "panel_bqx_60_dispersion": values.std(axis=0),
        "panel_bqx_60_skew": stats.skew(values, axis=0),
    }
