import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import type { ClientBase, Pool } from "pg";
import type { Pair } from "../config/pairs";
import { minuteIndex } from "../features/time/calendar";
import { collecting, filesOf, NAMES_ALLOWED, overlapsOf, readBarsFile, spanOf, type Span } from "./files";
import { originOf, type Origin } from "./manifest";
import { DataError, wholeProblem, type Problem } from "./report";
import { compareStage, createStage, insertStage, stage } from "./store/bars";
import { ensureBars } from "./store/schema";
import { inTransaction } from "./store/transaction";

export interface IngestOptions {
    /** Pairs wanted, each of which must be there. @default those that the folder has files of */
    readonly pairs?: readonly Pair[];
    /** Is told each pair as it begins, with its number from 1 and how many there are. */
    readonly onPair?: (pair: Pair, number: number, of: number) => void;
}

/** What became of a pair's bars. */
interface PairCounts {
    /** Bars that are new to the database. */
    readonly added: number;
    /** Bars that the database had before, with the same values. */
    readonly alreadyThere: number;
    /** Bars of closed hours that the files had too; they are left out. */
    readonly closedHoursDropped: number;
    /** Trading minutes without a bar, between the first bar and the last. */
    readonly missingMinutes: number;
}

/** What came of one pair. Where it has problems, nothing of it was stored and all counts are 0. */
export interface PairReport extends PairCounts {
    readonly pair: Pair;
    readonly problems: readonly Problem[];
}

export interface IngestReport {
    readonly pairs: readonly PairReport[];
    /** Problems of the folder; those of a pair are with the pair. */
    readonly problems: readonly Problem[];
}

const NOTHING: PairCounts = { added: 0, alreadyThere: 0, closedHoursDropped: 0, missingMinutes: 0 };

/**
 * Puts a folder of bars into the table `bars`, each pair in a transaction of its own: a pair that fails is not stored and
 * stops no other. Done again, it stores what is not there yet, also after it was killed. A bar that differs from the
 * stored one is refused, and its pair with it. Holds the bars of one file, about 60 bytes each.
 * @throws Error where the folder cannot be read or the table `bars` cannot be made
 */
export async function ingest(
    folder: string,
    database: Pool,
    options: IngestOptions = {},
): Promise<IngestReport> {
    const problems: Problem[] = [];
    const origin = originOf(folder, problems);
    // Without it nobody could tell later whether the bars are simulated.
    if (origin === undefined) return { pairs: [], problems };
    const files = filesOf(await readdir(folder), problems);
    const { pairs = [...files.keys()], onPair } = options;
    if (pairs.length === 0) problems.push(wholeProblem(basename(folder), "no bars", "none", NAMES_ALLOWED));
    else await inTransaction(database, ensureBars);
    const reports: PairReport[] = [];
    for (const [i, pair] of pairs.entries()) {
        onPair?.(pair, i + 1, pairs.length);
        const paths = (files.get(pair) ?? []).map((name) => join(folder, name));
        reports.push(await ingestPair(database, pair, paths, origin));
    }
    return { pairs: reports, problems };
}

/** Whatever fails is this pair's: the next one may fare better. */
async function ingestPair(
    database: Pool,
    pair: Pair,
    paths: readonly string[],
    origin: Origin,
): Promise<PairReport> {
    try {
        const counts = await inTransaction(database, (client) => storePair(client, pair, paths, origin));
        return { pair, ...counts, problems: [] };
    } catch (error) {
        if (error instanceof DataError) return { pair, ...NOTHING, problems: error.problems };
        const message = error instanceof Error ? error.message : String(error);
        return { pair, ...NOTHING, problems: [wholeProblem(pair, "not stored", message, "no error")] };
    }
}

/** @throws DataError listing every problem of the pair's files, or the bars that differ from what is stored */
async function storePair(
    client: ClientBase,
    pair: Pair,
    paths: readonly string[],
    origin: Origin,
): Promise<PairCounts> {
    const problems: Problem[] = [];
    if (paths.length === 0) problems.push(wholeProblem(pair, "no file", "none", NAMES_ALLOWED));
    const spans: Span[] = [];
    let [bars, closedHoursDropped] = [0, 0];
    await createStage(client);
    for (const path of paths) {
        const part = await collecting(problems, () => readBarsFile(path, pair));
        if (part === undefined) continue;
        bars += part.timestamps.length;
        closedHoursDropped += part.closedHoursDropped;
        const span = spanOf(part);
        if (span !== undefined) spans.push(span);
        // After a problem nothing will be stored: the files that follow are read for theirs.
        if (problems.length === 0) await stage(client, part);
    }
    problems.push(...overlapsOf(spans));
    if (problems.length > 0) throw new DataError(problems);
    const { count, examples } = await compareStage(client, pair, origin);
    if (count > 0) {
        const what = `${count} ${count === 1 ? "bar differs" : "bars differ"} from what is stored`;
        throw new DataError([wholeProblem(pair, what, examples.join("; "), "the stored values")]);
    }
    const added = await insertStage(client, pair, origin);
    const missingMinutes = minutesOf(spans) - bars;
    return { added, alreadyThere: bars - added, closedHoursDropped, missingMinutes };
}

/** Trading minutes from the first bar of all files to the last. */
function minutesOf(spans: readonly Span[]): number {
    if (spans.length === 0) return 0;
    const first = Math.min(...spans.map(({ firstMs }) => firstMs));
    const last = Math.max(...spans.map(({ lastMs }) => lastMs));
    return minuteIndex(last) - minuteIndex(first) + 1;
}
