import type { ClientBase } from "pg";
import type { Pair } from "../../config/pairs";
import type { Bars } from "../bars";
import type { Origin } from "../manifest";
import { describeInstant } from "../../features/time/instant";
import { copyRows, type CopyColumn } from "./copy";
import { barsTable } from "./schema";

const VALUES = ["open", "high", "low", "close", "volume", "spread"] as const;
/** Bars that are shown of those that differ. */
const EXAMPLES = 3;

/** Makes an empty table of this transaction's own for one pair's bars on their way to `bars`. */
export async function createStage(client: ClientBase): Promise<void> {
    await client.query("create temporary table staged (like bars) on commit drop");
    await client.query("alter table staged drop column pair, drop column source");
}

/** Adds bars to the stage. */
export async function stage(client: ClientBase, bars: Bars): Promise<void> {
    const columns: CopyColumn[] = [{ name: "ts_utc", type: "timestamptz", values: bars.timestamps }];
    for (const name of VALUES) {
        const values = bars[name];
        if (values !== undefined) columns.push({ name, type: "float8", values });
    }
    await copyRows(client, "staged", columns);
}

/** Staged bars that differ from what is stored of their minutes. */
export interface Differences {
    readonly count: number;
    /** The first of them, in words. */
    readonly examples: readonly string[];
}

/** Compares the stage with what is stored, which stays so until the transaction ends: other writers of the pair wait. */
export async function compareStage(client: ClientBase, pair: Pair, origin: Origin): Promise<Differences> {
    await client.query(`lock table ${barsTable(pair)} in share row exclusive mode`);
    const columns = (table: string) => VALUES.map((name) => `${table}.${name}`).join(", ");
    const { rows } = await client.query<DifferenceRow>(
        `select (extract(epoch from ts_utc) * 1000)::float8 as ms, count(*) over ()::integer as count,
                array[${columns("staged")}] as read, array[${columns("stored")}] as stored, source
           from staged join ${barsTable(pair)} as stored using (ts_utc)
          where (${columns("staged")}, $1) is distinct from (${columns("stored")}, source)
          order by ts_utc limit ${EXAMPLES}`,
        [origin],
    );
    return { count: rows[0]?.count ?? 0, examples: rows.map((row) => describeDifference(row, origin)) };
}

/**
 * Stores what of the stage is not there yet, after `compareStage`, which keeps other writers out: so an anti-join can do
 * what `on conflict do nothing` does in twice the time.
 * @returns how many bars that are
 */
export async function insertStage(client: ClientBase, pair: Pair, origin: Origin): Promise<number> {
    const { rowCount } = await client.query(
        `insert into ${barsTable(pair)} (pair, ts_utc, ${VALUES.join(", ")}, source)
         select $1, ts_utc, ${VALUES.join(", ")}, $2 from staged
          where not exists (select from ${barsTable(pair)} as stored where stored.ts_utc = staged.ts_utc)`,
        [pair, origin],
    );
    return rowCount ?? 0;
}

interface DifferenceRow {
    readonly ms: number;
    readonly count: number;
    readonly read: readonly (number | null)[];
    readonly stored: readonly (number | null)[];
    readonly source: string;
}

function describeDifference({ ms, read, stored, source }: DifferenceRow, origin: Origin): string {
    const values = VALUES.map((name, i) => [name, read[i], stored[i]] as const);
    const differing = [...values, ["source", origin, source] as const].filter(([, a, b]) => a !== b);
    const parts = differing.map(([name, a, b]) => `${name} ${a ?? "unknown"} (stored: ${b ?? "unknown"})`);
    return `${describeInstant(ms)} ${parts.join(", ")}`;
}
