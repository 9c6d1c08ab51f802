"""What train.py and tune.py have in common: a process by SageMaker's contract."""

from __future__ import annotations

import resource
import sys
import traceback
from collections.abc import Callable
from time import monotonic

from .container import Container, base_dir, leave_failure, log, read_container


def run_program(work: Callable[[Container], None]) -> int:
    """Exit code of the process; what went wrong is left where SageMaker looks for it."""
    base = base_dir()
    started = monotonic()
    try:
        work(read_container(base))
    except Exception as error:
        log("failed", error=str(error), stack=traceback.format_exc())
        leave_failure(base, f"{type(error).__name__}: {error}")
        return 1
    # Linux counts kilobytes, macOS bytes.
    units = 1 << 20 if sys.platform == "darwin" else 1 << 10
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // units
    log("done", seconds=round(monotonic() - started, 2), peakMegabytes=peak)
    return 0
