"""Reads one pair's dataset, as sagemaker/processing writes it, column by column."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from .hyperparameters import UnusableError

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Positions = NDArray[np.int64]

SPLITS = ("train", "validation", "test")

# Columns read at once: 50 MB of a year's training split.
GROUP = 64


class Lagged(Protocol):
    """A column, so many minutes ago."""

    @property
    def column(self) -> str: ...
    @property
    def lag_minutes(self) -> int: ...


@dataclass(frozen=True)
class Target:
    """bqx of a window, a horizon of minutes ahead."""

    name: str
    window: int
    horizon: int


class Dataset:
    """One pair's folder: its manifest, and the files of each split.

    A value at a lag is that of so many rows before, as lags are trading minutes and a split has a row for each.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._opened: dict[str, list[pq.ParquetFile]] = {}
        path = folder / "manifest.json"
        if not path.is_file():
            raise UnusableError(f"The dataset has no {path}")
        self.manifest: dict[str, Any] = json.loads(path.read_text())
        self.columns: list[str] = self.manifest["columns"]
        self.catalogue_hash: str = self.manifest["catalogueHash"]
        self._check_files()

    def target(self, pair: str, name: str) -> Target:
        """Raises UnusableError where the dataset is of another pair, or has no such target."""
        found = {each["name"]: each for each in self.manifest["targets"]}
        problems = []
        if self.manifest["pair"] != pair:
            problems.append(f"pair: got {pair}, allowed: {self.manifest['pair']}, the dataset's")
        if name not in found:
            problems.append(f"target: got {name}, allowed: one of {', '.join(found)}")
        if problems:
            raise UnusableError("\n  - ".join(["The dataset is not what was asked for:", *problems]))
        return Target(name, found[name]["windowMinutes"], found[name]["horizonMinutes"])

    def rows(self, split: str) -> int:
        return int(self.manifest["splits"][split]["rows"])

    def read(self, split: str, names: Sequence[str]) -> Iterator[tuple[str, Floats]]:
        """Columns of a whole split, a group of them in memory at a time."""
        for first in range(0, len(names), GROUP):
            group = list(names[first : first + GROUP])
            tables = [file.read(columns=group, use_threads=False) for file in self._files(split)]
            for name in group:
                yield name, np.concatenate([table.column(name).to_numpy() for table in tables])

    def matrix(self, split: str, columns: Sequence[Lagged], positions: Positions) -> Floats:
        """Some rows of a split, a column for each lagged one; column after column in memory, as trees read it."""
        reach = max((each.lag_minutes for each in columns), default=0)
        if positions.size and positions.min() < reach:
            raise ValueError(f"a lag of {reach} minutes reaches before the first row of {split}")
        places: dict[str, list[tuple[int, int]]] = {}
        for place, each in enumerate(columns):
            places.setdefault(each.column, []).append((place, each.lag_minutes))
        values = np.empty((len(positions), len(columns)), dtype=np.float32, order="F")
        for name, whole in self.read(split, list(places)):
            for place, lag in places[name]:
                values[:, place] = whole[positions - lag]
        return values

    def instants(self, split: str, positions: Positions) -> list[str]:
        """When rows begin, to the minute, such as 2017-08-17T21:29Z."""
        tables = [file.read(columns=["ts_utc"], use_threads=False) for file in self._files(split)]
        stamps = np.concatenate([t.column("ts_utc").cast("int64").to_numpy() for t in tables])
        return [describe_instant(int(stamps[position])) for position in positions]

    @cached_property
    def ends_ms(self) -> int:
        """Milliseconds UTC of the last row of all splits."""
        last = datetime.strptime(self.manifest["splits"]["test"]["to"], "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC)
        return int(last.timestamp() * 1000)

    def _files(self, split: str) -> list[pq.ParquetFile]:
        """Opened once: a footer tells of a thousand columns."""
        if split not in self._opened:
            files = self.manifest["splits"][split]["files"]
            self._opened[split] = [pq.ParquetFile(self._folder / file["path"]) for file in files]
        return self._opened[split]

    def _check_files(self) -> None:
        problems = []
        for split in SPLITS:
            for file in self.manifest["splits"][split]["files"]:
                path = self._folder / file["path"]
                if not path.is_file():
                    problems.append(f"{file['path']}: missing")
                elif path.stat().st_size != file["bytes"]:
                    problems.append(f"{file['path']}: {path.stat().st_size} bytes, not {file['bytes']}")
        if problems:
            raise UnusableError("\n  - ".join(["The dataset is not whole:", *problems]))


def describe_instant(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%dT%H:%MZ")


def evenly(positions: Positions, most: int) -> Positions:
    """At most so many of the positions, spread evenly: neighbouring minutes share most of what they know."""
    if len(positions) <= most:
        return positions
    return positions[np.linspace(0, len(positions) - 1, most).astype(np.int64)]
