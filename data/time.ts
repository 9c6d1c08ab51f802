import { MINUTE_MS } from "../features/time/instant";

/** Start of a day (ms, as if UTC) from its digits; undefined where the calendar has no such day. */
export type DayStart = (year: string, month: string, day: string) => number | undefined;

/** Files go day by day: the day before is kept, so that 1,440 rows cost one look at the calendar. */
export function dayStartMs(): DayStart {
    let [lastKey, lastMs]: [string, number | undefined] = ["", undefined];
    return (year, month, day) => {
        const key = `${year}-${month}-${day}`;
        if (key !== lastKey) {
            const date = new Date(`${key}T00:00:00Z`);
            // Engines move 30 February on to March.
            const exists = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(key);
            [lastKey, lastMs] = [key, exists ? date.getTime() : undefined];
        }
        return lastMs;
    };
}

/** The time (ms, as if UTC) in a match whose groups are year, month, day, hour and minute; undefined where there is none. */
export function instantOf(match: RegExpExecArray | null, startOf: DayStart): number | undefined {
    if (match === null) return undefined;
    const [, year = "", month = "", day = "", hour, minute] = match;
    const dayMs = startOf(year, month, day);
    if (dayMs === undefined || Number(hour) > 23 || Number(minute) > 59) return undefined;
    return dayMs + (Number(hour) * 60 + Number(minute)) * MINUTE_MS;
}
