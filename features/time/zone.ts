import { DAY_MS, MINUTE_MS } from "./instant";

/** A stretch of one year in which a zone's distance from UTC does not change. */
interface Span {
    readonly fromMs: number;
    readonly toMs: number;
    readonly offsetMs: number;
}

/**
 * A time zone's distance from UTC. `Intl.DateTimeFormat` is slow, so each year's changes are looked up once and kept; after
 * that a look-up in the same season as the one before is two comparisons.
 */
export class Zone {
    readonly #format: Intl.DateTimeFormat;
    readonly #years = new Map<number, readonly Span[]>();
    #last: Span = { fromMs: Infinity, toMs: -Infinity, offsetMs: 0 };

    /**
     * @param name as in the IANA database, such as America/New_York
     * @throws RangeError where there is no such zone
     */
    constructor(readonly name: string) {
        this.#format = new Intl.DateTimeFormat("en-US", { timeZone: name, timeZoneName: "longOffset" });
    }

    /** Milliseconds that the zone's wall clock is ahead of UTC at an instant (ms UTC); negative to the west. */
    offsetMs(ms: number): number {
        if (ms < this.#last.fromMs || ms >= this.#last.toMs) this.#last = this.#spanAt(ms);
        return this.#last.offsetMs;
    }

    /**
     * The instant (ms UTC) at which the zone's wall clock shows a time, given as if it were UTC. The first of the two
     * where the clock was put back; undefined where it was put forward and never showed that time.
     */
    toUtc(wallMs: number): number | undefined {
        const candidates = [wallMs - this.offsetMs(wallMs - DAY_MS), wallMs - this.offsetMs(wallMs + DAY_MS)];
        return candidates.find((ms) => ms + this.offsetMs(ms) === wallMs);
    }

    #spanAt(ms: number): Span {
        const year = new Date(ms).getUTCFullYear();
        let spans = this.#years.get(year);
        if (spans === undefined) this.#years.set(year, (spans = this.#spansOf(year)));
        const span = spans.find(({ toMs }) => ms < toMs);
        if (span === undefined) throw new RangeError(`${ms} is no instant`);
        return span;
    }

    /** No zone of this market changes twice within a month, so a change shows between two firsts of a month. */
    #spansOf(year: number): Span[] {
        const endMs = Date.UTC(year + 1, 0, 1);
        const spans: Span[] = [];
        let fromMs = Date.UTC(year, 0, 1);
        for (let month = 1; month <= 12; month++) {
            const [beforeMs, afterMs] = [Date.UTC(year, month - 1, 1), Date.UTC(year, month, 1)];
            const offsetMs = this.#slowOffsetMs(beforeMs);
            if (offsetMs === this.#slowOffsetMs(afterMs)) continue;
            const changeMs = this.#changeBetween(beforeMs, afterMs, offsetMs);
            spans.push({ fromMs, toMs: changeMs, offsetMs });
            fromMs = changeMs;
        }
        return [...spans, { fromMs, toMs: endMs, offsetMs: this.#slowOffsetMs(endMs - MINUTE_MS) }];
    }

    /** The first minute with another offset, by bisection. */
    #changeBetween(beforeMs: number, afterMs: number, offsetMs: number): number {
        let [low, high] = [beforeMs / MINUTE_MS, afterMs / MINUTE_MS];
        while (high - low > 1) {
            const middle = Math.floor((low + high) / 2);
            if (this.#slowOffsetMs(middle * MINUTE_MS) === offsetMs) low = middle;
            else high = middle;
        }
        return high * MINUTE_MS;
    }

    #slowOffsetMs(ms: number): number {
        const [, sign, hours, minutes] = /GMT(?:([+-])(\d\d):(\d\d))?/.exec(this.#format.format(ms)) ?? [];
        if (sign === undefined) return 0;
        return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * MINUTE_MS;
    }
}
