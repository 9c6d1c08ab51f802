"""The kinds of models that compete, and how each is fitted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol, cast

import lightgbm
import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesRegressor, RandomForestRegressor
from sklearn.linear_model import Ridge

from .dataset import Doubles, Floats
from .hyperparameters import Hyperparameters
from .preparation import Preparation


class Model(Protocol):
    def predict(self, filled: Floats) -> Doubles:
        """Forecasts for rows of raw values without missing ones."""
        ...


class ScaledRidge:
    """Ridge on scaled columns, as one weight for each raw column."""

    def __init__(self, weights: Doubles, intercept: float) -> None:
        self.weights = weights
        self.intercept = intercept

    def predict(self, filled: Floats) -> Doubles:
        return filled.astype(np.float64) @ self.weights + self.intercept


def fit_model(
    kind: str, settings: Hyperparameters, filled: Floats, target: Doubles, preparation: Preparation
) -> Model:
    """Fits a kind of model to rows of raw values without missing ones: the same bits with any number of threads."""
    return _FITS[kind](settings, filled, target, preparation)


def parameters_of(kind: str, settings: Hyperparameters) -> dict[str, Any]:
    """The hyperparameters that a kind of model depends on."""
    return {name: getattr(settings, name) for name in PARAMETERS[kind]}


_FOREST = ("n_estimators", "max_depth", "min_samples_split", "max_features")

PARAMETERS: Mapping[str, tuple[str, ...]] = {
    "random_forest": _FOREST,
    "extra_trees": _FOREST,
    "lightgbm": ("boosting_rounds", "learning_rate", "num_leaves", "min_child_samples", "feature_fraction"),
    "ridge": ("ridge_alpha",),
}


def _fit_forest(forest: type[Any]) -> Callable[..., Model]:
    def fit(settings: Hyperparameters, filled: Floats, target: Doubles, _: Preparation) -> Model:
        model = forest(**parameters_of("random_forest", settings), random_state=settings.seed)
        model.set_params(n_jobs=settings.n_jobs).fit(filled, target)
        # Threads would add up trees in whatever order they end.
        model.set_params(n_jobs=1)
        return cast(Model, model)

    return fit


def _fit_lightgbm(settings: Hyperparameters, filled: Floats, target: Doubles, _: Preparation) -> Model:
    model = lightgbm.LGBMRegressor(
        n_estimators=settings.boosting_rounds,
        learning_rate=settings.learning_rate,
        num_leaves=settings.num_leaves,
        min_child_samples=settings.min_child_samples,
        colsample_bytree=settings.feature_fraction,
        max_bin=63,
        random_state=settings.seed,
        n_jobs=settings.n_jobs,
        deterministic=True,
        force_row_wise=True,
        verbose=-1,
    )
    model.fit(filled, target)
    model._Booster = _with_float_thresholds(model.booster_)
    return model


def _with_float_thresholds(booster: lightgbm.Booster) -> lightgbm.Booster:
    """The same trees, with thresholds that float32 holds: no float32 lies between the old one and the new.

    What is served compares in float32, and would round a threshold upwards, onto the value that it is to exclude.
    """
    lines = booster.model_to_string().split("\n")
    for place, line in enumerate(lines):
        if line.startswith("threshold="):
            exact = np.array(line.removeprefix("threshold=").split(), dtype=np.float64)
            lines[place] = "threshold=" + " ".join(repr(float(value)) for value in floor_float32(exact))
    # Sizes of the trees' texts are not what they were; without them all of it is parsed.
    kept = [line for line in lines if not line.startswith("tree_sizes=")]
    return lightgbm.Booster(model_str="\n".join(kept))


def floor_float32(values: NDArray[np.float64]) -> NDArray[np.float32]:
    """The largest float32 that is not above each value."""
    rounded = values.astype(np.float32)
    return np.where(rounded > values, np.nextafter(rounded, np.float32(-np.inf)), rounded)


def _fit_ridge(settings: Hyperparameters, filled: Floats, target: Doubles, preparation: Preparation) -> Model:
    ridge = Ridge(alpha=settings.ridge_alpha * len(target))
    ridge.fit(preparation.scale(filled), target)
    weights = ridge.coef_ / preparation.std
    return ScaledRidge(weights, float(ridge.intercept_ - weights @ preparation.mean))


_FITS: Mapping[str, Callable[..., Model]] = {
    "random_forest": _fit_forest(RandomForestRegressor),
    "extra_trees": _fit_forest(ExtraTreesRegressor),
    "lightgbm": _fit_lightgbm,
    "ridge": _fit_ridge,
}
