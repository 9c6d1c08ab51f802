import type { HolidayCountry } from "../features/market";
import { HOLIDAY_DATES } from "./holidayDates";
import { DAY_MS, describeInstant } from "../features/time/instant";

/** Whole days to the next holiday, for each day from `firstDay` (days since 1970) to the table's last holiday. */
interface Countdown {
    readonly firstDay: number;
    readonly days: Int32Array;
}

const countdowns: Readonly<Record<HolidayCountry, Countdown>> = {
    us: countdownOf(HOLIDAY_DATES.us),
    uk: countdownOf(HOLIDAY_DATES.uk),
    jp: countdownOf(HOLIDAY_DATES.jp),
};

/**
 * Whole days from the day (UTC) of an instant (ms UTC) to a country's next public holiday; 0 on a holiday.
 * @throws RangeError outside the years of the table, 2000 to its last holiday
 */
export function daysToHoliday(country: HolidayCountry, timestamp: number): number {
    const { firstDay, days } = countdowns[country];
    const left = days[Math.floor(timestamp / DAY_MS) - firstDay];
    if (left !== undefined) return left;
    const last = describeInstant((firstDay + days.length - 1) * DAY_MS);
    throw new RangeError(
        `The holidays of ${describeInstant(timestamp)} are not known: ${country} has those from ` +
            `${describeInstant(firstDay * DAY_MS)} to ${last}. Add years in tools/holidays.ts`,
    );
}

function countdownOf(table: string): Countdown {
    const lines = table.trim().split(/\s*\n\s*/);
    const holidays = lines.flatMap((line) => {
        const [year = "", ...dates] = line.split(" ");
        return dates.map(
            (date) => Date.UTC(Number(year), Number(date.slice(0, 2)) - 1, Number(date.slice(2))) / DAY_MS,
        );
    });
    const firstDay = Date.UTC(Number(lines[0]?.slice(0, 4)), 0, 1) / DAY_MS;
    const days = new Int32Array((holidays.at(-1) ?? firstDay) - firstDay + 1);
    const isHoliday = new Set(holidays);
    let next = NaN;
    for (let place = days.length - 1; place >= 0; place--) {
        if (isHoliday.has(firstDay + place)) next = firstDay + place;
        days[place] = next - firstDay - place;
    }
    return { firstDay, days };
}
