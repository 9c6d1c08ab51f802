"""Trailing windows the slow way: every window is looked at whole, nothing is carried from row to row."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Array = NDArray[np.float64]

# Rows whose windows are looked at together, so that memory stays small.
CHUNK = 1024


def windows(values: Array, width: int) -> Array:
    """The last `width` values of every row, oldest first; NaN before the first value."""
    padded = np.concatenate([np.full(width - 1, np.nan), values])
    return sliding_window_view(padded, width)


def over_windows(values: Array, width: int, work: Callable[[Array], Array]) -> Array:
    """What `work` makes of each window that holds no NaN; NaN elsewhere."""
    result = np.full(len(values), np.nan)
    every = windows(values, width)
    for start in range(0, len(values), CHUNK):
        some = every[start : start + CHUNK]
        whole = ~np.isnan(some).any(axis=1)
        if whole.any():
            result[start : start + CHUNK][whole] = work(some[whole])
    return result


def total(values: Array, width: int) -> Array:
    return over_windows(values, width, lambda each: each.sum(axis=1))


def mean(values: Array, width: int) -> Array:
    return over_windows(values, width, lambda each: each.mean(axis=1))


def std(values: Array, width: int) -> Array:
    return over_windows(values, width, lambda each: each.std(axis=1))


def highest(values: Array, width: int) -> Array:
    return over_windows(values, width, lambda each: each.max(axis=1))


def lowest(values: Array, width: int) -> Array:
    return over_windows(values, width, lambda each: each.min(axis=1))


def lag(values: Array, rows: int) -> Array:
    return values.copy() if rows == 0 else np.concatenate([np.full(rows, np.nan), values[:-rows]])


def change(values: Array, rows: int) -> Array:
    return values - lag(values, rows)


def ratio(numerator: Array, denominator: Array, epsilon: float) -> Array:
    """Clipped to +-1,000; NaN where the denominator's size is not above epsilon."""
    usable = np.abs(denominator) > epsilon
    return np.where(usable, np.clip(numerator / np.where(usable, denominator, 1), -1000, 1000), np.nan)


def share(part: Array, whole: Array, epsilon: float) -> Array:
    """Of a whole that is never negative: not clipped."""
    usable = whole > epsilon
    return np.where(usable, part / np.where(usable, whole, 1), np.nan)


def sign(values: Array, epsilon: float) -> Array:
    """Of a value that is 0 but for rounding: 0."""
    return np.where(np.abs(values) <= epsilon, 0 * values, np.sign(values))


def z_score(values: Array, width: int, epsilon: float) -> Array:
    return share(values - mean(values, width), std(values, width), epsilon)


def smoothed(values: Array, alpha: float, width: int) -> Array:
    """Exponential mean of the last `width` values, weights that sum to 1: the finite window of the spec."""
    weights = (1 - alpha) ** np.arange(width)
    result = np.full(len(values), np.nan)
    result[width - 1 :] = np.convolve(values, weights / weights.sum(), "valid")
    return result


def ema(values: Array, period: int, spans: int = 10) -> Array:
    return smoothed(values, 2 / (period + 1), spans * period)


def wilder(values: Array, period: int, spans: int = 10) -> Array:
    return smoothed(values, 1 / period, spans * period)


def rank(values: Array, width: int, epsilon: float) -> Array:
    """Share of the window that the newest exceeds; those within `epsilon` of it, itself too, count half."""

    def of(each: Array) -> Array:
        newest = each[:, -1:]
        equal = np.abs(each - newest) <= epsilon
        return (((each < newest) & ~equal).sum(axis=1) + 0.5 * equal.sum(axis=1)) / width

    return over_windows(values, width, of)


def tercile(values: Array, epsilon: float, width: int = 1440) -> Array:
    return np.floor(3 * rank(values, width, epsilon))


def minutes_since(flags: Array, cap: int = 1440) -> Array:
    """Rows since a flag was set, at most `cap`; NaN where the last `cap` flags are not all known."""

    def of(each: Array) -> Array:
        newest_first = each[:, ::-1] != 0
        return np.where(newest_first.any(axis=1), newest_first.argmax(axis=1), cap)

    return over_windows(flags, cap, of)


def line(values: Array, width: int, epsilon: float) -> tuple[Array, Array]:
    """Slope per row and r2 of the straight line through each window, by numpy's least squares."""
    x = np.arange(width)

    def slope(each: Array) -> Array:
        return np.polyfit(x, (each - each[:, -1:]).T, 1)[0]

    def r2(each: Array) -> Array:
        centred = (each - each[:, -1:]).T
        fitted = np.polyval(np.polyfit(x, centred, 1)[:, None], x[:, None])
        unexplained = ((centred - fitted) ** 2).sum(axis=0)
        spread = ((centred - centred.mean(axis=0)) ** 2).sum(axis=0)
        return np.where(
            spread > width * epsilon**2, 1 - unexplained / np.where(spread > 0, spread, 1), np.nan
        )

    return over_windows(values, width, slope), over_windows(values, width, r2)


def correlation(xs: Array, ys: Array, width: int, epsilons: tuple[float, float]) -> Array:
    result = np.full(len(xs), np.nan)
    every_x, every_y = windows(xs, width), windows(ys, width)
    for start in range(0, len(xs), CHUNK):
        x, y = every_x[start : start + CHUNK], every_y[start : start + CHUNK]
        x, y = x - x.mean(axis=1, keepdims=True), y - y.mean(axis=1, keepdims=True)
        sx, sy = x.std(axis=1), y.std(axis=1)
        usable = (sx > epsilons[0]) & (sy > epsilons[1])
        product = np.where(usable, sx * sy, 1)
        result[start : start + CHUNK] = np.where(usable, (x * y).mean(axis=1) / product, np.nan)
    return result


def beta(xs: Array, ys: Array, width: int) -> tuple[Array, Array]:
    """Covariance of x and y, and variance of x, of each window."""
    every_x, every_y = windows(xs, width), windows(ys, width)
    x = every_x - every_x.mean(axis=1, keepdims=True)
    return (x * (every_y - every_y.mean(axis=1, keepdims=True))).mean(axis=1), (x * x).mean(axis=1)
