"""The terms of the regression family by numpy.polyfit over sliding windows, all windows of one length at once."""

from __future__ import annotations

import numpy as np

from peer import Array, Bars, measure

WINDOWS = (15, 30, 45, 60, 75, 90)
# Windows fitted in one call: all at once would not fit into the processor's cache.
CHUNK = 4096


def fits(values: Array, width: int) -> int:
    every = np.lib.stride_tricks.sliding_window_view(values, width)
    x = np.arange(1 - width, 1.0)
    computed = 0
    for start in range(0, len(every), CHUNK):
        y = every[start : start + CHUNK].T
        mean = y.mean(axis=0)
        y = y - mean
        a2, a1, b = np.polyfit(x, y, 2)
        residuals = y - (a2 * x[:, None] ** 2 + a1 * x[:, None] + b)
        unexplained = (residuals**2).sum(axis=0)
        recent = residuals[-(width // 3) :]
        rmse = np.sqrt(unexplained / width)
        spread = recent.std(axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            terms = (
                a2 / mean,
                a1 / mean,
                b / mean,
                1 - unexplained / (y**2).sum(axis=0),
                rmse,
                residuals[-1],
                np.polyfit(x, y, 1)[0],
                np.clip(-a1 / (2 * a2), -10 * width, 10 * width),
                recent.mean(axis=0),
                spread,
                residuals[-1] / rmse,
            )
        computed += sum(len(term) for term in terms)
    return computed


def compute(bars: Bars) -> int:
    return sum(fits(bars.close, width) for width in WINDOWS)


measure(f"numpy {np.__version__}", compute)
