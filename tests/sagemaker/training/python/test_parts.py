"""Single steps, by numbers that are known otherwise."""

from __future__ import annotations

import unittest
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from bqx_training.baseline import distribution
from bqx_training.candidates import Candidate
from bqx_training.dataset import Doubles, Floats, Target, evenly
from bqx_training.export import DisagreementError, check_agreement, export_model, load_exported
from bqx_training.hyperparameters import MODELS, UnusableError, parse_hyperparameters
from bqx_training.intervals import conformal_quantile, fit_intervals, regimes_of
from bqx_training.market import Market
from bqx_training.metrics import ceiling, exact_ceiling, is_leak_suspected, measure
from bqx_training.models import fit_model, floor_float32
from bqx_training.preparation import fit_preparation
from bqx_training.selection import choose
from bqx_training.signals import Calibration, calibrate, straight_return

from synthetic import bqx

HOUR = Target("target_60_60", 60, 60)
QUARTER = Target("target_60_15", 60, 15)


def floats(values: Sequence[float]) -> Floats:
    return np.array(values, dtype=np.float32)


def market(target: Doubles, **given: Doubles) -> Market:
    """A split of which all that is not given is 0."""
    nothing = np.zeros(len(target))
    return replace(Market(target, nothing, nothing, nothing, nothing), **given)


class Hyperparameters(unittest.TestCase):
    def test_every_problem_is_listed(self) -> None:
        with self.assertRaises(UnusableError) as raised:
            parse_hyperparameters(
                {
                    "target": "bqx",
                    "fast": "yes",
                    "n_estimators": "0",
                    "max_depth": 7,
                    "learning_rate": "nan",
                    "models": "ridge,ridge",
                    "depth": "3",
                }
            )
        lines = str(raised.exception).split("\n  - ")
        self.assertEqual(lines[0], "The hyperparameters cannot be used:")
        starts = ["depth", "pair", "target", "fast", "models", "n_estimators", "max_depth", "learning_rate"]
        self.assertEqual([line.split(":")[0] for line in lines[1:]], starts)
        self.assertIn("n_estimators: got '0', allowed: a whole number, 1 to 10000", lines)
        self.assertIn("pair: got nothing, allowed: a pair such as eurusd", lines)

    def test_fast_changes_defaults_and_nothing_that_is_given(self) -> None:
        slow = parse_hyperparameters({"pair": "eurusd"})
        fast = parse_hyperparameters({"pair": "eurusd", "fast": "true", "n_estimators": "77"})
        self.assertEqual((slow.n_estimators, slow.max_depth, slow.models), (100, 10, MODELS))
        self.assertEqual((fast.selection_rows, fast.n_estimators), (5_000, 77))
        self.assertLessEqual(fast.fit_rows, 20_000)

    def test_what_sagemaker_adds_is_passed_over(self) -> None:
        added = {"sagemaker_region": '"eu"', "_tuning_objective_metric": "validation_r2"}
        parse_hyperparameters({"pair": "eurusd", **added})


class Selecting(unittest.TestCase):
    def candidates(self) -> list[Candidate]:
        domains = ["rate_idx"] * 300 + ["bqx"] * 300 + ["both"] * 300
        return [Candidate(f"c{i}", f"c{i}", 0, domain, "static") for i, domain in enumerate(domains)]

    def test_quotas_hold_however_unimportant_their_columns_are(self) -> None:
        importances = np.concatenate([np.full(300, 1e-6), np.full(300, 1e-5), np.linspace(1, 2, 300)])
        chosen = choose(self.candidates(), importances)
        self.assertEqual(chosen.counts, {"rate_idx": 100, "bqx": 100, "both": 50})
        self.assertEqual(len(chosen.columns), 250)
        self.assertEqual(chosen.columns[0].name, "c899")
        self.assertAlmostEqual(chosen.share, (importances[850:].sum() + 100 * 1.1e-5) / importances.sum())

    def test_ends_where_enough_importance_is_held(self) -> None:
        importances = np.zeros(900)
        importances[[0, 300, 600, 601, 602]] = [0.4, 0.4, 0.1, 0.06, 0.04]
        chosen = choose(self.candidates(), importances)
        self.assertEqual(chosen.counts, {"rate_idx": 100, "bqx": 100, "both": 2})
        self.assertAlmostEqual(chosen.share, 0.96)

    def test_what_is_required_is_selected(self) -> None:
        importances = np.linspace(2, 1, 900)
        chosen = choose(self.candidates(), importances, frozenset(["c299", "c899"]))
        self.assertEqual(len(chosen.columns), 250)
        self.assertLessEqual({"c299", "c899"}, {each.name for each in chosen.columns})


