import type { ClientBase } from "pg";
import { PAIRS, type Pair } from "../../config/pairs";
import type { Bars } from "../../data/bars";
import { readBars } from "../../data/store/readBars";
import type { TimeRange } from "../../data/store/readFeatures";
import { minuteIndex, timestampOf } from "../../features/time/calendar";
import { MINUTE_MS } from "../../features/time/instant";
import { cutBars, firstDifferenceMs, joinedBars, lastBarsBefore, lowerBound, usableBars } from "./bars";

/** Minutes that are looked at again each time: a feed may bring a bar late, or correct it. */
export const LOOK_BACK_MINUTES = 60;

/** What a look at the bars found. */
export interface Look {
    /** The first minute (its number) whose bars differ from those of the look before; Infinity where none do. */
    readonly changedFrom: number;
    /** Bars of this look that cannot be used, by pair: they count as not there. */
    readonly refused: ReadonlyMap<Pair, number>;
}

/**
 * The newest bars of all pairs, kept from one look to the next. Of each pair it holds one bar from before the window too,
 * where there is one: the minutes after it are filled from that.
 */
export class BarWindow {
    #bars: ReadonlyMap<Pair, Bars> = new Map();
    /** The minutes that the bars cover; none before the first look. */
    #first = Infinity;
    #last = -Infinity;

    /** The bars of each pair, as they are stored; pairs without any are not in it. */
    get bars(): ReadonlyMap<Pair, Bars> {
        return this.#bars;
    }

    /** The number of the newest minute that any pair has a bar of; -Infinity where none has. */
    get newest(): number {
        return Math.max(-Infinity, ...Array.from(this.#bars.values(), newestMinute));
    }

    /**
     * Makes it hold the bars of the minutes `first` to `last`. Reads only what may be new, unless it must reach further back
     * than before, or the clock was set back: then it reads everything, and the last hour counts as changed.
     */
    async look(client: ClientBase, first: number, last: number): Promise<Look> {
        const isWhole = PAIRS.every((pair) => this.#bars.has(pair));
        const isKnown = isWhole && this.#first <= first && this.#last <= last;
        const look = isKnown
            ? await this.#lookAgain(client, first, last)
            : await this.#load(client, first, last);
        this.#first = first;
        this.#last = last;
        return look;
    }

    async #load(client: ClientBase, first: number, last: number): Promise<Look> {
        const before = await lastBarsBefore(client, timestampOf(first));
        const { bars, refused } = usableBars(await readBars(client, rangeOf(first, last)));
        this.#bars = joinedBars(usableBars(before).bars, bars);
        return { changedFrom: last - LOOK_BACK_MINUTES + 1, refused };
    }

    async #lookAgain(client: ClientBase, first: number, last: number): Promise<Look> {
        // A pair that was silent may bring all that it missed.
        const silentSince = Math.min(...Array.from(this.#bars.values(), newestMinute));
        const from = Math.max(first, Math.min(silentSince, last - LOOK_BACK_MINUTES + 1));
        const fromMs = timestampOf(from);
        const { bars, refused } = usableBars(await readBars(client, rangeOf(from, last)));
        const changes = PAIRS.map((pair) => firstDifferenceMs(this.#bars.get(pair), bars.get(pair), fromMs));
        const kept = new Map(
            Array.from(this.#bars, ([pair, each]) => {
                const keptFrom = lowerBound(each.timestamps, timestampOf(first));
                const keptTo = lowerBound(each.timestamps, fromMs);
                return [pair, cutBars(each, Math.max(0, keptFrom - 1), keptTo)];
            }),
        );
        this.#bars = joinedBars(kept, bars);
        const changedMs = Math.min(...changes);
        return { changedFrom: changedMs === Infinity ? Infinity : minuteIndex(changedMs), refused };
    }
}

function rangeOf(first: number, last: number): TimeRange {
    return { fromMs: timestampOf(first), toMs: timestampOf(last) + MINUTE_MS };
}

function newestMinute({ timestamps }: Bars): number {
    return minuteIndex(timestamps.at(-1) ?? NaN);
}
