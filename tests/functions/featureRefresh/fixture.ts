import { buildSync } from "esbuild";
import { createRequire } from "node:module";
import { compileFunction } from "node:vm";
import type { Pool } from "pg";
import { PAIRS, type Pair } from "../../../config/pairs";
import type { Bars } from "../../../data/bars";
import { createStage, insertStage, stage } from "../../../data/store/bars";
import type { FeatureBasis } from "../../../data/store/basis";
import { inTransaction } from "../../../data/store/transaction";
import { fitCrossPair } from "../../../features/fitting/crossPair";
import { fitHmm } from "../../../features/fitting/hmm";
import { fitPartners } from "../../../features/fitting/partners";
import { minuteIndex } from "../../../features/time/calendar";
import { MINUTE_MS } from "../../../features/time/instant";
import type { RefreshRequest } from "../../../functions/featureRefresh/refresh";
import { parametersOf } from "../../features/families/currencyMarket";
import { regimeMarket } from "../../features/families/regimeMarket";

/** Some more minutes than the longest lookback, over a weekend. */
export const MARKET = regimeMarket(6_000);

/** Row from which on the tests put bars; those before are there. */
export const FIRST_ROW = 5_900;

/** The hot window of the tests, in minutes: few, so that they are computed fast. */
export const HOT_MINUTES = 12;

/** When the bar of a row of the market begins, ms UTC. */
export const timeOf = (row: number): number => MARKET.timestamps[row]!;

/** The number of a row's minute. */
export const minuteOf = (row: number): number => minuteIndex(timeOf(row));

const TRAINING_ROWS = 1_000;

/** Parameters of all pairs; the regimes of one stand for all. */
export function basisOf(trainingHash = "training"): FeatureBasis {
    const configured = parametersOf(MARKET);
    const fitted = fitHmm(MARKET, configured.pairs, 0, TRAINING_ROWS, ["audcad"]).get("audcad")!;
    const parameters = {
        ...configured,
        crossPair: fitCrossPair(MARKET, 0, TRAINING_ROWS),
        partners: fitPartners(MARKET, 0, TRAINING_ROWS),
        hmm: new Map(PAIRS.map((pair) => [pair, fitted])),
    };
    return { activity: "trueRange", spread: "corwinSchultz", trainingHash, parameters };
}

/** The market's bars of a pair in rows [from, to), as a feed brings them. */
export function barsOf(pair: Pair, from: number, to: number): Bars {
    const { open, high, low, close, volume } = MARKET.bars.get(pair)!;
    const cut = (values: Float64Array) => values.slice(from, to);
    return {
        ...{
            pair,
            source: "test",
            timestamps: cut(MARKET.timestamps),
            spread: undefined,
            closedHoursDropped: 0,
        },
        ...{ open: cut(open), high: cut(high), low: cut(low), close: cut(close), volume: cut(volume) },
    };
}

/** Puts bars into the database. */
export function putBars(database: Pool, ...all: readonly Bars[]): Promise<void> {
    return inTransaction(database, async (client) => {
        for (const bars of all) {
            await client.query("drop table if exists staged");
            await createStage(client);
            await stage(client, bars);
            await insertStage(client, bars.pair, "simulated");
        }
    });
}

/** Puts the bars of rows [from, to) of all pairs, or of some, into the database. */
export function putRows(
    database: Pool,
    from: number,
    to: number,
    pairs: readonly Pair[] = PAIRS,
): Promise<void> {
    return putBars(database, ...pairs.map((pair) => barsOf(pair, from, to)));
}

/** A run just after the bar of a row has closed, with all the time it wants. */
export function atCloseOf(row: number, changes: Partial<RefreshRequest> = {}): RefreshRequest {
    return {
        nowMs: timeOf(row) + MINUTE_MS,
        retentionDays: HOT_MINUTES / 1440,
        remainingMilliseconds: () => 600_000,
        ...changes,
    };
}

/** A module of this project with all that it imports in one script, as functions run: file by file it is several times slower. */
export function bundled(path: string): unknown {
    const [script] = buildSync({
        ...{ entryPoints: [path], bundle: true, packages: "external", write: false },
        ...{ platform: "node", format: "cjs", target: "node22" },
    }).outputFiles;
    const loaded = { exports: {} };
    const run = compileFunction(script!.text, ["require", "module", "exports"]) as (
        ...values: unknown[]
    ) => void;
    run(createRequire(__filename), loaded, loaded.exports);
    return loaded.exports;
}
