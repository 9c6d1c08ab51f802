import { createWriteStream, mkdirSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { PAIRS, type Pair } from "../../config/pairs";
import type { Bars } from "../bars";
import { CSV_HEADER_WITH_SPREAD, csvRows } from "../csv";
import { MANIFEST_FILE } from "../manifest";
import { decimalsOf, simulate, simulatedBars } from "./bars";
import { readFixings } from "./fixings";

const ROWS_AT_ONCE = 4_096;

export interface SampleOptions {
    /** Same seed, same bits. @default 1 */
    readonly seed?: number;
    /** How many days, between one fixing and the next, up to the extract's last. @default all of them */
    readonly days?: number;
    /** Pairs to write. @default all 28 */
    readonly pairs?: readonly Pair[];
}

/**
 * Writes the sample market into a folder, a CSV.gz for each pair, as `loadMarket` reads it. Each file appears whole or
 * not at all. The manifest, which says that the bars are simulated, comes first: no bars are ever there without it.
 * @throws RangeError for more days than the extract has, and for fewer than one
 */
export async function writeSample(folder: string, options: SampleOptions = {}): Promise<void> {
    const all = readFixings();
    const mostDays = all.length - 1;
    const { seed = 1, days = mostDays, pairs = PAIRS } = options;
    if (!(Number.isInteger(days) && days >= 1 && days <= mostDays)) {
        throw new RangeError(`Sample market: days: got ${days}, allowed: 1 to ${mostDays}`);
    }
    const fixings = all.slice(-(days + 1));
    mkdirSync(folder, { recursive: true });
    const manifest = {
        origin: "simulated",
        seed,
        fixings: {
            source: "European Central Bank, euro foreign exchange reference rates",
            first: fixings[0]?.date,
            last: fixings.at(-1)?.date,
        },
    };
    await writeWhole(join(folder, MANIFEST_FILE), [`${JSON.stringify(manifest, null, 4)}\n`]);
    const simulation = simulate(fixings, seed);
    for (const pair of pairs) {
        const text = csvText(simulatedBars(simulation, pair));
        await writeWhole(join(folder, `${pair}.csv.gz`), text, createGzip());
    }
}

function* csvText(bars: Bars): Generator<string> {
    yield `${CSV_HEADER_WITH_SPREAD}\n`;
    const rows = bars.timestamps.length;
    for (let from = 0; from < rows; from += ROWS_AT_ONCE) {
        yield csvRows(bars, from, Math.min(rows, from + ROWS_AT_ONCE), decimalsOf(bars.pair));
    }
}

/** A reader sees the file as it was or as it will be, never a part. */
async function writeWhole(
    path: string,
    text: Iterable<string>,
    through?: ReturnType<typeof createGzip>,
): Promise<void> {
    const temporary = `${path}.${process.pid}.tmp`;
    try {
        const file = createWriteStream(temporary);
        const source = Readable.from(text);
        await (through === undefined ? pipeline(source, file) : pipeline(source, through, file));
        await rename(temporary, path);
    } catch (error) {
        await rm(temporary, { force: true });
        throw error;
    }
}
