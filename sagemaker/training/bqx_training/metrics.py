"""How good forecasts are, and how good they can be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .dataset import Doubles, Positions, Target
from .market import Market
from .signals import Calibration

# 52 weeks of five days.
TRADING_MINUTES_PER_YEAR = 52 * 5 * 1_440

# R2 so far above its ceiling is a suspected leak.
LEAK_MARGIN = 0.1


@dataclass(frozen=True)
class Metrics:
    rows: int
    r2: float
    mae: float
    rmse: float
    directional_accuracy: float | None
    """Share of the returns whose sign was implied; None where no row implies one."""
    sharpe: float | None
    """Annualised, of trades that do not overlap, net of spread; None where results do not vary."""
    trades: int

    def as_json(self) -> dict[str, Any]:
        return {
            "rows": self.rows,
            "r2": self.r2,
            "mae": self.mae,
            "rmse": self.rmse,
            "directionalAccuracy": self.directional_accuracy,
            "sharpe": self.sharpe,
            "trades": self.trades,
        }


def ceiling(target: Target) -> float:
    """The most that R2 can be where no increment can be predicted."""
    return ((target.window - target.horizon) / target.window) ** 3


def exact_ceiling(target: Target) -> float:
    """The same minute by minute, which `ceiling` is the limit of.

    bqx_W is a sum over increments, of weight -1 for the oldest to -W for the newest; the W - h oldest have happened.
    """

    def squares(n: int) -> int:
        return n * (n + 1) * (2 * n + 1) // 6

    return squares(max(0, target.window - target.horizon)) / squares(target.window)


def is_leak_suspected(r2: float, target: Target) -> bool:
    return r2 > ceiling(target) + LEAK_MARGIN


def r_squared(target: Doubles, forecast: Doubles) -> float:
    """Against the mean of these very rows."""
    spread = float(((target - target.mean()) ** 2).sum())
    return 1 - float(((target - forecast) ** 2).sum()) / spread if spread > 0 else 0.0


def measure(
    forecast: Doubles,
    market: Market,
    positions: Positions,
    calibration: Calibration,
    signal_threshold: float,
) -> Metrics:
    """Measures forecasts for some rows of a split, which follow each other without a gap."""
    target = market.target[positions]
    known = np.isfinite(target)
    error = target[known] - forecast[known]
    implied = calibration.implied_return(forecast, market.known[positions])
    realised = market.realised[positions]
    says = np.isfinite(realised) & (realised != 0) & (implied != 0)
    right = np.sign(implied[says]) == np.sign(realised[says])
    results, trades = _trades(implied, realised, market.spread[positions], calibration, signal_threshold)
    return Metrics(
        rows=int(known.sum()),
        r2=r_squared(target[known], forecast[known]),
        mae=float(np.abs(error).mean()),
        rmse=float(np.sqrt((error**2).mean())),
        directional_accuracy=float(right.mean()) if right.size else None,
        sharpe=_sharpe(results, calibration.target.horizon),
        trades=trades,
    )


def _trades(
    implied: Doubles, realised: Doubles, spread: Doubles, calibration: Calibration, threshold: float
) -> tuple[Doubles, int]:
    """What each horizon's minutes brought, as a ratio, and how many trades there were; without a trade 0."""
    slots = slice(0, None, calibration.target.horizon)
    moves = realised[slots]
    sides = np.where(np.abs(implied[slots]) > threshold, np.sign(implied[slots]), 0.0)
    ended = np.isfinite(moves)
    # Half the spread is lost on the way in, half on the way out.
    results = sides[ended] * moves[ended] - np.abs(sides[ended]) * spread[slots][ended]
    return results, int(np.count_nonzero(sides[ended]))


def _sharpe(results: Doubles, horizon: int) -> float | None:
    if len(results) < 2 or not results.std() > 0:
        return None
    return float(results.mean() / results.std(ddof=1) * np.sqrt(TRADING_MINUTES_PER_YEAR / horizon))
