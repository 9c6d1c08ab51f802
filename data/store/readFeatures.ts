import { createHash } from "node:crypto";
import { type ClientBase, Pool } from "pg";
import { PAIRS, type Pair } from "../../config/pairs";
import { STORED_COLUMNS } from "../../features/catalogue";
import { type TableName, TABLES } from "../../features/catalogue/column";
import { describeInstant } from "../../features/time/instant";
import { copyOut } from "./copyOut";
import { type FeatureRows, leafOf, LEDGER } from "./featureTables";

/** Where the first element's value lies in what `array_send` gives of real[], and how far the elements are apart. */
const FIRST_ELEMENT_AT = 24;
const ELEMENT_BYTES = 8;
const DIGEST_DIGITS = 12;
/** Minutes named of those that a table lacks; the others are counted. */
const MINUTES_SHOWN = 3;

/** From the first instant to before the second, both ms UTC. */
export interface TimeRange {
    readonly fromMs: number;
    readonly toMs: number;
}

/** Columns of one table, and where each one's values go. */
interface TablePart {
    readonly table: TableName;
    readonly columns: readonly string[];
    readonly slots: readonly number[];
}

const ALL_COLUMNS: readonly string[] = STORED_COLUMNS.map(({ name }) => name);
const tableOf = new Map(STORED_COLUMNS.map(({ name, table }) => [name, table]));

/**
 * Reads a pair's rows of a time range, in order of time, by binary COPY: the bits that were stored. Minutes that are not
 * stored are left out. Where others may delete meanwhile, the transaction must be a repeatable read.
 * @param columns names wanted @default all of STORED_COLUMNS
 * @throws Error naming tables that lack minutes which others have; RangeError naming columns that are not stored
 */
export async function readFeatureRows(
    client: ClientBase,
    pair: Pair,
    { fromMs, toMs }: TimeRange,
    columns: readonly string[] = ALL_COLUMNS,
): Promise<FeatureRows> {
    const { parts } = selectionOf(columns);
    const query = (table: TableName, names: readonly string[], endMs: number) =>
        `select ${["ts_utc", ...names].join(", ")} from ${leafOf(table, pair)}
          where pair = '${pair}' and ts_utc >= '${iso(fromMs)}' and ts_utc < '${iso(endMs)}' order by ts_utc`;
    const timestamps = (await copyOut(client, query(LEDGER, [], toMs))).times();
    const { length } = timestamps;
    // What is written from now on is not looked at.
    const endMs = (timestamps.at(-1) ?? fromMs - 1) + 1;
    const values = new Float32Array(columns.length * length);
    const found = new Map<TableName, Float64Array>();
    for (const { table, columns: names, slots } of parts) {
        const copied = await copyOut(client, query(table, names, endMs));
        found.set(table, copied.times());
        if (copied.rows !== length) continue;
        for (const slot of slots) copied.floats(values.subarray(slot * length, (slot + 1) * length));
    }
    checkComplete(pair, timestamps, found);
    return { pair, timestamps, columns, values };
}

/**
 * Reads a pair's rows of a few minutes fast, in one round trip by a prepared statement, as inference does. The rows come
 * in order of time, as they are stored, bit by bit; minutes that are not stored are left out.
 *
 * The plan of 18 tables is made once for a connection and pair. By itself PostgreSQL would make it at every call, which
 * takes longer than running it, so the connection is set to keep plans.
 * @param columns names wanted @default all of STORED_COLUMNS
 * @throws Error naming tables that lack minutes which others have; RangeError naming columns that are not stored
 */
export async function readFeaturesAt(
    database: ClientBase | Pool,
    pair: Pair,
    timestamps: readonly number[],
    columns: readonly string[] = ALL_COLUMNS,
): Promise<FeatureRows> {
    const { parts, digest } = selectionOf(columns);
    const { rows } = await onConnection(database, async (client) => {
        await keepPlans(client);
        return client.query<[number, number, Buffer]>({
            name: `features_${pair}_${digest}`,
            rowMode: "array",
            text: parts.map((part, place) => partQuery(part, place, pair)).join("\nunion all\n"),
            values: [timestamps.map(iso)],
        });
    });
    const found = [...new Set(rows.map(([, ms]) => ms))].sort((one, other) => one - other);
    const places = new Map(found.map((ms, place) => [ms, place]));
    const values = new Float32Array(columns.length * found.length);
    for (const [part, ms, elements] of rows) {
        const row = places.get(ms) ?? NaN;
        parts[part]?.slots.forEach((slot, element) => {
            values[slot * found.length + row] = elements.readFloatBE(
                FIRST_ELEMENT_AT + element * ELEMENT_BYTES,
            );
        });
    }
    const stored = Float64Array.from(found);
    const minutesOf = (place: number) =>
        Float64Array.from(rows.filter(([part]) => part === place).map(([, ms]) => ms));
    checkComplete(pair, stored, new Map(parts.map(({ table }, place) => [table, minutesOf(place)])));
    return { pair, timestamps: stored, columns, values };
}

