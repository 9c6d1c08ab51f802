import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { zstdDecompressSync } from "node:zlib";
import type { Pair } from "../../../config/pairs";
import { STORED_COLUMNS } from "../../../features/catalogue";
import type { Market } from "../../../features/market";
import type { DatasetOptions } from "../../../sagemaker/processing/dataset";
import { EMBARGO_MINUTES, LONGEST_HORIZON } from "../../../sagemaker/processing/targets";
import { currencyMarket } from "../../features/families/currencyMarket";

/** Rows of the test's dataset: 235, 117 and 118 in its splits. */
export const USABLE = 470;

/** First rows of a market, in which some feature is warming up. */
export const WARM_UP = Math.max(...STORED_COLUMNS.map(({ lookbackMinutes }) => lookbackMinutes));

export const ROWS = WARM_UP + USABLE + 2 * EMBARGO_MINUTES + LONGEST_HORIZON;

/** Columns that are quick to compute; those that look at all pairs together are not. */
export const COLUMNS = ["rsi_idx_14", "bqx_60", "w60_bqx_a1"];

export const market = (): Market => currencyMarket(ROWS);

/** A small dataset of two pairs, in seven parts. */
export const options = (out: string): DatasetOptions => ({
    market: market(),
    origin: "simulated",
    out,
    pairs: ["eurusd", "gbpjpy"],
    columns: COLUMNS,
    workers: 1,
    partRows: 100,
});

/** Every file of a folder: path and content. */
export function contentOf(folder: string): Map<string, string> {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
        entry.isFile(),
    );
    const paths = files.map(({ parentPath, name }) => join(parentPath, name)).sort();
    return new Map(paths.map((path) => [path.slice(folder.length + 1), readFileSync(path, "latin1")]));
}

export type Row = Record<string, number> & { readonly ts_utc: Date };

/** The rows of one split of a pair, as another library reads them. */
export async function readSplit(out: string, pair: Pair, split: string): Promise<Row[]> {
    const folder = join(out, pair, "features_1080.parquet", split);
    const rows: Row[] = [];
    for (const name of readdirSync(folder).sort()) {
        const file = await asyncBufferFromFile(join(folder, name));
        const compressors = { ZSTD: (bytes: Uint8Array) => new Uint8Array(zstdDecompressSync(bytes)) };
        rows.push(...((await parquetReadObjects({ file, compressors })) as Row[]));
    }
    return rows;
}
