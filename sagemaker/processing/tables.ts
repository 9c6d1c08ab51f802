import type { ClientBase } from "pg";
import { type Pair, PAIRS } from "../../config/pairs";
import { LEDGER } from "../../data/store/featureTables";
import { type ActiveBasis, activeParameters } from "../../data/store/parameters";
import { readFeatureRows, storedSpans, type TimeRange } from "../../data/store/readFeatures";
import { CATALOGUE_HASH } from "../../features/catalogue";
import { minuteIndex, timestampOf } from "../../features/time/calendar";
import { describeInstant, MINUTE_MS } from "../../features/time/instant";
import type { FeatureSource } from "./source";
import { WARM_UP_ROWS } from "./splits";

/** Minutes named of those that are missing; the others are counted. */
const MINUTES_SHOWN = 3;

/** The feature tables as a source. */
export interface TableSource extends FeatureSource {
    /** Bars of a market whose rows, after its warm-up, are the minutes that are stored of every pair. */
    readonly bars: TimeRange;
}

/**
 * Opens the feature tables for a dataset of these pairs. Everything is read in the caller's transaction, which is set to
 * see what was committed before it: it must not have done anything yet. A dataset has one basis: what its values mean must
 * not depend on the pair.
 * @throws RangeError where there are no tables, or with a line for each pair without rows, or whose parameters do not fit
 */
export async function openTables(client: ClientBase, pairs: readonly Pair[] = PAIRS): Promise<TableSource> {
    await client.query("set transaction isolation level repeatable read, read only");
    const { rows } = await client.query<{ exist: boolean }>(
        "select to_regclass('active_parameters') is not null and to_regclass($1) is not null as exist",
        [LEDGER],
    );
    if (rows[0]?.exist !== true) throw new RangeError("The database has no feature tables yet.");
    const active = await activeParameters(client);
    const spans = await storedSpans(client);
    const basisOfPair = (pair: Pair) => active.find((each) => each.pairs.includes(pair));
    const [first] = pairs;
    const basis = first === undefined ? undefined : basisOfPair(first);
    const problems = pairs.flatMap((pair) => {
        const problem =
            problemOf(basisOfPair(pair)) ??
            (basisOfPair(pair) === basis ? undefined : `its parameters are not those of ${first}`) ??
            (spans.has(pair) ? undefined : "no minutes are stored");
        return problem === undefined ? [] : [`${pair}: ${problem}`];
    });
    if (problems.length > 0 || basis === undefined) {
        throw new RangeError(`The feature tables cannot be read:\n  ${problems.join("\n  ")}`);
    }
    const stored = pairs.flatMap((pair) => spans.get(pair) ?? []);
    const firstMs = Math.max(...stored.map((span) => span.firstMs));
    const lastMs = Math.min(...stored.map((span) => span.lastMs));
    return {
        basis,
        bars: { fromMs: timestampOf(minuteIndex(firstMs) - WARM_UP_ROWS), toMs: lastMs + MINUTE_MS },
        read: (pair, timestamps, columns) => readMinutes(client, pair, timestamps, columns),
    };
}

function problemOf(basis: ActiveBasis | undefined): string | undefined {
    if (basis === undefined) return "no parameters are active";
    if (basis.catalogueHash === CATALOGUE_HASH) return undefined;
    return `stored for catalogue ${basis.catalogueHash}, which is not this version's, ${CATALOGUE_HASH}`;
}

async function readMinutes(
    client: ClientBase,
    pair: Pair,
    wanted: Float64Array,
    columns: readonly string[],
): Promise<Float32Array> {
    const range = { fromMs: wanted[0] ?? NaN, toMs: (wanted.at(-1) ?? NaN) + MINUTE_MS };
    const { timestamps, values } = await readFeatureRows(client, pair, range, columns);
    const stored = new Set(timestamps);
    const missing = [...wanted.filter((ms) => !stored.has(ms))];
    if (missing.length === 0) return values;
    const shown = missing.slice(0, MINUTES_SHOWN).map(describeInstant).join(", ");
    const more = missing.length > MINUTES_SHOWN ? ` and ${missing.length - MINUTES_SHOWN} more` : "";
    throw new Error(`the feature tables lack minutes of ${pair}: ${shown}${more}`);
}
