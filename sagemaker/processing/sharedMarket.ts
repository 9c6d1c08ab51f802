import { createHash } from "node:crypto";
import { PAIRS } from "../../config/pairs";
import { daysToHoliday } from "../../data/holidays";
import type { Bars, Market } from "../../features/market";

/** A market as threads receive it: its numbers are in memory that they share, and there are no functions. */
export type SharedMarket = Omit<Market, "daysToHoliday">;

/** Copies a market's numbers into shared memory. */
export function shareMarket({ timestamps, bars, activity, spread }: Market): SharedMarket {
    return {
        timestamps: shared(timestamps),
        bars: new Map(Array.from(bars, ([pair, each]) => [pair, sharedBars(each)])),
        activity,
        spread,
    };
}

/** The market that a thread computes from; it copies nothing. */
export const marketOf = (market: SharedMarket): Market => ({ ...market, daysToHoliday });

/** SHA-256 of every number of a market. */
export function hashOfMarket({ timestamps, bars, activity, spread }: SharedMarket): string {
    const hash = createHash("sha256").update(JSON.stringify([activity, spread, timestamps.length]));
    const add = ({ buffer, byteOffset, byteLength }: Float64Array) =>
        hash.update(new Uint8Array(buffer, byteOffset, byteLength));
    add(timestamps);
    for (const pair of PAIRS) {
        const each = bars.get(pair);
        if (each === undefined) continue;
        hash.update(JSON.stringify([pair, each.spreadBp !== undefined]));
        for (const column of [each.open, each.high, each.low, each.close, each.volume]) add(column);
        if (each.spreadBp !== undefined) add(each.spreadBp);
    }
    return hash.digest("hex");
}

function sharedBars({ open, high, low, close, volume, spreadBp }: Bars): Bars {
    return {
        open: shared(open),
        high: shared(high),
        low: shared(low),
        close: shared(close),
        volume: shared(volume),
        ...(spreadBp === undefined ? {} : { spreadBp: shared(spreadBp) }),
    };
}

function shared(values: Float64Array): Float64Array {
    const copy = new Float64Array(new SharedArrayBuffer(values.byteLength));
    copy.set(values);
    return copy;
}
