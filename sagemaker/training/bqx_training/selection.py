"""Chooses the columns that a model sees, by the importances of a random forest on all candidates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.ensemble import RandomForestRegressor

from .candidates import Candidate
from .dataset import Doubles, Floats

MOST = 250
QUOTAS = {"rate_idx": 100, "bqx": 100}

# The rest are chosen until the selected hold so much of all importance.
SHARE_REACHED = 0.95

SELECTION_DEPTH = 10
SELECTION_LEAF_ROWS = 5


@dataclass(frozen=True)
class Selection:
    columns: tuple[Candidate, ...]
    """In the order of the model's inputs: the most important one first."""
    importances: tuple[float, ...]
    share: float
    """Of all importance, that the selected hold."""

    @property
    def counts(self) -> dict[str, int]:
        """Selected columns of each domain."""
        counted = Counter(each.domain for each in self.columns)
        return {domain: counted[domain] for domain in ("rate_idx", "bqx", "both")}


def importances_of(values: Floats, target: Doubles, *, trees: int, seed: int, n_jobs: int) -> Doubles:
    """The share of each column of the forest's gain. Missing values are the column's mean."""
    forest = RandomForestRegressor(
        n_estimators=trees,
        max_depth=SELECTION_DEPTH,
        min_samples_leaf=SELECTION_LEAF_ROWS,
        max_features="sqrt",
        random_state=seed,
        n_jobs=n_jobs,
    )
    forest.fit(values, target)
    return np.asarray(forest.feature_importances_, dtype=np.float64)


def choose(
    candidates: Sequence[Candidate], importances: Doubles, required: frozenset[str] = frozenset()
) -> Selection:
    """The required ones, the best of each domain with a quota, then the best of all until the share is reached.

    `required` are names of candidates without which a forecast cannot be read. Equal importances keep the order of
    the candidates.
    """
    ranking = np.argsort(-importances, kind="stable")
    chosen = {place for place, each in enumerate(candidates) if each.name in required}
    for domain, quota in QUOTAS.items():
        chosen.update([place for place in ranking if candidates[place].domain == domain][:quota])
    total = float(importances.sum())
    held = float(importances[sorted(chosen)].sum())
    for place in ranking:
        if len(chosen) >= MOST or held >= SHARE_REACHED * total:
            break
        if place not in chosen:
            chosen.add(place)
            held += float(importances[place])
    order = [place for place in ranking if place in chosen]
    return Selection(
        columns=tuple(candidates[place] for place in order),
        importances=tuple(float(importances[place]) for place in order),
        share=float(importances[order].sum()) / total if total > 0 else 0.0,
    )
