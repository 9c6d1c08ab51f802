"""What the features were computed from, as the test wrote it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from windows import Array, change, highest, lowest, std, total

# Below these a denominator counts as 0: points of rate_idx, ratios of rates, bqx.
EPSILON = {"idx": 1e-9, "ratio": 1e-11, "bqx": 1e-11}


@dataclass(frozen=True)
class Pair:
    """One pair's minutes and the series that features are made of, from spec/features.md."""

    name: str
    open: Array
    high: Array
    low: Array
    close: Array
    volume: Array
    spread: Array | None
    parameters: dict[str, Any]

    @cached_property
    def rate_idx(self) -> Array:
        return self.close * (100 / self.parameters["baseRate"])

    @cached_property
    def returns(self) -> Array:
        return change(np.log(self.close), 1)

    def bqx(self, window: int) -> Array:
        """Sum of (rate(t - i) - rate(t)) / rate(t) over i = 1..window, term by term."""
        return sum_of_gaps(self.close, window)

    @cached_property
    def bqx_scale(self) -> Array:
        return std(self.bqx(15), 240)

    def bars(self, domain: str) -> tuple[Array, Array, Array]:
        """High, low and close; those of bqx_15 are its extremes over 5 minutes."""
        if domain == "bqx":
            values = self.bqx(15)
            return highest(values, 5), lowest(values, 5), values
        scale = 100 / self.parameters["baseRate"]
        return self.high * scale, self.low * scale, self.rate_idx

    def changes(self, domain: str) -> Array:
        return self.returns if domain == "idx" else change(self.bqx(15), 1)

    def level(self, domain: str) -> Array:
        return self.rate_idx if domain == "idx" else self.bqx(15)

    @cached_property
    def activity(self) -> Array:
        """Volume, or the true range in basis points where the market has no volume."""
        if self.parameters["activity"] == "volume":
            return self.volume
        before = np.concatenate([[np.nan], self.close[:-1]])
        return 10_000 * (np.maximum(self.high, before) - np.minimum(self.low, before)) / before


def sum_of_gaps(close: Array, window: int) -> Array:
    gaps = np.full_like(close, np.nan)
    before = total(close, window + 1) - close
    gaps[window:] = (before[window:] - window * close[window:]) / close[window:]
    return gaps


@dataclass(frozen=True)
class Market:
    timestamps: Array
    pairs: dict[str, Pair]
    parameters: dict[str, Any]

    @cached_property
    def returns(self) -> Array:
        """r of all pairs, one row per pair."""
        return np.array([pair.returns for pair in self.pairs.values()])


def read_market(folder: Path) -> Market:
    request = json.loads((folder / "market.json").read_text())

    def column(name: str) -> Array:
        return np.fromfile(folder / f"{name}.f64", dtype="<f8")

    pairs = {}
    for name, own in request["pairs"].items():
        fields = {field: column(f"{name}.{field}") for field in ("open", "high", "low", "close", "volume")}
        spread = column(f"{name}.spreadBp") if request["spread"] == "quoted" else None
        pairs[name] = Pair(name, **fields, spread=spread, parameters={**own, "activity": request["activity"]})
    return Market(column("timestamps"), pairs, request)


