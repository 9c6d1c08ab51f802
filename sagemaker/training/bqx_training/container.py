"""SageMaker's training contract: what a job's container is given below /opt/ml, and what it leaves there."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .hyperparameters import Hyperparameters, UnusableError, parse_hyperparameters

CHANNEL = "dataset"

# SageMaker shows no more of a container's message.
FAILURE_BYTES_MAX = 1_024


@dataclass(frozen=True)
class Container:
    hyperparameters: Hyperparameters
    dataset: Path
    """Folder of the pair's dataset, with its manifest.json."""
    model: Path
    """Folder that becomes the job's model."""
    output: Path
    """Folder of what the job leaves besides."""


def base_dir(environment: Mapping[str, str] = os.environ) -> Path:
    """SageMaker's folder; another where a process stands for the container."""
    return Path(environment.get("SAGEMAKER_BASE_DIR", "/opt/ml"))


def read_container(base: Path) -> Container:
    """Raises UnusableError, which says what SageMaker was asked for wrongly."""
    hyperparameters = parse_hyperparameters(_config(base, "hyperparameters.json"))
    channels = _config(base, "inputdataconfig.json")
    dataset = base / "input/data" / CHANNEL
    if not isinstance(channels, dict) or CHANNEL not in channels or not dataset.is_dir():
        given = ", ".join(sorted(channels)) if isinstance(channels, dict) and channels else "none"
        raise UnusableError(f'The job has no channel "{CHANNEL}" (channels: {given})')
    resources = _config(base, "resourceconfig.json")
    hosts = resources.get("hosts") if isinstance(resources, dict) else None
    if not isinstance(hosts, list) or len(hosts) != 1:
        raise UnusableError(f"The job has the hosts {hosts!r}; a pair is fitted on one")
    model, output = base / "model", base / "output/data"
    for folder in (model, output):
        folder.mkdir(parents=True, exist_ok=True)
    return Container(hyperparameters, dataset, model, output)


def leave_failure(base: Path, message: str) -> None:
    """Leaves the message that AWS shows as the job's FailureReason."""
    (base / "output").mkdir(parents=True, exist_ok=True)
    # Cut by bytes, and never within a character.
    cut = message.encode()[:FAILURE_BYTES_MAX].decode(errors="ignore")
    (base / "output/failure").write_text(cut)


def log(message: str, **details: object) -> None:
    """One line of JSON, as CloudWatch Logs Insights reads it."""
    print(json.dumps({"message": message, **details}), flush=True)


def log_metric(name: str, value: float) -> None:
    """One line that a job's metric definition reads by the regular expression `name=([-+.0-9e]+)`."""
    print(f"{name}={value:.9g}", flush=True)


def _config(base: Path, name: str) -> object:
    path = base / "input/config" / name
    try:
        return json.loads(path.read_text())
    except FileNotFoundError:
        raise UnusableError(f"SageMaker has left no {path}") from None
    except json.JSONDecodeError as error:
        raise UnusableError(f"{path} is no JSON: {error}") from None
