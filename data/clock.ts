import { z } from "zod";
import { isTradingMinute, minuteIndex, timestampOf } from "../features/time/calendar";
import { MINUTE_MS } from "../features/time/instant";

const number = (allowed: string) => z.number({ error: allowed });

const clockSchema = z.discriminatedUnion(
    "kind",
    [
        z.object({ kind: z.literal("wall") }),
        z.object({
            kind: z.literal("replay"),
            /** Number of the first trading minute. */
            firstMinute: number("a whole number").int("a whole number"),
            /** How many trading minutes there are before the first comes again. */
            minutes: number("a whole number from 1 on").int("a whole number").min(1, "1 or more"),
            /** Minutes that go by in one real minute. */
            speed: number("a number above 0").positive("above 0"),
            /** Real time (ms UTC) at which the first minute began for the first time. */
            startedAtMs: number("a whole number").int("a whole number"),
        }),
    ],
    { error: 'an object of kind "wall" or "replay"' },
);

/** The market's clock. Plain data: whoever holds the same one, in whatever process, reads the same time. */
export type MarketClock = Readonly<z.infer<typeof clockSchema>>;

/** Past trading minutes as if they were now, over and over. Closed hours take no time. */
export type ReplayClock = Extract<MarketClock, { kind: "replay" }>;

/** Time as the machine tells it. */
export const WALL_CLOCK: MarketClock = { kind: "wall" };

/** Which minutes to replay (ms UTC, both starts of a trading minute), and how many in one real minute. */
export interface Replay {
    readonly firstMs: number;
    readonly lastMs: number;
    /** @default 1 */
    readonly speed?: number;
}

/** Times (ms UTC) that the market's clock has shown one after another, both ends included. */
export interface Stretch {
    readonly fromMs: number;
    readonly toMs: number;
}

/**
 * A clock that starts now and replays the minutes from `firstMs` to `lastMs`, the start of the last one.
 * @throws RangeError listing what cannot be replayed
 */
export function replayClock({ firstMs, lastMs, speed = 1 }: Replay, wallMs = Date.now()): ReplayClock {
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

/** A clock as text, for the environment variable MARKET_CLOCK and for files; `parseClock` reads it. */
export function formatClock(clock: MarketClock): string {
    return JSON.stringify(clock);
}

/**
 * The clock in a text that `formatClock` has written.
 * @throws RangeError listing every problem
 */
export function parseClock(text: string): MarketClock {
    let content: unknown;
    try {
        content = JSON.parse(text);
    } catch (error) {
        throw new RangeError(`Market clock: got ${text}, allowed: JSON`, { cause: error });
    }
    const parsed = clockSchema.safeParse(content, { reportInput: true });
    if (parsed.success) return parsed.data;
    const problems = parsed.error.issues.map(({ path, input, message }) => {
        const where = path.length === 0 ? "" : `${path.join(".")}: `;
        const got = input === undefined ? "nothing" : JSON.stringify(input);
        return `${where}got ${got}, allowed: ${message}`;
    });
    throw new RangeError(`Market clock: ${problems.join("; ")}`);
}

/** What the market's clock shows (ms UTC) when the wall clock shows `wallMs`. */
export function now(clock: MarketClock, wallMs = Date.now()): number {
    if (clock.kind === "wall") return wallMs;
    const lengthMs = clock.minutes * MINUTE_MS;
    const positionMs = positionOf(clock, wallMs) % lengthMs;
    return shownAt(clock, (positionMs + lengthMs) % lengthMs); // Also where the wall clock was set back.
}

/**
 * What the market's clock has shown while the wall clock went on from `afterMs`, not included, to `untilMs`, in the order in
 * which it was shown. A replay that began again has a stretch for each time; one that was not started yet shows nothing.
 */
export function elapsed(clock: MarketClock, afterMs: number, untilMs: number): Stretch[] {
    if (clock.kind === "wall") return afterMs < untilMs ? [{ fromMs: afterMs + 1, toMs: untilMs }] : [];
    const lengthMs = clock.minutes * MINUTE_MS;
    const lastMs = positionOf(clock, untilMs);
    const stretches: Stretch[] = [];
    let firstMs = Math.max(0, positionOf(clock, afterMs) + 1);
    while (firstMs <= lastMs) {
        const startMs = firstMs - (firstMs % lengthMs);
        const endMs = Math.min(lastMs, startMs + lengthMs - 1);
        stretches.push({ fromMs: shownAt(clock, firstMs - startMs), toMs: shownAt(clock, endMs - startMs) });
        firstMs = endMs + 1;
    }
    return stretches;
}

/** Whether a time within a stretch (ms UTC) was shown: a replay leaves out the hours in which the market is closed. */
export function shows(clock: MarketClock, ms: number): boolean {
    return clock.kind === "wall" || isTradingMinute(ms);
}

/** Milliseconds of market time since a replay was started. */
function positionOf({ startedAtMs, speed }: ReplayClock, wallMs: number): number {
    return Math.floor((wallMs - startedAtMs) * speed);
}

/** The time at a position (ms) within the replayed minutes. */
function shownAt({ firstMinute }: ReplayClock, positionMs: number): number {
    const minute = Math.floor(positionMs / MINUTE_MS);
    return timestampOf(firstMinute + minute) + (positionMs - minute * MINUTE_MS);
}
