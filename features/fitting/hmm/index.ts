import { type Pair, PAIRS } from "../../../config/pairs";
import type { HmmParameters, Observations } from "../../families/hmm/model";
import { observationsOf } from "../../families/hmm/observations";
import { at } from "../../kernels/span";
import type { Market } from "../../market";
import type { Short } from "../../marketSeries";
import type { FeatureParameters } from "../../parameters";
import { HISTORY_MINUTES, MarketSlice, type PairContext, workspacesFor } from "../../slice";
import { fitModel } from "./baumWelch";

/** The models of a pair, one for each domain. */
export type PairHmm = Readonly<Record<Short, HmmParameters>>;

/**
 * Fits the models of some pairs to rows [from, to) of a market. Of the rows before, it reads what the first row's own
 * features do, and no row after.
 * @throws Error where the market or the parameters lack a pair
 * @throws RangeError where there are too few rows
 */
export function fitHmm(
    market: Market,
    pairs: FeatureParameters["pairs"],
    from: number,
    to: number,
    wanted: readonly Pair[] = PAIRS,
): Map<Pair, PairHmm> {
    const workspaces = workspacesFor(to - from + HISTORY_MINUTES);
    return new Map(
        wanted.map((pair) => {
            const context = new MarketSlice(market, { pairs }, { from, to }, workspaces).pair(pair);
            const model = (short: Short) => fitModel(trainingOf(context, short));
            return [pair, { idx: model("idx"), bqx: model("bqx") }];
        }),
    );
}

/** The observations of the context's span, without those at the market's start that are not known yet. */
function trainingOf(context: PairContext, short: Short): Observations {
    const { from, to } = context.span;
    const { moves, logRanges } = observationsOf(context, short, from);
    let first = from;
    while (first < to && Number.isNaN(at(moves, first) + at(logRanges, first))) first++;
    return { moves: moves.subarray(first, to), logRanges: logRanges.subarray(first, to) };
}
