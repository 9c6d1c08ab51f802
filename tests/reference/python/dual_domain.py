"""rate_idx against bqx_15."""

from __future__ import annotations

import numpy as np
from scipy import stats

from activity import flag
from inputs import EPSILON, Market, Pair
from regression import fits
from windows import (
    Array,
    beta,
    change,
    correlation,
    lag,
    mean,
    over_windows,
    ratio,
    share,
    std,
    tercile,
    z_score,
)

INDEX, RATIO, BQX = EPSILON["idx"], EPSILON["ratio"], EPSILON["bqx"]


def columns(_: Market, pair: Pair) -> dict[str, Array]:
    return regressions(pair) | terms(pair) | shape(pair) | bands(pair)


def regressions(pair: Pair) -> dict[str, Array]:
    rate, values = pair.rate_idx, pair.bqx(15)
    covariance, rate_variance = beta(rate, values, 30)
    _, bqx_variance = beta(values, rate, 30)
    r2 = correlation(rate, values, 30, (INDEX, BQX)) ** 2
    usable = np.where(np.isnan(r2), np.nan, 0.0)
    on_bqx, on_rate = covariance / bqx_variance, covariance / rate_variance
    from_rate, from_bqx = rate - mean(rate, 30), values - mean(values, 30)
    moves, steps = pair.returns, pair.changes("bqx")
    result = {
        "dual_beta_rate_on_bqx_30": ratio(covariance, bqx_variance, 0) + usable,
        "dual_r2_30": r2,
        "dual_residual_z_rate_30": share(
            from_rate - on_bqx * from_bqx, np.sqrt(rate_variance * (1 - r2)), INDEX
        ),
        "dual_beta_bqx_on_rate_30": on_rate + usable,
        "dual_residual_z_bqx_30": share(
            from_bqx - on_rate * from_rate, np.sqrt(bqx_variance * (1 - r2)), BQX
        ),
        "dual_change_r2_30": correlation(moves, steps, 30, (RATIO, BQX)) ** 2,
        "dual_coupling_gap_15_60": correlation(rate, values, 15, (INDEX, BQX))
        - correlation(rate, values, 60, (INDEX, BQX)),
        "dual_decoupled_30": flag(r2 < 0.09, r2),
    }
    for minutes in (0, 1, 5, 15):
        result[f"dual_cross_correlation_lag_{minutes}"] = correlation(
            lag(moves, minutes), steps, 60, (RATIO, BQX)
        )
    return result


def terms(pair: Pair) -> dict[str, Array]:
    """Coefficients of the two parabolas, each of standardised values."""
    rate, values = fits(pair.rate_idx, 60), fits(pair.bqx(60), 60)
    result = {"dual_r2_gap_60": rate["r2"] - values["r2"]}
    for term in ("a2", "a1", "b"):
        one = rate[term] - (rate["mean"] if term == "b" else 0)
        other = values[term] - (values["mean"] if term == "b" else 0)
        result[f"dual_{term}_gap_60"] = share(one, rate["std"], INDEX) - share(other, values["std"], BQX)
    return result


def shape(pair: Pair) -> dict[str, Array]:
    rate, values = pair.rate_idx, pair.bqx(15)
    moves, steps = pair.returns, pair.changes("bqx")
    result = {f"dual_variance_ratio_{n}": share(std(rate, n), std(values, n), BQX) ** 2 for n in (20, 60)}
    for name, of in (("skew", stats.skew), ("kurtosis", stats.kurtosis)):
        one, other = (over_windows(each, 20, lambda some, of=of: of(some, axis=1)) for each in (rate, values))
        usable = np.where((std(rate, 20) > INDEX) & (std(values, 20) > BQX), 0.0, np.nan)
        result[f"dual_{name}_gap_20"] = one - other + usable
    result["dual_volatility_ratio_30"] = share(std(moves, 30), std(steps, 30), BQX)
    own, other = share(std(moves, 30), std(moves, 240), RATIO), share(std(steps, 30), std(steps, 240), BQX)
    return result | {"dual_volatility_gap_30": own - other}


def bands(pair: Pair) -> dict[str, Array]:
    rate, values = pair.rate_idx, pair.bqx(15)
    z = z_score(rate, 20, INDEX), z_score(values, 20, BQX)
    outside = [np.where(np.abs(each) - 2 > EPSILON["score"], np.sign(each), 0 * each) for each in z]
    tight = share(std(rate, 20), std(rate, 100), INDEX), share(std(values, 20), std(values, 100), BQX)
    slopes = [
        share(change(mean(each, 20), 5), std(each, 20), least)
        for each, least in ((rate, INDEX), (values, BQX))
    ]
    regimes = tercile(std(rate, 20), EPSILON["idx"]), tercile(std(values, 20), EPSILON["bqx"])
    width = std(rate, 20) / mean(rate, 20)
    return {
        "dual_percent_b_gap_20": (z[0] - z[1]) / 4,
        "dual_bandwidth_ratio_20": share(width * pair.bqx_scale, std(values, 20), BQX),
        "dual_compression_gap_20": tight[0] - tight[1],
        "dual_breakout_divergence_20": outside[0] - outside[1],
        "dual_slope_gap_20": slopes[0] - slopes[1],
        "dual_regime_mismatch_20": flag(regimes[0] != regimes[1], *regimes),
    }
