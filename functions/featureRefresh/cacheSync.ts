import type { Redis } from "ioredis";
import type { ClientBase } from "pg";
import { CACHE_MINUTES, newestCached, writeCacheRows, type Digests } from "../../data/store/featureCache";
import type { FeatureRows } from "../../data/store/featureTables";
import { readFeatureRows } from "../../data/store/readFeatures";
import { minuteIndex, timestampOf } from "../../features/time/calendar";

/** What the cache shall hold. */
export interface CacheTarget {
    readonly digests: Digests;
    /** The number of the newest minute that the tables hold, at the market's time. */
    readonly newest: number;
    /** From this minute on the cache may hold rows that the tables no longer do; Infinity where it cannot. */
    readonly staleFrom: number;
    /** Rows that the tables have just got, of one block that ends at `newest`; empty where there are none. */
    readonly fresh: readonly FeatureRows[];
}

/**
 * Brings the cache in line with the tables: what a run that broke off did not put there, or a clock that was set back made
 * it drop, comes from the tables; the rows that were just computed go in last, of all pairs at once.
 */
export async function syncCache(client: ClientBase, cache: Redis, target: CacheTarget): Promise<void> {
    const { digests, newest, fresh } = target;
    const cached = await newestCached(cache, digests);
    const freshFrom = new Map(fresh.map(({ pair, timestamps }) => [pair, minuteIndex(timestamps[0] ?? NaN)]));
    for (const pair of digests.keys()) {
        const from = firstToWrite(cached.get(pair), target);
        const to = freshFrom.get(pair) ?? newest + 1;
        if (from >= to) continue;
        const range = { fromMs: timestampOf(from), toMs: timestampOf(to) };
        const rows = await readFeatureRows(client, pair, range);
        if (rows.timestamps.length > 0) await writeCacheRows(cache, digests, [rows]);
    }
    if (fresh.length > 0) await writeCacheRows(cache, digests, fresh);
}

function firstToWrite(cachedMs: number | undefined, target: CacheTarget): number {
    const { newest, staleFrom } = target;
    const firstKept = newest - CACHE_MINUTES + 1;
    const cached = cachedMs === undefined ? -Infinity : minuteIndex(cachedMs);
    // Rows of a later time push out those of now.
    if (cached > newest) return firstKept;
    return Math.max(firstKept, Math.min(cached + 1, staleFrom));
}
