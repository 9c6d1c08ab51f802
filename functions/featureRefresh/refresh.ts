import type { ClientBase, Pool } from "pg";
import { PAIRS, type Pair } from "../../config/pairs";
import type { Bars } from "../../data/bars";
import {
    deleteFeaturesBefore,
    ensureFeatureTables,
    lockFeatures,
    writeFeatureRows,
    type FeatureRows,
} from "../../data/store/featureTables";
import { activeParameters, ensureParameterTables, type ActiveBasis } from "../../data/store/parameters";
import { newestFeatures } from "../../data/store/readFeatures";
import { ensureBars } from "../../data/store/schema";
import { inTransaction } from "../../data/store/transaction";
import { CATALOGUE_HASH } from "../../features/catalogue";
import { HISTORY_MINUTES } from "../../features/slice";
import { minuteIndex, nextTradingMinute, timestampOf } from "../../features/time/calendar";
import { describeInstant } from "../../features/time/instant";
import type { Stores } from "../connections";
import { withLock } from "../lock";
import { Stopwatch } from "../stopwatch";
import { BarWindow, LOOK_BACK_MINUTES } from "./barWindow";
import { lowerBound } from "./bars";
import { syncCache } from "./cacheSync";
import { computedRows, sourceOf, type Source } from "./computed";
import { blocksOf, isJustTraded, lastClosedMinute, retentionStart, type MinuteRange } from "./minutes";

/** Two runs at once would do the same work; any number that nothing else locks will do. */
const REFRESH_LOCK = 1_082;

/** Minutes of a gap that are computed and stored at once: some 90 MB of rows. */
const BLOCK_MINUTES = 720;

/** Time kept for the cache, after the last block. */
const RESERVE_MILLISECONDS = 5_000;

const HOUR_MS = 3_600_000;

/** An event that is older than the last one was delivered late; by more than this, the clock was set back. */
const LATE_MS = HOUR_MS;

type Stage = "look" | "compute" | "store" | "cache" | "sweep";

/**
 * refreshed: rows were stored up to the newest bar. behind: the time was over before that; the next run goes on. current,
 * closed: nothing to do, while the market trades or not. busy: another run is at it. noParameters, noBars: features cannot
 * be computed yet.
 */
type Status = "refreshed" | "behind" | "current" | "closed" | "busy" | "noParameters" | "noBars";

export interface RefreshRequest {
    /** The market's time, ms UTC. */
    readonly nowMs: number;
    /** Days that rows are kept. */
    readonly retentionDays: number;
    /** How many milliseconds the run may still take. */
    readonly remainingMilliseconds: () => number;
}

/** What a run did. */
export interface RefreshAnswer {
    readonly status: Status;
    /** First and last minute that was stored, such as 2017-07-03T08:15Z. */
    readonly from?: string;
    readonly to?: string;
    readonly minutes: number;
    /** Rows of all pairs in them. */
    readonly rows: number;
    /** Minutes between the newest bar there could be and the newest row, while the market trades. */
    readonly behindMinutes?: number;
    /** Minutes of those stored that a pair had no bar in, and which were filled from the one before. */
    readonly filled?: Partial<Record<Pair, number>>;
    /** Bars that were left out since no feature may see them. */
    readonly refused?: Partial<Record<Pair, number>>;
    /** Pairs without which nothing can be computed. */
    readonly withoutBars?: readonly Pair[];
    readonly milliseconds: Partial<Record<Stage, number>>;
}

type Outcome = Omit<Partial<RefreshAnswer>, "milliseconds"> & Pick<RefreshAnswer, "status">;

/** Everything that one run knows. */
interface Run extends RefreshRequest {
    readonly stores: Stores;
    /** The connection that holds the lock. */
    readonly client: ClientBase;
    readonly watch: Stopwatch<Stage>;
    readonly bases: readonly ActiveBasis[];
    /** The minutes that rows may be of: those of the hot window that are over. */
    readonly hot: MinuteRange;
    /** The newest minute stored of each pair, at the market's time. */
    readonly stored: ReadonlyMap<Pair, number>;
}

/**
 * Keeps the feature tables and the cache at the newest bar. What it holds in memory saves reading; losing it costs one
 * longer run. A run may be repeated, or break off anywhere: the next one makes up for it.
 */
export class FeatureRefresh {
    readonly #window = new BarWindow();
    readonly #blockMinutes: number;
    #areTablesThere = false;
    /** From this minute on rows are of other bars than the window's, until they are stored. */
    #tablesStaleFrom = Infinity;
    /** From this minute on the cache may lack what was stored. */
    #cacheStaleFrom = Infinity;
    #latestMs = -Infinity;
    #sweptHour = NaN;

