"""Correlations of the pair and of the panel, window by window, with numpy.corrcoef and numpy.linalg."""

from __future__ import annotations

from functools import cache

import numpy as np

from inputs import CURRENCIES, EPSILON, Market, Pair
from windows import Array, correlation, lag, sign, std, tercile, z_score

Columns = dict[str, Array]

# Newest rows for which the panel's correlations are computed: those compared and what they look back on.
NEWEST = 500
HOUR = 60


def columns(market: Market, pair: Pair) -> Columns:
    return of_returns(market, pair) | of_bqx(market, pair)


@cache
def panel(market: Market, domain: str, width: int, rows: int, with_factor: bool) -> dict[str, Array]:
    """Of the newest rows: moments of the pairwise correlations, and the first principal component."""
    moves = np.array([pair.returns if domain == "idx" else pair.bqx(15) for pair in market.pairs.values()])
    length = moves.shape[1]
    result = {name: np.full(length, np.nan) for name in ("mean", "dispersion", "share", "ratio")}
    result |= {name: np.full(length, np.nan) for name in market.pairs}
    least = EPSILON["ratio" if domain == "idx" else "bqx"]
    for row in range(length - rows, length):
        window = moves[:, row - width + 1 : row + 1]
        moving = np.flatnonzero(window.std(axis=1) > least)
        matrix = np.corrcoef(window[moving])
        above = matrix[np.triu_indices(len(moving), 1)]
        result["mean"][row], result["dispersion"][row] = above.mean(), above.std()
        if not with_factor:
            continue
        values, vectors = np.linalg.eigh(matrix)
        result["share"][row], result["ratio"][row] = values[-1] / len(moving), values[-1] / values[-2]
        for place, index in enumerate(moving):
            result[list(market.pairs)[index]][row] = values[-1] * vectors[place, -1] ** 2
    return result


def of_returns(market: Market, pair: Pair) -> Columns:
    least = EPSILON["ratio"]
    strengths = market.strengths("idx")
    result: Columns = {
        f"strength_correlation_{currency}_{width}": correlation(
            pair.returns, strengths[currency], width, (least, least)
        )
        for currency in CURRENCIES
        for width in (20, 60, 240)
    }
    found = {width: panel(market, "idx", width, NEWEST, width > 20) for width in (20, 60, 240)}
    for width, each in found.items():
        result[f"mean_pairwise_correlation_idx_{width}"] = each["mean"]
        result[f"correlation_dispersion_idx_{width}"] = each["dispersion"]
    seven = np.array([strengths[currency] for currency in CURRENCIES if currency != "usd"])
    for width in (60, 240):
        result[f"largest_eigenvalue_share_{width}"] = found[width]["share"]
        result[f"eigenvalue_ratio_{width}"] = found[width]["ratio"]
        result[f"systematic_share_idx_{width}"] = found[width][pair.name]
        result[f"residual_std_idx_{width}"] = std(pair.returns, width) * np.sqrt(1 - found[width][pair.name])
        determinant, trace = covariance_size(seven, width)
        result |= {f"strength_log_determinant_{width}": determinant, f"strength_log_trace_{width}": trace}
    for short, long in ((20, 60), (60, 240)):
        result[f"mean_correlation_breakout_{short}_{long}"] = found[short]["mean"] - found[long]["mean"]
    day = panel(market, "idx", HOUR, NEWEST + 1440, False)["mean"]
    return result | {"correlation_regime_60": tercile(day, EPSILON["score"])}


def covariance_size(series: Array, width: int) -> tuple[Array, Array]:
    length = series.shape[1]
    determinant, trace = np.full(length, np.nan), np.full(length, np.nan)
    for row in range(length - NEWEST, length):
        covariance = np.cov(series[:, row - width + 1 : row + 1], bias=True)
        determinant[row], trace[row] = np.linalg.slogdet(covariance)[1], np.log(np.trace(covariance))
    return determinant, trace


def of_bqx(market: Market, pair: Pair) -> Columns:
    least = (EPSILON["bqx"], EPSILON["bqx"])
    own = pair.bqx(15)
    result = term_structure(pair)
    for width in (15, 30, 45):
        result[f"bqx_{width}_correlation_bqx_60_60"] = correlation(pair.bqx(width), pair.bqx(60), HOUR, least)
    for width in (60, 240):
        found = panel(market, "bqx", width, NEWEST + 240, True)
        result[f"systematic_share_bqx_{width}"] = found[pair.name]
        result[f"residual_std_bqx_{width}"] = std(own, width) * np.sqrt(1 - found[pair.name])
        result[f"mean_pairwise_correlation_bqx_{width}"] = found["mean"]
        result[f"correlation_dispersion_bqx_{width}"] = found["dispersion"]
    apart = 1 - panel(market, "bqx", HOUR, NEWEST + 240, True)[pair.name]
    result["bqx_decoupling_z_240"] = z_score(apart, 240, 1e-9)
    others = np.array([each.bqx(15) for each in market.pairs.values() if each is not pair])
    agree = (sign(others, EPSILON["bqx"]) == sign(own, EPSILON["bqx"])).mean(axis=0)
    result["bqx_sign_share"] = np.where(np.abs(own) > EPSILON["bqx"], agree, np.nan)
    strengths = market.strengths("bqx")
    for side, currency in (("base", pair.name[:3]), ("quote", pair.name[3:])):
        for width in (60, 240):
            result[f"bqx_strength_correlation_{side}_{width}"] = correlation(
                own, strengths[currency], width, least
            )
        for minutes in (5, 15):
            led = lag(strengths[currency], minutes)
            result[f"bqx_lead_lag_{side}_{minutes}"] = correlation(own, led, HOUR, least)
    return result


def term_structure(pair: Pair) -> Columns:
    """Line and parabola through bqx_W / W over the five windows W."""
    places = np.array([15, 30, 45, 60, 75])
    terms = np.array([pair.bqx(window) / window for window in places])
    known = ~np.isnan(terms).any(axis=0)
    slope, curvature = np.full(len(known), np.nan), np.full(len(known), np.nan)
    slope[known] = np.polyfit(places, terms[:, known], 1)[0]
    steep = 75 * (np.abs(terms[0]) - np.abs(terms[4]))
    curvature[known] = 2 * np.polyfit(places, terms[:, known], 2)[0]
    return {
        "bqx_term_slope": slope,
        "bqx_term_curvature": curvature,
        "bqx_term_inverted": np.where(known, steep > EPSILON["bqx"], np.nan),
        "bqx_term_steepness_z_240": z_score(slope, 240, EPSILON["bqx"] / 75),
    }
