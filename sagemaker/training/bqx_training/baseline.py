"""How inputs and forecasts were distributed when the model was made: what drift is measured against."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

BINS = 10


def distribution(values: NDArray[np.floating[Any]]) -> dict[str, Any]:
    """Mean, spread and shares of the bins between deciles; a value's bin is the number of edges below it."""
    known = values[~np.isnan(values)].astype(np.float64)
    missing = 1 - known.size / values.size
    if not known.size:
        return {"mean": 0.0, "std": 0.0, "missingShare": missing, "edges": [], "shares": [1.0]}
    deciles = [each / BINS for each in range(1, BINS)]
    edges = np.unique(np.quantile(known, deciles, method="inverted_cdf"))
    counts = np.bincount(np.searchsorted(edges, known, side="left"), minlength=len(edges) + 1)
    return {
        "mean": float(known.mean()),
        "std": float(known.std()),
        "missingShare": missing,
        "edges": edges.tolist(),
        "shares": (counts / known.size).tolist(),
    }
