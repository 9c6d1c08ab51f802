import { isTradingMinute, minuteIndex, timestampOf } from "../features/time/calendar";
import { MINUTE_MS } from "../features/time/instant";

/** Time as the machine tells it. */
export interface WallClock {
    readonly kind: "wall";
}

/** Past trading minutes as if they were now, over and over. Closed hours take no time. */
export interface ReplayClock {
    readonly kind: "replay";
    /** Number of the first trading minute. */
    readonly firstMinute: number;
    /** How many trading minutes there are before the first comes again. */
    readonly minutes: number;
    /** Minutes that go by in one real minute. */
    readonly speed: number;
    /** Real time (ms UTC) at which the first minute began for the first time. */
    readonly startedAtMs: number;
}

/** The market's clock. Plain data: whoever holds the same one, in whatever process, reads the same time. */
export type MarketClock = WallClock | ReplayClock;

export const WALL_CLOCK: WallClock = { kind: "wall" };

/**
 * A clock that starts now and replays the minutes from `firstMs` to `lastMs`, the start of the last one.
 * @throws RangeError listing what cannot be replayed
 */
export function replayClock(
    { firstMs, lastMs, speed = 1 }: { firstMs: number; lastMs: number; speed?: number },
    wallMs = Date.now(),
): ReplayClock {
    const problems: string[] = [];
    if (!isTradingMinute(firstMs)) problems.push(`firstMs: got ${firstMs}, allowed: a trading minute`);
    if (!isTradingMinute(lastMs)) problems.push(`lastMs: got ${lastMs}, allowed: a trading minute`);
    if (!(firstMs <= lastMs)) problems.push(`lastMs: got ${lastMs}, allowed: ${firstMs} or later`);
    if (!(speed > 0 && speed < Infinity)) problems.push(`speed: got ${speed}, allowed: above 0`);
    if (problems.length > 0) throw new RangeError(`Replay: ${problems.join("; ")}`);
    const firstMinute = minuteIndex(firstMs);
    const minutes = minuteIndex(lastMs) - firstMinute + 1;
    return { kind: "replay", firstMinute, minutes, speed, startedAtMs: wallMs };
}

/** What the market's clock shows (ms UTC) when the wall clock shows `wallMs`. */
export function now(clock: MarketClock, wallMs = Date.now()): number {
    if (clock.kind === "wall") return wallMs;
    const { firstMinute, minutes, speed, startedAtMs } = clock;
    const lengthMs = minutes * MINUTE_MS;
    const elapsedMs = Math.floor((wallMs - startedAtMs) * speed);
    const positionMs = ((elapsedMs % lengthMs) + lengthMs) % lengthMs; // Also where the wall clock was set back.
    const minute = Math.floor(positionMs / MINUTE_MS);
    return timestampOf(firstMinute + minute) + (positionMs - minute * MINUTE_MS);
}
