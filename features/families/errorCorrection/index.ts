import { SINCE_CAP } from "../../catalogue/bases";
import { COINTEGRATION_WINDOW, RESIDUAL_LOOKBACK } from "../../catalogue/errorCorrection";
import { defineFamily, type Emit } from "../../family";
import { rollingComoments } from "../../kernels/comoments";
import { rollingMeanStd } from "../../kernels/moments";
import { rowsSince } from "../../kernels/since";
import { at, earlier } from "../../kernels/span";
import type { Short } from "../../marketSeries";
import { signedRatio, signOf } from "../../shared";
import type { PairContext } from "../../slice";
import { LEVEL } from "./levels";
import { comomentBuffers, lagged, standardised } from "../correlations";
import { currencyResidual, epsilonOf, partnerFit, triangleResidual, usdResidual } from "./residuals";

/** Minutes of the residual's velocity and acceleration. */
const VELOCITY_MINUTES = 20;

/** Minutes after which the residual has moved towards 0 or away from it. */
const APPROACH_MINUTES = 5;

/** A half-life beyond the window that it is fitted to cannot be told from none. */
const LONGEST_HALF_LIFE = COINTEGRATION_WINDOW;

/** Distance of a pair from where other pairs say it should be, and how that distance behaves. */
export const errorCorrection = defineFamily({
    name: "error correction",
    compute(context, emit) {
        for (const short of ["idx", "bqx"] as const) {
            const toDomain: Emit = (term, values) => emit(`ec_${short}_${term}`, values);
            emitResiduals(context, short, toDomain);
            // The crossing reads furthest back, and one row more for the sign before.
            const { residual } = partnerFit(context, short, SINCE_CAP);
            emitMotion(context, short, residual, toDomain);
            emitReversion(context, short, residual, toDomain);
            emitScores(context, short, residual, toDomain);
            emitCrossing(context, short, residual, toDomain);
        }
    },
});

function emitResiduals(context: PairContext, short: Short, emit: Emit): void {
    const {
        residual,
        weights: [weight1, weight2],
    } = partnerFit(context, short, 0);
    emit("partner_residual", residual);
    emit("weight_1", weight1);
    emit("weight_2", weight2);
    const output = context.scratch();
    emit("triangle_residual", triangleResidual(context, short, output));
    emit("base_residual", currencyResidual(context, short, "base", output));
    emit("quote_residual", currencyResidual(context, short, "quote", output));
    emit("usd_residual", usdResidual(context, short, output));
}

/** Change of the residual over 20 minutes, the change of that, and whether it has come closer to 0. */
function emitMotion(context: PairContext, short: Short, residual: Float64Array, emit: Emit): void {
    const { span } = context;
    const velocity = context.scratch();
    const acceleration = context.scratch();
    const toward = context.scratch();
    const before = (row: number, minutes: number) => (row < minutes ? NaN : at(residual, row - minutes));
    for (let row = span.from; row < span.to; row++) {
        const now = at(residual, row);
        const then = before(row, VELOCITY_MINUTES);
        velocity[row] = now - then;
        acceleration[row] = now - then - (then - before(row, 2 * VELOCITY_MINUTES));
        const gain = Math.abs(before(row, APPROACH_MINUTES)) - Math.abs(now);
        toward[row] = Number.isNaN(gain) ? NaN : Number(gain > epsilonOf(short));
    }
    emit("velocity_20", velocity);
    emit("acceleration_20", acceleration);
    emit("toward_equilibrium", toward);
}

/**
 * Least squares of each of the last residuals on the one before gives the half-life; of the level's change on the residual
 * before it, the speed at which the level itself comes back, as a share of the residual per minute.
 */
function emitReversion(context: PairContext, short: Short, residual: Float64Array, emit: Emit): void {
    const { span } = context;
    const steps = COINTEGRATION_WINDOW - 1;
    const wide = earlier(span, steps - 1);
    const levels = context.series(LEVEL[short], wide.from - 1);
    const before = lagged(residual, 1, context.scratch(), wide);
    const change = context.scratch();
    for (let row = wide.from; row < wide.to; row++) {
        change[row] = row === 0 ? NaN : at(levels, row) - at(levels, row - 1);
    }
    const moments = comomentBuffers(context);
    const epsilon = epsilonOf(short);
    const output = context.scratch();
    const emitSlope = (name: string, ys: Float64Array, of: (slope: number) => number) => {
        rollingComoments(before, ys, steps, moments, span);
        for (let row = span.from; row < span.to; row++) {
            const variance = at(moments.varianceX, row);
            output[row] = of(signedRatio(at(moments.covariance, row), variance, epsilon * epsilon));
        }
        emit(name, output);
    };
    emitSlope("half_life", residual, halfLife);
    emitSlope("adjustment_speed", change, (slope) => -slope);
}

/** Minutes in which half of a residual is gone that keeps `share` of itself per minute. */
function halfLife(share: number): number {
    if (Number.isNaN(share)) return NaN;
    if (share <= 0) return 0;
    return share < 1 ? Math.min(LONGEST_HALF_LIFE, -Math.LN2 / Math.log(share)) : LONGEST_HALF_LIFE;
}

function emitScores(context: PairContext, short: Short, residual: Float64Array, emit: Emit): void {
    const { span } = context;
    const mean = context.scratch();
    const std = context.scratch();
    for (const window of [60, 240]) {
        rollingMeanStd(residual, window, mean, std, span);
        emit(`z_${window}`, standardised(residual, mean, std, epsilonOf(short), mean, span));
    }
}

function emitCrossing(context: PairContext, short: Short, residual: Float64Array, emit: Emit): void {
    const { span } = context;
    const wide = earlier(span, SINCE_CAP - 1);
    const crossed = context.scratch();
    const minutes = context.scratch();
    const sign = (row: number) => signOf(at(residual, row), epsilonOf(short));
    for (let row = wide.from; row < wide.to; row++) {
        // Only the warm-up is unknown: where the partners stood still there is no residual, and so no crossing.
        const isKnown = row > RESIDUAL_LOOKBACK[short];
        crossed[row] = isKnown ? Number(sign(row) * sign(row - 1) < 0) : NaN;
    }
    rowsSince(crossed, SINCE_CAP, minutes, span);
    emit("minutes_since_crossing", minutes);
}
