"""What forecasts are worth on a split that nothing was fitted to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .dataset import Doubles, Floats, Positions
from .fitting import Fitting, rows_within
from .hyperparameters import Hyperparameters
from .intervals import NOMINAL, Intervals, regimes_of
from .market import Market, read_market
from .metrics import Metrics, ceiling, exact_ceiling, is_leak_suspected, measure, r_squared

FLOORS = ("zero", "last_value", "known")


@dataclass(frozen=True)
class SplitRows:
    """A split as a model sees it: every row with a target whose lags lie within the split."""

    market: Market
    positions: Positions
    raw: Floats
    """NaN where missing."""

    @property
    def target(self) -> Doubles:
        return self.market.target[self.positions]


def read_split(fitting: Fitting, split: str) -> SplitRows:
    market = read_market(fitting.dataset, split, fitting.target)
    positions = rows_within(fitting.dataset, split, fitting.reach)
    positions = positions[np.isfinite(market.target[positions])]
    raw = fitting.dataset.matrix(split, fitting.selection.columns, positions)
    return SplitRows(market, positions, raw)


def floor_forecast(floor: str, rows: SplitRows) -> Doubles:
    """Forecasts that take no model: what a model must be better than."""
    if floor == "zero":
        return np.zeros(len(rows.positions))
    series = rows.market.last if floor == "last_value" else rows.market.known
    return series[rows.positions]


def measure_rows(forecast: Doubles, rows: SplitRows, fitting: Fitting, settings: Hyperparameters) -> Metrics:
    return measure(forecast, rows.market, rows.positions, fitting.calibration, settings.signal_threshold)


def coverage(intervals: Intervals, rows: SplitRows, forecast: Doubles, volatility: Floats) -> dict[str, Any]:
    """Share of targets within their interval: of all rows, and regime by regime."""
    covered = intervals.covers(rows.target, forecast, volatility)
    regimes = np.where(np.isnan(volatility), -1, regimes_of(volatility, intervals.edges))
    own = [covered[regimes == regime] for regime in range(len(intervals.half_widths))]
    return {
        "nominal": NOMINAL,
        "test": float(covered.mean()),
        "testByRegime": [float(each.mean()) if each.size else None for each in own],
    }


def permutation_importances(
    predict: Callable[[Floats], Doubles], raw: Floats, target: Doubles, seed: int
) -> list[float]:
    """How much R2 drops when one column's values are shuffled, column by column."""
    random = np.random.default_rng(seed)
    values = raw.copy()
    base = r_squared(target, predict(values))
    drops = []
    for place in range(values.shape[1]):
        kept = values[:, place].copy()
        values[:, place] = random.permutation(kept)
        drops.append(base - r_squared(target, predict(values)))
        values[:, place] = kept
    return drops


@dataclass(frozen=True)
class Evaluated:
    """The winner, the floors and whatever else competed."""

    kind: str
    validation: Metrics
    test: Metrics | None
    """None where it was not read."""
    floors: dict[str, dict[str, Metrics]]
    candidates: dict[str, Metrics]
    coverage: dict[str, Any] | None

    def suspected_leaks(self, fitting: Fitting) -> dict[str, float]:
        """R2 of each split where it is above what an honest model can have."""
        measured = {"validation": self.validation, **({} if self.test is None else {"test": self.test})}
        return {
            split: metrics.r2
            for split, metrics in measured.items()
            if is_leak_suspected(metrics.r2, fitting.target)
        }

    def as_json(self, fitting: Fitting, settings: Hyperparameters) -> dict[str, Any]:
        return {
            "pair": settings.pair,
            "target": fitting.target.name,
            "model": self.kind,
            "ceiling": ceiling(fitting.target),
            "ceilingExact": exact_ceiling(fitting.target),
            "ceilingFormula": "((W - h) / W)^3",
            "validation": self.validation.as_json(),
            "test": None if self.test is None else self.test.as_json(),
            "floors": {
                floor: {split: metrics.as_json() for split, metrics in splits.items()}
                for floor, splits in self.floors.items()
            },
            "candidates": {kind: metrics.as_json() for kind, metrics in self.candidates.items()},
            "coverage": self.coverage,
            "importanceShare": fitting.selection.share,
            "features": len(fitting.selection.columns),
            "isFast": settings.fast,
            "leakSuspected": bool(self.suspected_leaks(fitting)),
            "fitRows": len(fitting.raw),
            "selectionRows": fitting.selection_rows,
        }
