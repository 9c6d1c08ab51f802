"""What the features were computed from, as the test wrote it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from windows import Array, change, highest, lowest, std, total

CURRENCIES = ("aud", "cad", "chf", "eur", "gbp", "jpy", "nzd", "usd")

# Below these a denominator counts as 0: points of rate_idx, ratios of rates, bqx.
EPSILON = {"idx": 1e-9, "ratio": 1e-11, "bqx": 1e-11, "score": 1e-9}


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
        """Volume, or the true range in basis points where the market has no volume; none in the first minute."""
        if self.parameters["activity"] == "volume":
            return np.where(np.arange(len(self.volume)) > 0, self.volume, np.nan)
        before = np.concatenate([[np.nan], self.close[:-1]])
        return 10_000 * (np.maximum(self.high, before) - np.minimum(self.low, before)) / before


def sum_of_gaps(close: Array, window: int) -> Array:
    gaps = np.full_like(close, np.nan)
    before = total(close, window + 1) - close
    gaps[window:] = (before[window:] - window * close[window:]) / close[window:]
    return gaps


@dataclass(frozen=True, eq=False)
class Market:
    timestamps: Array
    pairs: dict[str, Pair]
    parameters: dict[str, Any]

    @cached_property
    def returns(self) -> Array:
        """r of all pairs, one row per pair."""
        return np.array([pair.returns for pair in self.pairs.values()])

    @property
    def training_returns(self) -> Array:
        return self.returns[:, 1 : self.parameters["trainingRows"]]

    def index(self, pair: Pair) -> int:
        return list(self.pairs).index(pair.name)

    def leg(self, base: str, quote: str, domain: str) -> Array:
        """A currency in another: ln rate_idx, bqx_15, or what error correction holds against others."""
        sign, name = (1, base + quote) if base + quote in self.pairs else (-1, quote + base)
        pair = self.pairs[name]
        if domain.startswith("held "):
            return sign * self.held(pair, domain.removeprefix("held "))
        return sign * (np.log(pair.rate_idx / 100) if domain == "idx" else pair.bqx(15))

    def held(self, pair: Pair, domain: str) -> Array:
        """ln rate from the base timestamp on, or bqx_60."""
        return np.log(pair.close / pair.parameters["baseRate"]) if domain == "idx" else pair.bqx(60)

    def strengths(self, domain: str) -> dict[str, Array]:
        """Mean r, or bqx_15, of each currency against the other seven."""
        series = {
            name: pair.returns if domain == "idx" else pair.bqx(15) for name, pair in self.pairs.items()
        }
        return {
            currency: sum(
                (values if name.startswith(currency) else -values)
                for name, values in series.items()
                if currency in name
            )
            / 7
            for currency in CURRENCIES
        }


def read_market(folder: Path) -> Market:
    request = json.loads((folder / "market.json").read_text())

    def column(name: str) -> Array:
        return np.fromfile(folder / f"{name}.f64", dtype="<f8")

    shared = {"activity": request["activity"], "hmm": request["hmm"]}
    pairs = {}
    for name, own in request["pairs"].items():
        fields = {field: column(f"{name}.{field}") for field in ("open", "high", "low", "close", "volume")}
        spread = column(f"{name}.spreadBp") if request["spread"] == "quoted" else None
        pairs[name] = Pair(
            name,
            **fields,
            spread=spread,
            parameters=own
            | {key: value.get(name) if isinstance(value, dict) else value for key, value in shared.items()},
        )
    return Market(column("timestamps"), pairs, request)
