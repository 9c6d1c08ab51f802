import { BQX_BAR_MINUTES } from "../catalogue/bases";
import { BIPOWER_WINDOWS, RANGE_WINDOWS, REALIZED_WINDOWS } from "../catalogue/realizedVolatility";
import { defineFamily, defineGroup, defineSeries, type Emit } from "../family";
import { rollingMeanStd } from "../kernels/moments";
import { rollingRank } from "../kernels/ranks";
import { at, earlier, type Span } from "../kernels/span";
import { rollingMean, rollingSum } from "../kernels/sums";
import type { SeriesDefinition } from "../series";
import { bqx, BQX_BAR, BQX_CHANGE, EPSILON, LOG_RETURN, safeRatio } from "../shared";
import type { PairContext } from "../slice";

type Short = "idx" | "bqx";
type Definition = SeriesDefinition<PairContext>;

/** Longest window over which the volatility's own movements are judged. */
const PERCENTILE_WINDOW = 1440;
const VOLATILITY_WINDOW = 240;

/** Realized volatility: root of the sum of the last squared changes. */
const realized = (of: Definition, window: number): Definition =>
    defineSeries(`${of.key}_realized_${window}`, (context, output, span) => {
        const changes = context.series(of, span.from - window + 1);
        const squares = context.scratch();
        const wide = earlier(span, window - 1);
        for (let row = wide.from; row < wide.to; row++) squares[row] = at(changes, row) * at(changes, row);
        rollingSum(squares, window, output, span);
        for (let row = span.from; row < span.to; row++) output[row] = Math.sqrt(at(output, row));
    });

const realizedOf = (of: Definition) =>
    new Map(REALIZED_WINDOWS.map((window) => [window, realized(of, window)]));

/** The variances of single bars that the estimators average: Parkinson, Garman-Klass, Rogers-Satchell. */
const BAR_VARIANCES: Readonly<Record<Short, Definition>> = {
    idx: defineGroup(
        "bar_variances_idx",
        3,
        ({ bars: { open, high, low, close } }, outputs, { from, to }) => {
            for (let row = from; row < to; row++) {
                const start = Math.log(at(open, row));
                const up = Math.log(at(high, row)) - start;
                const down = Math.log(at(low, row)) - start;
                writeVariances(outputs, row, up, down, Math.log(at(close, row)) - start);
            }
        },
    ),
    // A bar of bqx is its last 5 minutes: it opens at the first of them, and differences take the place of logarithms.
    bqx: defineGroup("bar_variances_bqx", 3, (context, outputs, span) => {
        const back = BQX_BAR_MINUTES - 1;
        const [high, low] = context.group(BQX_BAR, span.from);
        const close = context.series(bqx(15), span.from - back);
        if (!high || !low) throw new Error("bqx bars have 2 arrays");
        for (let row = span.from; row < span.to; row++) {
            const start = row < back ? NaN : at(close, row - back);
            writeVariances(outputs, row, at(high, row) - start, at(low, row) - start, at(close, row) - start);
        }
    }),
};

/** From the distances of high, low and close to the open: Parkinson 1980, Garman-Klass 1980, Rogers-Satchell 1991. */
function writeVariances(
    [parkinson, garmanKlass, rogersSatchell]: readonly Float64Array[],
    row: number,
    up: number,
    down: number,
    close: number,
): void {
    if (!parkinson || !garmanKlass || !rogersSatchell) throw new Error("there are 3 variances");
    const range = up - down;
    parkinson[row] = (range * range) / (4 * Math.LN2);
    garmanKlass[row] = (range * range) / 2 - (2 * Math.LN2 - 1) * close * close;
    rogersSatchell[row] = up * (up - close) + down * (down - close);
}

const SIDES = [
    { short: "idx", of: LOG_RETURN, realized: realizedOf(LOG_RETURN), epsilon: EPSILON.ratio },
    { short: "bqx", of: BQX_CHANGE, realized: realizedOf(BQX_CHANGE), epsilon: EPSILON.bqx },
] as const;

type Side = (typeof SIDES)[number];

/** Volatility from squared changes and from ranges, of r and of the change of bqx_15. */
export const realizedVolatility = defineFamily({
    name: "realized volatility",
    compute(context, emit) {
        for (const side of SIDES) {
            emitRanges(context, side, emit);
            emitBipower(context, side, emit);
            emitSemivariances(context, side, emit);
            emitMovements(context, side, emit);
        }
    },
});

function realizedSeries(
    context: PairContext,
    side: Side,
    window: 15 | 30 | 60 | 240,
    lookback: number,
): Float64Array {
    const definition = side.realized.get(window);
    if (definition === undefined) throw new Error(`there is no realized volatility over ${window}`);
    return context.series(definition, context.span.from - lookback);
}

