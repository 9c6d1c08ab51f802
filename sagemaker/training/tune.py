"""Looks for a pair's hyperparameters with Optuna, by train.py's contract. A SageMaker tuning job runs train.py itself."""

from __future__ import annotations

import sys

from bqx_training.container import Container
from bqx_training.program import run_program


def tune(container: Container) -> None:
    # Once the settings are known to be good: the libraries take seconds to load.
    from bqx_training.tuning import run_tuning

    run_tuning(container)


if __name__ == "__main__":
    sys.exit(run_program(tune))