class Preparing(unittest.TestCase):
    def test_fills_and_scales_by_what_is_known(self) -> None:
        values = np.array([[1, np.nan, 7], [3, np.nan, 7], [np.nan, np.nan, 7]], dtype=np.float32, order="F")
        preparation = fit_preparation(values)
        self.assertEqual(preparation.mean.tolist(), [2, 0, 7])
        self.assertEqual(preparation.std.tolist(), [1, 1, 1])
        filled = preparation.fill(values)
        self.assertEqual(filled[2].tolist(), [2, 0, 7])
        self.assertEqual(preparation.scale(filled)[:, 0].tolist(), [-1, 1, 0])

    def test_rows_are_spread_evenly(self) -> None:
        self.assertEqual(evenly(np.arange(100), 4).tolist(), [0, 33, 66, 99])
        self.assertEqual(evenly(np.arange(3), 4).tolist(), [0, 1, 2])


class Ceilings(unittest.TestCase):
    def test_follow_the_formula(self) -> None:
        expected = {(60, 60): 0, (75, 75): 0, (60, 15): 0.421875, (75, 15): 0.512}
        for (window, horizon), limit in expected.items():
            target = Target("", window, horizon)
            self.assertAlmostEqual(ceiling(target), limit)
            self.assertAlmostEqual(exact_ceiling(target), limit, delta=0.01)
            self.assertFalse(is_leak_suspected(limit + 0.099, target))
            self.assertTrue(is_leak_suspected(limit + 0.101, target))

    def test_are_what_a_random_walk_gives(self) -> None:
        rate = 1 + 1e-4 * np.cumsum(np.random.default_rng(1).standard_normal(400_000))
        value, known = bqx(rate, 60)[100 + 15 :], bqx(rate, 45)[100:-15]
        self.assertAlmostEqual(np.corrcoef(value, known)[0, 1] ** 2, exact_ceiling(QUARTER), delta=0.01)


class Signals(unittest.TestCase):
    def test_a_steady_rise_has_negative_bqx_and_implies_its_own_return(self) -> None:
        for target in (HOUR, QUARTER):
            rate = 1 + 1e-7 * np.arange(200.0)
            now, ahead = 100, 100 + target.horizon
            value = bqx(rate, target.window)[ahead]
            before = target.window - target.horizon
            known = bqx(rate, before)[now] if before else 0.0
            self.assertLess(value, 0)
            implied = straight_return(target, np.array([value]), np.array([known]))[0]
            self.assertAlmostEqual(implied / (rate[ahead] / rate[now] - 1), 1, delta=1e-3)

    def test_the_slope_of_a_random_walk_is_three_quarters(self) -> None:
        rate = 1.1 * np.exp(1e-4 * np.cumsum(np.random.default_rng(2).standard_normal(200_000)))
        target, realised = bqx(rate, 60)[160:], rate[160:] / rate[100:-60] - 1
        slope = calibrate(HOUR, market(target=target, realised=realised)).slope
        self.assertAlmostEqual(slope, 3 / 4, delta=0.02)

    def test_a_target_that_stands_still_has_no_slope(self) -> None:
        self.assertEqual(calibrate(HOUR, market(target=np.zeros(5))).slope, 0)


class Measuring(unittest.TestCase):
    def measured(
        self, sign: float, spread: float, threshold: float = 0.0
    ) -> tuple[float | None, float | None, int]:
        rows = 60 * 50
        realised = np.repeat(np.tile([2e-4, -1e-4], 25), 60)
        split = market(target=-realised * 30, realised=realised, spread=np.full(rows, spread))
        metrics = measure(sign * split.target, split, np.arange(rows), Calibration(HOUR, 1.0), threshold)
        return metrics.directional_accuracy, metrics.sharpe, metrics.trades

    def test_the_right_direction_earns_and_the_wrong_one_loses(self) -> None:
        accuracy, sharpe, trades = self.measured(1, 0)
        self.assertEqual((accuracy, trades), (1.0, 50))
        results = np.tile([2e-4, 1e-4], 25)
        self.assertAlmostEqual(sharpe or 0, results.mean() / results.std(ddof=1) * np.sqrt(374_400 / 60))
        accuracy, lost, _ = self.measured(-1, 0)
        self.assertEqual(accuracy, 0)
        self.assertAlmostEqual(lost or 0, -(sharpe or 0))

    def test_the_spread_is_paid_and_the_threshold_kept(self) -> None:
        _, free, _ = self.measured(1, 0)
        _, costly, _ = self.measured(1, 2e-4)
        self.assertLess(costly or 0, 0)
        self.assertGreater(free or 0, 0)
        self.assertEqual(self.measured(1, 0, threshold=1.5e-4)[2], 25)
        self.assertEqual(self.measured(1, 0, threshold=0.01)[1:], (None, 0))


