import { PAIRS } from "../../../config/pairs";
import { PANEL_RANK_CHANGES, PANEL_SERIES, PANEL_STRENGTH_WINDOW } from "../../catalogue/panel";
import { defineFamily, defineSeries, type Emit } from "../../family";
import { at } from "../../kernels/span";
import { rollingSum } from "../../kernels/sums";
import { ownStrengths } from "../../marketSeries";
import type { SeriesDefinition } from "../../series";
import { bqx, EPSILON, safeRatio, VOLATILITY_60 } from "../../shared";
import type { PairContext } from "../../slice";
import { type PanelStatistics, panelStatistics } from "./statistics";

type Definition = SeriesDefinition<PairContext>;
type Name = (typeof PANEL_SERIES)[number]["name"];

/** ln(rate(t) / rate(t - minutes)). */
const returnOver = (minutes: number): Definition =>
    defineSeries(`return_${minutes}`, ({ bars: { close } }, output, { from, to }) => {
        for (let row = from; row < to; row++) {
            output[row] = row < minutes ? NaN : Math.log(at(close, row) / at(close, row - minutes));
        }
    });

const SERIES: Readonly<Record<Name, Definition>> = {
    return_5: returnOver(5),
    return_15: returnOver(15),
    return_60: returnOver(60),
    return_240: returnOver(240),
    bqx_15: bqx(15),
    bqx_30: bqx(30),
    bqx_60: bqx(60),
    bqx_75: bqx(75),
    volatility_60: VOLATILITY_60,
};

/** Where the pair stands among all 28 at the same minute. */
export const crossSectionalPanel = defineFamily({
    name: "cross-sectional panel",
    compute(context, emit) {
        for (const { name, domain } of PANEL_SERIES) {
            emitStanding(context, name, domain === "bqx" ? EPSILON.bqx : EPSILON.ratio, emit);
        }
        emitStrengths(context, emit);
        for (const minutes of PANEL_RANK_CHANGES) emitRankChange(context, minutes, emit);
        const { mean, std, skew } = panelOf(context, "bqx_60", EPSILON.bqx, 0);
        emit("panel_bqx_60_mean", mean);
        emit("panel_bqx_60_dispersion", std);
        emit("panel_bqx_60_skew", skew);
    },
});

function panelOf(context: PairContext, name: Name, epsilon: number, lookback: number): PanelStatistics {
    return panelStatistics(context.slice, SERIES[name], epsilon, context.span.from - lookback);
}

function rankIn({ ranks }: PanelStatistics, context: PairContext): Float64Array {
    const rank = ranks[PAIRS.indexOf(context.pair)];
    if (rank === undefined) throw new Error(`the panel has no ranks of ${context.pair}`);
    return rank;
}

function emitStanding(context: PairContext, name: Name, epsilon: number, emit: Emit): void {
    const { span } = context;
    const panel = panelOf(context, name, epsilon, 0);
    const values = context.series(SERIES[name], span.from);
    const z = context.scratch();
    const distance = context.scratch();
    for (let row = span.from; row < span.to; row++) {
        const value = at(values, row);
        z[row] = safeRatio(value - at(panel.mean, row), at(panel.std, row), epsilon);
        distance[row] = value - at(panel.median, row);
    }
    emit(`panel_rank_${name}`, rankIn(panel, context));
    emit(`panel_z_${name}`, z);
    emit(`panel_median_distance_${name}`, distance);
}

function emitRankChange(context: PairContext, minutes: number, emit: Emit): void {
    const { span } = context;
    const rank = rankIn(panelOf(context, "return_60", EPSILON.ratio, minutes), context);
    const change = context.scratch();
    for (let row = span.from; row < span.to; row++) {
        change[row] = row < minutes ? NaN : at(rank, row) - at(rank, row - minutes);
    }
    emit(`panel_rank_change_${minutes}`, change);
}

/** A currency's mean r against the other seven, summed up. */
function emitStrengths(context: PairContext, emit: Emit): void {
    const { span } = context;
    const window = PANEL_STRENGTH_WINDOW;
    const now = ownStrengths(context, "idx", span.from - window + 1);
    const base = context.scratch();
    const quote = context.scratch();
    rollingSum(now.base, window, base, span);
    rollingSum(now.quote, window, quote, span);
    emit(`panel_strength_base_${window}`, base);
    emit(`panel_strength_quote_${window}`, quote);
    for (let row = span.from; row < span.to; row++) base[row] = at(base, row) - at(quote, row);
    emit(`panel_strength_gap_${window}`, base);
}
