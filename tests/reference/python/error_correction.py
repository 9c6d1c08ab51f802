"""Distances from where other pairs say a pair should be, by least squares of numpy.linalg on each window."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from activity import flag
from inputs import CURRENCIES, EPSILON, Market, Pair
from windows import CHUNK, Array, beta, change, lag, minutes_since, ratio, sign, windows, z_score

Columns = dict[str, Array]
WIDTH = 240


def columns(market: Market, pair: Pair) -> Columns:
    result: Columns = {}
    for domain in ("idx", "bqx"):
        named = residuals(market, pair, domain)
        named |= motion(named["partner_residual"], market.held(pair, domain), domain)
        result |= {f"ec_{domain}_{name}": values for name, values in named.items()}
    return result


def partners(market: Market, pair: Pair) -> tuple[str, str]:
    """Of all twos without a triangle, the one whose returns explain most of the pair's own."""
    moves = market.training_returns - market.training_returns.mean(axis=1, keepdims=True)
    own = moves[market.index(pair)]
    names = list(market.pairs)
    best: tuple[float, tuple[str, str]] = (np.inf, ("", ""))
    for one, other in combinations([name for name in names if name != pair.name], 2):
        if len({part for name in (pair.name, one, other) for part in (name[:3], name[3:])}) == 3:
            continue
        design = moves[[names.index(one), names.index(other)]].T
        unexplained = ((own - design @ np.linalg.lstsq(design, own, rcond=None)[0]) ** 2).sum()
        best = min(best, (unexplained, (one, other)))
    return best[1]


def fitted(y: Array, xs: list[Array]) -> tuple[Array, Array]:
    """Newest residual and weights of least squares with a constant, by each window's pseudo-inverse."""
    residual = np.full(len(y), np.nan)
    weights = np.full((len(xs), len(y)), np.nan)
    every_y, every_x = windows(y, WIDTH), [windows(x, WIDTH) for x in xs]
    for start in range(0, len(y), CHUNK):
        own = every_y[start : start + CHUNK]
        design = np.stack([each[start : start + CHUNK] for each in every_x], axis=2)
        rows = np.flatnonzero(~(np.isnan(own).any(axis=1) | np.isnan(design).any(axis=(1, 2))))
        own, design = own[rows], design[rows]
        design = design - design.mean(axis=1, keepdims=True)
        own = own - own.mean(axis=1, keepdims=True)
        found = np.einsum("rxw,rw->rx", np.linalg.pinv(design), own)
        residual[start + rows] = own[:, -1] - (design[:, -1] * found).sum(axis=1)
        weights[:, start + rows] = found.T
    return residual, weights


def residuals(market: Market, pair: Pair, domain: str) -> Columns:
    own = market.held(pair, domain)
    base, quote = pair.name[:3], pair.name[3:]
    first, second = (market.held(market.pairs[name], domain) for name in partners(market, pair))
    residual, weights = fitted(own, [first, second])

    def against(currency: str, others: list[str]) -> Array:
        return np.mean([market.leg(currency, other, f"held {domain}") for other in others], axis=0)

    third = [currency for currency in CURRENCIES if currency not in (base, quote)]
    around = np.mean(
        [
            market.leg(base, each, f"held {domain}") + market.leg(each, quote, f"held {domain}")
            for each in third
        ],
        axis=0,
    )
    others = [currency for currency in CURRENCIES if currency != "usd"]
    return {
        "partner_residual": residual,
        "weight_1": np.clip(weights[0], -1000, 1000),
        "weight_2": np.clip(weights[1], -1000, 1000),
        "triangle_residual": own - around,
        "base_residual": fitted(own, [against(base, third)])[0],
        "quote_residual": fitted(own, [-against(quote, third)])[0],
        "usd_residual": fitted(own, [against("usd", others)])[0],
    }


def motion(residual: Array, held: Array, domain: str) -> Columns:
    least = EPSILON["ratio" if domain == "idx" else "bqx"]
    before = lag(residual, 1)
    kept = slope(before, residual, least)
    life = np.where(kept <= 0, 0, np.where(kept < 1, np.minimum(WIDTH, np.log(0.5) / np.log(kept)), WIDTH))
    approach = np.abs(lag(residual, 5)) - np.abs(residual)
    rows = np.arange(len(residual))
    crossed = np.where(
        rows > WIDTH - 1 + (60 if domain == "bqx" else 0), sign(residual, least) * sign(before, least) < 0, np.nan
    )
    return {
        "velocity_20": change(residual, 20),
        "acceleration_20": change(change(residual, 20), 20),
        "half_life": np.where(np.isnan(kept), np.nan, life),
        "adjustment_speed": -slope(before, change(held, 1), least),
        "z_60": z_score(residual, 60, least),
        "z_240": z_score(residual, 240, least),
        "toward_equilibrium": flag(approach > least, approach),
        "minutes_since_crossing": minutes_since(crossed),
    }


def slope(xs: Array, ys: Array, least: float) -> Array:
    covariance, variance = beta(xs, ys, WIDTH - 1)
    return ratio(covariance, variance, least**2)
