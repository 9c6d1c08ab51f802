"""Indicators on trailing bars: each phase of rows that lie whole bars apart is a series of bars."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from inputs import EPSILON, Market, Pair
from technical import slow_stochastic, trends, true_range
from windows import (
    Array,
    change,
    ema,
    highest,
    lag,
    line,
    lowest,
    mean,
    share,
    sign,
    std,
    tercile,
    total,
    wilder,
)

Columns = dict[str, Array]
Bars = tuple[Array, Array, Array, Array]


def columns(_: Market, pair: Pair) -> Columns:
    return multi_resolution(pair) | multi_scale(pair, "idx") | multi_scale(pair, "bqx")


def on_bars(bars: Bars, minutes: int, work: Callable[[Bars], Columns]) -> Columns:
    """Runs `work` on high, low, close and unit of the bars of each phase."""
    high, low, close, unit = bars
    minute_bars = highest(high, minutes), lowest(low, minutes), close, unit
    result: Columns = {}
    for phase in range(minutes):
        part = slice(phase, None, minutes)
        for name, values in work(tuple(each[part] for each in minute_bars)).items():
            result.setdefault(name, np.full(len(close), np.nan))[part] = values
    return result


def bar_changes(pair: Pair, domain: str, minutes: int) -> Array:
    return change(np.log(pair.close) if domain == "idx" else pair.bqx(15), minutes)


def bar_volatility(pair: Pair, domain: str, minutes: int, width: int) -> Array:
    moves = bar_changes(pair, domain, minutes)
    lags = np.array([lag(moves, minutes * each) for each in range(width)])
    return lags.std(axis=0)


def rsi(close: Array, period: int, spans: int, epsilon: float) -> Array:
    move = change(close, 1)
    gain, loss = wilder(np.maximum(move, 0), period, spans), wilder(np.maximum(-move, 0), period, spans)
    return 100 * share(gain, gain + loss, epsilon)


def multi_resolution(pair: Pair) -> Columns:
    least = EPSILON["idx"]
    high, low, close = pair.bars("idx")

    def five(bars: Bars) -> Columns:
        high, low, close, _ = bars
        macd = ema(close, 12) - ema(close, 26)
        moving = np.where(highest(high, 14) - lowest(low, 14) > least, 0.0, np.nan)
        slope, r2 = line(close, 12, least)
        return {
            "m5_sma_distance_10": close / mean(close, 10) - 1,
            "m5_ema_distance_20": close / ema(close, 20) - 1,
            "m5_rsi_14": rsi(close, 14, 10, least),
            "m5_macd_line_12_26": 100 * macd / close,
            "m5_macd_histogram_12_26_9": 100 * (macd - ema(macd, 9)) / close,
            "m5_atr_percent_14": 100 * wilder(true_range(high, low, close), 14) / close,
            "m5_bollinger_width_20": 4 * std(close, 20) / mean(close, 20),
            "m5_stochastic_k_14": slow_stochastic(high, low, close, 14)[0] + total(moving, 3),
            "m5_adx_14": trends(high, low, close, least, None)["adx_@_14"],
            "m5_slope_12": slope / close,
            "m5_r2_12": r2,
            "average": mean(close, 10),
        }

    def fifteen(bars: Bars) -> Columns:
        high, low, close, _ = bars
        slope, _ = line(close, 8, least)
        return {
            "m15_sma_distance_8": close / mean(close, 8) - 1,
            "m15_rsi_14": rsi(close, 14, 10, least),
            "m15_macd_line_12_26": 100 * (ema(close, 12) - ema(close, 26)) / close,
            "m15_atr_percent_14": 100 * wilder(true_range(high, low, close), 14) / close,
            "m15_slope_8": slope / close,
            "average": mean(close, 8),
        }

    by_five = on_bars((high, low, close, close), 5, five)
    by_fifteen = on_bars((high, low, close, close), 15, fifteen)
    average5, average15 = by_five.pop("average"), by_fifteen.pop("average")
    one, volatility5, volatility15 = (
        std(pair.returns, 20),
        bar_volatility(pair, "idx", 5, 20),
        bar_volatility(pair, "idx", 15, 12),
    )
    moves = bar_changes(pair, "idx", 5)
    limit = 2.5 * lag(volatility5, 5)
    jumps = np.where(np.isnan(limit), np.nan, np.abs(moves) > limit)
    signs = [np.sign(bar_changes(pair, "idx", minutes)) for minutes in (1, 5, 15)]
    return (
        by_five
        | by_fifteen
        | {
            "m5_volatility_20": volatility5,
            "m15_volatility_12": volatility15,
            "m5_volatility_regime_20": tercile(volatility5, EPSILON["ratio"]),
            "m5_jump_count_12": sum(lag(jumps, 5 * bar) for bar in range(12)),
            **{f"m5_return_ended_{end}": lag(moves, end) for end in (5, 10, 15, 25)},
            "sma_ratio_1m_5m_10": mean(close, 10) / average5 - 1,
            "sma_ratio_5m_15m": average5 / average15 - 1,
            # 1 where volatility grows with the root of time.
            "volatility_ratio_1m_5m_20": share(one * np.sqrt(5), volatility5, EPSILON["ratio"]),
            "volatility_ratio_5m_15m": share(volatility5 * np.sqrt(3), volatility15, EPSILON["ratio"]),
            "trend_agreement_5m_15m": sign(by_five["m5_slope_12"], EPSILON["ratio"])
            * sign(by_fifteen["m15_slope_8"], EPSILON["ratio"]),
            "sign_cascade_1m_5m_15m": signs[0] + signs[1] + signs[2],
        }
    )


def multi_scale(pair: Pair, domain: str) -> Columns:
    result: Columns = {}
    for minutes in (30, 60):
        named = scale(pair, domain, minutes)
        for (term, period), values in named.items():
            result[f"m{minutes}_{term}_{domain}_{period}"] = values
    return result


def scale(pair: Pair, domain: str, minutes: int) -> dict[tuple[str, str], Array]:
    least = EPSILON[domain]
    is_rate = domain == "idx"
    close = pair.level(domain)
    # A bar of bqx spans its minutes' values; their own 5-minute extremes are no part of it.
    high, low = pair.bars("idx")[:2] if is_rate else (close, close)
    unit = close if is_rate else pair.bqx_scale
    percent = 100 if is_rate else 1

    def indicators(bars: Bars) -> Columns:
        high, low, close, unit = bars
        macd = ema(close, 6, 4) - ema(close, 13, 4)
        slope, r2 = line(close, 8, least)

        def distance(average: Array) -> Array:
            return close / average - 1 if is_rate else share(close - average, unit, least)

        width = 4 * std(close, 20)
        return {
            "sma_distance 10": distance(mean(close, 10)),
            "ema_distance 20": distance(ema(close, 20, 4)),
            "rsi 14": rsi(close, 14, 4, least),
            "macd_line 6_13": share(percent * macd, unit, least),
            "macd_histogram 6_13_5": share(percent * (macd - ema(macd, 5, 4)), unit, least),
            "atr_percent 14": share(percent * wilder(true_range(high, low, close), 14, 4), unit, least),
            "bollinger_width 20": width / mean(close, 20) if is_rate else share(width, unit, least),
            "slope 8": share(slope, unit, least),
            "r2 8": r2,
            "trend": slope,
            "average": mean(close, 10),
        }

    found = on_bars((high, low, close, unit), minutes, indicators)
    trend, average = found.pop("trend"), found.pop("average")
    volatility, single = bar_volatility(pair, domain, minutes, 20), std(pair.changes(domain), 20)
    brief = mean(close, 10)
    ratio = EPSILON["ratio"]
    own = share(np.abs(bar_changes(pair, domain, 8 * minutes)), volatility, ratio)
    other = share(np.abs(bar_changes(pair, domain, 8)), single, ratio)
    regimes = tercile(volatility, ratio), tercile(single, ratio)
    terms = {tuple(name.split(" ")): values for name, values in found.items()}
    return terms | {
        ("volatility", "20"): volatility,
        ("sma_ratio_1m", "10"): average / brief - 1 if is_rate else share(average - brief, unit, least),
        ("volatility_ratio_1m", "20"): share(volatility, single * np.sqrt(minutes), ratio),
        ("trend_agreement", "8"): sign(trend, least) * sign(line(close, 8, least)[0], least),
        ("regime_agreement", "20"): np.where(
            np.isnan(regimes[0] + regimes[1]), np.nan, regimes[0] == regimes[1]
        ),
        ("dominance", "20"): share(own, own + other, ratio),
    }
