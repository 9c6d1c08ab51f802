"""What is fitted to the training split before any model is: the selected columns, their fills and scales, the signal's slope."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .candidates import Candidate, candidates_of
from .container import log
from .dataset import Dataset, Doubles, Floats, Positions, Target, evenly
from .hyperparameters import Hyperparameters, UnusableError
from .market import VOLATILITY_COLUMN, Market, check_market_columns, known_column, read_market
from .preparation import Preparation, fit_preparation
from .selection import Selection, choose, importances_of
from .signals import Calibration, calibrate

# Fewer rows with a target are too few to fit anything to.
LEAST_ROWS = 100


@dataclass(frozen=True)
class Fitting:
    dataset: Dataset
    target: Target
    candidate_count: int
    reach: int
    """Longest lag of all candidates, in minutes: rows whose lags would reach into another split are in none."""
    selection: Selection
    selection_rows: int
    preparation: Preparation
    raw: Floats
    """Rows that models are fitted to, NaN where missing."""
    targets: Doubles
    """Of these rows."""
    calibration: Calibration

    def filled(self) -> Floats:
        return self.preparation.fill(self.raw.copy(order="F"))


def rows_within(dataset: Dataset, split: str, reach: int) -> Positions:
    """Rows of a split of which even a value `reach` minutes ago belongs to the split.

    Raises UnusableError where there are hardly any.
    """
    rows = dataset.rows(split)
    if rows < reach + LEAST_ROWS:
        raise UnusableError(f"The split {split} has {rows} rows; at least {reach + LEAST_ROWS} are needed")
    return np.arange(reach, rows, dtype=np.int64)


def prepare(settings: Hyperparameters, folder: Path) -> Fitting:
    """Raises UnusableError where the dataset is not what the settings ask for."""
    dataset = Dataset(folder)
    target = dataset.target(settings.pair, settings.target)
    check_market_columns(dataset, target)
    candidates = candidates_of(dataset, settings.candidates)
    reach = max((each.lag_minutes for each in candidates), default=0)
    market = read_market(dataset, "train", target)
    positions = rows_within(dataset, "train", reach)
    positions = positions[np.isfinite(market.target[positions])]

    chosen_from = evenly(positions, settings.selection_rows)
    selection = _select(settings, dataset, target, candidates, market, chosen_from)
    log("selected", columns=len(selection.columns), share=selection.share, counts=selection.counts)

    fitted = evenly(positions, settings.fit_rows)
    raw = dataset.matrix("train", selection.columns, fitted)
    return Fitting(
        dataset=dataset,
        target=target,
        candidate_count=len(candidates),
        reach=reach,
        selection=selection,
        selection_rows=len(chosen_from),
        preparation=fit_preparation(raw),
        raw=raw,
        targets=market.target[fitted],
        calibration=calibrate(target, market),
    )


def _select(
    settings: Hyperparameters,
    dataset: Dataset,
    target: Target,
    candidates: list[Candidate],
    market: Market,
    rows: Positions,
) -> Selection:
    values = dataset.matrix("train", candidates, rows)
    importances = importances_of(
        fit_preparation(values).fill(values),
        market.target[rows],
        trees=settings.selection_trees,
        seed=settings.seed,
        n_jobs=settings.n_jobs,
    )
    return choose(candidates, importances, required_candidates(target))


def required_candidates(target: Target) -> frozenset[str]:
    """Columns of now without which the served model could say neither an interval nor an implied return."""
    known = known_column(target)
    return frozenset([VOLATILITY_COLUMN, *([] if known is None else [known])])
