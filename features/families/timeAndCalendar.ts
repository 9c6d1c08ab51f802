import { HOLIDAY_COUNTRIES, SESSIONS, timeAndCalendar as declared } from "../catalogue/calendar";
import { MINUTE_MS } from "../time/instant";
import { marketMinute, WEEK_MINUTES } from "../time/calendar";
import { Zone } from "../time/zone";
import { defineFamily } from "../family";
import { at } from "../kernels/span";
import type { Market } from "../market";
import type { SeriesDefinition } from "../series";
import type { MarketSlice } from "../slice";

const DAY_MINUTES = 1440;

/** Days before the end of a month that count as near it. */
const MONTH_END_DAYS = 3;
const WEEK_START_MINUTES = 120;
const WEEK_END_MINUTES = 240;

/** Trading hours of a session on its own clock, minutes of the day. */
const HOURS: Readonly<Record<(typeof SESSIONS)[number], { zone: Zone; opens: number; closes: number }>> = {
    sydney: { zone: new Zone("Australia/Sydney"), opens: 8 * 60, closes: 17 * 60 },
    tokyo: { zone: new Zone("Asia/Tokyo"), opens: 9 * 60, closes: 18 * 60 },
    london: { zone: new Zone("Europe/London"), opens: 8 * 60, closes: 17 * 60 },
    new_york: { zone: new Zone("America/New_York"), opens: 8 * 60, closes: 17 * 60 },
};

/** Values of one row by column. */
type Row = Record<string, number>;

const NAMES = declared.columns.map(({ name }) => name);

/** One array per column; the same for every pair, so it belongs to the slice. */
const CALENDAR: SeriesDefinition<MarketSlice> = {
    key: "calendar",
    width: NAMES.length,
    compute({ market, timestamps }, outputs, { from, to }) {
        for (let row = from; row < to; row++) {
            const values = calendarOf(market, at(timestamps, row));
            outputs.forEach((output, index) => (output[row] = values[NAMES[index] ?? ""] ?? NaN));
        }
    },
};

/** The clock and the calendar. */
export const timeAndCalendar = defineFamily({
    name: "time and calendar",
    compute({ slice, span }, emit) {
        slice.group(CALENDAR, span.from).forEach((values, index) => emit(NAMES[index] ?? "", values));
    },
});

function calendarOf(market: Market, timestamp: number): Row {
    const date = new Date(timestamp);
    const minuteOfDay = date.getUTCHours() * 60 + date.getUTCMinutes();
    const dayOfWeek = date.getUTCDay();
    const week = (marketMinute(timestamp) ?? NaN) % WEEK_MINUTES;
    const monthDays = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
    return {
        ...sessionsAt(timestamp),
        week_progress: week / WEEK_MINUTES,
        ...circle("minute_of_day", minuteOfDay / DAY_MINUTES),
        ...circle("day_of_week", dayOfWeek / 7),
        ...circle("minute_of_week", (dayOfWeek * DAY_MINUTES + minuteOfDay) / (7 * DAY_MINUTES)),
        near_month_end: Number(monthDays - date.getUTCDate() < MONTH_END_DAYS),
        first_2h_of_week: Number(week < WEEK_START_MINUTES),
        last_4h_of_week: Number(week >= WEEK_MINUTES - WEEK_END_MINUTES),
        ...Object.fromEntries(
            HOLIDAY_COUNTRIES.map((country) => [
                `days_to_holiday_${country}`,
                market.daysToHoliday(country, timestamp),
            ]),
        ),
    };
}

/** Which sessions are open, and the minutes since and to the ends of the one that opened last; 0 where none is. */
function sessionsAt(timestamp: number): Row {
    const row: Row = { minutes_since_session_open: 0, minutes_to_session_close: 0 };
    let newest = Infinity;
    for (const session of SESSIONS) {
        const { zone, opens, closes } = HOURS[session];
        const local = (timestamp + zone.offsetMs(timestamp)) / MINUTE_MS;
        const minute = local % DAY_MINUTES;
        const isOpen = minute >= opens && minute < closes;
        row[`session_${session}`] = Number(isOpen);
        if (!isOpen || minute - opens >= newest) continue;
        newest = minute - opens;
        row["minutes_since_session_open"] = newest;
        row["minutes_to_session_close"] = closes - minute;
    }
    row["session_london_new_york_overlap"] = Number(
        row["session_london"] === 1 && row["session_new_york"] === 1,
    );
    return row;
}

function circle(period: string, share: number): Row {
    const angle = 2 * Math.PI * share;
    return { [`sin_${period}`]: Math.sin(angle), [`cos_${period}`]: Math.cos(angle) };
}
