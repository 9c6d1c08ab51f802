"""Columns of the dataset that say what a forecast means in the market: what is known, what happened, what it cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .dataset import Dataset, Doubles, Target
from .hyperparameters import UnusableError

# bqx of now, by its window.
BQX_COLUMNS = {15: "bqx_15_lag_0", 30: "bqx_30", 45: "bqx_45", 60: "bqx_60", 75: "bqx_75"}

# The change of the rate over the last minutes, and its unit as a ratio: where an indicator has it already, there.
CHANGE_COLUMNS = {
    15: ("rate_change_since_lag_15", 1.0),
    30: ("roc_idx_30", 0.01),
    45: ("rate_change_since_lag_45", 1.0),
    60: ("roc_idx_60", 0.01),
    75: ("rate_change_since_lag_75", 1.0),
}

SPREAD_COLUMN = "spread_bp"
BASIS_POINT = 1e-4

# Its terciles are the regimes that intervals depend on.
VOLATILITY_COLUMN = "rv_idx_60"


@dataclass(frozen=True)
class Market:
    """All rows of a split."""

    target: Doubles
    known: Doubles
    """K: the bqx of the target's window less its horizon, all of which has happened; 0 where nothing has."""
    last: Doubles
    """bqx of the target's window, as it is now."""
    realised: Doubles
    """Change of the rate over the horizon to come, as a ratio; NaN where it ends after the split."""
    spread: Doubles
    """As a ratio of the rate."""


def known_column(target: Target) -> str | None:
    """The column that holds K; None where K is 0."""
    return None if target.window == target.horizon else BQX_COLUMNS[target.window - target.horizon]


def check_market_columns(dataset: Dataset, target: Target) -> None:
    """Raises UnusableError listing the columns that no report can do without."""
    needed = [BQX_COLUMNS[target.window], CHANGE_COLUMNS[target.horizon][0], SPREAD_COLUMN, VOLATILITY_COLUMN]
    known = known_column(target)
    missing = sorted({*needed, *([] if known is None else [known])} - set(dataset.columns))
    if missing:
        raise UnusableError(f"The dataset lacks columns that a report needs: {', '.join(missing)}")


def read_market(dataset: Dataset, split: str, target: Target) -> Market:
    change, unit = CHANGE_COLUMNS[target.horizon]
    last, known = BQX_COLUMNS[target.window], known_column(target)
    names = list(
        dict.fromkeys([target.name, change, last, SPREAD_COLUMN, *([] if known is None else [known])])
    )
    values = {name: column.astype(np.float64) for name, column in dataset.read(split, names)}
    realised = np.full_like(values[target.name], np.nan)
    realised[: -target.horizon] = values[change][target.horizon :] * unit
    return Market(
        target=values[target.name],
        known=np.zeros_like(realised) if known is None else np.nan_to_num(values[known]),
        last=np.nan_to_num(values[last]),
        realised=realised,
        spread=np.nan_to_num(values[SPREAD_COLUMN]) * BASIS_POINT,
    )
