"""The program as SageMaker runs it: a process, its folders and its exit code."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import bqx_training

from synthetic import QUICK, contents, write_job

TRAINING = Path(bqx_training.__file__).parent.parent


@contextmanager
def job(**given: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="bqx-training-") as scratch:
        write_job(Path(scratch), {**QUICK, **given})
        yield Path(scratch)


def run(base: Path, program: str = "train.py") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "SAGEMAKER_BASE_DIR": str(base)}
    command = [sys.executable, str(TRAINING / program)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


class Program(unittest.TestCase):
    def test_leaves_a_model_and_metrics_that_a_job_can_read(self) -> None:
        with job() as base:
            ended = run(base)
            self.assertEqual(ended.returncode, 0, ended.stderr)
            self.assertFalse((base / "output/failure").exists())
            self.assertIn("model.onnx", contents(base / "model"))
            metrics = json.loads((base / "output/data/metrics.json").read_text())
            for name, value in [
                ("validation_r2", metrics["validation"]["r2"]),
                ("test_r2", metrics["test"]["r2"]),
                ("test_mae", metrics["test"]["mae"]),
                ("test_directional_accuracy", metrics["test"]["directionalAccuracy"]),
            ]:
                found = re.search(rf"{name}=([-+.0-9e]+)", ended.stdout)
                self.assertIsNotNone(found, name)
                self.assertAlmostEqual(float(found.group(1)) if found else 0, value, places=6)

    def test_bad_hyperparameters_fail_the_job_with_all_of_them(self) -> None:
        with job(n_estimators="many", depth="3") as base:
            self.assertEqual(run(base).returncode, 1)
            failure = (base / "output/failure").read_text()
            self.assertIn("depth: not known", failure)
            self.assertIn("n_estimators: got 'many', allowed: a whole number, 1 to 10000", failure)
            self.assertFalse((base / "model").exists())

    def test_a_missing_channel_fails_the_job(self) -> None:
        with job() as base:
            (base / "input/config/inputdataconfig.json").write_text(json.dumps({"train": {}}))
            self.assertEqual(run(base).returncode, 1)
            self.assertIn('no channel "dataset" (channels: train)', (base / "output/failure").read_text())

    def test_a_missing_file_and_two_hosts_are_named(self) -> None:
        with job() as base:
            resources = base / "input/config/resourceconfig.json"
            resources.write_text(json.dumps({"current_host": "a", "hosts": ["a", "b"]}))
            self.assertEqual(run(base, "tune.py").returncode, 1)
            self.assertIn("a pair is fitted on one", (base / "output/failure").read_text())
            resources.unlink()
            self.assertEqual(run(base).returncode, 1)
            self.assertIn("SageMaker has left no", (base / "output/failure").read_text())

    def test_a_failure_is_cut_to_what_is_shown(self) -> None:
        with job(**{"ä" * 900: "1"}) as base:
            self.assertEqual(run(base).returncode, 1)
            content = (base / "output/failure").read_bytes()
            self.assertIn(len(content), (1_023, 1_024))
            content.decode()


if __name__ == "__main__":
    unittest.main()
