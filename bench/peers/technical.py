"""The indicators of the technical family that TA-Lib has too, by TA-Lib's C code."""

from __future__ import annotations

import talib

from peer import Bars, measure


def compute(bars: Bars) -> int:
    high, low, close = bars.high, bars.low, bars.close
    columns = [
        *(talib.RSI(close, n) for n in (7, 14, 21, 30)),
        *(part for periods in ((12, 26, 9), (24, 52, 18)) for part in talib.MACD(close, *periods)),
        *(part for n in (14, 30, 60) for part in talib.STOCH(high, low, close, n, 3, 0, 3, 0)),
        *(talib.CCI(high, low, close, n) for n in (14, 20, 40)),
        *(talib.WILLR(high, low, close, n) for n in (14, 30, 60)),
        *(talib.ROC(close, n) for n in (5, 12, 30, 60)),
        *(f(high, low, close, n) for f in (talib.ADX, talib.PLUS_DI, talib.MINUS_DI) for n in (14, 30)),
        *(f(high, low, close, n) for f in (talib.ATR, talib.NATR) for n in (14, 30, 60)),
        *(part for n in (25, 60) for part in talib.AROON(high, low, n)),
        *(talib.AROONOSC(high, low, n) for n in (25, 60)),
        *(talib.TRIX(close, n) for n in (15, 30)),
        talib.ULTOSC(high, low, close, 7, 14, 28),
        talib.PPO(close, 12, 26, 1),
        talib.CMO(close, 14),
    ]
    return sum(len(column) for column in columns)


measure(f"TA-Lib {talib.__ta_version__.decode().split()[0]}", compute)
