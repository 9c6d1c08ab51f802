"""What is fitted to the columns themselves, on the training split alone: fills for missing values, and the scaler."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .dataset import Doubles, Floats


@dataclass(frozen=True)
class Preparation:
    mean: Doubles
    """Of each column; 0 where it has no value. It is float32's, so that filling is exact in the served model too."""
    std: Doubles
    """Of each column; 1 where it does not vary."""

    def fill(self, values: Floats) -> Floats:
        """Puts the mean in the place of missing values, in the same array."""
        for place in range(values.shape[1]):
            column = values[:, place]
            column[np.isnan(column)] = self.mean[place]
        return values

    def scale(self, filled: Floats) -> Doubles:
        return (filled - self.mean) / self.std


def fit_preparation(values: Floats) -> Preparation:
    means, stds = [], []
    for place in range(values.shape[1]):
        known = values[:, place].astype(np.float64)
        known = known[~np.isnan(known)]
        mean = float(known.mean()) if known.size else 0.0
        std = float(known.std()) if known.size else 0.0
        means.append(float(np.float32(mean)))
        # Rounding leaves a column that does not vary with a trace of spread.
        stds.append(std if std > 1e-9 * abs(mean) else 1.0)
    return Preparation(np.array(means), np.array(stds))
