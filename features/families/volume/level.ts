import { ACTIVITY_WINDOWS } from "../../catalogue/volume";
import type { Emit } from "../../family";
import { rollingLine } from "../../kernels/fits";
import { rollingMeanStd } from "../../kernels/moments";
import { at, earlier } from "../../kernels/span";
import { rollingMean, rollingSum } from "../../kernels/sums";
import { regime, safeRatio } from "../../shared";
import type { PairContext } from "../../slice";
import { ACTIVITY, ACTIVITY_EPSILON, LOG_ACTIVITY } from "./activity";

const WINDOW = 20;
/** Standard deviations above the mean that make a spike. */
const SPIKE_SIGMA = 3;
const CHANGE_MINUTES = 5;
const DAY_MINUTES = 1440;

/** The activity itself: level, z, slope, regime. */
export function emitLevel(context: PairContext, emit: Emit): void {
    emitBrief(context, emit);
    emit("activity_regime", context.series(regime(ACTIVITY, ACTIVITY_EPSILON), context.span.from));
    for (const window of ACTIVITY_WINDOWS) emitLong(context, window, emit);
}

function emitBrief(context: PairContext, emit: Emit): void {
    const { span } = context;
    const activity = context.series(ACTIVITY, span.from - WINDOW + 1);
    const logs = context.series(LOG_ACTIVITY, span.from - CHANGE_MINUTES);
    const take = () => context.scratch();
    const [mean, std, z, spike, change, active, output] = [
        take(),
        take(),
        take(),
        take(),
        take(),
        take(),
        take(),
    ];
    rollingMeanStd(activity, WINDOW, mean, std, span);
    for (let row = span.from; row < span.to; row++) {
        const deviation = at(activity, row) - at(mean, row);
        z[row] = safeRatio(deviation, at(std, row), ACTIVITY_EPSILON);
        // Two equal minutes among 18 that stand still lie at exactly 3 deviations, which is not beyond them.
        const beyond = deviation - SPIKE_SIGMA * at(std, row);
        spike[row] = Number.isNaN(beyond) ? NaN : Number(beyond > ACTIVITY_EPSILON);
        change[row] = row < CHANGE_MINUTES ? NaN : at(logs, row) - at(logs, row - CHANGE_MINUTES);
    }
    emit("activity", activity);
    emit(`activity_sma_${WINDOW}`, mean);
    emit(`activity_std_${WINDOW}`, std);
    emit(`activity_z_${WINDOW}`, z);
    emit(`activity_spike_${WINDOW}`, spike);
    emit(`activity_change_${CHANGE_MINUTES}`, change);
    emitSlope(context, WINDOW, mean, emit);
    const wide = earlier(span, WINDOW - 1);
    for (let row = wide.from; row < wide.to; row++) {
        const value = at(activity, row);
        active[row] = Number.isNaN(value) ? NaN : Number(value > 0);
    }
    rollingSum(active, WINDOW, output, span);
    emit(`active_minutes_${WINDOW}`, output);
}

/** Slope of the straight line per minute, in means of its window. */
function emitSlope(context: PairContext, window: number, mean: Float64Array, emit: Emit): void {
    const { span } = context;
    const activity = context.series(ACTIVITY, span.from - window + 1);
    const [slope, r2] = [context.scratch(), context.scratch()];
    rollingLine(activity, window, slope, r2, ACTIVITY_EPSILON, span);
    for (let row = span.from; row < span.to; row++) {
        slope[row] = safeRatio(at(slope, row), at(mean, row), ACTIVITY_EPSILON);
    }
    emit(`activity_slope_${window}`, slope);
}

/** z and slope over a longer window, and its mean against that of the same minutes one trading day before. */
function emitLong(context: PairContext, window: number, emit: Emit): void {
    const { span } = context;
    const wide = earlier(span, DAY_MINUTES);
    const activity = context.series(ACTIVITY, wide.from - window + 1);
    const [mean, std, average] = [context.scratch(), context.scratch(), context.scratch()];
    rollingMeanStd(activity, window, mean, std, span);
    for (let row = span.from; row < span.to; row++) {
        std[row] = safeRatio(at(activity, row) - at(mean, row), at(std, row), ACTIVITY_EPSILON);
    }
    emit(`activity_z_${window}`, std);
    emitSlope(context, window, mean, emit);
    rollingMean(activity, window, average, wide);
    for (let row = span.from; row < span.to; row++) {
        const before = row < DAY_MINUTES ? NaN : at(average, row - DAY_MINUTES);
        std[row] = safeRatio(at(average, row), before, ACTIVITY_EPSILON);
    }
    emit(`activity_day_ratio_${window}`, std);
}
