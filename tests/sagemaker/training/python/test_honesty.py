"""What is measured is what it says: no skill where there is none, and no way for the future into what is fitted."""

from __future__ import annotations

import json
import tempfile
import unittest
from collections.abc import Callable
from pathlib import Path

import numpy as np
from bqx_training.container import read_container
from bqx_training.pipeline import LeakSuspectedError, run_training

from synthetic import QUICK, Columns, Plan, Trained, columns_of, contents, train, write_job

ABSURD = np.float32(1e6)

# A column that is among the candidates.
LEAKY = columns_of("rate_idx", 1)[0]

# What is made from the training split alone; the choice of a model is left out by having one.
FITTED = ("scaler.json", "calibration.json")


def poison(split: str) -> Callable[[str, Columns], None]:
    """Makes every value of a split absurd, its targets too, but in one row of two."""

    def change(name: str, columns: Columns) -> None:
        if name == split:
            for values in columns.values():
                values[::2] *= ABSURD

    return change


def selected(trained: Trained) -> list[tuple[str, float]]:
    return [(each["name"], each["importance"]) for each in trained.json("features.json")["columns"]]


class Honesty(unittest.TestCase):
    def test_a_random_walk_cannot_be_predicted(self) -> None:
        for seed in (1, 2, 3):
            metrics = train(Plan(rows=16_000, seed=seed)).metrics
            with self.subTest(seed=seed):
                self.assertEqual(metrics["ceiling"], 0)
                self.assertGreaterEqual(metrics["test"]["r2"], -0.1)
                self.assertLessEqual(metrics["test"]["r2"], 0.05)
                self.assertFalse(metrics["leakSuspected"])
                self.assertAlmostEqual(metrics["test"]["directionalAccuracy"], 0.5, delta=0.12)

    def test_what_is_known_reaches_the_ceiling_and_says_nothing_of_the_move(self) -> None:
        metrics = train(Plan(rows=24_000), target="target_60_15").metrics
        known = metrics["floors"]["known"]["test"]
        self.assertAlmostEqual(known["r2"], 0.42, delta=0.12)
        self.assertIsNone(known["directionalAccuracy"])
        self.assertEqual(known["trades"], 0)
        self.assertAlmostEqual(metrics["ceiling"], 0.421875)
        self.assertLess(metrics["test"]["r2"], metrics["ceiling"] + 0.1)

    def test_shuffled_targets_give_no_skill(self) -> None:
        random = np.random.default_rng(5)

        def shuffle(_: str, columns: Columns) -> None:
            random.shuffle(columns["target_60_60"])

        metrics = train(Plan(change=shuffle)).metrics
        self.assertLess(metrics["validation"]["r2"], 0.03)
        self.assertLess(metrics["test"]["r2"], 0.03)

    def test_a_column_of_the_future_blocks_the_model(self) -> None:
        def leak(_: str, columns: Columns) -> None:
            columns[LEAKY] = columns["target_60_60"]

        with tempfile.TemporaryDirectory() as scratch:
            base = Path(scratch)
            write_job(base, QUICK, Plan(change=leak))
            container = read_container(base)
            with self.assertRaisesRegex(LeakSuspectedError, "leakSuspected: R2 is .* on validation"):
                run_training(container)
            self.assertEqual(contents(container.model), {})
            report = json.loads(contents(container.output)["metrics.json"])
            self.assertTrue(report["leakSuspected"])
            self.assertIsNone(report["test"])
        released = train(Plan(change=leak), leak_override="planted by a test")
        self.assertEqual(released.json("manifest.json")["leakOverride"], "planted by a test")
        self.assertTrue(released.metrics["leakSuspected"])

    def test_a_leak_in_the_test_split_alone_is_found(self) -> None:
        def leak(split: str, columns: Columns) -> None:
            # On the other splits as good as what is known, so that a model leans on it.
            known, ahead = columns["bqx_45"], columns["target_60_15"]
            columns[LEAKY] = known if split != "test" else ahead

        with self.assertRaisesRegex(LeakSuspectedError, "on test"):
            train(
                Plan(rows=12_000, change=leak), target="target_60_15", models="extra_trees", max_features="1"
            )

    def test_validation_and_test_are_not_fitted_to(self) -> None:
        plain = train(models="random_forest")
        for split in ("validation", "test"):
            poisoned = train(Plan(change=poison(split)), models="random_forest", leak_override="poison")
            with self.subTest(split=split):
                self.assertEqual(selected(poisoned), selected(plain))
                self.assertEqual(poisoned.model["model.onnx"], plain.model["model.onnx"])
                for name in FITTED:
                    self.assertEqual(poisoned.model[name], plain.model[name], name)
                for part in ("rows", "columns"):
                    self.assertEqual(
                        poisoned.json("baseline.json")[part], plain.json("baseline.json")[part], part
                    )
                self.assertEqual(
                    poisoned.json("intervals.json")["regime"], plain.json("intervals.json")["regime"]
                )
                changed = poisoned.metrics[split]["rmse"] != plain.metrics[split]["rmse"]
                self.assertTrue(changed, "the poison has not reached the metrics")

    def test_the_test_split_chooses_and_calibrates_nothing(self) -> None:
        plain, poisoned = train(), train(Plan(change=poison("test")), leak_override="poison")
        for name in plain.model.keys() - {"metrics.json", "manifest.json"}:
            self.assertEqual(poisoned.model[name], plain.model[name], name)


if __name__ == "__main__":
    unittest.main()
