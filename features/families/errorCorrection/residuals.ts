import type { Pair } from "../../../config/pairs";
import { COINTEGRATION_WINDOW } from "../../catalogue/errorCorrection";
import { baseOf, quoteOf } from "../../currencies";
import { defineGroup } from "../../family";
import { rollingComoments } from "../../kernels/comoments";
import { at, earlier, type Span } from "../../kernels/span";
import type { SeriesDefinition } from "../../series";
import type { Short } from "../../marketSeries";
import { EPSILON, signedRatio } from "../../shared";
import type { PairContext } from "../../slice";
import { comomentBuffers } from "../correlations";
import { currencyTotal, LEVEL } from "./levels";

/** Least squares on two series needs the part of one that the other does not explain to be more than this. */
const LEAST_OWN_SHARE = 1e-9;

/** Least standard deviation of a level or a residual that may be divided by. */
export const epsilonOf = (short: Short): number => (short === "idx" ? EPSILON.ratio : EPSILON.bqx);

/** Distance of the last level from where the partners' say it should be, and the weights they have in that. */
export interface PartnerFit {
    readonly residual: Float64Array;
    readonly weights: readonly [Float64Array, Float64Array];
}

const fitOf = (short: Short): SeriesDefinition<PairContext> =>
    defineGroup(`ec_${short}`, 3, (context, arrays, span) =>
        computePartnerFit(context, short, fitIn(arrays), span),
    );

const FITS = { idx: fitOf("idx"), bqx: fitOf("bqx") } as const;

/** Valid from `lookback` rows before the span on. */
export function partnerFit(context: PairContext, short: Short, lookback: number): PartnerFit {
    return fitIn(context.group(FITS[short], context.span.from - lookback));
}

function fitIn([residual, first, second]: readonly Float64Array[]): PartnerFit {
    if (!residual || !first || !second) throw new Error("a partner fit has 3 arrays");
    return { residual, weights: [first, second] };
}

function partnersOf({ pair, slice }: PairContext): readonly Pair[] {
    const partners = slice.parameters.partners?.get(pair);
    if (partners !== undefined) return partners;
    throw new Error(
        `family "error correction" needs the feature parameters "partners" of ${pair}, see fitting/partners.ts`,
    );
}

/** Least squares with a constant on the levels of both partners, over the last 240 minutes of each row. */
function computePartnerFit(
    context: PairContext,
    short: Short,
    { residual, weights: [weight1, weight2] }: PartnerFit,
    span: Span,
): void {
    const from = span.from - COINTEGRATION_WINDOW + 1;
    const levels = [context, ...partnersOf(context).map((pair) => context.slice.pair(pair))].map((each) =>
        each.series(LEVEL[short], from),
    );
    const [y, x1, x2] = levels as [Float64Array, Float64Array, Float64Array];
    const [between, by1, by2] = [
        comomentBuffers(context),
        comomentBuffers(context),
        comomentBuffers(context),
    ];
    rollingComoments(x1, x2, COINTEGRATION_WINDOW, between, span);
    rollingComoments(x1, y, COINTEGRATION_WINDOW, by1, span);
    rollingComoments(x2, y, COINTEGRATION_WINDOW, by2, span);
    const least = epsilonOf(short) ** 2;
    for (let row = span.from; row < span.to; row++) {
        const [v1, v2] = [at(between.varianceX, row), at(between.varianceY, row)];
        const [c12, c1, c2] = [at(between.covariance, row), at(by1.covariance, row), at(by2.covariance, row)];
        const determinant = v1 * v2 - c12 * c12;
        const isUsable = v1 > least && v2 > least && determinant > LEAST_OWN_SHARE * v1 * v2;
        const slope1 = isUsable ? (c1 * v2 - c2 * c12) / determinant : NaN;
        const slope2 = isUsable ? (c2 * v1 - c1 * c12) / determinant : NaN;
        residual[row] =
            at(y, row) -
            at(by1.meanY, row) -
            slope1 * (at(x1, row) - at(between.meanX, row)) -
            slope2 * (at(x2, row) - at(between.meanY, row));
        weight1[row] = signedRatio(slope1, 1, 0);
        weight2[row] = signedRatio(slope2, 1, 0);
    }
}

/** Distance from the mean of the six rates that the pair has through a third currency. */
export function triangleResidual(context: PairContext, short: Short, output: Float64Array): Float64Array {
    const { slice, span } = context;
    const base = currencyTotal(slice, short, baseOf(context.pair), span.from);
    const quote = currencyTotal(slice, short, quoteOf(context.pair), span.from);
    const level = context.series(LEVEL[short], span.from);
    for (let row = span.from; row < span.to; row++) {
        const own = at(level, row);
        // Through c the pair is base/c and c/quote; both totals hold the pair itself, which is no way round.
        const around = (at(base, row) - own - (at(quote, row) + own)) / 6;
        output[row] = own - around;
    }
    return output;
}

/** Distance from where the six other pairs of one of its currencies say it should be, by least squares on their mean. */
export function currencyResidual(
    context: PairContext,
    short: Short,
    side: "base" | "quote",
    output: Float64Array,
): Float64Array {
    const { slice, span } = context;
    const wide = earlier(span, COINTEGRATION_WINDOW - 1);
    const currency = side === "base" ? baseOf(context.pair) : quoteOf(context.pair);
    const total = currencyTotal(slice, short, currency, wide.from);
    const own = context.series(LEVEL[short], wide.from);
    const sign = side === "base" ? 1 : -1;
    const others = context.scratch();
    for (let row = wide.from; row < wide.to; row++) {
        others[row] = (sign * at(total, row) - at(own, row)) / 6;
    }
    return residualOn(context, short, others, output);
}

/**
 * Distance from where the dollar says it should be: least squares on its mean against all seven majors. A pair that is one
 * of them is in that mean, as a stock is in its index; without it this would be its currency residual again.
 */
export function usdResidual(context: PairContext, short: Short, output: Float64Array): Float64Array {
    const from = context.span.from - COINTEGRATION_WINDOW + 1;
    return residualOn(context, short, currencyTotal(context.slice, short, "usd", from), output);
}

function residualOn(
    context: PairContext,
    short: Short,
    xs: Float64Array,
    output: Float64Array,
): Float64Array {
    const { span } = context;
    const least = epsilonOf(short) ** 2;
    const level = context.series(LEVEL[short], span.from - COINTEGRATION_WINDOW + 1);
    const moments = comomentBuffers(context);
    rollingComoments(xs, level, COINTEGRATION_WINDOW, moments, span);
    for (let row = span.from; row < span.to; row++) {
        const variance = at(moments.varianceX, row);
        const slope = variance > least ? at(moments.covariance, row) / variance : NaN;
        output[row] =
            at(level, row) - at(moments.meanY, row) - slope * (at(xs, row) - at(moments.meanX, row));
    }
    return output;
}
