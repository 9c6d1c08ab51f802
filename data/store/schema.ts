import type { ClientBase } from "pg";
import { PAIRS, type Pair } from "../../config/pairs";

/** Two sessions that create the same table at once get in each other's way; any number that nothing else locks will do. */
export const SCHEMA_LOCK = 1_080;

/** The table with one pair's bars: a partition of `bars`. */
export function barsTable(pair: Pair): string {
    return `bars_${pair}`;
}

/**
 * Bars as their source has them. Each says whether it is recorded or simulated, so that what is computed from it can say so
 * too. Prices and volume are doubles, which give back what was read, bit by bit.
 */
const BARS = `
    create table if not exists bars (
        pair text not null,
        ts_utc timestamptz not null,
        open float8 not null,
        high float8 not null,
        low float8 not null,
        close float8 not null,
        volume float8 not null,
        spread float8,
        source text not null check (source in ('recorded', 'simulated')),
        primary key (pair, ts_utc)
    ) partition by list (pair)`;

/**
 * Creates the table `bars` with a partition for each pair, where they do not exist, in the caller's transaction. There is one version of it yet, so
 * nothing to migrate; the first change to a deployed column brings a table of migrations with it.
 */
export async function ensureBars(client: ClientBase): Promise<void> {
    const leaves = PAIRS.map(
        (pair) => `create table if not exists ${barsTable(pair)} partition of bars for values in ('${pair}')`,
    );
    await client.query([`select pg_advisory_xact_lock(${SCHEMA_LOCK})`, BARS, ...leaves].join(";\n"));
}
