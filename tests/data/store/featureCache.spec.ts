import { expect } from "chai";
import { PAIRS, type Pair } from "../../../config/pairs";
import { CACHE_MINUTES, newestCached, readCacheRows, writeCacheRows } from "../../../data/store/featureCache";
import { minuteIndex, timestampOf } from "../../../features/time/calendar";
import { startCache, type TestCache } from "../../support/cache";
import { refusalOf } from "../../support/refusal";
import { joinedRows, rowsOf, START_MS, valuesAt } from "./rows";

const digests = new Map(PAIRS.map((pair) => [pair, "a".repeat(64)]));
const FIRST = minuteIndex(START_MS);

describe("feature cache", function () {
    this.timeout(60_000);
    let cache: TestCache;
    before(async () => {
        cache = await startCache();
    });
    after(() => cache.remove());
    beforeEach(() => cache.redis.flushall());

    const read = (pair: Pair, ...indexes: number[]) => readCacheRows(cache.redis, digests, pair, indexes);

    it("gives back the bits of any minute of any pair, and nothing of others", async () => {
        const rows = PAIRS.map((pair) => rowsOf(pair, START_MS, 3));
        await writeCacheRows(cache.redis, digests, rows);
        for (const each of rows) {
            const found = await read(each.pair, FIRST + 2, FIRST, FIRST + 3, FIRST - 1);
            expect(found).to.deep.equal([valuesAt(each, 2), valuesAt(each, 0), undefined, undefined]);
        }
    });

    it("keeps the last minutes of trading, over a weekend and a gap", async () => {
        const fridayMs = Date.UTC(2017, 6, 7, 20, 59);
        const last = minuteIndex(fridayMs);
        const before = rowsOf("eurusd", timestampOf(last - CACHE_MINUTES - 10), CACHE_MINUTES + 11);
        await writeCacheRows(cache.redis, digests, [before]);
        const oldest = last - CACHE_MINUTES + 1;
        expect(await read("eurusd", oldest - 1, oldest, last)).to.deep.equal([
            undefined,
            valuesAt(before, 11),
            valuesAt(before, CACHE_MINUTES + 10),
        ]);
        // Sunday's first minute is the next one; then there is a gap of a hundred.
        const after = rowsOf("eurusd", timestampOf(last + 1), 1);
        const later = rowsOf("eurusd", timestampOf(last + 101), 1);
        await writeCacheRows(cache.redis, digests, [after]);
        await writeCacheRows(cache.redis, digests, [later]);
        expect(await read("eurusd", oldest, last, last + 1, last + 100, last + 101)).to.deep.equal([
            undefined,
            valuesAt(before, CACHE_MINUTES + 10),
            valuesAt(after, 0),
            undefined,
            valuesAt(later, 0),
        ]);
        expect(await cache.redis.hlen((await cache.redis.keys("*"))[0]!)).to.equal(CACHE_MINUTES + 1);
    });

    it("leaves out what a block has that is older than the window", async () => {
        const [one, other] = [rowsOf("eurusd", START_MS, 1), rowsOf("eurusd", timestampOf(FIRST + 720), 1)];
        await writeCacheRows(cache.redis, digests, [joinedRows(one, other)]);
        expect(await read("eurusd", FIRST, FIRST + 720)).to.deep.equal([undefined, valuesAt(other, 0)]);
    });

    it("replaces a minute that is written again", async () => {
        await writeCacheRows(cache.redis, digests, [rowsOf("eurusd", START_MS, 2)]);
        const changed = rowsOf("eurusd", START_MS, 2, 9);
        await writeCacheRows(cache.redis, digests, [changed]);
        expect(await read("eurusd", FIRST)).to.deep.equal([valuesAt(changed, 0)]);
    });

    it("tells the newest minute of each pair that it has", async () => {
        expect(await newestCached(cache.redis, digests)).to.deep.equal(new Map());
        await writeCacheRows(cache.redis, digests, [
            rowsOf("eurusd", START_MS, 3),
            rowsOf("usdjpy", START_MS, 1),
            rowsOf("gbpusd", START_MS, 0),
        ]);
        expect(await newestCached(cache.redis, digests)).to.deep.equal(
            new Map([
                ["eurusd", START_MS + 120_000],
                ["usdjpy", START_MS],
            ]),
        );
    });

    it("never reads rows of other parameters, which leave by themselves", async () => {
        await writeCacheRows(cache.redis, digests, [rowsOf("eurusd", START_MS, 1)]);
        const others = new Map(digests).set("eurusd", "b".repeat(64));
        expect(await readCacheRows(cache.redis, others, "eurusd", [FIRST])).to.deep.equal([undefined]);
        expect(await newestCached(cache.redis, others)).to.deep.equal(new Map());
        const [key] = await cache.redis.keys("*");
        expect(await cache.redis.ttl(key!)).to.be.within(6 * 86_400, 7 * 86_400);
    });

    it("refuses a pair without parameters, and writes nothing of the others", async () => {
        const rows = [rowsOf("eurusd", START_MS, 1), rowsOf("usdjpy", START_MS, 1)];
        const some = new Map([["eurusd", "a".repeat(64)] as const]);
        const refusal = await refusalOf(writeCacheRows(cache.redis, some, rows));
        expect(refusal.message).to.equal("no parameters are active for usdjpy");
        expect(await cache.redis.keys("*")).to.deep.equal([]);
    });
});
