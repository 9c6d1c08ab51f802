import { defineSeries } from "../../family";
import { at } from "../../kernels/span";
import type { Short } from "../../marketSeries";
import type { SeriesDefinition } from "../../series";
import { BQX_BAR, BQX_CHANGE, LOG_RETURN } from "../../shared";
import type { PairContext } from "../../slice";
import type { Observations } from "./model";

/** Ranges count as at least 0.01 basis points, as every filled minute has none. */
const LEAST_RANGE = 1e-6;

const LOG_RANGE_IDX = defineSeries(
    "log_range_idx",
    ({ bars: { high, low, close } }, output, { from, to }) => {
        for (let row = from; row < to; row++) {
            output[row] = Math.log(Math.max(LEAST_RANGE, (at(high, row) - at(low, row)) / at(close, row)));
        }
    },
);

const LOG_RANGE_BQX = defineSeries("log_range_bqx", (context, output, { from, to }) => {
    const [high, low] = context.group(BQX_BAR, from);
    if (!high || !low) throw new Error("the bars of bqx have 2 arrays");
    for (let row = from; row < to; row++) {
        output[row] = Math.log(Math.max(LEAST_RANGE, at(high, row) - at(low, row)));
    }
});

const SERIES: Readonly<Record<Short, Readonly<Record<keyof Observations, SeriesDefinition<PairContext>>>>> = {
    idx: { moves: LOG_RETURN, logRanges: LOG_RANGE_IDX },
    bqx: { moves: BQX_CHANGE, logRanges: LOG_RANGE_BQX },
};

/** What the model of a domain sees of each minute, valid from row `from` on. */
export function observationsOf(context: PairContext, short: Short, from: number): Observations {
    const { moves, logRanges } = SERIES[short];
    return { moves: context.series(moves, from), logRanges: context.series(logRanges, from) };
}
