"""Indicators: TA-Lib where it starts where we do, else their formulas over the spec's finite windows."""

from __future__ import annotations

import numpy as np
import talib

from inputs import EPSILON, Market, Pair
from windows import Array, change, ema, highest, lag, lowest, share, smoothed, total, wilder

Columns = dict[str, Array]


def columns(_: Market, pair: Pair) -> Columns:
    result: Columns = {}
    for domain in ("idx", "bqx"):
        bars = pair.bars(domain)
        scale = pair.bqx_scale if domain == "bqx" else None
        named = oscillators(*bars, EPSILON[domain], scale) | trends(*bars, EPSILON[domain], scale)
        result |= {name.replace("@", domain): values for name, values in named.items()}
    return result


def relative(difference: Array, level: Array, scale: Array | None) -> Array:
    """Per cent of the level, or trailing standard deviations of bqx."""
    return 100 * difference / level if scale is None else share(difference, scale, EPSILON["bqx"])


def oscillators(high: Array, low: Array, close: Array, epsilon: float, scale: Array | None) -> Columns:
    move = change(close, 1)
    result: Columns = {}
    for n in (7, 14, 21, 30):
        gain, loss = wilder(np.maximum(move, 0), n), wilder(np.maximum(-move, 0), n)
        result[f"rsi_@_{n}"] = 100 * share(gain, gain + loss, epsilon)
    for fast, slow, signal in ((12, 26, 9), (24, 52, 18)):
        macd = ema(close, fast) - ema(close, slow)
        name = f"{fast}_{slow}_{signal}"
        result[f"macd_line_@_{name}"] = macd
        result[f"macd_signal_@_{name}"] = ema(macd, signal)
        result[f"macd_histogram_@_{name}"] = macd - ema(macd, signal)
    result["ppo_@_12_26"] = relative(ema(close, 12) - ema(close, 26), ema(close, 26), scale)
    for n in (14, 30, 60):
        k, d = slow_stochastic(high, low, close, n)
        moving = np.where(highest(high, n) - lowest(low, n) > epsilon, 0.0, np.nan)
        result[f"stochastic_k_@_{n}"] = k + total(moving, 3)
        result[f"stochastic_d_@_{n}"] = d + total(moving, 5)
        result[f"williams_r_@_{n}"] = talib.WILLR(high, low, close, n) + moving
    for n in (14, 20, 40):
        typical = (high + low + close) / 3
        moving = np.where(highest(typical, n) - lowest(typical, n) > epsilon, 0.0, np.nan)
        result[f"cci_@_{n}"] = talib.CCI(high, low, close, n) + moving
    for n in (5, 12, 30, 60):
        result[f"roc_@_{n}"] = (
            talib.ROC(close, n) if scale is None else relative(talib.MOM(close, n), close, scale)
        )
    for n in (15, 30):
        triple = ema(ema(ema(close, n), n), n)
        result[f"trix_@_{n}"] = relative(change(triple, 1), lag(triple, 1), scale)
    result["tsi_@_25_13"] = 100 * share(ema(ema(move, 25), 13), ema(ema(np.abs(move), 25), 13), epsilon)
    pressure, spans = close - np.minimum(low, lag(close, 1)), true_range(high, low, close)
    parts = [
        weight * share(total(pressure, n), total(spans, n), epsilon)
        for weight, n in ((4, 7), (2, 14), (1, 28))
    ]
    result["ultimate_@_7_14_28"] = 100 * sum(parts) / 7
    result["cmo_@_14"] = 100 * share(total(move, 14), total(np.abs(move), 14), epsilon)
    return result


def slow_stochastic(high: Array, low: Array, close: Array, window: int) -> tuple[Array, Array]:
    """K and D apart, as TA-Lib has no K before it has a D."""
    k, _ = talib.STOCH(high, low, close, window, 3, 0, 1, 0)
    _, d = talib.STOCH(high, low, close, window, 3, 0, 3, 0)
    return k, d


def true_range(high: Array, low: Array, close: Array) -> Array:
    before = lag(close, 1)
    return np.maximum(high, before) - np.minimum(low, before)


def trends(high: Array, low: Array, close: Array, epsilon: float, scale: Array | None) -> Columns:
    spans = true_range(high, low, close)
    up, down = change(high, 1), -change(low, 1)
    unknown = np.where(np.isnan(up), np.nan, 0.0)
    plus = np.where((up > down + epsilon) & (up > 0), up, 0.0) + unknown
    minus = np.where((down > up + epsilon) & (down > 0), down, 0.0) + unknown
    result: Columns = {}
    for n in (14, 30):
        ranges = wilder(spans, n)
        plus_di, minus_di = (100 * share(wilder(moves, n), ranges, epsilon) for moves in (plus, minus))
        both = plus_di + minus_di
        dx = np.where(both == 0, 0.0, 100 * np.abs(plus_di - minus_di) / np.where(both == 0, 1, both))
        result |= {f"plus_di_@_{n}": plus_di, f"minus_di_@_{n}": minus_di, f"adx_@_{n}": wilder(dx, n)}
    for n in (14, 30, 60):
        result[f"atr_@_{n}"] = wilder(spans, n)
        result[f"atr_percent_@_{n}"] = relative(wilder(spans, n), close, scale)
    for n in (25, 60):
        aroon_down, aroon_up = talib.AROON(high, low, n)
        result |= {f"aroon_up_@_{n}": aroon_up, f"aroon_down_@_{n}": aroon_down}
        result[f"aroon_oscillator_@_{n}"] = talib.AROONOSC(high, low, n)
    for n in (20, 60):
        reach = 2 * wilder(spans, n)
        middle = smoothed(close, 2 / (n + 1), 10 * n)
        result[f"keltner_position_@_{n}"] = share(close - (middle - reach), 2 * reach, 2 * epsilon)
    for n in (20, 120):
        bottom = talib.MIN(low, n)
        result[f"donchian_position_@_{n}"] = share(close - bottom, talib.MAX(high, n) - bottom, epsilon)
    for part, one, other in (("plus", high, low), ("minus", low, high)):
        movement = total(np.abs(one - lag(other, 1)), 14)
        result[f"vortex_{part}_@_14"] = share(movement, total(spans, 14), epsilon)
    return result
