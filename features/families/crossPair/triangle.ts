import { BQX_DEFAULT } from "../../catalogue/bases";
import { triangleOf } from "../../currencies";
import { defineSeries, type Emit } from "../../family";
import { rollingMeanStd } from "../../kernels/moments";
import { at, earlier, type Span } from "../../kernels/span";
import type { SeriesDefinition } from "../../series";
import { bqx, EPSILON, LN_RATE, signOf } from "../../shared";
import type { PairContext } from "../../slice";
import { lagged, standardised } from "../correlations";

const BASIS_POINTS = 1e4;

/** What a pair has more of a series than the two legs of its triangle together, times `scale`. */
const residualOf = (
    key: string,
    of: SeriesDefinition<PairContext>,
    scale: number,
): SeriesDefinition<PairContext> =>
    defineSeries(key, (context, output, { from, to }) => {
        const own = context.series(of, from);
        const [one, two] = triangleOf(context.pair);
        const first = context.slice.pair(one.pair).series(of, from);
        const second = context.slice.pair(two.pair).series(of, from);
        for (let row = from; row < to; row++) {
            const legs = one.sign * at(first, row) + two.sign * at(second, row);
            output[row] = scale * (at(own, row) - legs);
        }
    });

const IDX_RESIDUAL = residualOf("triangle_idx", LN_RATE, BASIS_POINTS);
const BQX_RESIDUAL = residualOf("triangle_bqx", bqx(BQX_DEFAULT), 1);

/** Basis points. */
const IDX_EPSILON = BASIS_POINTS * EPSILON.ratio;

const Z_WINDOW = 20;
const CHANGE_MINUTES = 5;
const VOLATILITY_WINDOW = 30;

/** How far the pair stands from the price that two others imply, in both domains. */
export function emitTriangle(context: PairContext, emit: Emit): void {
    const { span } = context;
    emitResidual(context, IDX_RESIDUAL, "idx", IDX_EPSILON, emit);
    emitResidual(context, BQX_RESIDUAL, "bqx", EPSILON.bqx, emit);
    emit("triangle_residual_volatility_idx_30", volatility(context, IDX_RESIDUAL));
    emit("triangle_alignment", alignment(context, span));
}

function emitResidual(
    context: PairContext,
    of: SeriesDefinition<PairContext>,
    short: "idx" | "bqx",
    epsilon: number,
    emit: Emit,
): void {
    const { span } = context;
    const residual = context.series(of, span.from - Z_WINDOW + 1);
    const mean = context.scratch();
    const std = context.scratch();
    const output = context.scratch();
    emit(`triangle_residual_${short}`, residual);
    rollingMeanStd(residual, Z_WINDOW, mean, std, span);
    const z = standardised(residual, mean, std, epsilon, output, span);
    emit(`triangle_residual_z_${short}_${Z_WINDOW}`, z);
    const change = changeOf(residual, CHANGE_MINUTES, output, span);
    emit(`triangle_residual_change_${short}_${CHANGE_MINUTES}`, change);
}

function changeOf(values: Float64Array, minutes: number, output: Float64Array, span: Span): Float64Array {
    lagged(values, minutes, output, span);
    for (let row = span.from; row < span.to; row++) output[row] = at(values, row) - at(output, row);
    return output;
}

/** Standard deviation of the residual's changes from minute to minute. */
function volatility(context: PairContext, of: SeriesDefinition<PairContext>): Float64Array {
    const { span } = context;
    const wide = earlier(span, VOLATILITY_WINDOW - 1);
    const changes = changeOf(context.series(of, wide.from - 1), 1, context.scratch(), wide);
    const std = context.scratch();
    rollingMeanStd(changes, VOLATILITY_WINDOW, context.scratch(), std, span);
    return std;
}

/**
 * 1 where the residual of rates and that of bqx have opposite signs: bqx is positive where a rate has fallen, so the
 * pair then got out of line within bqx's minutes. 0 where it is older, and now shrinks.
 */
function alignment(context: PairContext, { from, to }: Span): Float64Array {
    const rates = context.series(IDX_RESIDUAL, from);
    const momentum = context.series(BQX_RESIDUAL, from);
    const output = context.scratch();
    for (let row = from; row < to; row++) {
        const product = signOf(at(rates, row), IDX_EPSILON) * signOf(at(momentum, row), EPSILON.bqx);
        output[row] = Number.isNaN(product) ? NaN : Number(product < 0);
    }
    return output;
}
