"""Sessions, weeks and months by zoneinfo and datetime."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

from inputs import Market, Pair
from windows import Array

SESSIONS = {
    "sydney": (ZoneInfo("Australia/Sydney"), 8, 17),
    "tokyo": (ZoneInfo("Asia/Tokyo"), 9, 18),
    "london": (ZoneInfo("Europe/London"), 8, 17),
    "new_york": (ZoneInfo("America/New_York"), 8, 17),
}


def columns(market: Market, _: Pair) -> dict[str, Array]:
    rows = [row(datetime.fromtimestamp(timestamp / 1000, UTC)) for timestamp in market.timestamps]
    return {name: np.array([each[name] for each in rows], dtype=float) for name in rows[0]}


def row(now: datetime) -> dict[str, float]:
    result: dict[str, float] = {"minutes_since_session_open": 0, "minutes_to_session_close": 0}
    open_for = {}
    for name, (zone, opens, closes) in SESSIONS.items():
        local = now.astimezone(zone)
        minute = 60 * local.hour + local.minute
        is_open = 60 * opens <= minute < 60 * closes
        result[f"session_{name}"] = is_open
        if is_open:
            open_for[minute - 60 * opens] = 60 * closes - minute
    if open_for:
        result["minutes_since_session_open"] = min(open_for)
        result["minutes_to_session_close"] = open_for[min(open_for)]
    result["session_london_new_york_overlap"] = result["session_london"] and result["session_new_york"]
    new_york = now.astimezone(ZoneInfo("America/New_York"))
    since_monday = 1440 * new_york.weekday() + 60 * new_york.hour + new_york.minute
    week = (since_monday - (6 * 1440 + 17 * 60)) % (7 * 1440)
    result["week_progress"] = week / 7200
    result["first_2h_of_week"] = week < 120
    result["last_4h_of_week"] = week >= 7200 - 240
    result["near_month_end"] = monthrange(now.year, now.month)[1] - now.day < 3
    day, minute = now.isoweekday() % 7, 60 * now.hour + now.minute
    for period, part in (
        ("minute_of_day", minute / 1440),
        ("day_of_week", day / 7),
        ("minute_of_week", (1440 * day + minute) / 10080),
    ):
        result[f"sin_{period}"], result[f"cos_{period}"] = np.sin(2 * np.pi * part), np.cos(2 * np.pi * part)
    return result
