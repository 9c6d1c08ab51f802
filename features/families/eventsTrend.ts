import { REGIME_WINDOW } from "../catalogue/bases";
import type { Emit } from "../family";
import { rollingLine } from "../kernels/fits";
import { rollingTercile } from "../kernels/ranks";
import { at, earlier } from "../kernels/span";
import { rollingSum } from "../kernels/sums";
import { EPSILON, LOG_RETURN, RATE_IDX, signOf } from "../shared";
import type { PairContext } from "../slice";

const BRIEF = 20;
const LONG = 60;
/** Net move against the path walked below which a stretch goes sideways (Kaufman's efficiency ratio, 1995). */
const SIDEWAYS_EFFICIENCY = 0.1;

export function emitTrend(context: PairContext, emit: Emit): void {
    emitLines(context, emit);
    emitSigns(context, emit);
}

/** Straight lines through rate_idx: regimes of their slopes, fit, and how the brief one has turned. */
function emitLines(context: PairContext, emit: Emit): void {
    const { span } = context;
    const wide = earlier(span, REGIME_WINDOW - 1);
    const rate = context.series(RATE_IDX, wide.from - LONG);
    const take = () => context.scratch();
    const [slope, r2, output, reversal] = [take(), take(), take(), take()];
    for (const window of [LONG, BRIEF]) {
        rollingLine(rate, window, slope, r2, EPSILON.index, wide);
        emit(`trend_r2_${window}`, r2);
        rollingTercile(slope, REGIME_WINDOW, EPSILON.index, output, span);
        emit(`trend_regime_${window}`, output);
    }
    // The slope is now that of the brief window.
    for (let row = span.from; row < span.to; row++) {
        const before = row < BRIEF ? NaN : at(slope, row - BRIEF);
        const now = at(slope, row);
        output[row] = now - before;
        const turn = signOf(now, EPSILON.index) * signOf(before, EPSILON.index);
        reversal[row] = Number.isNaN(turn) ? NaN : Number(turn < 0);
    }
    emit(`trend_acceleration_${BRIEF}`, output);
    emit(`trend_reversal_${BRIEF}`, reversal);
}

/** Share of minutes that went the way of the whole stretch, and whether the stretch went anywhere. */
function emitSigns(context: PairContext, emit: Emit): void {
    const { span } = context;
    const wide = earlier(span, LONG - 1);
    const returns = context.series(LOG_RETURN, wide.from);
    const take = () => context.scratch();
    const [ups, downs, sizes, up, down] = [take(), take(), take(), take(), take()];
    for (let row = wide.from; row < wide.to; row++) {
        const value = at(returns, row);
        ups[row] = value > 0 ? 1 : 0 * value;
        downs[row] = value < 0 ? 1 : 0 * value;
        sizes[row] = Math.abs(value);
    }
    rollingSum(ups, BRIEF, up, span);
    rollingSum(downs, BRIEF, down, span);
    rollingSum(returns, BRIEF, ups, span);
    rollingSum(returns, LONG, downs, span);
    const path = take();
    rollingSum(sizes, LONG, path, span);
    for (let row = span.from; row < span.to; row++) {
        const net = at(ups, row);
        // A move that came back to where it was has no way to go along with.
        const way = signOf(net, EPSILON.ratio);
        const along = way > 0 ? at(up, row) : way < 0 ? at(down, row) : way;
        ups[row] = along / BRIEF;
        const [moved, walked] = [Math.abs(at(downs, row)), at(path, row)];
        sizes[row] = Number.isNaN(walked) ? NaN : Number(moved <= SIDEWAYS_EFFICIENCY * walked);
    }
    emit(`trend_sign_consistency_${BRIEF}`, ups);
    emit(`trend_sideways_${LONG}`, sizes);
}
