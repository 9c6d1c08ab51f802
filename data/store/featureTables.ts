import type { ClientBase } from "pg";
import { PAIRS, type Pair } from "../../config/pairs";
import { STORED_COLUMNS } from "../../features/catalogue";
import { TABLES, type TableName } from "../../features/catalogue/column";
import { copyRows } from "./copy";
import { SCHEMA_LOCK } from "./schema";

/** Writers of features wait for each other; any number that nothing else locks will do. */
const WRITE_LOCK = 1_081;

/**
 * The one table that is not partitioned. A transaction writes a minute to all tables or to none, so it says for all of
 * them which minutes there are, by one index.
 */
export const LEDGER: TableName = "cross_sectional_panel";

/** The tables that have a partition for each pair. */
const PARTITIONED = TABLES.filter((table) => table !== LEDGER);

/** Stored feature values of one pair over some minutes. */
export interface FeatureRows {
    readonly pair: Pair;
    /** Start of each minute, ms UTC, ascending. */
    readonly timestamps: Float64Array;
    /** Names of the columns, in the order of `values`. */
    readonly columns: readonly string[];
    /** Column by column: the value of column c in row i is values[c * timestamps.length + i]. */
    readonly values: Float32Array;
}

/** The columns of a table with their places in STORED_COLUMNS. */
export const COLUMNS_OF: ReadonlyMap<
    TableName,
    readonly { readonly name: string; readonly place: number }[]
> = new Map(
    TABLES.map((table) => [
        table,
        STORED_COLUMNS.flatMap((column, place) =>
            column.table === table ? [{ name: column.name, place }] : [],
        ),
    ]),
);

/** The table with one pair's rows: the partition of the parent, or the one table for all pairs. */
export const leafOf = (table: TableName, pair: Pair): string =>
    table === LEDGER ? table : `${table}_${pair}`;

/** Creates the plan's feature tables with a partition for each pair, where they do not exist, in the caller's transaction. */
export async function ensureFeatureTables(client: ClientBase): Promise<void> {
    const statements = TABLES.flatMap((table) => {
        const columns = (COLUMNS_OF.get(table) ?? []).map(({ name }) => `${name} real not null`);
        const keys = ["pair text not null", "ts_utc timestamptz not null"];
        const content = [...keys, ...columns, "primary key (pair, ts_utc)"].join(", ");
        const create = `create table if not exists ${table} (${content})`;
        if (table === LEDGER) return [create];
        const leaves = PAIRS.map(
            (pair) =>
                `create table if not exists ${leafOf(table, pair)} partition of ${table} for values in ('${pair}')`,
        );
        return [`${create} partition by list (pair)`, ...leaves];
    });
    await client.query([`select pg_advisory_xact_lock(${SCHEMA_LOCK})`, ...statements].join(";\n"));
}

/** Makes this transaction the only one that writes features, or changes parameters, until it ends; waits for others. */
export async function lockFeatures(client: ClientBase): Promise<void> {
    await client.query(`select pg_advisory_xact_lock(${WRITE_LOCK})`);
}

/**
 * Stores rows of any number of pairs, each with all of STORED_COLUMNS in their order, in the caller's transaction: one
 * COPY for each table. What is stored of the same pairs' minutes is replaced. Writers wait for each other.
 * @throws RangeError listing what is wrong with the rows
 */
export async function writeFeatureRows(client: ClientBase, rows: readonly FeatureRows[]): Promise<void> {
    checkRows(rows);
    const timestamps = joined(
        rows.map((each) => each.timestamps),
        Float64Array,
    );
    const pairs = rows.flatMap(({ pair, timestamps: { length } }) => Array.from({ length }, () => pair));
    await lockFeatures(client);
    await deleteSame(client, pairs, timestamps);
    for (const table of TABLES) {
        const columns = COLUMNS_OF.get(table) ?? [];
        await copyRows(client, table, [
            { name: "pair", type: "text", values: pairs },
            { name: "ts_utc", type: "timestamptz", values: timestamps },
            ...columns.map(({ name, place }) => ({
                name,
                type: "float4" as const,
                values: joined(
                    rows.map((each) => columnOf(each, place)),
                    Float32Array,
                ),
            })),
        ]);
    }
}

