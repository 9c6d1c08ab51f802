"""What a model consists of when it is served. sagemaker/inference reads it.

model.tar.gz is flat; JSON is UTF-8 without NaN, where `null` stands for unknown. n is the number of inputs, at most 250.
bqx is a ratio, and so are forecasts and half widths; returns are ratios (0.0005 is 5 basis points).

model.onnx         input `features`, float32 [N, n], raw values in the order of features.json, NaN where missing;
                   output `forecast`, float32 [N, 1]
features.json      the selected columns in the order of the inputs: name, stored column, lag in trading minutes, domain,
                   group, importance, importance by permutation (drop of validation R2)
scaler.json        mean and std of each column on the training split, for drift and reports; model.onnx scales by itself
intervals.json     regime = number of `edges` that input `regime.index` is above; interval = forecast -+ its half width, or
                   `halfWidthUnknown` where that input is missing
calibration.json   K = 0, or input `known.index`; implied return = slope * -2 (forecast - K) / (2 W - h + 1), and missing
                   where K is
baseline.json      distribution of each column on the training rows, and of the forecasts on validation; a value's bin is
                   the number of `edges` below it
metrics.json       metrics of validation and test, floors, candidates, coverage, and the ceiling of R2
examples.json      rows with what they must give, within `tolerance` (bqx); a server refuses a model that gives anything else
manifest.json      pair, modelVersion, catalogue hash, target, dataset, `expires` (compared with the time of a row's
                   features, which may be replayed), and length and SHA-256 of every other file
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np

from .dataset import Dataset, Doubles, Floats, Target, describe_instant
from .export import AGREEMENT
from .hyperparameters import Hyperparameters
from .intervals import NOMINAL, Intervals
from .market import VOLATILITY_COLUMN, known_column
from .models import parameters_of
from .pack import file_entry
from .preparation import Preparation
from .selection import Selection
from .signals import Calibration

FORMAT = 1
FEATURES_FILE = "features.json"
MANIFEST_FILE = "manifest.json"
METRICS_FILE = "metrics.json"
DAY_MILLISECONDS = 86_400_000

# What the bytes of a model depend on besides the code and the data.
LIBRARIES = ("lightgbm", "numpy", "onnx", "onnxmltools", "onnxruntime", "scikit-learn", "scipy", "skl2onnx")


@dataclass(frozen=True)
class Examples:
    """Rows, and what the exported model says of them."""

    rows: Floats
    forecasts: Doubles
    instants: Sequence[str]
    target_std: float


def features_json(
    settings: Hyperparameters,
    dataset: Dataset,
    candidate_count: int,
    selection: Selection,
    permutation_importances: Sequence[float],
) -> dict[str, Any]:
    chosen = zip(selection.columns, selection.importances, permutation_importances, strict=True)
    return {
        "format": FORMAT,
        "pair": settings.pair,
        "catalogueHash": dataset.catalogue_hash,
        "candidates": settings.candidates,
        "candidateCount": candidate_count,
        "importanceShare": selection.share,
        "counts": selection.counts,
        "columns": [
            {
                "name": each.name,
                "column": each.column,
                "lagMinutes": each.lag_minutes,
                "domain": each.domain,
                "group": each.group,
                "importance": importance,
                "permutationImportance": permutation,
            }
            for each, importance, permutation in chosen
        ],
    }


def scaler_json(selection: Selection, preparation: Preparation) -> dict[str, Any]:
    names = [each.name for each in selection.columns]
    return {"names": names, "mean": preparation.mean.tolist(), "std": preparation.std.tolist()}


def intervals_json(selection: Selection, intervals: Intervals) -> dict[str, Any]:
    return {
        "nominal": NOMINAL,
        "regime": {**_input(selection, VOLATILITY_COLUMN), "edges": list(intervals.edges)},
        "halfWidths": list(intervals.half_widths),
        "halfWidthUnknown": intervals.half_width_unknown,
    }


def calibration_json(selection: Selection, calibration: Calibration) -> dict[str, Any]:
    target = calibration.target
    known = known_column(target)
    return {
        "windowMinutes": target.window,
        "horizonMinutes": target.horizon,
        "slope": calibration.slope,
        "known": None if known is None else _input(selection, known),
    }


def examples_json(
    selection: Selection, examples: Examples, intervals: Intervals, calibration: Calibration
) -> dict[str, Any]:
    volatility = examples.rows[:, input_index(selection, VOLATILITY_COLUMN)]
    half = intervals.half_width(volatility)
    known = known_column(calibration.target)
    happened = 0.0 if known is None else examples.rows[:, input_index(selection, known)].astype(np.float64)
    implied = calibration.implied_return(examples.forecasts, happened)
    bounds = zip(examples.forecasts - half, examples.forecasts + half, strict=True)
    return {
        "tolerance": AGREEMENT * examples.target_std,
        "rows": [[_known(value) for value in row] for row in examples.rows.tolist()],
        "forecasts": examples.forecasts.tolist(),
        "intervals": [[float(low), float(high)] for low, high in bounds],
        "impliedReturns": [_known(value) for value in implied.tolist()],
        "featureTimes": list(examples.instants),
    }


def manifest_json(
    settings: Hyperparameters,
    dataset: Dataset,
    target: Target,
    kind: str,
    selection: Selection,
    files: Mapping[str, bytes],
) -> dict[str, Any]:
    """Holds no clock: the same settings, data and code give the same bytes."""
    entries = [file_entry(path, files[path]) for path in sorted(files)]
    lines = "".join(f"{entry['path']} {entry['sha256']}\n" for entry in entries)
    data = dataset.manifest
    splits = {
        name: {key: split[key] for key in ("from", "to", "rows")} for name, split in data["splits"].items()
    }
    return {
        "format": FORMAT,
        "pair": settings.pair,
        "modelVersion": hashlib.sha256(lines.encode()).hexdigest()[:12],
        "catalogueHash": dataset.catalogue_hash,
        "target": {
            "name": target.name,
            "windowMinutes": target.window,
            "horizonMinutes": target.horizon,
        },
        "model": {"kind": kind, "parameters": parameters_of(kind, settings)},
        "candidates": settings.candidates,
        "features": len(selection.columns),
        "seed": settings.seed,
        "gitCommit": settings.git_commit,
        "isFast": settings.fast,
        "activity": data["activity"],
        "spread": data["spread"],
        "dataset": {
            "inputsHash": data["inputsHash"],
            "trainingHash": data["trainingHash"],
            "from": splits["train"]["from"],
            "to": splits["test"]["to"],
            "splits": splits,
        },
        "expires": describe_instant(dataset.ends_ms + settings.expires_days * DAY_MILLISECONDS),
        "leakOverride": settings.leak_override or None,
        "libraries": {
            "python": platform.python_version(),
            **{name: version(name) for name in LIBRARIES},
        },
        "files": entries,
    }


def input_index(selection: Selection, name: str) -> int:
    """Place of a column of now among the model's inputs."""
    return [each.name for each in selection.columns].index(name)


def _input(selection: Selection, name: str) -> dict[str, Any]:
    return {"name": name, "index": input_index(selection, name)}


def _known(value: float) -> float | None:
    return None if value != value else value
