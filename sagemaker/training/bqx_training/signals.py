"""What a forecast of bqx says of the return from now to the horizon. Mind the sign: positive bqx is a fall."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .dataset import Doubles, Target
from .market import Market


@dataclass(frozen=True)
class Calibration:
    target: Target
    slope: float
    """Realised return for each unit of the return implied along a straight path."""

    def implied_return(self, forecast: Doubles, known: Doubles | float) -> Doubles:
        """As a ratio of the rate."""
        return self.slope * straight_return(self.target, forecast, known)


def straight_return(target: Target, value: Doubles, known: Doubles | float) -> Doubles:
    """The return over the horizon that moves bqx from what is known to a value, if the rate goes there straight."""
    return -2 * (value - known) / (2 * target.window - target.horizon + 1)


def calibrate(target: Target, market: Market) -> Calibration:
    """Least squares through the origin of returns on what the targets themselves imply, over the training split.

    Not on forecasts: those of the rows that a model was fitted to know more than it ever will again.
    """
    implied = straight_return(target, market.target, market.known)
    usable = np.isfinite(implied) & np.isfinite(market.realised)
    square = float(implied[usable] @ implied[usable])
    slope = float(implied[usable] @ market.realised[usable]) / square if square > 0 else 0.0
    return Calibration(target, slope)