/**
 * Deletes the rows of all minutes that begin before an instant (ms UTC), in the caller's transaction. Nothing else deletes
 * rows of a pair whose parameters stay.
 * @returns how many minutes, counted for each pair
 */
export async function deleteFeaturesBefore(client: ClientBase, ms: number): Promise<number> {
    return deleteBefore(client, PAIRS, new Date(ms).toISOString());
}

/** Deletes all rows of some pairs, in the caller's transaction. @returns how many minutes, counted for each pair */
export async function deleteFeaturesOf(client: ClientBase, pairs: readonly Pair[]): Promise<number> {
    return deleteBefore(client, pairs, "infinity");
}

async function deleteBefore(client: ClientBase, pairs: readonly Pair[], instant: string): Promise<number> {
    await lockFeatures(client);
    const { rowCount } = await client.query(`delete from ${LEDGER} where pair = any($1) and ts_utc < $2`, [
        pairs,
        instant,
    ]);
    const minutes = rowCount ?? 0;
    if (minutes === 0) return 0;
    // Leaf by leaf with its pair, which the index begins with: the parent's plan would take longer than the deletion.
    const deletions = PARTITIONED.flatMap((table) =>
        pairs.map(
            (pair) => `delete from ${leafOf(table, pair)} where pair = '${pair}' and ts_utc < '${instant}'`,
        ),
    );
    await client.query(deletions.join(";\n"));
    return minutes;
}

/** Deletes these rows where they are stored; mostly they are new, which the ledger tells. */
async function deleteSame(
    client: ClientBase,
    pairs: readonly Pair[],
    timestamps: Float64Array,
): Promise<void> {
    const keys = [pairs, Array.from(timestamps, (ms) => new Date(ms).toISOString())];
    const deletion = (table: TableName) =>
        `delete from ${table} as stored using unnest($1::text[], $2::timestamptz[]) as new (pair, ts_utc)
          where stored.pair = new.pair and stored.ts_utc = new.ts_utc`;
    const { rowCount } = await client.query(deletion(LEDGER), keys);
    if (rowCount === 0) return;
    for (const table of PARTITIONED) await client.query(deletion(table), keys);
}

function checkRows(rows: readonly FeatureRows[]): void {
    const problems = rows.flatMap(({ pair, timestamps, columns, values }) => {
        const isAscending = timestamps.every((ms, row) => row === 0 || ms > (timestamps[row - 1] ?? NaN));
        const areStored =
            columns.length === STORED_COLUMNS.length &&
            columns.every((name, place) => name === STORED_COLUMNS[place]?.name);
        const expected = STORED_COLUMNS.length * timestamps.length;
        return [
            ...(isAscending ? [] : [`${pair}: minutes are not ascending`]),
            ...(areStored
                ? []
                : [`${pair}: columns are not the ${STORED_COLUMNS.length} stored ones in their order`]),
            ...(values.length === expected ? [] : [`${pair}: ${values.length} values, not ${expected}`]),
        ];
    });
    const twice = rows.filter(({ pair }, place) => rows.findIndex((each) => each.pair === pair) < place);
    problems.push(...twice.map(({ pair }) => `${pair} is there twice`));
    if (problems.length > 0) throw new RangeError(`features cannot be stored:\n  ${problems.join("\n  ")}`);
}

/** The values of one column. */
const columnOf = ({ timestamps: { length }, values }: FeatureRows, place: number): Float32Array =>
    values.subarray(place * length, (place + 1) * length);

function joined<Values extends Float32Array | Float64Array>(
    parts: readonly Values[],
    ofLength: new (length: number) => Values,
): Values {
    const [only] = parts;
    if (only !== undefined && parts.length === 1) return only;
    const whole = new ofLength(parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of parts) {
        whole.set(part, at);
        at += part.length;
    }
    return whole;
}
