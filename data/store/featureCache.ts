import type { Redis } from "ioredis";
import type { Pair } from "../../config/pairs";
import { CATALOGUE_HASH, STORED_COLUMNS } from "../../features/catalogue";
import { minuteIndex, timestampOf } from "../../features/time/calendar";
import type { FeatureRows } from "./featureTables";

/** Trading minutes of each pair that the cache keeps: lags reach back 240. */
export const CACHE_MINUTES = 360;

/** Digits of hashes in keys. */
const HASH_DIGITS = 12;
/** Rows of a definition that nobody writes any more leave the cache after a long weekend. */
const EXPIRE_SECONDS = 7 * 24 * 60 * 60;
/** The field with the number of the newest minute. */
const NEWEST = "newest";
/** A row is the number of its minute, then the values, each in four bytes, little endian. */
const MINUTE_BYTES = 4;
const ROW_BYTES = MINUTE_BYTES + STORED_COLUMNS.length * Float32Array.BYTES_PER_ELEMENT;

/** The digest of the parameters that each pair's features are computed with; part of the key. */
export type Digests = ReadonlyMap<Pair, string>;

/**
 * A pair's minutes are one hash, whose fields are places of a ring: a minute takes that of the one 360 trading minutes
 * before, so nothing needs to be trimmed. The key tells definitions apart: rows of another one are never read.
 * @throws Error for a pair without a digest
 */
function keyOf(digests: Digests, pair: Pair): string {
    const digest = digests.get(pair);
    if (digest === undefined) throw new Error(`no parameters are active for ${pair}`);
    return `features:${CATALOGUE_HASH.slice(0, HASH_DIGITS)}:${digest.slice(0, HASH_DIGITS)}:${pair}`;
}

const placeOf = (index: number): string => String(index % CACHE_MINUTES);

/**
 * Puts rows of all STORED_COLUMNS into the cache, of any number of pairs at once: all are seen, or none. Blocks come in
 * order of time: the last minute written counts as the newest. Of blocks longer than {@link CACHE_MINUTES}, the last minutes
 * are kept.
 * @throws Error where the cache refuses, or for a pair without a digest
 */
export async function writeCacheRows(
    redis: Redis,
    digests: Digests,
    rows: readonly FeatureRows[],
): Promise<void> {
    const commands = redis.multi();
    for (const { pair, timestamps, values } of rows) {
        const { length } = timestamps;
        const newestMs = timestamps.at(-1);
        if (newestMs === undefined) continue;
        const newest = minuteIndex(newestMs);
        const fields: (string | Buffer)[] = [NEWEST, String(newest)];
        for (let row = Math.max(0, length - CACHE_MINUTES); row < length; row++) {
            const index = minuteIndex(timestamps[row] ?? NaN);
            // Its place belongs to a later minute.
            if (index <= newest - CACHE_MINUTES) continue;
            const content = Buffer.alloc(ROW_BYTES);
            content.writeUInt32LE(index);
            STORED_COLUMNS.forEach((_, column) =>
                content.writeFloatLE(values[column * length + row] ?? NaN, MINUTE_BYTES + 4 * column),
            );
            fields.push(placeOf(index), content);
        }
        const key = keyOf(digests, pair);
        commands.hset(key, ...fields).expire(key, EXPIRE_SECONDS);
    }
    const answers = (await commands.exec()) ?? [];
    const refusal = answers.find(([error]) => error !== null)?.[0];
    if (refusal) throw refusal;
}

/**
 * Reads some minutes of a pair in one round trip.
 * @param minuteIndexes numbers of trading minutes, see features/time/calendar.ts minuteIndex
 * @returns one array of STORED_COLUMNS for each minute; undefined where the cache does not have it
 */
export async function readCacheRows(
    redis: Redis,
    digests: Digests,
    pair: Pair,
    minuteIndexes: readonly number[],
): Promise<(Float32Array | undefined)[]> {
    const contents = await redis.hmgetBuffer(keyOf(digests, pair), ...minuteIndexes.map(placeOf));
    return contents.map((content, place) => {
        if (content?.length !== ROW_BYTES || content.readUInt32LE() !== minuteIndexes[place])
            return undefined;
        // Copied: the answer may lie in memory where an array of floats cannot begin.
        return new Float32Array(Uint8Array.from(content.subarray(MINUTE_BYTES)).buffer);
    });
}

/** The newest minute of each pair that the cache has, ms UTC; pairs without rows are not in it. */
export async function newestCached(redis: Redis, digests: Digests): Promise<Map<Pair, number>> {
    const pairs = [...digests.keys()];
    const commands = redis.pipeline();
    for (const pair of pairs) commands.hget(keyOf(digests, pair), NEWEST);
    const answers = (await commands.exec()) ?? [];
    const newest = new Map<Pair, number>();
    answers.forEach(([error, index], place) => {
        if (error !== null) throw error;
        const pair = pairs[place];
        if (pair !== undefined && typeof index === "string") newest.set(pair, timestampOf(Number(index)));
    });
    return newest;
}
