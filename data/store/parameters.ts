import { createHash } from "node:crypto";
import type { ClientBase, Pool } from "pg";
import type { Pair } from "../../config/pairs";
import { CATALOGUE_HASH } from "../../features/catalogue";
import { basisDocument, basisOf, type FeatureBasis } from "./basis";
import { deleteFeaturesOf, lockFeatures } from "./featureTables";
import { SCHEMA_LOCK } from "./schema";

/** Creates the tables of parameters where they do not exist, in the caller's transaction. */
export async function ensureParameterTables(client: ClientBase): Promise<void> {
    await client.query(`
        select pg_advisory_xact_lock(${SCHEMA_LOCK});
        create table if not exists feature_parameters (
            digest text primary key,
            catalogue_hash text not null,
            document jsonb not null
        );
        create table if not exists active_parameters (
            pair text primary key,
            digest text not null references feature_parameters
        )`);
}

/**
 * Stores a basis for the running catalogue, once: the same one again changes nothing.
 * @returns its digest: SHA-256, hexadecimal
 * @throws Error listing parameters that are missing, or are no numbers
 */
export async function saveParameters(database: ClientBase | Pool, basis: FeatureBasis): Promise<string> {
    const document = JSON.stringify(basisDocument(basis));
    const digest = createHash("sha256").update(CATALOGUE_HASH).update(document).digest("hex");
    await database.query(
        `insert into feature_parameters (digest, catalogue_hash, document) values ($1, $2, $3)
         on conflict (digest) do nothing`,
        [digest, CATALOGUE_HASH, document],
    );
    return digest;
}

/**
 * Makes a stored basis the one that these pairs are computed with, in the caller's transaction; waits for writers of
 * features. Rows of pairs that had another one, or none, are deleted: they hold other values.
 * @throws Error where no basis of that digest is stored
 */
export async function activateParameters(
    client: ClientBase,
    pairs: readonly Pair[],
    digest: string,
): Promise<void> {
    await lockFeatures(client);
    const { rows } = await client.query<{ pair: Pair }>(
        `insert into active_parameters as active (pair, digest) select pair, $2 from unnest($1::text[]) as each (pair)
         on conflict (pair) do update set digest = $2 where active.digest <> $2 returning pair`,
        [pairs, digest],
    );
    const changed = rows.map(({ pair }) => pair);
    if (changed.length > 0) await deleteFeaturesOf(client, changed);
}

/** A stored basis with the pairs it is active for. */
export interface ActiveBasis extends FeatureBasis {
    readonly digest: string;
    /** Hash of the catalogue it was fitted for; where that is not CATALOGUE_HASH, stored values mean something else. */
    readonly catalogueHash: string;
    readonly pairs: readonly Pair[];
}

/**
 * What is active, one entry for each basis; pairs without one are in none.
 * @throws Error listing what is wrong with a document
 */
export async function activeParameters(database: ClientBase | Pool): Promise<ActiveBasis[]> {
    const { rows } = await database.query<ActiveRow>(
        `select stored.digest, catalogue_hash, document, array_agg(pair order by pair) as pairs
           from active_parameters join feature_parameters as stored using (digest)
          group by stored.digest order by min(pair)`,
    );
    return rows.map(({ digest, catalogue_hash: catalogueHash, document, pairs }) => ({
        ...basisOf(document),
        ...{ digest, catalogueHash, pairs },
    }));
}

interface ActiveRow {
    readonly digest: string;
    readonly catalogue_hash: string;
    readonly document: unknown;
    readonly pairs: Pair[];
}
