import type { Pool } from "pg";
import { PAIRS, type Pair } from "../../../config/pairs";
import { newestCached, readCacheRows, type Digests } from "../../../data/store/featureCache";
import { ensureFeatureTables, writeFeatureRows, type FeatureRows } from "../../../data/store/featureTables";
import { activateParameters, ensureParameterTables, saveParameters } from "../../../data/store/parameters";
import { readBars } from "../../../data/store/readBars";
import { readFeatureRows } from "../../../data/store/readFeatures";
import { ensureBars } from "../../../data/store/schema";
import type { CertificateFiles } from "../../../local/services/certificate";
import { inTransaction } from "../../../data/store/transaction";
import { fillMarket } from "../../../data/fill";
import { daysToHoliday } from "../../../data/holidays";
import { STORED_COLUMNS } from "../../../features/catalogue";
import { TABLES } from "../../../features/catalogue/column";
import type * as engine from "../../../features/engine";
import type { Stores } from "../../../functions/connections";
import type * as refreshModule from "../../../functions/featureRefresh/refresh";
import { Workplace } from "../../local/services/process/workplace";
import { startCache, type TestCache } from "../../support/cache";
import { startDatabase, type TestDatabase } from "../../support/database";
import { basisOf, bundled, FIRST_ROW, MARKET, minuteOf, putRows, timeOf } from "./fixture";

const COLUMNS = STORED_COLUMNS.map(({ name }) => name);

export const { FeatureRefresh } = bundled("functions/featureRefresh/refresh.ts") as typeof refreshModule;
const { computeRange } = bundled("features/engine.ts") as typeof engine;

/** Bits, in which every NaN is itself. */
const bitsOf = (values: Float32Array): number[] => Array.from(new Int32Array(values.slice().buffer));

/** A real database and a real cache with the market's bars up to FIRST_ROW and active parameters. */
export class RefreshStores implements Stores {
    digests: Digests = new Map();

    private constructor(
        private readonly place: Workplace,
        private readonly certificate: CertificateFiles,
        private readonly testDatabase: TestDatabase,
        private readonly testCache: TestCache,
    ) {}

    static async start(): Promise<RefreshStores> {
        const place = new Workplace();
        const certificate = await place.certificate();
        const [database, cache] = [await startDatabase(certificate), await startCache(certificate)];
        const stores = new RefreshStores(place, certificate, database, cache);
        await inTransaction(stores.database, async (client) => {
            await ensureBars(client);
            await ensureParameterTables(client);
            await ensureFeatureTables(client);
        });
        await putRows(stores.database, 0, FIRST_ROW);
        return stores;
    }

    get database(): Pool {
        return this.testDatabase.pool;
    }

    get cache() {
        return this.testCache.redis;
    }

    /** How another process connects to the database. */
    get databaseAccess() {
        const { port, password } = this.testDatabase.config;
        return { port, password: String(password) };
    }

    /** How another process connects to the cache. */
    get cacheAccess() {
        const { port, password } = this.testCache.config;
        return { port, password: String(password) };
    }

    /** What both stores' clients trust. */
    get caPath(): string {
        return this.certificate.caPath;
    }

    /** As after `start`, with the parameters active. */
    async reset(): Promise<void> {
        await this.database.query(`truncate ${TABLES.join(", ")}, active_parameters`);
        await this.database.query("delete from bars where ts_utc >= $1", [new Date(timeOf(FIRST_ROW))]);
        await this.cache.flushall();
        await this.activate(PAIRS);
    }

    /** Makes parameters that were fitted to something else the active ones of some pairs. */
    async activate(pairs: readonly Pair[], trainingHash?: string): Promise<void> {
        const digest = await saveParameters(this.database, basisOf(trainingHash));
        await inTransaction(this.database, (client) => activateParameters(client, pairs, digest));
        this.digests = new Map([...this.digests, ...pairs.map((pair) => [pair, digest] as const)]);
    }

    /** Stores a row of all pairs, of zeroes: up to it nothing is missing. */
    storeUpTo(row: number): Promise<void> {
        const values = new Float32Array(COLUMNS.length);
        const timestamps = Float64Array.of(timeOf(row));
        const rows = PAIRS.map((pair) => ({ pair, timestamps, columns: COLUMNS, values }));
        return inTransaction(this.database, (client) => writeFeatureRows(client, rows));
    }

    /** The rows of the market that are stored of a pair, as row numbers. */
    async storedRows(pair: Pair): Promise<number[]> {
        const { timestamps } = await this.read(pair);
        return Array.from(timestamps, (ms) => MARKET.timestamps.indexOf(ms));
    }

    /** The bits that the tables hold of a row of all pairs. */
    async storedBits(row: number): Promise<number[][]> {
        const all = [];
        for (const pair of PAIRS) {
            const { timestamps, columns, values } = await this.read(pair);
            const place = timestamps.indexOf(timeOf(row));
            all.push(
                bitsOf(
                    Float32Array.from(columns, (_, c) => values[c * timestamps.length + place] ?? Infinity),
                ),
            );
        }
        return all;
    }

    /** The bits that the cache holds of a row of all pairs; empty where it has none. */
    async cachedBits(row: number): Promise<number[][]> {
        const rows = PAIRS.map((pair) => readCacheRows(this.cache, this.digests, pair, [minuteOf(row)]));
        return (await Promise.all(rows)).map(([values]) => (values === undefined ? [] : bitsOf(values)));
    }

    /** Row number of the newest minute in the cache, of all pairs; they must agree. */
    async newestCachedRow(): Promise<number> {
        const newest = new Set((await newestCached(this.cache, this.digests)).values());
        if (newest.size !== 1) throw new Error(`The cache has ${newest.size} newest minutes.`);
        return MARKET.timestamps.indexOf([...newest][0]!);
    }

    /** The bits of a row of all pairs, computed from all bars up to it as a dataset is. */
    async computedBits(row: number): Promise<number[][]> {
        const range = { fromMs: 0, toMs: timeOf(row) + 1 };
        const bars = await inTransaction(this.database, (client) => readBars(client, range));
        const { activity, spread, parameters } = basisOf();
        const { market } = fillMarket([...bars.values()], { activity, spread, daysToHoliday });
        const to = market.timestamps.length;
        const request = { pairs: PAIRS, columns: COLUMNS, from: to - 1, to };
        return Array.from(computeRange(market, parameters, request), ({ values }) => bitsOf(values));
    }

    async remove(): Promise<void> {
        await this.testCache.remove();
        await this.testDatabase.remove();
        this.place.remove();
    }

    private read(pair: Pair): Promise<FeatureRows> {
        const range = { fromMs: 0, toMs: Date.UTC(2100) };
        return inTransaction(this.database, (client) => readFeatureRows(client, pair, range));
    }
}
