"""What selection may choose from: candidates.json, which tools/candidates.ts writes from the catalogue of features."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from .dataset import Dataset
from .hyperparameters import UnusableError

CANDIDATES_FILE = Path(__file__).parent.parent / "candidates.json"


@dataclass(frozen=True)
class Candidate:
    """A column at a lag."""

    name: str
    column: str
    lag_minutes: int
    domain: str
    group: str


def candidates_of(dataset: Dataset, setting: str, path: Path = CANDIDATES_FILE) -> list[Candidate]:
    """The candidates of a setting whose column the dataset has.

    Raises UnusableError where the dataset is of another catalogue.
    """
    file = json.loads(path.read_text())
    if file["catalogueHash"] != dataset.catalogue_hash:
        raise UnusableError(
            f"The dataset is of catalogue {dataset.catalogue_hash}, this code of {file['catalogueHash']}: "
            "make the dataset again"
        )
    every = [
        Candidate(each["name"], each["column"], each["lagMinutes"], each["domain"], each["group"])
        for each in file["candidates"]
    ]
    written = set(dataset.columns)
    return [each for each in every if each.column in written and setting in ("all", each.group)]
