export const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;
export const WEEK_MS = 7 * DAY_MS;

/** An instant (ms UTC) for people, such as 2017-07-03T08:15Z. */
export function describeInstant(ms: number): string {
    const date = new Date(ms);
    return Number.isNaN(date.getTime()) ? String(ms) : date.toISOString().replace(/(:00)?\.\d+Z$/, "Z");
}
