import { join } from "node:path";
import type { ClientBase } from "pg";
import { PAIRS, type Pair } from "../../config/pairs";
import type { LoadedMarket } from "../../data/load";
import type { FeatureBasis } from "../../data/store/basis";
import { ensureFeatureTables } from "../../data/store/featureTables";
import {
    activateParameters,
    activeParameters,
    ensureParameterTables,
    saveParameters,
} from "../../data/store/parameters";
import { newestBar, readMarket } from "../../data/store/readBars";
import type { TimeRange } from "../../data/store/readFeatures";
import { inTransaction } from "../../data/store/transaction";
import { DAY_MS, describeInstant, MINUTE_MS } from "../../features/time/instant";
import { leaveMessage, shareOf, type Container } from "./container";
import { withDatabase } from "./database";
import { discardUnfinished, writeDataset, type DatasetReport } from "./dataset";
import { writeWhole } from "./files";
import { log } from "./log";
import type { JobSettings } from "./settings";
import type { FeatureSource } from "./source";
import { openTables } from "./tables";
import { uploadedPairs } from "./uploaded";

/** Parts of the work that progress is told in. */
const PROGRESS_STEPS = 20;

/**
 * Makes this instance's pairs of a dataset in the folder that SageMaker uploads. A pair that fails leaves the others: the
 * report and the container's message name it. Pairs that an earlier attempt of the same inputs has uploaded are kept.
 */
export async function runJob(settings: JobSettings, container: Container): Promise<void> {
    const { outputDir, host, hosts } = container;
    const pairs = shareOf(settings.pairs, container);
    log("started", { host, hosts: hosts.length, source: settings.source, pairs });
    const report = await (settings.source === "bars" ? fromBars : fromTables)(settings, container, pairs);
    // What a failed pair has left would be uploaded with the rest.
    discardUnfinished(outputDir);
    writeWhole(join(outputDir, `report-${host}.json`), `${JSON.stringify(report, undefined, 2)}\n`);
    log("ended", { ...report });
    if (report.failed.length > 0) leaveMessage(settings.baseDir, describeFailed(report));
}

async function fromBars(
    settings: JobSettings,
    container: Container,
    pairs: readonly Pair[],
): Promise<DatasetReport> {
    const loaded = await withDatabase(settings.database, (pool) =>
        inTransaction(pool, async (client) => readMarket(client, await newestRange(client, settings))),
    );
    return write(settings, container, pairs, loaded);
}

/** Reads bars and tables as one transaction sees them, which lasts as long as the job. */
function fromTables(
    settings: JobSettings,
    container: Container,
    pairs: readonly Pair[],
): Promise<DatasetReport> {
    return withDatabase(settings.database, (pool) =>
        inTransaction(pool, async (client) => {
            // Of all pairs that are wanted, this instance's or not: all instances must come to the same minutes.
            const tables = await openTables(client, settings.pairs);
            const { activity, spread } = tables.basis;
            const newest = await newestRange(client, settings);
            const range = {
                fromMs: Math.max(tables.bars.fromMs, newest.fromMs),
                toMs: Math.min(tables.bars.toMs, newest.toMs),
            };
            return write(
                settings,
                container,
                pairs,
                await readMarket(client, range, { activity, spread }),
                tables,
            );
        }),
    );
}

/** The newest days of bars before an instant. The clock has no part in it: old bars give the dataset that they gave. */
async function newestRange(
    client: ClientBase,
    { toMs, historyDays }: Pick<JobSettings, "toMs" | "historyDays">,
): Promise<TimeRange> {
    const newest = await newestBar(client);
    if (newest === undefined) throw new Error('The table "bars" is empty: "./bqx ingest FOLDER" fills it');
    const endMs = Math.min(toMs, newest + MINUTE_MS);
    return { fromMs: endMs - historyDays * DAY_MS, toMs: endMs };
}

function write(
    { database }: JobSettings,
    { outputDir, outputUri }: Container,
    pairs: readonly Pair[],
    { market, origin }: LoadedMarket,
    source?: FeatureSource,
): Promise<DatasetReport> {
    const { timestamps } = market;
    log("bars read", {
        ...{ origin, minutes: timestamps.length },
        ...{ first: describeInstant(timestamps[0] ?? NaN), last: describeInstant(timestamps.at(-1) ?? NaN) },
    });
    let told = 0;
    return writeDataset({
        ...{ market, origin, source, pairs, out: outputDir },
        finished: (inputsHash) => uploadedPairs(outputUri, pairs, inputsHash),
        onFitted: (basis) =>
            withDatabase(database, (pool) => inTransaction(pool, (client) => keepBasis(client, basis))),
        onProgress: (done, of) => {
            const step = Math.floor((done * PROGRESS_STEPS) / of);
            if (step > told) log("progress", { done, of });
            told = step;
        },
    });
}

/** Keeps what the features depend on, for inference. A pair that has such parameters goes on with them until a release. */
async function keepBasis(client: ClientBase, basis: FeatureBasis): Promise<void> {
    await ensureFeatureTables(client);
    await ensureParameterTables(client);
    const digest = await saveParameters(client, basis);
    const active = new Set((await activeParameters(client)).flatMap(({ pairs }) => pairs));
    const activated = PAIRS.filter((pair) => !active.has(pair));
    await activateParameters(client, activated, digest);
    log("parameters stored", { digest, activated });
}

function describeFailed({ failed }: DatasetReport): string {
    const names = failed.map(({ pair }) => pair).join(", ");
    const errors = failed.map(({ pair, error }) => `${pair}: ${error}`).join("; ");
    return `${failed.length} failed: ${names}. ${errors}.\n`;
}
