import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { PAIRS } from "../config/pairs";
import { daysToHoliday } from "../data/holidays";
import { loadMarket } from "../data/load";
import type { Origin } from "../data/manifest";
import { writeSample } from "../data/sample/write";
import type { Market } from "../features/market";

/** Days of the sample market: as many as the real bars have. */
const SAMPLE_DAYS = 92;

/** Bars of all pairs, and where they come from. */
export interface BenchMarket {
    readonly market: Market;
    readonly origin: Origin;
    /** The real bars' folder, or what stands for them. */
    readonly source: "real bars" | "simulated bars";
}

/** The bars of the folder that BQX_REAL_BARS names; without it, simulated ones of as many days, written to `scratch`. */
export async function benchMarket(scratch: string): Promise<BenchMarket> {
    const real = process.env["BQX_REAL_BARS"];
    const folder = real ?? join(scratch, "sample");
    if (real === undefined) {
        mkdirSync(folder);
        await writeSample(folder, { days: SAMPLE_DAYS });
    }
    const loaded = await loadMarket(folder, { pairs: PAIRS, daysToHoliday });
    return { ...loaded, source: real === undefined ? "simulated bars" : "real bars" };
}
