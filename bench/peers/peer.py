"""What all peers share: reading bars, measuring, reporting."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

TIMES = 5


class Bars:
    """Open, high, low and close of one pair."""

    def __init__(self, path: Path) -> None:
        self.open, self.high, self.low, self.close = np.fromfile(path, dtype="<f8").reshape(4, -1)


def measure(library: str, compute: Callable[[Bars], int]) -> None:
    """Runs `compute`, which returns how many values it computed, over all pairs; the first run only warms up."""
    pairs = [Bars(path) for path in sorted(Path(sys.argv[1]).glob("*.f64"))]
    values = sum(compute(bars) for bars in pairs)
    seconds = []
    for _ in range(TIMES):
        started = time.process_time()
        for bars in pairs:
            compute(bars)
        seconds.append(time.process_time() - started)
    print(json.dumps({"library": library, "values": values, "cpuSeconds": seconds}))
