import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { zstdDecompressSync } from "node:zlib";
import type { Pair } from "../../../config/pairs";
import type { Market } from "../../../features/market";
import type { DatasetOptions } from "../../../sagemaker/processing/dataset";
import { currencyMarket } from "../../features/families/currencyMarket";

/** Rows of the test's market: 470 of them are complete. */
export const ROWS = 5_600;

/** Columns that are quick to compute; those that look at all pairs together are not. */
export const COLUMNS = ["rsi_idx_14", "bqx_15_lag_1", "reg_bqx_a1_60"];

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
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
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
