import type { Emit } from "../../family";
import { correlationOf, rollingComoments } from "../../kernels/comoments";
import { rollingMeanStd } from "../../kernels/moments";
import { at } from "../../kernels/span";
import { rollingMean, rollingSum } from "../../kernels/sums";
import { bqx, BQX_CHANGE, BQX_SCALE_STD, EPSILON, safeRatio, signOf } from "../../shared";
import type { PairContext } from "../../slice";
import { comomentBuffers } from "../correlations";
import { ACTIVITY, ACTIVITY_EPSILON } from "./activity";

const WINDOW = 20;
const SURGE_WINDOW = 60;
const MOVE_MINUTES = 5;

/** Activity with bqx_15. */
export function emitMomentum(context: PairContext, emit: Emit): void {
    emitCorrelations(context, emit);
    emitSurges(context, emit);
    emitFlags(context, emit);
}

function emitCorrelations(context: PairContext, emit: Emit): void {
    const { span } = context;
    const moments = comomentBuffers(context);
    const output = context.scratch();
    for (const window of [20, 60]) {
        const from = span.from - window + 1;
        rollingComoments(
            context.series(ACTIVITY, from),
            context.series(bqx(15), from),
            window,
            moments,
            span,
        );
        correlationOf(moments, ACTIVITY_EPSILON, EPSILON.bqx, output, span);
        emit(`activity_bqx_correlation_${window}`, output);
    }
    const total = context.scratch();
    rollingSum(context.series(ACTIVITY, span.from - WINDOW + 1), WINDOW, total, span);
    const momentum = context.series(bqx(15), span.from - WINDOW);
    for (let row = span.from; row < span.to; row++) {
        const change = row < WINDOW ? NaN : at(momentum, row) - at(momentum, row - WINDOW);
        output[row] = safeRatio(change, at(total, row), ACTIVITY_EPSILON);
    }
    emit(`bqx_change_per_activity_${WINDOW}`, output);
}

/** Mean activity in the minutes when bqx rose, or fell, by more than one deviation, against that of all minutes. */
function emitSurges(context: PairContext, emit: Emit): void {
    const { span } = context;
    const from = span.from - SURGE_WINDOW + 1;
    const activity = context.series(ACTIVITY, from);
    const change = context.series(BQX_CHANGE, from);
    const take = () => context.scratch();
    const [mean, sigma, surges, drops] = [take(), take(), take(), take()];
    rollingMeanStd(change, SURGE_WINDOW, mean, sigma, span);
    rollingMean(activity, SURGE_WINDOW, mean, span);
    for (let row = span.from; row < span.to; row++) {
        const limit = at(sigma, row);
        let [surged, surgeCount, dropped, dropCount] = [0, 0, 0, 0];
        // The limit moves with the window, so there is no running form.
        for (let each = Math.max(0, row - SURGE_WINDOW + 1); each <= row; each++) {
            const move = at(change, each);
            if (move > limit) {
                surged += at(activity, each);
                surgeCount++;
            } else if (move < -limit) {
                dropped += at(activity, each);
                dropCount++;
            }
        }
        const unit = limit > EPSILON.bqx ? at(mean, row) : NaN;
        surges[row] = safeRatio(surged / surgeCount, unit, ACTIVITY_EPSILON);
        drops[row] = safeRatio(dropped / dropCount, unit, ACTIVITY_EPSILON);
    }
    emit(`activity_in_bqx_surges_${SURGE_WINDOW}`, surges);
    emit(`activity_in_bqx_drops_${SURGE_WINDOW}`, drops);
}

function emitFlags(context: PairContext, emit: Emit): void {
    const { span } = context;
    const activity = context.series(ACTIVITY, span.from - WINDOW + 1);
    const momentum = context.series(bqx(15), span.from - MOVE_MINUTES);
    const scale = context.series(BQX_SCALE_STD, span.from);
    const take = () => context.scratch();
    const [mean, std, confirms, diverges, high] = [take(), take(), take(), take(), take()];
    rollingMeanStd(activity, WINDOW, mean, std, span);
    for (let row = span.from; row < span.to; row++) {
        const now = Math.abs(at(momentum, row));
        const before = row < MOVE_MINUTES ? NaN : Math.abs(at(momentum, row - MOVE_MINUTES));
        const excess = at(activity, row) - at(mean, row);
        const known = !Number.isNaN(before + excess);
        const gained = now - before > EPSILON.bqx;
        const side = signOf(excess, ACTIVITY_EPSILON);
        confirms[row] = known ? Number(gained && side > 0) : NaN;
        diverges[row] = known ? Number(gained && side < 0) : NaN;
        const [limit, busy] = [at(scale, row), excess - at(std, row)];
        const isHigh = now - limit > EPSILON.bqx && busy > ACTIVITY_EPSILON;
        high[row] = Number.isNaN(limit + busy) ? NaN : Number(isHigh);
    }
    emit("activity_confirms_bqx", confirms);
    emit("activity_diverges_from_bqx", diverges);
    emit("activity_and_bqx_high", high);
}
