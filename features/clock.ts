const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const WEEK_MS = 168 * HOUR_MS;

/** Trading minutes of a week: Sunday 17:00 to Friday 17:00, New York. */
export const WEEK_MINUTES = 5 * 1440;

/** A Sunday 17:00 in New York in summer time: 1970-01-04T21:00Z. Every other one is whole weeks away. */
const SUMMER_OPEN_MS = Date.UTC(1970, 0, 4, 21);

/** New York's offset in summer time, minutes. */
const SUMMER_OFFSET_MINUTES = -240;

export type Zone = "America/New_York" | "Europe/London" | "Asia/Tokyo" | "Australia/Sydney";

const offsets = new Map<Zone, { format: Intl.DateTimeFormat; byHour: Map<number, number> }>();

/** A zone's offset from UTC in minutes, positive to the east. Zones change it on whole hours, so hours are remembered. */
export function utcOffsetMinutes(zone: Zone, timestamp: number): number {
    let known = offsets.get(zone);
    if (known === undefined) {
        const format = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" });
        known = { format, byHour: new Map() };
        offsets.set(zone, known);
    }
    const hour = Math.floor(timestamp / HOUR_MS);
    let offset = known.byHour.get(hour);
    if (offset === undefined) {
        const text = known.format.formatToParts(hour * HOUR_MS).find(({ type }) => type === "timeZoneName");
        const [, sign, hours, minutes] = /^GMT(?:([+-])(\d+):(\d+))?/.exec(text?.value ?? "") ?? [];
        offset = (sign === "-" ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0));
        known.byHour.set(hour, offset);
    }
    return offset;
}

/**
 * The number of a trading minute, counted without gaps over closed hours; `undefined` while the market is closed. New
 * York changes its clocks on Sunday night, when the market is closed, so every trading week has the same length.
 */
export function marketMinute(timestamp: number): number | undefined {
    const winterMinutes = SUMMER_OFFSET_MINUTES - utcOffsetMinutes("America/New_York", timestamp);
    const sinceOpen = timestamp - winterMinutes * MINUTE_MS - SUMMER_OPEN_MS;
    const week = Math.floor(sinceOpen / WEEK_MS);
    const minute = (sinceOpen - week * WEEK_MS) / MINUTE_MS;
    return Number.isInteger(minute) && minute < WEEK_MINUTES ? week * WEEK_MINUTES + minute : undefined;
}
