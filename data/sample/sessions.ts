import { DAY_MS } from "../../features/time/instant";
import { Zone } from "../../features/time/zone";

const HOUR_MS = 3_600_000;

/** Hours of local time in which a financial centre trades, and how much it adds to the market's liveliness. */
const SESSIONS = [
    { zone: new Zone("Australia/Sydney"), opens: 8, closes: 17, weight: 0.2 },
    { zone: new Zone("Asia/Tokyo"), opens: 9, closes: 18, weight: 0.4 },
    { zone: new Zone("Europe/London"), opens: 8, closes: 17, weight: 0.9 },
    { zone: new Zone("America/New_York"), opens: 8, closes: 17, weight: 0.9 },
];
/** What is left while all of them are closed. */
const QUIET = 0.35;
/** A session begins livelier than its mean by this share and ends quieter by it. */
const SLOPE = 0.3;

/** How lively the market is at an instant (ms UTC): 0.35 while all centres sleep, about 2 when London meets New York. */
export function liveliness(ms: number): number {
    return SESSIONS.reduce((sum, { zone, opens, closes, weight }) => {
        const hour = ((ms + zone.offsetMs(ms)) % DAY_MS) / HOUR_MS;
        const progress = (hour - opens) / (closes - opens);
        return progress >= 0 && progress < 1 ? sum + weight * (1 + SLOPE * (1 - 2 * progress)) : sum;
    }, QUIET);
}
