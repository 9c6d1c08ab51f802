"""Small datasets of a random walk, in the layout and with the columns that sagemaker/processing writes."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from bqx_training.candidates import CANDIDATES_FILE
from bqx_training.container import read_container
from bqx_training.pipeline import run_training
from numpy.typing import NDArray

Columns = dict[str, NDArray[np.float32]]

TARGETS = ((60, 60), (15, 15), (75, 15), (60, 15))
EMBARGO = 150
LONGEST_HORIZON = 75
WARM_UP = 300
FIRST_MS = 1_499_000_040_000

# So few rows and trees that a job takes a second.
QUICK = {
    "pair": "eurusd",
    "fast": "true",
    "selection_rows": "1000",
    "selection_trees": "10",
    "fit_rows": "2000",
    "permutation_rows": "200",
    "n_estimators": "12",
    "max_depth": "5",
    "boosting_rounds": "12",
    "min_samples_split": "400",
    "min_child_samples": "200",
    "ridge_alpha": "20",
}

FILE = json.loads(CANDIDATES_FILE.read_text())


def columns_of(domain: str, most: int) -> list[str]:
    """Laggable columns of a domain, each of which is five candidates."""
    lagged = [each["column"] for each in FILE["candidates"] if each["lagMinutes"] == 240]
    domains = {each["column"]: each["domain"] for each in FILE["candidates"]}
    return [name for name in lagged if domains[name] == domain][:most]


def bqx(rate: NDArray[np.float64], window: int) -> NDArray[np.float64]:
    total = np.full_like(rate, np.nan)
    sums = np.concatenate([[0.0], np.cumsum(rate)])
    for_rows = np.arange(window, len(rate))
    total[window:] = (sums[for_rows] - sums[for_rows - window]) / rate[window:] - window
    return total


def trailing(values: NDArray[np.float64], window: int) -> NDArray[np.float64]:
    """Mean of the last values."""
    sums = np.concatenate([[0.0], np.cumsum(np.nan_to_num(values))])
    result = np.full_like(values, np.nan)
    result[window - 1 :] = (sums[window:] - sums[:-window]) / window
    return result


def change(rate: NDArray[np.float64], lag: int) -> NDArray[np.float64]:
    result = np.full_like(rate, np.nan)
    result[lag:] = rate[lag:] / rate[:-lag] - 1
    return result


def random_walk(rows: int, seed: int) -> NDArray[np.float64]:
    random = np.random.default_rng(seed)
    volatility = 1e-4 * (1 + 0.5 * np.sin(np.arange(rows) / 400))
    return 1.1 * np.exp(np.cumsum(volatility * random.standard_normal(rows)))


def features_of(rate: NDArray[np.float64], seed: int) -> Columns:
    """What a report needs, by its real definition; under the other names, smoothed returns of the past with noise."""
    random = np.random.default_rng(seed)
    returns = change(rate, 1)
    columns = {
        "bqx_15_lag_0": bqx(rate, 15),
        **{f"bqx_{window}": bqx(rate, window) for window in (30, 45, 60, 75)},
        **{f"rate_change_since_lag_{lag}": change(rate, lag) for lag in (15, 45, 75)},
        **{f"roc_idx_{lag}": 100 * change(rate, lag) for lag in (30, 60)},
        "rv_idx_60": np.sqrt(60 * trailing(returns**2, 60)),
        "spread_bp": np.full_like(rate, 0.5),
    }
    for place, name in enumerate([*columns_of("rate_idx", 40), *columns_of("bqx", 40)]):
        if name not in columns:
            noise = 2e-5 * random.standard_normal(len(rate))
            columns[name] = trailing(returns, 2 + 2 * place) + noise
    return {name: values.astype(np.float32) for name, values in columns.items()}


@dataclass
class Plan:
    """A dataset to be written; `change` may alter the columns of one split before they are."""

    rows: int = 6_000
    seed: int = 1
    change: Callable[[str, Columns], None] = field(default=lambda split, columns: None)
    manifest: Mapping[str, Any] = field(default_factory=dict)
    """Entries in place of what the manifest would say."""


def write_dataset(folder: Path, plan: Plan) -> None:
    rate = random_walk(plan.rows + WARM_UP + 2 * EMBARGO + LONGEST_HORIZON, plan.seed)
    columns = features_of(rate, plan.seed)
    targets = {}
    for window, horizon in TARGETS:
        values = np.full(len(rate), np.nan)
        values[:-horizon] = bqx(rate, window)[horizon:]
        targets[f"target_{window}_{horizon}"] = values.astype(np.float32)
    first, splits = WARM_UP, {}
    for split, share in (("train", 0.5), ("validation", 0.25), ("test", 0.25)):
        to = first + int(plan.rows * share)
        part = {name: values[first:to].copy() for name, values in {**columns, **targets}.items()}
        plan.change(split, part)
        splits[split] = write_split(folder, split, first, part)
        first = to + EMBARGO
    manifest = {
        "pair": "eurusd",
        "inputsHash": "1" * 64,
        "catalogueHash": FILE["catalogueHash"],
        "trainingHash": "2" * 64,
        "activity": "volume",
        "spread": "quoted",
        "splits": splits,
        "targets": [
            {"name": f"target_{window}_{horizon}", "windowMinutes": window, "horizonMinutes": horizon}
            for window, horizon in TARGETS
        ],
        "columns": list(columns),
        **plan.manifest,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))


def write_split(folder: Path, split: str, first: int, columns: Columns) -> dict[str, Any]:
    """Two files of a split, and what the manifest says of it."""
    rows = len(next(iter(columns.values())))
    stamps = FIRST_MS + 60_000 * (first + np.arange(rows))
    files = []
    for index, part in enumerate((slice(0, rows // 2), slice(rows // 2, rows))):
        path = folder / "features_1080.parquet" / split / f"part-{index:05}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        times = pa.array(stamps[part], pa.timestamp("ms", tz="UTC"))
        table = {"ts_utc": times, **{name: values[part] for name, values in columns.items()}}
        pq.write_table(pa.table(table), path, compression="zstd")
        name = str(path.relative_to(folder))
        files.append({"path": name, "rows": len(stamps[part]), "bytes": path.stat().st_size})
    instants = [np.datetime64(int(stamps[place]), "ms") for place in (0, -1)]
    first_at, last_at = (f"{str(instant)[:16]}Z" for instant in instants)
    return {"from": first_at, "to": last_at, "rows": rows, "files": files}


def write_job(base: Path, given: Mapping[str, str], plan: Plan | None = None) -> None:
    """The folder of a container, as SageMaker leaves it before the program starts."""
    config, dataset = base / "input/config", base / "input/data/dataset"
    config.mkdir(parents=True)
    dataset.mkdir(parents=True)
    (config / "hyperparameters.json").write_text(json.dumps(given))
    (config / "inputdataconfig.json").write_text(json.dumps({"dataset": {"TrainingInputMode": "File"}}))
    hosts = {"current_host": "algo-1", "hosts": ["algo-1"]}
    (config / "resourceconfig.json").write_text(json.dumps(hosts))
    write_dataset(dataset, plan or Plan())


@dataclass(frozen=True)
class Trained:
    model: dict[str, bytes]
    output: dict[str, bytes]

    def json(self, name: str) -> dict[str, Any]:
        return dict(json.loads(self.model[name]))

    @property
    def metrics(self) -> dict[str, Any]:
        return dict(json.loads(self.output["metrics.json"]))


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def train(plan: Plan | None = None, **given: str) -> Trained:
    """Runs a quick job in this process. Raises what it raises."""
    with tempfile.TemporaryDirectory(prefix="bqx-training-") as scratch:
        write_job(Path(scratch), {**QUICK, **given}, plan)
        container = read_container(Path(scratch))
        run_training(container)
        return Trained(contents(container.model), contents(container.output))
