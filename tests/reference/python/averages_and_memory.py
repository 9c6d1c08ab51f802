"""The past itself."""

from __future__ import annotations

from inputs import Market, Pair
from windows import Array, change, ema, lag, mean

LAGS = (*range(1, 16), 20, 25, 30, 35, 40, 45, 50, 55, 60, 75, 90)


def columns(_: Market, pair: Pair) -> dict[str, Array]:
    result = {f"return_lag_{n}": lag(pair.returns, n) for n in LAGS}
    result |= {f"bqx_15_lag_{n}": lag(pair.bqx(15), n) for n in (0, *LAGS[:-1])}
    result |= {
        f"rate_change_since_lag_{n}": change(pair.rate_idx, n) / lag(pair.rate_idx, n)
        for n in LAGS
        if n not in (5, 12, 30, 60)
    }
    result |= {f"bqx_{window}": pair.bqx(window) for window in (30, 45, 60, 75)}
    for n in (5, 10, 20, 50, 100, 200):
        for name, average in (("sma", mean(pair.rate_idx, n)), ("ema", ema(pair.rate_idx, n))):
            result[f"rate_{name}_distance_{n}"] = pair.rate_idx / average - 1
            result[f"rate_{name}_slope_{n}"] = change(average, 5) / lag(average, 5) / 5
    return result
