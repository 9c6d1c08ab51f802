"""Rolling statistics and moving averages that polars has too, eagerly, on one thread."""

from __future__ import annotations

import polars as pl

from peer import Bars, measure

WINDOWS = (20, 50, 120)
AVERAGES = (5, 10, 20, 50, 100, 200)


def compute(bars: Bars) -> int:
    rate = pl.col("rate")
    columns = []
    for series in (15, 60):
        bqx = pl.col(f"bqx_{series}")
        for n in WINDOWS:
            mean, std = bqx.rolling_mean(n), bqx.rolling_std(n, ddof=0)
            low, high = bqx.rolling_min(n), bqx.rolling_max(n)
            terms = {
                "mean": mean,
                "std": std,
                "skew": bqx.rolling_skew(n),
                "min": low,
                "max": high,
                "range": high - low,
                "z": (bqx - mean) / std,
            }
            columns += [term.alias(f"{name}_{series}_{n}") for name, term in terms.items()]
    for n in AVERAGES:
        sma, ema = rate.rolling_mean(n), rate.ewm_mean(span=n)
        terms = {
            "sma": rate / sma - 1,
            "ema": rate / ema - 1,
            "sma_slope": (sma / sma.shift(5) - 1) / 5,
            "ema_slope": (ema / ema.shift(5) - 1) / 5,
        }
        columns += [term.alias(f"{name}_{n}") for name, term in terms.items()]
    bqx = [((n + 1) * (rate.rolling_mean(n + 1) / rate - 1)).alias(f"bqx_{n}") for n in (15, 60)]
    result = pl.DataFrame({"rate": bars.close}).lazy().with_columns(bqx).select(columns).collect()
    return result.height * result.width


measure(f"polars {pl.__version__}", compute)
