import { loadMarket } from "../../data/load";
import { computedColumns, computeRange } from "../../features/engine";
import { fitCrossPair } from "../../features/fitting/crossPair";
import { fitPartners } from "../../features/fitting/partners";
import { fitHmm } from "../../features/fitting/hmm";
import { STORED_COLUMNS } from "../../features/catalogue";
import { PAIRS } from "../../config/pairs";
async function main() {
    let t = Date.now();
    const lap = (n: string) => { console.log(n, Date.now() - t); t = Date.now(); };
    const { market } = await loadMarket("/work/shared/data/fx-m1-2017q3", { pairs: PAIRS, fromMs: Date.parse("2017-08-30T00:00Z"), toMs: Date.parse("2017-09-06T15:00Z"), daysToHoliday: () => 1 });
    lap("load " + market.timestamps.length);
    const pairs = new Map(PAIRS.map((p) => [p, { baseRate: market.bars.get(p)!.close[0]!, garch: { omega: 1e-10, alpha: 0.06, beta: 0.92 } }]));
    const parameters = { pairs, crossPair: fitCrossPair(market, 0, 2000), partners: fitPartners(market, 0, 2000), hmm: fitHmm(market, pairs, 0, 2000, ["eurusd", "audjpy"]) };
    lap("fit");
    const only = computedColumns();
    for (const b of computeRange(market, parameters, { pairs: ["eurusd", "audjpy"], columns: only, from: 0, to: market.timestamps.length })) console.log(b.pair, b.values.length);
    lap("all");
    for (const family of new Set(STORED_COLUMNS.map((c) => c.family))) {
        for (const _ of computeRange(market, parameters, { pairs: ["eurusd"], columns: STORED_COLUMNS.filter((c) => c.family === family).map((c) => c.name), from: 0, to: market.timestamps.length }));
        lap(family);
    }
}
void main();