function emitRanges(context: PairContext, { short }: Side, emit: Emit): void {
    const { span } = context;
    const output = context.scratch();
    const variances = context.group(BAR_VARIANCES[short], span.from - Math.max(...RANGE_WINDOWS) + 1);
    ["parkinson", "garman_klass", "rogers_satchell"].forEach((estimator, index) => {
        const variance = variances[index];
        if (variance === undefined) throw new Error(`there is no variance ${index}`);
        for (const window of RANGE_WINDOWS) {
            rollingMean(variance, window, output, span);
            rootOf(output, span);
            emit(`rv_${estimator}_${short}_${window}`, output);
        }
    });
}

/** Square roots; a mean of estimates may be a little below 0. */
function rootOf(variance: Float64Array, { from, to }: Span): void {
    for (let row = from; row < to; row++) variance[row] = Math.sqrt(Math.max(0, at(variance, row)));
}

/** Barndorff-Nielsen and Shephard 2004: neighbours' product does not see a single jump, so the gap to r^2 is jumps. */
function emitBipower(context: PairContext, side: Side, emit: Emit): void {
    const { span } = context;
    const { short, of, epsilon } = side;
    const output = context.scratch();
    const products = context.scratch();
    const longest = Math.max(...BIPOWER_WINDOWS);
    const changes = context.series(of, span.from - longest);
    const wide = earlier(span, longest - 2);
    for (let row = wide.from; row < wide.to; row++) {
        products[row] = row === 0 ? NaN : Math.abs(at(changes, row) * at(changes, row - 1));
    }
    for (const window of BIPOWER_WINDOWS) {
        const total = realizedSeries(context, side, window, 0);
        rollingSum(products, window - 1, output, span);
        // The window has one product fewer than squares.
        const scale = ((Math.PI / 2) * window) / (window - 1);
        for (let row = span.from; row < span.to; row++) output[row] = Math.sqrt(scale * at(output, row));
        emit(`rv_bipower_${short}_${window}`, output);
        for (let row = span.from; row < span.to; row++) {
            const ratio = safeRatio(at(output, row), at(total, row), epsilon);
            output[row] = Math.max(0, 1 - ratio * ratio);
        }
        emit(`rv_jump_share_${short}_${window}`, output);
    }
}

/** Roots of the sums of squared gains and of squared losses, and what their balance is (-1 to 1). */
function emitSemivariances(context: PairContext, { short, of, epsilon }: Side, emit: Emit): void {
    const { span } = context;
    const window = 60;
    const changes = context.series(of, span.from - window + 1);
    const [gains, losses, up, down] = [
        context.scratch(),
        context.scratch(),
        context.scratch(),
        context.scratch(),
    ];
    const wide = earlier(span, window - 1);
    for (let row = wide.from; row < wide.to; row++) {
        const change = at(changes, row);
        const gain = Math.max(0, change);
        const loss = Math.min(0, change);
        gains[row] = gain * gain;
        losses[row] = loss * loss;
    }
    rollingSum(gains, window, up, span);
    rollingSum(losses, window, down, span);
    for (let row = span.from; row < span.to; row++) {
        const [gained, lost] = [at(up, row), at(down, row)];
        gains[row] = safeRatio(gained - lost, gained + lost, epsilon * epsilon);
        up[row] = Math.sqrt(gained);
        down[row] = Math.sqrt(lost);
    }
    emit(`rv_upside_${short}_${window}`, up);
    emit(`rv_downside_${short}_${window}`, down);
    emit(`rv_semivariance_ratio_${short}_${window}`, gains);
}

/** The realized volatilities themselves, and how they move. */
function emitMovements(context: PairContext, side: Side, emit: Emit): void {
    const { span } = context;
    const { short, epsilon } = side;
    for (const window of REALIZED_WINDOWS)
        emit(`rv_${short}_${window}`, realizedSeries(context, side, window, 0));
    const output = context.scratch();
    rollingMeanStd(
        realizedSeries(context, side, 15, VOLATILITY_WINDOW - 1),
        VOLATILITY_WINDOW,
        context.scratch(),
        output,
        span,
    );
    emit(`rv_volatility_${short}_${VOLATILITY_WINDOW}`, output);
    const brief = realizedSeries(context, side, 30, 0);
    const long = realizedSeries(context, side, 240, 0);
    for (let row = span.from; row < span.to; row++)
        output[row] = safeRatio(at(brief, row), at(long, row), epsilon);
    emit(`rv_har_ratio_${short}_30_240`, output);
    const ranked = realizedSeries(context, side, 60, PERCENTILE_WINDOW - 1);
    rollingRank(ranked, PERCENTILE_WINDOW, epsilon, output, span);
    emit(`rv_percentile_${short}_${PERCENTILE_WINDOW}`, output);
}
