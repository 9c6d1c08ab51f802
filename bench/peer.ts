import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Pair } from "../config/pairs";
import { ensurePython } from "../local/toolchain/python";
import { run } from "../local/toolchain/run";
import { type Bench, least } from "./benchmark";

const FOLDER = join(__dirname, "peers");

/** Libraries that bring threads of their own are held to one, as the figures are per core. */
const ONE_THREAD = { OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1", POLARS_MAX_THREADS: "1" };

/** What a peer computed, and what it took. */
export interface PeerReport {
    readonly library: string;
    /** Values of one run. */
    readonly values: number;
    /** Processor seconds, run by run. */
    readonly cpuSeconds: readonly number[];
}

/**
 * Runs peers/<name>.py in an environment of its own, over rows [from, to) of some pairs: it finds open, high, low and close
 * of each as doubles, one after another.
 */
export async function runPeer(
    name: string,
    { folder, market: { market }, progress }: Bench,
    { pairs, from, to }: { readonly pairs: readonly Pair[]; readonly from: number; readonly to: number },
): Promise<PeerReport> {
    const python = await ensurePython(join(FOLDER, "requirements.txt"), progress);
    const bars = join(folder, name);
    mkdirSync(bars, { recursive: true });
    for (const pair of pairs) {
        const of = market.bars.get(pair);
        if (of === undefined) throw new Error(`the market has no bars of ${pair}`);
        const content = [of.open, of.high, of.low, of.close].map((column) => {
            const { buffer, byteOffset, byteLength } = column.subarray(from, to);
            return new Uint8Array(buffer, byteOffset, byteLength);
        });
        writeFileSync(join(bars, `${pair}.f64`), Buffer.concat(content));
    }
    progress(`peer ${name}`);
    const script = join(FOLDER, `${name}.py`);
    const env = { ...process.env, ...ONE_THREAD };
    return JSON.parse(await run(join(python, "bin", "python"), [script, bars], { env })) as PeerReport;
}

/** Millions of values per second of one core, in the best run. */
export const rateOf = (values: number, cpuSeconds: readonly number[]): number =>
    values / least(cpuSeconds) / 1e6;
