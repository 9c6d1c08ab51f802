"""Quadratic least squares by numpy.polyfit, residuals taken one by one."""

from __future__ import annotations

import numpy as np

from inputs import EPSILON, Market, Pair
from windows import CHUNK, Array, change, ratio, windows

WINDOWS = (15, 30, 45, 60, 75, 90)
TERMS = ("a2", "a1", "b", "r2", "rmse", "residual", "slope", "residual_mean", "residual_std", "mean", "std")


def fits(values: Array, width: int) -> dict[str, Array]:
    """Terms of each window in the units of the values; NaN where it is not full."""
    result = {term: np.full(len(values), np.nan) for term in TERMS}
    every = windows(values, width)
    x = np.arange(1 - width, 1.0)
    for start in range(width - 1, len(values), CHUNK):
        some = every[start : start + CHUNK]
        rows = start + np.flatnonzero(~np.isnan(some).any(axis=1))
        if len(rows) == 0:
            continue
        # Measured from the newest value: coefficients but b are the same, and digits are not lost.
        y = (every[rows] - every[rows][:, -1:]).T
        a2, a1, b = np.polyfit(x, y, 2)
        a2, a1 = (np.where(np.abs(term) <= 1e-15, 0, term) for term in (a2, a1))
        residuals = y - (a2 * x[:, None] ** 2 + a1 * x[:, None] + b)
        spread = ((y - y.mean(axis=0)) ** 2).sum(axis=0)
        recent = residuals[-(width // 3) :]
        unexplained = (residuals**2).sum(axis=0)
        terms = {
            "a2": a2,
            "a1": a1,
            "b": b + values[rows],
            "r2": 1 - unexplained / np.where(spread > 0, spread, np.nan),
            "rmse": np.sqrt(unexplained / width),
            "residual": residuals[-1],
            "slope": np.polyfit(x, y, 1)[0],
            "residual_mean": recent.mean(axis=0),
            "residual_std": recent.std(axis=0),
            "mean": y.mean(axis=0) + values[rows],
            "std": np.sqrt(spread / width),
        }
        for term, fitted in terms.items():
            result[term][rows] = fitted
    return result


def scaled_fits(pair: Pair, domain: str) -> dict[int, dict[str, Array]]:
    """a2, a1 and b divided by the window's mean (rate_idx) or standard deviation (bqx)."""
    result = {}
    for width in WINDOWS:
        terms = fits(pair.rate_idx if domain == "idx" else pair.bqx(min(width, 75)), width)
        still = ~(terms["std"] > EPSILON[domain])
        terms["r2"][still] = np.nan
        divisor = terms["mean"] if domain == "idx" else np.where(still, np.nan, terms["std"])
        result[width] = terms | {term: terms[term] / divisor for term in ("a2", "a1", "b")}
    return result


def columns(_: Market, pair: Pair) -> dict[str, Array]:
    result: dict[str, Array] = {}
    for domain in ("idx", "bqx"):
        of = scaled_fits(pair, domain)
        result |= within(of, domain) | across(of, domain) | parabolic(of, domain)
    return result


def within(of: dict[int, dict[str, Array]], domain: str) -> dict[str, Array]:
    result: dict[str, Array] = {}
    for width, terms in of.items():
        own = {term: terms[term] for term in TERMS[:9]}
        own["residual_z"] = ratio(terms["residual"], terms["rmse"], EPSILON[domain])
        own["apex"] = np.clip(ratio(-terms["a1"], 2 * terms["a2"], 2e-15) / width, -10, 10)
        own["accel"] = change(terms["a1"], 5)
        result |= {f"w{width}_{domain}_{term}": values for term, values in own.items()}
    return result


def across(of: dict[int, dict[str, Array]], domain: str) -> dict[str, Array]:
    result: dict[str, Array] = {}
    for short, long in ((15, 60), (30, 75), (45, 90)):
        for term, what in (
            ("a2", "ratio"),
            ("a1", "ratio"),
            ("b", "gap"),
            ("r2", "spread"),
            ("rmse", "ratio"),
            ("slope", "gap"),
        ):
            one, two = of[short][term], of[long][term]
            least = EPSILON[domain] if term == "rmse" else 1e-15
            values = ratio(one, two, least) if what == "ratio" else one - two
            result[f"reg_{domain}_{term}_{what}_{short}_{long}"] = values
    return result


def parabolic(of: dict[int, dict[str, Array]], domain: str) -> dict[str, Array]:
    result: dict[str, Array] = {}
    for term in ("a2", "a1", "b", "r2"):
        name = f"parabolic_{domain}_{term}"
        for one, two in ((15, 30), (15, 90), (30, 60), (45, 75), (60, 90)):
            result[f"{name}_gap_{one}_{two}"] = of[one][term] - of[two][term]
        stacked = np.array([of[width][term] for width in WINDOWS])
        known = ~np.isnan(stacked).any(axis=0)
        result[f"{name}_std"] = stacked.std(axis=0)
        slope = np.full(stacked.shape[1], np.nan)
        slope[known] = np.polyfit(range(len(WINDOWS)), stacked[:, known] - stacked[0, known], 1)[0]
        result[f"{name}_slope"] = slope
        result[f"{name}_ascending"] = np.where(known, (np.diff(stacked, axis=0) > 0).mean(axis=0), np.nan)
        result[f"{name}_change_60"] = change(of[60][term], 15)
    for width in (15, 30, 60, 90):
        result[f"parabolic_{domain}_velocity_curvature_{width}"] = of[width]["a1"] * of[width]["a2"]
    return result
