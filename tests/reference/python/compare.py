"""compare.py FOLDER GROUP: computes a group's columns again and prints, as JSON, how far apart they are.

FOLDER holds what the test wrote; GROUP is a module beside this one, whose `columns(market, pair)` gives whole
columns by name.
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

import numpy as np

from inputs import read_market
from windows import Array


def difference(ours: Array, reference: Array, tolerance: float) -> dict[str, float]:
    """The relative error is to the value, or to the column's standard deviation where that is larger."""
    known = ~np.isnan(ours) & ~np.isnan(reference)
    error = np.abs(ours[known] - reference[known])
    values = np.abs(reference[known])
    spread = float(reference[known].std()) if known.any() else 0.0
    scale = np.maximum(values, spread)
    relative = np.divide(error, scale, out=error.copy(), where=scale > 0)
    one_sided = int((np.isnan(ours) != np.isnan(reference)).sum())
    return {
        "rows": len(ours),
        "known": int(known.sum()),
        "maxAbsolute": float(error.max(initial=0)),
        "maxRelative": float(relative.max(initial=0)),
        "apart": int((relative > tolerance).sum()) + one_sided,
        "oneSidedNaN": one_sided,
    }


def main(folder: Path, group: str) -> None:
    request = json.loads((folder / f"{group}.json").read_text())
    compute = importlib.import_module(group).columns
    market = read_market(folder)
    first, names = request["from"], request["columns"]
    report = []
    for pair in request["pairs"]:
        values = (
            np.fromfile(folder / f"{group}.{pair}.f32", dtype="<f4").astype(float).reshape(len(names), -1)
        )
        ours = dict(zip(names, values, strict=True))
        with np.errstate(all="ignore"):
            reference = compute(market, market.pairs[pair])
        for name in sorted(reference.keys() & ours.keys()):
            measured = difference(ours[name], reference[name][first:], request["tolerances"][name])
            report.append({"pair": pair, "column": name, **measured})
        unknown = sorted(reference.keys() - ours.keys())
        report.extend({"pair": pair, "column": name, "unknown": True} for name in unknown)
    print(json.dumps(report))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
