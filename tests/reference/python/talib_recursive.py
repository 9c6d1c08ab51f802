"""Recursive indicators as TA-Lib has them: from the first bar on, not over a finite window."""

from __future__ import annotations

import numpy as np
import talib

from inputs import Market, Pair
from windows import Array


def columns(_: Market, pair: Pair) -> dict[str, Array]:
    result: dict[str, Array] = {}
    for domain in ("idx", "bqx"):
        high, low, close = bars = pair.bars(domain)
        result[f"ultimate_{domain}_7_14_28"] = talib.ULTOSC(high, low, close, 7, 14, 28)
        for n in (7, 14, 21, 30):
            result[f"rsi_{domain}_{n}"] = talib.RSI(close, n)
        # Movements up and down that are equal in ticks count as neither: rounding must not tell them apart.
        ticks = (
            bars if domain == "bqx" else [np.round(1e5 * each) for each in (pair.high, pair.low, pair.close)]
        )
        for n in (14, 30):
            result[f"plus_di_{domain}_{n}"] = talib.PLUS_DI(*ticks, n)
            result[f"minus_di_{domain}_{n}"] = talib.MINUS_DI(*ticks, n)
            result[f"adx_{domain}_{n}"] = talib.ADX(*ticks, n)
        for n in (14, 30, 60):
            result[f"atr_{domain}_{n}"] = talib.ATR(high, low, close, n)
        for fast, slow, signal in ((12, 26, 9), (24, 52, 18)):
            parts = talib.MACD(close, fast, slow, signal)
            for part, values in zip(("line", "signal", "histogram"), parts, strict=True):
                result[f"macd_{part}_{domain}_{fast}_{slow}_{signal}"] = values
    close = pair.rate_idx
    result["ppo_idx_12_26"] = talib.PPO(close, 12, 26, 1)
    result |= {f"trix_idx_{n}": talib.TRIX(close, n) for n in (15, 30)}
    result |= {f"rate_ema_distance_{n}": close / talib.EMA(close, n) - 1 for n in (5, 10, 20, 50, 100, 200)}
    result |= {f"rate_sma_distance_{n}": close / talib.SMA(close, n) - 1 for n in (5, 10, 20, 50, 100, 200)}
    return result
