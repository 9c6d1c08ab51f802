"""Sisters and the dollar, fitted here again by numpy, and triangles."""

from __future__ import annotations

import numpy as np

from activity import flag
from inputs import EPSILON, Market, Pair
from windows import Array, beta, change, correlation, lag, line, ratio, sign, std, total, z_score

Columns = dict[str, Array]
RATIO, BQX = EPSILON["ratio"], EPSILON["bqx"]


def columns(market: Market, pair: Pair) -> Columns:
    return sisters(market, pair) | triangle(market, pair) | dollar(market)


def sisters(market: Market, pair: Pair) -> Columns:
    closeness = dict(
        zip(market.pairs, np.abs(np.corrcoef(market.training_returns))[market.index(pair)], strict=True)
    )
    candidates = [
        name
        for name in market.pairs
        if name != pair.name and {name[:3], name[3:]} & {pair.name[:3], pair.name[3:]}
    ]
    result: Columns = {}
    for place, name in enumerate(sorted(candidates, key=lambda name: -closeness[name])[:5], 1):
        moves = market.pairs[name].returns
        covariance, variance = beta(moves, pair.returns, 60)
        result |= {f"sister_{place}_return_lag_{n}": lag(moves, n) for n in (1, 5, 15)}
        result[f"sister_{place}_volatility_30"] = std(moves, 30)
        result[f"sister_{place}_correlation_60"] = correlation(moves, pair.returns, 60, (RATIO, RATIO))
        result[f"sister_{place}_beta_60"] = ratio(covariance, variance, RATIO**2)
    return result


def triangle(market: Market, pair: Pair) -> Columns:
    base, quote = pair.name[:3], pair.name[3:]
    via = "usd" if "usd" not in pair.name else "gbp" if "eur" in pair.name else "eur"

    def residual(domain: str) -> Array:
        own = np.log(pair.rate_idx / 100) if domain == "idx" else pair.bqx(15)
        return own - market.leg(base, via, domain) - market.leg(via, quote, domain)

    rates, values = 1e4 * residual("idx"), residual("bqx")
    return {
        "triangle_residual_idx": rates,
        "triangle_residual_z_idx_20": z_score(rates, 20, 1e4 * RATIO),
        "triangle_residual_change_idx_5": change(rates, 5),
        "triangle_residual_volatility_idx_30": std(change(rates, 1), 30),
        "triangle_residual_bqx": values,
        "triangle_residual_z_bqx_20": z_score(values, 20, BQX),
        "triangle_residual_change_bqx_5": change(values, 5),
        "triangle_alignment": flag(sign(rates, 1e4 * RATIO) * sign(values, BQX) < 0, rates, values),
    }


def dollar(market: Market) -> Columns:
    majors = [index for index, name in enumerate(market.pairs) if "usd" in name]
    loadings = np.linalg.eigh(np.cov(market.training_returns[majors]))[1][:, -1]
    towards = [1 if list(market.pairs)[index].startswith("usd") else -1 for index in majors]
    factor = np.sign(loadings @ towards) * loadings @ market.returns[majors]
    level = total(factor, 240)
    return {
        "usd_factor_sum_240": level,
        "usd_factor_change_5": total(factor, 5),
        "usd_factor_change_15": total(factor, 15),
        "usd_factor_volatility_30": std(factor, 30),
        "usd_factor_z_60": z_score(level, 60, RATIO),
        "usd_factor_slope_20": line(level, 20, RATIO)[0],
    }
