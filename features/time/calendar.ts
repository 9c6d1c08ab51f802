import { describeInstant, MINUTE_MS, WEEK_MS } from "./instant";
import { Zone } from "./zone";

/**
 * Minutes in a trading week, Sunday 17:00 to Friday 17:00 in New York. Every week has as many: New York changes its clocks
 * on Sundays at 02:00, while the market is closed.
 */
export const WEEK_MINUTES = 5 * 24 * 60;

/** What New York's wall clock showed when trading minute 0 began: the first opening after 1970 did. */
const EPOCH_WALL_MS = Date.UTC(1970, 0, 4, 17);

const newYork = new Zone("America/New_York");
const epochMs = EPOCH_WALL_MS - newYork.offsetMs(EPOCH_WALL_MS);
const openings = new Map<number, number>();

/** Whether the market is open in the minute that holds an instant (ms UTC). Holidays count as open. */
export function isTradingMinute(ms: number): boolean {
    return minuteOfWeek(ms) < WEEK_MINUTES;
}

/**
 * The absolute number of the trading minute that holds an instant (ms UTC). Minute 0 began on Sunday, 1970-01-04, at 17:00
 * in New York (22:00 UTC). Closed hours have no numbers, so Friday's last minute is followed by
 * Sunday's first.
 * @throws RangeError while the market is closed
 */
export function minuteIndex(ms: number): number {
    const minute = minuteOfWeek(ms);
    if (!(minute < WEEK_MINUTES)) throw new RangeError(`The market is closed at ${describeInstant(ms)}`);
    return weekOf(ms) * WEEK_MINUTES + minute;
}

/** The number of the trading minute that begins at an instant (ms UTC); undefined where none does. */
export function marketMinute(ms: number): number | undefined {
    return ms % MINUTE_MS === 0 && isTradingMinute(ms) ? minuteIndex(ms) : undefined;
}

/** When a trading minute begins (ms UTC); the inverse of `minuteIndex`. */
export function timestampOf(index: number): number {
    const week = Math.floor(index / WEEK_MINUTES);
    return opening(week) + (index - week * WEEK_MINUTES) * MINUTE_MS;
}

/** When the first trading minute begins that does not begin before an instant (both ms UTC). */
export function nextTradingMinute(ms: number): number {
    const startMs = Math.ceil(ms / MINUTE_MS) * MINUTE_MS;
    return isTradingMinute(startMs) ? startMs : opening(weekOf(startMs) + 1);
}

/** When each of `count` trading minutes begins (ms UTC), from one number on. */
export function timestampsFrom(firstIndex: number, count: number): Float64Array {
    return Float64Array.from({ length: count }, (_, i) => timestampOf(firstIndex + i));
}

/** Minutes since the week opened; `WEEK_MINUTES` and more on the weekend that follows. */
function minuteOfWeek(ms: number): number {
    return Math.floor((ms - opening(weekOf(ms))) / MINUTE_MS);
}

/** Number of the week whose opening came last. The guess is off by one in the hour by which summer weeks open earlier. */
function weekOf(ms: number): number {
    const guess = Math.floor((ms - epochMs) / WEEK_MS);
    return ms >= opening(guess + 1) ? guess + 1 : guess;
}

function opening(week: number): number {
    let ms = openings.get(week);
    if (ms === undefined) {
        const wallMs = EPOCH_WALL_MS + week * WEEK_MS;
        openings.set(week, (ms = wallMs - newYork.offsetMs(wallMs)));
    }
    return ms;
}
