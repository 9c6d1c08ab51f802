import { isTradingMinute, minuteIndex, nextTradingMinute } from "../../features/time/calendar";
import { DAY_MS, MINUTE_MS } from "../../features/time/instant";

/** A run of trading minutes, by their numbers, both ends included. */
export interface MinuteRange {
    readonly from: number;
    readonly to: number;
}

/** The number of the newest trading minute that is over at an instant (ms UTC). */
export function lastClosedMinute(nowMs: number): number {
    const nextToEndMs = nextTradingMinute(nowMs - MINUTE_MS + 1);
    return minuteIndex(nextToEndMs) - 1;
}

/** Whether the market trades in the minute before an instant (ms UTC): its bar is then the newest there can be. */
export function isJustTraded(nowMs: number): boolean {
    return isTradingMinute(nowMs - MINUTE_MS);
}

/** When the hot window begins (ms UTC): what is older is deleted. */
export function retentionStart(nowMs: number, retentionDays: number): number {
    return nowMs - retentionDays * DAY_MS;
}

/** A range in blocks of at most `size` minutes, in order. */
export function* blocksOf({ from, to }: MinuteRange, size: number): Generator<MinuteRange> {
    for (let start = from; start <= to; start += size) {
        yield { from: start, to: Math.min(to, start + size - 1) };
    }
}
