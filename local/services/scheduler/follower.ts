import { elapsed, formatClock, now, type MarketClock, type Stretch } from "../../../data/clock";
import { MINUTE_MS } from "../../../features/time/instant";

/** A host that could not look at the clock for longer than this was down: what was due meanwhile does not run. */
const DOWN_MS = 60_000;
/** Of a longer absence only the end is looked at to count what was missed. */
const COUNTED_MS = 60 * 60_000;
/** How often the clock is looked at where nothing else asks for it: a replay may have been started or stopped. */
const LOOK_MS = 1_000;

/** What has happened on the market's clock since the last look. */
export interface Passage {
    readonly clock: MarketClock;
    /** What it showed, to be acted on. */
    readonly passed: readonly Stretch[];
    /** What it showed too long ago to be acted on. */
    readonly missed: readonly Stretch[];
}

/** Follows the market's clock from look to look, so that each of its minutes is seen once. */
export class ClockFollower {
    private clockText = "";

    /** @param lookedMs when to begin, in wall time: what came before is not seen */
    constructor(
        private readonly read: () => MarketClock,
        private lookedMs: number,
    ) {}

    /** What has happened since the last look. Where the wall clock was set back, nothing until it has caught up. */
    look(wallMs: number): Passage {
        const clock = this.read();
        const text = formatClock(clock);
        // A replay that was started between two looks is seen from its first minute on, and no minute before.
        if (text !== this.clockText && clock.kind === "replay")
            this.lookedMs = Math.min(wallMs, Math.max(this.lookedMs, clock.startedAtMs) - 1);
        this.clockText = text;
        const [afterMs, upMs] = [this.lookedMs, Math.max(this.lookedMs, wallMs - DOWN_MS)];
        this.lookedMs = Math.max(this.lookedMs, wallMs);
        return {
            clock,
            passed: elapsed(clock, upMs, wallMs),
            missed: elapsed(clock, Math.max(afterMs, upMs - COUNTED_MS), upMs),
        };
    }
}

/** Real milliseconds until the next minute of the market's clock begins, and a second at most. */
export function untilNextLook(clock: MarketClock, wallMs: number): number {
    const marketMs = now(clock, wallMs);
    const speed = clock.kind === "wall" ? 1 : clock.speed;
    return Math.min(LOOK_MS, Math.ceil((MINUTE_MS - (marketMs % MINUTE_MS)) / speed));
}
