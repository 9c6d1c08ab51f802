import type { ClientBase } from "pg";
import { PAIRS, type Pair } from "../../config/pairs";
import type { Bars } from "../bars";
import { fillMarket, type FillOptions } from "../fill";
import { daysToHoliday } from "../holidays";
import type { LoadedMarket } from "../load";
import type { Origin } from "../manifest";
import { DataError, wholeProblem } from "../report";
import { copyOut } from "./copyOut";
import type { TimeRange } from "./readFeatures";
import { barsTable } from "./schema";

/** What the market's bars come from, in messages. */
const SOURCE = "the database";

/**
 * Reads the bars of all 28 pairs from the table `bars` by binary COPY, on one axis of trading minutes, filled as
 * `loadMarket` fills those of files: the same bars give the same bits. Their origin is simulated where that of any bar is.
 * @param range @default all bars
 * @param options the kinds of activity and spread; holidays are data/holidays.ts's
 * @throws DataError listing the pairs without bars
 */
export async function readMarket(
    client: ClientBase,
    range?: TimeRange,
    options?: Omit<FillOptions, "daysToHoliday">,
): Promise<LoadedMarket> {
    const bars = [...(await readBars(client, range)).values()];
    const empty = bars.filter(({ timestamps }) => timestamps.length === 0);
    if (empty.length > 0) {
        const allowed = 'some of each pair: "./bqx ingest FOLDER" stores them';
        throw new DataError(
            empty.map(({ pair }) => wholeProblem(SOURCE, `no bars of ${pair}`, "none", allowed)),
        );
    }
    const origin = await originOfBars(client, range);
    return { ...fillMarket(bars, { ...options, daysToHoliday }), origin };
}

/**
 * Reads the bars of all pairs that begin in a time range, as they are stored. A pair without bars has an entry without
 * rows; one that has a bar without a spread has none.
 * @param range @default all bars
 */
export async function readBars(client: ClientBase, range?: TimeRange): Promise<Map<Pair, Bars>> {
    const bars = new Map<Pair, Bars>();
    for (const pair of PAIRS) bars.set(pair, await readPair(client, pair, range));
    return bars;
}

async function readPair(client: ClientBase, pair: Pair, range?: TimeRange): Promise<Bars> {
    const copied = await copyOut(
        client,
        `select ts_utc, open, high, low, close, volume, spread from ${barsTable(pair)}
          where pair = '${pair}' and ${within(range)} order by ts_utc`,
    );
    // Read in the order of the query.
    const timestamps = copied.times();
    const [open, high, low, close, volume] = [
        copied.doubles(),
        copied.doubles(),
        copied.doubles(),
        copied.doubles(),
        copied.doubles(),
    ];
    const spread = copied.doubles();
    return {
        ...{ pair, source: SOURCE, timestamps, open, high, low, close, volume, closedHoursDropped: 0 },
        spread: spread.some(Number.isNaN) ? undefined : spread,
    };
}

/** The newest minute that any pair has a bar of, ms UTC; undefined where there is none. */
export async function newestBar(client: ClientBase): Promise<number | undefined> {
    const { rows } = await client.query<{ ms: number | null }>(
        `select (extract(epoch from max(newest)) * 1000)::float8 as ms from unnest($1::text[]) as each (pair),
                lateral (select max(ts_utc) as newest from bars where bars.pair = each.pair) as own`,
        [PAIRS],
    );
    return rows[0]?.ms ?? undefined;
}

async function originOfBars(client: ClientBase, range?: TimeRange): Promise<Origin> {
    const { rows } = await client.query<{ simulated: boolean }>(
        `select exists (select from bars where source = 'simulated' and ${within(range)}) as simulated`,
    );
    return rows[0]?.simulated === true ? "simulated" : "recorded";
}

function within(range?: TimeRange): string {
    if (range === undefined) return "true";
    const [from, to] = [range.fromMs, range.toMs].map((ms) => new Date(ms).toISOString());
    return `ts_utc >= '${from}' and ts_utc < '${to}'`;
}
