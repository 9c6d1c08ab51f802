"""What a job leaves: the artefact's files, and that they are the same bytes whenever they can be."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
import tempfile
import unittest
from pathlib import Path
from typing import Any

import numpy as np
from bqx_training.candidates import CANDIDATES_FILE, candidates_of
from bqx_training.container import read_container
from bqx_training.dataset import Dataset
from bqx_training.evaluation import read_split
from bqx_training.export import load_exported
from bqx_training.fitting import prepare
from bqx_training.hyperparameters import UnusableError
from bqx_training.tuning import run_tuning

from synthetic import FILE, QUICK, Columns, Plan, Trained, contents, train, write_dataset, write_job

FILES = [
    "baseline.json",
    "calibration.json",
    "examples.json",
    "features.json",
    "intervals.json",
    "manifest.json",
    "metrics.json",
    "model.onnx",
    "scaler.json",
]


def with_gaps(_: str, columns: Columns) -> None:
    """Missing values, as ratios with a denominator of 0 are."""
    for name in columns:
        if not name.startswith("target_"):
            columns[name][5::97] = np.nan
    # The first row whose lags lie within the split, which is an example.
    columns["bqx_60"][240] = columns["rv_idx_60"][240] = np.nan


class Artefact(unittest.TestCase):
    trained: Trained

    @classmethod
    def setUpClass(cls) -> None:
        cls.trained = train(Plan(change=with_gaps), target="target_75_15")

    def test_has_all_files_and_says_their_digests(self) -> None:
        self.assertEqual(list(self.trained.model), FILES)
        manifest = self.trained.json("manifest.json")
        for entry in manifest["files"]:
            content = self.trained.model[entry["path"]]
            self.assertEqual(entry["bytes"], len(content))
            self.assertEqual(entry["sha256"], hashlib.sha256(content).hexdigest())
        self.assertEqual(
            [entry["path"] for entry in manifest["files"]], [n for n in FILES if n != "manifest.json"]
        )
        self.assertEqual(manifest["catalogueHash"], FILE["catalogueHash"])
        self.assertEqual(
            manifest["target"], {"name": "target_75_15", "windowMinutes": 75, "horizonMinutes": 15}
        )
        self.assertEqual(manifest["features"], len(self.trained.json("features.json")["columns"]))
        self.assertRegex(manifest["modelVersion"], "^[0-9a-f]{12}$")
        self.assertGreater(manifest["expires"], manifest["dataset"]["to"])

    def test_is_packed_without_a_clock_or_a_user(self) -> None:
        archive = self.trained.output["model.tar.gz"]
        digest = json.loads(self.trained.output["digest.json"])
        self.assertEqual(digest, {"sha256": hashlib.sha256(archive).hexdigest(), "bytes": len(archive)})
        self.assertEqual(archive[4:8], b"\0\0\0\0")
        with tarfile.open(fileobj=io.BytesIO(gzip.decompress(archive))) as tar:
            members = tar.getmembers()
            self.assertEqual([member.name for member in members], FILES)
            for member in members:
                self.assertEqual((member.mtime, member.uid, member.gid, member.uname), (0, 0, 0, ""))
                stream = tar.extractfile(member)
                self.assertEqual(stream.read() if stream else None, self.trained.model[member.name])

    def test_gives_what_its_examples_say(self) -> None:
        examples = self.trained.json("examples.json")
        rows = np.array(examples["rows"], dtype=np.float32)
        self.assertEqual(rows.shape, (8, len(self.trained.json("features.json")["columns"])))
        forecasts = load_exported(self.trained.model["model.onnx"])(rows)
        np.testing.assert_allclose(forecasts, examples["forecasts"], rtol=0, atol=examples["tolerance"])
        intervals, calibration = self.trained.json("intervals.json"), self.trained.json("calibration.json")
        self.assertEqual(calibration["known"]["name"], "bqx_60")
        self.assertEqual([implied is None for implied in examples["impliedReturns"]], [True] + [False] * 7)
        for row, forecast, bounds, implied in zip(
            examples["rows"], forecasts, examples["intervals"], examples["impliedReturns"], strict=True
        ):
            volatility, known = (
                row[place] for place in (intervals["regime"]["index"], calibration["known"]["index"])
            )
            regime = None if volatility is None else sum(volatility > e for e in intervals["regime"]["edges"])
            half = intervals["halfWidthUnknown"] if regime is None else intervals["halfWidths"][regime]
            np.testing.assert_allclose(bounds, [forecast - half, forecast + half], atol=1e-9)
            expected = calibration["slope"] * -2 * (forecast - (known or 0)) / (2 * 75 - 15 + 1)
            if known is None:
                self.assertIsNone(implied)
            else:
                self.assertAlmostEqual(implied, expected, delta=1e-9)

    def test_the_selected_columns_are_told_twice_in_the_same_bytes(self) -> None:
        self.assertEqual(
            self.trained.output["selected_features_250.json"], self.trained.model["features.json"]
        )
        features = self.trained.json("features.json")
        self.assertLessEqual(len(features["columns"]), 250)
        self.assertGreaterEqual(features["counts"]["rate_idx"], 100)
        self.assertGreaterEqual(features["counts"]["bqx"], 100)
        names = [each["name"] for each in features["columns"]]
        self.assertEqual(self.trained.json("scaler.json")["names"], names)
        self.assertEqual([each["name"] for each in self.trained.json("baseline.json")["columns"]], names)

    def test_the_same_seed_and_data_give_the_same_bytes_with_any_threads(self) -> None:
        again = train(Plan(change=with_gaps), target="target_75_15", n_jobs="2")
        self.assertEqual(again.output["model.tar.gz"], self.trained.output["model.tar.gz"])
        other = train(Plan(change=with_gaps), target="target_75_15", seed="2")
        self.assertNotEqual(other.output["digest.json"], self.trained.output["digest.json"])

    def test_every_kind_of_model_is_the_same_twice(self) -> None:
        for kind in ("random_forest", "extra_trees", "lightgbm", "ridge"):
            with self.subTest(kind=kind):
                first, second = (train(models=kind, n_jobs=n) for n in ("1", "2"))
                self.assertEqual(first.output["digest.json"], second.output["digest.json"])


class Reading(unittest.TestCase):
    def test_lags_stay_within_their_split(self) -> None:
        with tempfile.TemporaryDirectory() as scratch:
            base = Path(scratch)
            write_job(base, QUICK)
            container = read_container(base)
            fitting = prepare(container.hyperparameters, container.dataset)
            rows = read_split(fitting, "validation")
            self.assertEqual((fitting.reach, int(rows.positions[0])), (240, 240))
            self.assertEqual(len(rows.positions), fitting.dataset.rows("validation") - 240)
            place, lagged = next(
                (i, each) for i, each in enumerate(fitting.selection.columns) if each.lag_minutes == 240
            )
            _, column = next(fitting.dataset.read("validation", [lagged.column]))
            np.testing.assert_array_equal(rows.raw[:, place], column[:-240])

    def test_candidates_are_those_that_the_dataset_has(self) -> None:
        with tempfile.TemporaryDirectory() as scratch:
            write_dataset(Path(scratch), Plan(rows=400))
            dataset = Dataset(Path(scratch))
            every, lagged = (candidates_of(dataset, setting) for setting in ("all", "lagged"))
            self.assertLess(len(lagged), len(every))
            self.assertEqual({each.group for each in lagged}, {"lagged"})
            self.assertLessEqual({each.column for each in every}, set(dataset.columns))
        self.assertEqual(len(json.loads(CANDIDATES_FILE.read_text())["candidates"]), 3_200)

    def test_a_dataset_that_cannot_be_used_says_why(self) -> None:
        short = "The split train has 100 rows; at least 340 are needed"
        cases: list[tuple[dict[str, Any], int, dict[str, str], str]] = [
            ({"catalogueHash": "0"}, 400, {}, "of catalogue 0, this code of"),
            (
                {"pair": "gbpusd"},
                400,
                {"target": "target_1_1"},
                "pair: got eurusd.*\n.*target: got target_1_1",
            ),
            ({"columns": ["bqx_60"]}, 400, {}, "lacks columns .*: roc_idx_60, rv_idx_60, spread_bp"),
            ({}, 200, {}, short),
        ]
        for manifest, rows, given, message in cases:
            with self.subTest(message=message), self.assertRaisesRegex(UnusableError, message):
                train(Plan(rows=rows, manifest=manifest), **given)

    def test_a_file_that_was_cut_is_found(self) -> None:
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            write_dataset(folder, Plan(rows=400))
            part = "features_1080.parquet/test/part-00001.parquet"
            (folder / part).write_bytes(b"PAR1")
            (folder / part.replace("test", "train")).unlink()
            with self.assertRaises(UnusableError) as raised:
                Dataset(folder)
        self.assertRegex(
            str(raised.exception), r"train/part-00001.parquet: missing\n.*test.*: 4 bytes, not \d+"
        )


class Tuning(unittest.TestCase):
    def test_finds_what_is_no_worse_than_what_it_was_given(self) -> None:
        with tempfile.TemporaryDirectory() as scratch:
            base = Path(scratch)
            write_job(base, {**QUICK, "trials": "8", "models": "ridge,lightgbm"})
            container = read_container(base)
            run_tuning(container)
            best = json.loads(contents(container.output)["best_parameters.json"])
        self.assertEqual((best["trials"], best["objective"]), (8, "validation_r2"))
        self.assertGreaterEqual(best["best"], best["baseline"])
        trained = train(evaluate="validation", **best["parameters"])
        self.assertAlmostEqual(trained.metrics["validation"]["r2"], best["best"])
        self.assertEqual((trained.model, trained.metrics["test"]), ({}, None))


if __name__ == "__main__":
    unittest.main()
