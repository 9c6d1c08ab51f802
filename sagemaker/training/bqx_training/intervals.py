"""Prediction intervals: split conformal, by regime of volatility."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .dataset import Doubles, Floats

NOMINAL = 0.9
REGIMES = 3

# A regime of fewer rows has the interval of all.
LEAST_ROWS = 30


@dataclass(frozen=True)
class Intervals:
    edges: tuple[float, ...]
    """Terciles of the volatility on the training split."""
    half_widths: tuple[float, ...]
    """For each regime, calm first, in bqx."""
    half_width_unknown: float
    """Where the volatility is missing."""

    def half_width(self, volatility: Floats) -> Doubles:
        widths = np.array(self.half_widths)[regimes_of(volatility, self.edges)]
        return np.where(np.isnan(volatility), self.half_width_unknown, widths)

    def covers(self, target: Doubles, forecast: Doubles, volatility: Floats) -> NDArray[np.bool_]:
        return np.abs(target - forecast) <= self.half_width(volatility)


def regimes_of(volatility: Floats, edges: tuple[float, ...]) -> NDArray[np.int64]:
    """How many edges each value is above; 0 for a missing one."""
    values = volatility.astype(np.float64)
    return sum(((values > edge).astype(np.int64) for edge in edges), np.zeros(len(values), dtype=np.int64))


def volatility_edges(volatility: Floats) -> tuple[float, ...]:
    known = volatility[~np.isnan(volatility)]
    if not known.size:
        return (0.0,) * (REGIMES - 1)
    shares = [each / REGIMES for each in range(1, REGIMES)]
    return tuple(float(edge) for edge in np.quantile(known, shares, method="inverted_cdf"))


def fit_intervals(edges: tuple[float, ...], residuals: Doubles, volatility: Floats) -> Intervals:
    """Half widths from residuals of a split that nothing else was fitted to."""
    sizes = np.abs(residuals)
    everywhere = conformal_quantile(sizes)
    regimes, known = regimes_of(volatility, edges), ~np.isnan(volatility)
    widths = []
    for regime in range(len(edges) + 1):
        own = sizes[known & (regimes == regime)]
        widths.append(conformal_quantile(own) if len(own) >= LEAST_ROWS else everywhere)
    return Intervals(edges, tuple(widths), everywhere)


def conformal_quantile(sizes: Doubles) -> float:
    """The size that a new one, alike to n others, does not exceed with the nominal probability."""
    place = min(len(sizes), math.ceil((len(sizes) + 1) * NOMINAL))
    return float(np.partition(sizes, place - 1)[place - 1])
