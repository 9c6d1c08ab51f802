"""Looks for better hyperparameters, as a tuning job does: each trial is judged by R2 on validation, and test is never read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import optuna
from threadpoolctl import threadpool_limits

from .container import Container, log, log_metric
from .evaluation import SplitRows, read_split
from .fitting import Fitting, prepare
from .hyperparameters import Hyperparameters
from .metrics import is_leak_suspected, r_squared
from .models import fit_model, parameters_of
from .pack import json_bytes, write_atomically

BEST_FILE = "best_parameters.json"


@dataclass(frozen=True)
class Whole:
    least: int
    most: int

    def suggest(self, trial: optuna.Trial, name: str) -> int:
        return trial.suggest_int(name, self.least, self.most, log=True)


@dataclass(frozen=True)
class Number:
    least: float
    most: float

    def suggest(self, trial: optuna.Trial, name: str) -> float:
        return trial.suggest_float(name, self.least, self.most, log=True)


_FOREST: Mapping[str, Whole | Number] = {
    "n_estimators": Whole(10, 300),
    "max_depth": Whole(2, 16),
    "min_samples_split": Whole(20, 5_000),
    "max_features": Number(0.02, 0.5),
}

# By kind of model. Ranges are searched by their logarithm.
SPACE: Mapping[str, Mapping[str, Whole | Number]] = {
    "random_forest": _FOREST,
    "extra_trees": _FOREST,
    "lightgbm": {
        "boosting_rounds": Whole(10, 500),
        "learning_rate": Number(0.003, 0.3),
        "num_leaves": Whole(3, 63),
        "min_child_samples": Whole(20, 5_000),
        "feature_fraction": Number(0.05, 1),
    },
    "ridge": {"ridge_alpha": Number(1e-3, 1e3)},
}


def run_tuning(container: Container) -> None:
    """Leaves best_parameters.json: hyperparameters as text, ready for a training job, and what they gained.

    The first trials are the settings as given, so that the best is never worse than they are.
    """
    settings = container.hyperparameters
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    with threadpool_limits(1, user_api="blas"):
        fitting = prepare(settings, container.dataset)
        objective = Objective(settings, fitting)
        sampler = optuna.samplers.TPESampler(seed=settings.seed)
        study = optuna.create_study(direction="maximize", sampler=sampler)
        for kind in settings.models:
            given = {_named(kind, name): value for name, value in parameters_of(kind, settings).items()}
            study.enqueue_trial({"models": kind, **given})
        study.optimize(objective, n_trials=max(settings.trials, len(settings.models)))
    baseline = max(trial.values[0] for trial in study.trials[: len(settings.models)])
    log_metric("validation_r2", study.best_value)
    best = {
        "pair": settings.pair,
        "target": settings.target,
        "objective": "validation_r2",
        "trials": len(study.trials),
        "baseline": baseline,
        "best": study.best_value,
        "parameters": {name.rpartition(".")[2]: str(value) for name, value in study.best_params.items()},
    }
    write_atomically(container.output / BEST_FILE, json_bytes(best))


class Objective:
    """R2 on validation of a trial's model."""

    def __init__(self, settings: Hyperparameters, fitting: Fitting) -> None:
        self._settings = settings
        self._fitting = fitting
        self._filled = fitting.filled()
        self._validation: SplitRows = read_split(fitting, "validation")
        self._seen = fitting.preparation.fill(self._validation.raw)

    def __call__(self, trial: optuna.Trial) -> float:
        kind = trial.suggest_categorical("models", list(self._settings.models))
        chosen: dict[str, Any] = {
            name: within.suggest(trial, _named(kind, name)) for name, within in SPACE[kind].items()
        }
        fitting = self._fitting
        settings = replace(self._settings, **chosen)
        model = fit_model(kind, settings, self._filled, fitting.targets, fitting.preparation)
        r2 = r_squared(self._validation.target, model.predict(self._seen))
        log("trial", number=trial.number, model=kind, validationR2=r2, **chosen)
        # What leaks must not win.
        if is_leak_suspected(r2, fitting.target) and not settings.leak_override:
            raise optuna.TrialPruned
        return r2


def _named(kind: str, name: str) -> str:
    return f"{kind}.{name}"
