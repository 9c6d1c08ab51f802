"""The steps of a training job, in their order: train is fitted to, validation chooses, test is read once, at the end."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from threadpoolctl import threadpool_limits

from .artefact import (
    FEATURES_FILE,
    MANIFEST_FILE,
    METRICS_FILE,
    Examples,
    calibration_json,
    examples_json,
    features_json,
    input_index,
    intervals_json,
    manifest_json,
    scaler_json,
)
from .baseline import distribution
from .container import Container, log, log_metric
from .dataset import Doubles, Floats, evenly
from .evaluation import (
    FLOORS,
    Evaluated,
    SplitRows,
    coverage,
    floor_forecast,
    measure_rows,
    permutation_importances,
    read_split,
)
from .export import check_agreement, export_model, load_exported
from .fitting import Fitting, prepare
from .hyperparameters import Hyperparameters
from .intervals import Intervals, fit_intervals, volatility_edges
from .market import VOLATILITY_COLUMN
from .metrics import ceiling
from .models import Model, fit_model
from .pack import json_bytes, pack, write_atomically

EXAMPLE_ROWS = 8
SELECTED_FILE = "selected_features_250.json"
ARCHIVE_FILE = "model.tar.gz"
DIGEST_FILE = "digest.json"


class LeakSuspectedError(Exception):
    """R2 is above what an honest model can have, and nobody has said why."""


@dataclass(frozen=True)
class Winner:
    """The best model on validation, as it will be served."""

    kind: str
    exported: bytes
    run: Callable[[Floats], Doubles]
    forecast: Doubles
    """Of the validation rows."""
    intervals: Intervals


def run_training(container: Container) -> None:
    """Leaves a model below `container.model` and reports below `container.output`.

    Raises UnusableError, DisagreementError, or LeakSuspectedError, after which there is no model but a report.
    """
    settings = container.hyperparameters
    # One thread: sums of others would depend on how many there are.
    with threadpool_limits(1, user_api="blas"):
        fitting = prepare(settings, container.dataset)
        validation = read_split(fitting, "validation")
        models, evaluated = compete(settings, fitting, validation)
        log_metric("validation_r2", evaluated.validation.r2)
        _report(evaluated, fitting, container)
        if settings.evaluate == "validation":
            return
        winner = _serve(models[evaluated.kind], evaluated.kind, fitting, validation)
        selected = _selected(winner, settings, fitting, validation)
        evaluated = _read_test(evaluated, winner, settings, fitting)
        _report(evaluated, fitting, container)
        _leave_model(_files(evaluated, winner, selected, settings, fitting, validation), container)


def compete(
    settings: Hyperparameters, fitting: Fitting, validation: SplitRows
) -> tuple[dict[str, Model], Evaluated]:
    """Fits each kind of model that is asked for; the best on validation goes forward, the floors do not take part."""
    filled = fitting.filled()
    seen = fitting.preparation.fill(validation.raw.copy(order="F"))
    models: dict[str, Model] = {}
    measured = {}
    for kind in settings.models:
        models[kind] = fit_model(kind, settings, filled, fitting.targets, fitting.preparation)
        measured[kind] = measure_rows(models[kind].predict(seen), validation, fitting, settings)
        log("fitted", model=kind, validationR2=measured[kind].r2)
    best = max(measured, key=lambda kind: measured[kind].r2)
    floors = {
        floor: {"validation": measure_rows(floor_forecast(floor, validation), validation, fitting, settings)}
        for floor in FLOORS
    }
    return models, Evaluated(best, measured[best], None, floors, measured, None)


def _serve(model: Model, kind: str, fitting: Fitting, validation: SplitRows) -> Winner:
    exported = export_model(model, fitting.preparation)
    run = load_exported(exported)
    forecast = run(validation.raw)
    fitted = model.predict(fitting.preparation.fill(validation.raw.copy(order="F")))
    apart = check_agreement(forecast, fitted, float(validation.target.std()))
    log("exported", model=kind, bytes=len(exported), apartStd=apart)
    place = input_index(fitting.selection, VOLATILITY_COLUMN)
    edges = volatility_edges(fitting.raw[:, place])
    intervals = fit_intervals(edges, validation.target - forecast, validation.raw[:, place])
    return Winner(kind, exported, run, forecast, intervals)


def _selected(winner: Winner, settings: Hyperparameters, fitting: Fitting, validation: SplitRows) -> bytes:
    rows = evenly(np.arange(len(validation.positions)), settings.permutation_rows)
    importances = permutation_importances(
        winner.run, validation.raw[rows], validation.target[rows], settings.seed
    )
    count = fitting.candidate_count
    return json_bytes(features_json(settings, fitting.dataset, count, fitting.selection, importances))


def _read_test(
    evaluated: Evaluated, winner: Winner, settings: Hyperparameters, fitting: Fitting
) -> Evaluated:
    test = read_split(fitting, "test")
    forecast = winner.run(test.raw)
    volatility = test.raw[:, input_index(fitting.selection, VOLATILITY_COLUMN)]
    metrics = measure_rows(forecast, test, fitting, settings)
    log_metric("test_r2", metrics.r2)
    log_metric("test_mae", metrics.mae)
    if metrics.directional_accuracy is not None:
        log_metric("test_directional_accuracy", metrics.directional_accuracy)
    return replace(
        evaluated,
        test=metrics,
        floors={
            floor: {**splits, "test": measure_rows(floor_forecast(floor, test), test, fitting, settings)}
            for floor, splits in evaluated.floors.items()
        },
        coverage=coverage(winner.intervals, test, forecast, volatility),
    )


def _report(evaluated: Evaluated, fitting: Fitting, container: Container) -> None:
    """Leaves what is known so far. Raises LeakSuspectedError where it is too good, and nobody has written why."""
    report = evaluated.as_json(fitting, container.hyperparameters)
    write_atomically(container.output / METRICS_FILE, json_bytes(report))
    leaks = evaluated.suspected_leaks(fitting)
    if not leaks or container.hyperparameters.leak_override:
        return
    found = ", ".join(f"{r2:.3f} on {split}" for split, r2 in leaks.items())
    raise LeakSuspectedError(
        f"leakSuspected: R2 is {found}, where {ceiling(fitting.target):.3f} is the ceiling. The model is refused until "
        "the leakage tests pass and a person has written why (leak_override)"
    )


def _files(
    evaluated: Evaluated,
    winner: Winner,
    selected: bytes,
    settings: Hyperparameters,
    fitting: Fitting,
    validation: SplitRows,
) -> dict[str, bytes]:
    selection = fitting.selection
    columns = [
        {"name": each.name, "domain": each.domain, **distribution(fitting.raw[:, place])}
        for place, each in enumerate(selection.columns)
    ]
    baseline = {
        "rows": len(fitting.raw),
        "columns": columns,
        "forecast": distribution(winner.forecast),
    }
    shown = evenly(np.arange(len(validation.positions)), EXAMPLE_ROWS)
    examples = Examples(
        rows=validation.raw[shown],
        forecasts=winner.run(validation.raw[shown]),
        instants=fitting.dataset.instants("validation", validation.positions[shown]),
        target_std=float(validation.target.std()),
    )
    files = {
        "model.onnx": winner.exported,
        FEATURES_FILE: selected,
        "scaler.json": json_bytes(scaler_json(selection, fitting.preparation)),
        "intervals.json": json_bytes(intervals_json(selection, winner.intervals)),
        "calibration.json": json_bytes(calibration_json(selection, fitting.calibration)),
        "baseline.json": json_bytes(baseline),
        "examples.json": json_bytes(
            examples_json(selection, examples, winner.intervals, fitting.calibration)
        ),
        METRICS_FILE: json_bytes(evaluated.as_json(fitting, settings)),
    }
    manifest = manifest_json(settings, fitting.dataset, fitting.target, winner.kind, selection, files)
    return {**files, MANIFEST_FILE: json_bytes(manifest)}


def _leave_model(files: dict[str, bytes], container: Container) -> None:
    """SageMaker packs the model's folder by itself, with the clock in it; the packing that repeats lies beside."""
    for path, content in files.items():
        write_atomically(container.model / path, content)
    write_atomically(container.output / SELECTED_FILE, files[FEATURES_FILE])
    archive = pack(files)
    digest = hashlib.sha256(archive).hexdigest()
    write_atomically(container.output / ARCHIVE_FILE, archive)
    write_atomically(container.output / DIGEST_FILE, json_bytes({"sha256": digest, "bytes": len(archive)}))
    log("packed", sha256=digest, bytes=len(archive))
