"""What the container of a training job runs. Its settings are in bqx_training/hyperparameters.py."""

from __future__ import annotations

import sys

from bqx_training.container import Container
from bqx_training.program import run_program


def train(container: Container) -> None:
    # Once the settings are known to be good: the libraries take seconds to load.
    from bqx_training.pipeline import run_training

    run_training(container)


if __name__ == "__main__":
    sys.exit(run_program(train))