    /** @param blockMinutes minutes of a gap that are computed and stored at once */
    constructor(blockMinutes = BLOCK_MINUTES) {
        this.#blockMinutes = blockMinutes;
    }

    async run(stores: Stores, request: RefreshRequest): Promise<RefreshAnswer> {
        const watch = new Stopwatch<Stage>();
        const isLate = request.nowMs < this.#latestMs && request.nowMs > this.#latestMs - LATE_MS;
        if (isLate) return { status: "current", minutes: 0, rows: 0, milliseconds: {} };
        this.#latestMs = request.nowMs;
        if (!this.#areTablesThere) await createTables(stores.database);
        this.#areTablesThere = true;
        const outcome = await withLock(stores.database, REFRESH_LOCK, async (client) => {
            const active = await activeParameters(client);
            const bases = active.filter(({ catalogueHash }) => catalogueHash === CATALOGUE_HASH);
            if (bases.length === 0) return { status: "noParameters" } satisfies Outcome;
            const hot = hotWindow(request);
            const stored = await storedMinutes(client, hot);
            return this.#refresh({ ...request, stores, client, watch, bases, hot, stored });
        });
        const { status, ...others } = outcome ?? { status: "busy" };
        return { status, minutes: 0, rows: 0, ...others, milliseconds: watch.milliseconds };
    }

    async #refresh(run: Run): Promise<Outcome> {
        const refused = await this.#look(run);
        run.watch.lap("look");
        const { bars, newest: newestBar } = this.#window;
        const withoutBars = PAIRS.filter((pair) => !bars.has(pair));
        if (withoutBars.length > 0) return { status: "noBars", withoutBars };
        const sources = run.bases.map((basis) => sourceOf(basis, bars));
        const due = this.#due(run, sources);
        const { done, rows, fresh } = await this.#store(run, sources, due);
        const isBehind = done.to < newestBar && due.from <= newestBar;
        const newest = rows > 0 ? done.to : Math.min(...run.stored.values());
        if (!isBehind && newest < Infinity) await this.#finish(run, newest, fresh);
        const isTrading = isJustTraded(run.nowMs);
        return {
            status: isBehind ? "behind" : rows > 0 ? "refreshed" : isTrading ? "current" : "closed",
            ...(rows > 0 ? summary(done, bars) : {}),
            rows,
            ...(isTrading && newest < Infinity ? { behindMinutes: run.hot.to - newest } : {}),
            ...(refused.size > 0 ? { refused: Object.fromEntries(refused) } : {}),
        };
    }