/** First and last stored minute of a pair, ms UTC. */
export interface StoredSpan {
    readonly firstMs: number;
    readonly lastMs: number;
}

/** What is stored of each pair; pairs without rows are not in it. */
export async function storedSpans(database: ClientBase | Pool): Promise<Map<Pair, StoredSpan>> {
    const bound = (name: "min" | "max") =>
        `(select (extract(epoch from ${name}(ts_utc)) * 1000)::float8 from ${LEDGER} as stored
           where stored.pair = each.pair) as "${name}Ms"`;
    const { rows } = await database.query<{ pair: Pair; minMs: number | null; maxMs: number | null }>(
        `select pair, ${bound("min")}, ${bound("max")} from unnest($1::text[]) as each (pair)`,
        [PAIRS],
    );
    return new Map(
        rows.flatMap(({ pair, minMs, maxMs }) =>
            minMs === null || maxMs === null ? [] : [[pair, { firstMs: minMs, lastMs: maxMs }] as const],
        ),
    );
}

/** The newest stored minute of each pair, ms UTC; pairs without rows are not in it. */
export async function newestFeatures(database: ClientBase | Pool): Promise<Map<Pair, number>> {
    return new Map(Array.from(await storedSpans(database), ([pair, { lastMs }]) => [pair, lastMs]));
}

/** One part of the statement: the values of a table's columns as PostgreSQL sends an array. */
const partQuery = ({ table, columns }: TablePart, place: number, pair: Pair): string =>
    `select ${place}, (extract(epoch from ts_utc) * 1000)::float8, array_send(array[${columns.join(", ")}])
       from ${leafOf(table, pair)} where pair = '${pair}' and ts_utc = any($1::timestamptz[])`;

const iso = (ms: number): string => new Date(ms).toISOString();

/** Where the columns of a list are stored. */
interface Selection {
    readonly parts: readonly TablePart[];
    /** Tells lists apart in the names of prepared statements. */
    readonly digest: string;
}

/** Of the lists that were asked for: a caller has one, for every call. */
const selections = new WeakMap<readonly string[], Selection>();

/** @throws RangeError naming columns that are not stored */
function selectionOf(columns: readonly string[]): Selection {
    let selection = selections.get(columns);
    if (selection === undefined) {
        const unknown = columns.filter((name) => !tableOf.has(name));
        if (unknown.length > 0) throw new RangeError(`no stored columns: ${unknown.join(", ")}`);
        const parts = TABLES.map((table) => {
            const slots = [...columns.keys()].filter((slot) => tableOf.get(columns[slot] ?? "") === table);
            return { table, slots, columns: slots.map((slot) => columns[slot] ?? "") };
        });
        const digest = createHash("sha256").update(columns.join()).digest("hex").slice(0, DIGEST_DIGITS);
        selection = { parts: parts.filter(({ slots }) => slots.length > 0), digest };
        selections.set(columns, selection);
    }
    return selection;
}

/** @throws Error naming each table whose minutes are not those expected, with the first that it lacks or has besides */
function checkComplete(
    pair: Pair,
    expected: Float64Array,
    found: ReadonlyMap<TableName, Float64Array>,
): void {
    const problems = Array.from(found).flatMap(([table, minutes]) => {
        const [own, all] = [new Set(minutes), new Set(expected)];
        const difference = [
            ...expected.filter((ms) => !own.has(ms)).values(),
            ...minutes.filter((ms) => !all.has(ms)).values(),
        ];
        if (difference.length === 0) return [];
        const shown = difference.slice(0, MINUTES_SHOWN).map(describeInstant).join(", ");
        const more =
            difference.length > MINUTES_SHOWN ? ` and ${difference.length - MINUTES_SHOWN} more` : "";
        return [`${leafOf(table, pair)}: ${shown}${more}`];
    });
    if (problems.length === 0) return;
    throw new Error(
        `the features of ${pair} are not in all tables; minutes that one alone lacks or has:\n  ${problems.join("\n  ")}`,
    );
}

/** Connections that keep plans. */
const keeping = new WeakSet<ClientBase>();

async function keepPlans(client: ClientBase): Promise<void> {
    if (keeping.has(client)) return;
    await client.query("set plan_cache_mode = force_generic_plan");
    keeping.add(client);
}

async function onConnection<Result>(
    database: ClientBase | Pool,
    work: (client: ClientBase) => Promise<Result>,
): Promise<Result> {
    if (!(database instanceof Pool)) return work(database);
    const client = await database.connect();
    try {
        return await work(client);
    } finally {
        client.release();
    }
}