class IntervalsAndBaseline(unittest.TestCase):
    def test_the_quantile_covers_a_new_value(self) -> None:
        self.assertEqual(conformal_quantile(np.arange(1.0, 100.0)), 90)
        self.assertEqual(conformal_quantile(np.array([3.0, 1.0])), 3)

    def test_regimes_are_wide_where_errors_are(self) -> None:
        random = np.random.default_rng(3)
        volatility = np.repeat(floats([1, 2, 3]), 5_000)
        residuals = volatility * random.standard_normal(15_000)
        intervals = fit_intervals((1.5, 2.5), residuals, volatility)
        for width, regime in zip(intervals.half_widths, (1, 2, 3), strict=True):
            self.assertAlmostEqual(width / regime, 1.645, delta=0.07)
        fresh = volatility * random.standard_normal(15_000)
        self.assertAlmostEqual(intervals.covers(fresh, np.zeros(15_000), volatility).mean(), 0.9, delta=0.01)
        self.assertEqual(intervals.half_width(floats([np.nan]))[0], intervals.half_width_unknown)
        self.assertEqual(regimes_of(floats([1.5, 1.6, 9, np.nan]), (1.5, 2.5)).tolist(), [0, 1, 2, 0])

    def test_bins_hold_their_shares(self) -> None:
        told = distribution(floats([*range(1, 101), np.nan]))
        self.assertEqual(told["edges"], [10, 20, 30, 40, 50, 60, 70, 80, 90])
        np.testing.assert_allclose(told["shares"], 0.1)
        self.assertAlmostEqual(told["missingShare"], 1 / 101)
        flag = distribution(floats([0] * 95 + [1] * 5))
        self.assertEqual(flag["edges"], [0])
        np.testing.assert_allclose(flag["shares"], [0.95, 0.05])
        self.assertEqual(distribution(floats([np.nan]))["shares"], [1.0])


class Exporting(unittest.TestCase):
    def test_every_kind_agrees_with_its_export(self) -> None:
        random = np.random.default_rng(4)
        values = np.asfortranarray(random.standard_normal((4_000, 30)), dtype=np.float32)
        # Neighbours of float32, between which a threshold can only be one of the two; flags; missing values.
        values[:, 0] = np.float32(1) + random.integers(0, 4, 4_000) * np.float32(2**-23)
        values[:, 1] = random.integers(0, 2, 4_000)
        values[random.random(values.shape) < 0.01] = np.nan
        target = np.nan_to_num(1e6 * (values[:, 0] - 1) + values[:, 2]) + 0.1 * random.standard_normal(4_000)
        preparation = fit_preparation(values)
        filled = preparation.fill(values.copy(order="F"))
        settings = parse_hyperparameters(
            {"pair": "eurusd", "fast": "true", "min_samples_split": "20", "min_child_samples": "10"}
        )
        for kind in MODELS:
            with self.subTest(kind=kind):
                model = fit_model(kind, settings, filled, target, preparation)
                exported = export_model(model, preparation)
                self.assertEqual(exported, export_model(model, preparation))
                run = load_exported(exported)
                check_agreement(run(values), model.predict(filled), float(target.std()))
                self.assertEqual(run(values[:1]).tolist(), run(values)[:1].tolist())

    def test_a_model_that_learnt_nothing_is_exported(self) -> None:
        values = np.asfortranarray(np.ones((200, 3)), dtype=np.float32)
        preparation = fit_preparation(values)
        target = np.random.default_rng(1).standard_normal(200)
        settings = parse_hyperparameters({"pair": "eurusd", "fast": "true"})
        for kind in MODELS:
            with self.subTest(kind=kind):
                model = fit_model(kind, settings, values, target, preparation)
                forecast = load_exported(export_model(model, preparation))(values)
                check_agreement(forecast, model.predict(values), 1.0)
                self.assertAlmostEqual(forecast[0], target.mean(), delta=0.1)

    def test_a_disagreement_is_an_error(self) -> None:
        check_agreement(np.array([1.0]), np.array([1 + 0.9e-6]), 1.0)
        with self.assertRaises(DisagreementError):
            check_agreement(np.array([1.0]), np.array([1 + 1.1e-6]), 1.0)
        with self.assertRaises(DisagreementError):
            check_agreement(np.array([np.nan]), np.array([1.0]), 1.0)

    def test_thresholds_are_never_rounded_upwards(self) -> None:
        exact = np.array([1 + 2**-24 + 2**-30, 0.5, -(1 + 2**-24 - 2**-30), 0.1])
        floored = floor_float32(exact)
        self.assertTrue((floored <= exact).all())
        self.assertTrue((np.nextafter(floored, np.float32(np.inf)) > exact).all())


if __name__ == "__main__":
    unittest.main()