    /** Brings the window up to date. @returns how many bars of each pair it refused */
    async #look({ client, hot, stored, bases }: Run): Promise<ReadonlyMap<Pair, number>> {
        const firstMissing = Math.min(...pairsOf(bases).map((pair) => (stored.get(pair) ?? -Infinity) + 1));
        const needed = () =>
            Math.max(hot.from, Math.min(firstMissing, hot.to - LOOK_BACK_MINUTES + 1, this.#tablesStaleFrom));
        const first = needed();
        const look = await this.#window.look(client, first - HISTORY_MINUTES, hot.to);
        this.#tablesStaleFrom = Math.min(this.#tablesStaleFrom, look.changedFrom);
        // A bar from before the look-back has come: its row, too, needs the whole history.
        if (needed() < first) await this.#window.look(client, needed() - HISTORY_MINUTES, hot.to);
        return look.refused;
    }

    /** From which minute on each pair's rows must be computed, and the first of them. */
    #due({ bases, hot, stored }: Run, sources: readonly Source[]): Due {
        const firstPossible = Math.max(hot.from, ...sources.map(({ first }) => first));
        const byPair = new Map(
            pairsOf(bases).map((pair) => {
                const missing = (stored.get(pair) ?? -Infinity) + 1;
                return [pair, Math.max(firstPossible, Math.min(missing, this.#tablesStaleFrom))];
            }),
        );
        return { byPair, from: Math.min(...byPair.values()) };
    }

    /** Computes and stores block by block what is due, as long as there is time for one more. */
    async #store(run: Run, sources: readonly Source[], due: Due): Promise<Stored> {
        let stored: Stored = { done: { from: due.from, to: due.from - 1 }, rows: 0, fresh: [] };
        let longestMilliseconds = 0;
        for (const block of blocksOf({ from: due.from, to: this.#window.newest }, this.#blockMinutes)) {
            const before = run.remainingMilliseconds();
            if (before < 2 * longestMilliseconds + RESERVE_MILLISECONDS && stored.rows > 0) break;
            const fresh = computedRows(
                sources,
                block,
                (pair) => (due.byPair.get(pair) ?? Infinity) <= block.to,
            );
            run.watch.lap("compute");
            await inTransaction(run.stores.database, async (client) => {
                // Whoever changes the parameters waits for the same lock.
                await lockFeatures(client);
                await expectActive(client, run.bases);
                await writeFeatureRows(client, fresh);
            });
            run.watch.lap("store");
            this.#cacheStaleFrom = Math.min(this.#cacheStaleFrom, block.from);
            this.#tablesStaleFrom = block.to < this.#window.newest ? block.to + 1 : Infinity;
            longestMilliseconds = Math.max(longestMilliseconds, before - run.remainingMilliseconds());
            const rows = stored.rows + fresh.reduce((sum, { timestamps }) => sum + timestamps.length, 0);
            stored = { done: { from: due.from, to: block.to }, rows, fresh };
        }
        return stored;
    }

    /** Once the tables are up to date: the cache, and once an hour what is too old. */
    async #finish(run: Run, newest: number, fresh: readonly FeatureRows[]): Promise<void> {
        const { bases, client, stores, nowMs, retentionDays, watch } = run;
        const digests = new Map(bases.flatMap(({ pairs, digest }) => pairs.map((pair) => [pair, digest])));
        await syncCache(client, stores.cache, { digests, newest, staleFrom: this.#cacheStaleFrom, fresh });
        this.#cacheStaleFrom = Infinity;
        watch.lap("cache");
        const hour = Math.floor(nowMs / HOUR_MS);
        if (hour === this.#sweptHour) return;
        // Counted from the newest row: where bars stay away, or a clock is wrong, what there is stays.
        const keptFromMs = retentionStart(Math.min(nowMs, timestampOf(newest)), retentionDays);
        await inTransaction(stores.database, (each) => deleteFeaturesBefore(each, keptFromMs));
        this.#sweptHour = hour;
        watch.lap("sweep");
    }
}

/** The first minute to compute, of each pair and of all. */
interface Due {
    readonly byPair: ReadonlyMap<Pair, number>;
    readonly from: number;
}

interface Stored {
    /** The minutes that were stored; it ends before it begins where none were. */
    readonly done: MinuteRange;
    /** Rows of all pairs in them. */
    readonly rows: number;
    /** Those of the last block. */
    readonly fresh: readonly FeatureRows[];
}

/** The first to run in a new database creates what it reads and writes. */
function createTables(database: Pool): Promise<void> {
    return inTransaction(database, async (client) => {
        await ensureBars(client);
        await ensureParameterTables(client);
        await ensureFeatureTables(client);
    });
}

function hotWindow({ nowMs, retentionDays }: RefreshRequest): MinuteRange {
    const from = minuteIndex(nextTradingMinute(retentionStart(nowMs, retentionDays)));
    return { from, to: lastClosedMinute(nowMs) };
}

/** What is stored of each pair. Rows of a later time are of a replay's round before: up to now nothing is missing. */
async function storedMinutes(client: ClientBase, hot: MinuteRange): Promise<Map<Pair, number>> {
    const newest = await newestFeatures(client);
    return new Map(Array.from(newest, ([pair, ms]) => [pair, Math.min(hot.to, minuteIndex(ms))]));
}

function pairsOf(bases: readonly ActiveBasis[]): Pair[] {
    return bases.flatMap(({ pairs }) => pairs);
}

/** @throws Error where a pair's parameters are no longer those that were computed with */
async function expectActive(client: ClientBase, bases: readonly ActiveBasis[]): Promise<void> {
    const { rows } = await client.query<{ pair: string; digest: string }>(
        "select pair, digest from active_parameters",
    );
    const active = new Map(rows.map(({ pair, digest }) => [pair, digest]));
    for (const { pairs, digest } of bases) {
        if (pairs.every((pair) => active.get(pair) === digest)) continue;
        throw new Error(
            "The active parameters were changed meanwhile: nothing was stored, the next run goes on",
        );
    }
}

function summary({ from, to }: MinuteRange, bars: ReadonlyMap<Pair, Bars>): Partial<RefreshAnswer> {
    const minutes = to - from + 1;
    const [fromMs, toMs] = [timestampOf(from), timestampOf(to)];
    const filled = Array.from(bars, ([pair, { timestamps }]) => {
        return [pair, minutes - (lowerBound(timestamps, toMs + 1) - lowerBound(timestamps, fromMs))] as const;
    }).filter(([, count]) => count > 0);
    return {
        ...{ from: describeInstant(fromMs), to: describeInstant(toMs), minutes },
        ...(filled.length > 0 ? { filled: Object.fromEntries(filled) } : {}),
    };
}
