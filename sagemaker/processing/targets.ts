import type { Pair } from "../../config/pairs";
import type { BQX_WINDOWS } from "../../features/catalogue/bases";
import type { Market } from "../../features/market";
import type { FeatureParameters } from "../../features/parameters";
import { bqx } from "../../features/shared";
import { HISTORY_MINUTES, MarketSlice, workspacesFor } from "../../features/slice";
import type { RowRange } from "./splits";

/** What a model may be asked to forecast: bqx of a window, so many minutes ahead. */
export interface Target {
    /** The column's name. */
    readonly name: string;
    readonly windowMinutes: (typeof BQX_WINDOWS)[number];
    readonly horizonMinutes: number;
}

const target = (windowMinutes: Target["windowMinutes"], horizonMinutes: number): Target => ({
    name: `target_${windowMinutes}_${horizonMinutes}`,
    windowMinutes,
    horizonMinutes,
});

/** The targets that can be chosen, the default one first. */
export const TARGETS: readonly Target[] = [
    target(60, 60),
    target(15, 15),
    target(30, 30),
    target(45, 45),
    target(75, 75),
    target(75, 15),
    target(60, 15),
];

/** Rows at a market's end for which not every target is known. */
export const LONGEST_HORIZON = Math.max(...TARGETS.map(({ horizonMinutes }) => horizonMinutes));

/** Rows between splits for which no target's window reads bars of two splits. */
export const EMBARGO_MINUTES = Math.max(
    ...TARGETS.map(({ windowMinutes, horizonMinutes }) => windowMinutes + horizonMinutes),
);

/**
 * target_W_h(t) = bqx_W(t + h), one array per target, for some rows of a pair; NaN where t + h is beyond the market's end.
 * These are the same bits as the feature bqx_W has h minutes later. Nothing else in a dataset reads bars after t.
 */
export function targetValues(
    market: Market,
    parameters: FeatureParameters,
    pair: Pair,
    { from, to }: RowRange,
): Float32Array[] {
    const end = Math.min(market.timestamps.length, to + LONGEST_HORIZON);
    const workspaces = workspacesFor(end - from + HISTORY_MINUTES);
    const context = new MarketSlice(market, parameters, { from, to: end }, workspaces).pair(pair);
    const { span } = context;
    return TARGETS.map(({ windowMinutes, horizonMinutes }) => {
        const known = context.series(bqx(windowMinutes), span.from).subarray(span.from, span.to);
        const values = new Float32Array(to - from).fill(NaN);
        values.set(known.subarray(horizonMinutes, horizonMinutes + values.length));
        return values;
    });
}
