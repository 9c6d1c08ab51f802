import { REGIME_WINDOW } from "../catalogue/bases";
import type { Emit } from "../family";
import { rollingMeanStd, rollingShape } from "../kernels/moments";
import { rollingTercile } from "../kernels/ranks";
import { at, earlier } from "../kernels/span";
import { bqx, BQX_SCALE_STD, EPSILON, RATE_IDX, safeRatio } from "../shared";
import type { PairContext } from "../slice";

const WINDOW = 20;
/** Longer window whose deviation says whether that of the last 20 minutes is compressed. */
const COMPRESSION_WINDOW = 100;
/** Minutes over which the middle band's slope is taken. */
const SLOPE_MINUTES = 5;

/** One domain's bands over 20 minutes. */
interface Bands {
    readonly values: Float64Array;
    readonly mean: Float64Array;
    readonly std: Float64Array;
    readonly skew: Float64Array;
    readonly kurtosis: Float64Array;
    readonly longStd: Float64Array;
    readonly regime: Float64Array;
    readonly epsilon: number;
}

/** Variance ratios, shape and Bollinger bands (2 deviations) of rate_idx against bqx_15; gaps are rate_idx less bqx. */
export function emitBands(context: PairContext, emit: Emit): void {
    const { span } = context;
    const rate = bandsOf(context, "idx");
    const momentum = bandsOf(context, "bqx");
    emitShape(context, rate, momentum, emit);
    const scale = context.series(BQX_SCALE_STD, span.from);
    const take = () => context.scratch();
    const [percentB, bandwidth, compression] = [take(), take(), take()];
    const [breakout, slope, mismatch] = [take(), take(), take()];
    for (let row = span.from; row < span.to; row++) {
        const [x, y] = [zOf(rate, row), zOf(momentum, row)];
        // %b is 1/2 + z/4 with bands of 2 deviations.
        percentB[row] = (x - y) / 4;
        const ownWidth = at(rate.std, row) / at(rate.mean, row);
        bandwidth[row] = safeRatio(ownWidth * at(scale, row), at(momentum.std, row), EPSILON.bqx);
        compression[row] = compressionOf(rate, row) - compressionOf(momentum, row);
        breakout[row] = outside(x) - outside(y);
        slope[row] = slopeOf(rate, row) - slopeOf(momentum, row);
        const [one, two] = [at(rate.regime, row), at(momentum.regime, row)];
        mismatch[row] = Number.isNaN(one + two) ? NaN : Number(one !== two);
    }
    emit("dual_percent_b_gap_20", percentB);
    emit("dual_bandwidth_ratio_20", bandwidth);
    emit("dual_compression_gap_20", compression);
    emit("dual_breakout_divergence_20", breakout);
    emit("dual_slope_gap_20", slope);
    emit("dual_regime_mismatch_20", mismatch);
}

function bandsOf(context: PairContext, short: "idx" | "bqx"): Bands {
    const { span } = context;
    const take = () => context.scratch();
    const values = context.series(short === "idx" ? RATE_IDX : bqx(15), span.from - REGIME_WINDOW - WINDOW);
    const epsilon = short === "idx" ? EPSILON.index : EPSILON.bqx;
    const shape = { mean: take(), std: take(), skew: take(), kurtosis: take() };
    rollingShape(values, WINDOW, shape, epsilon, earlier(span, REGIME_WINDOW - 1));
    const [longStd, regime] = [take(), take()];
    rollingMeanStd(values, COMPRESSION_WINDOW, regime, longStd, span);
    rollingTercile(shape.std, REGIME_WINDOW, epsilon, regime, span);
    return { values, ...shape, longStd, regime, epsilon };
}

function emitShape(context: PairContext, rate: Bands, momentum: Bands, emit: Emit): void {
    const { span } = context;
    const take = () => context.scratch();
    const [variance, skew, kurtosis] = [take(), take(), take()];
    for (let row = span.from; row < span.to; row++) {
        const ratio = safeRatio(at(rate.std, row), at(momentum.std, row), EPSILON.bqx);
        variance[row] = ratio * ratio;
        skew[row] = at(rate.skew, row) - at(momentum.skew, row);
        kurtosis[row] = at(rate.kurtosis, row) - at(momentum.kurtosis, row);
    }
    emit("dual_variance_ratio_20", variance);
    emit("dual_skew_gap_20", skew);
    emit("dual_kurtosis_gap_20", kurtosis);
    const [mean, own, other] = [take(), take(), take()];
    rollingMeanStd(rate.values, 60, mean, own, span);
    rollingMeanStd(momentum.values, 60, mean, other, span);
    for (let row = span.from; row < span.to; row++) {
        const ratio = safeRatio(at(own, row), at(other, row), EPSILON.bqx);
        variance[row] = ratio * ratio;
    }
    emit("dual_variance_ratio_60", variance);
}

const zOf = ({ values, mean, std, epsilon }: Bands, row: number): number =>
    safeRatio(at(values, row) - at(mean, row), at(std, row), epsilon);

const compressionOf = ({ std, longStd, epsilon }: Bands, row: number): number =>
    safeRatio(at(std, row), at(longStd, row), epsilon);

const slopeOf = ({ mean, std, epsilon }: Bands, row: number): number =>
    row < SLOPE_MINUTES
        ? NaN
        : safeRatio(at(mean, row) - at(mean, row - SLOPE_MINUTES), at(std, row), epsilon);

/**
 * 1 above the upper band, -1 below the lower, 0 between; NaN stays. Four equal minutes among 16 that stand still lie on
 * the band itself.
 */
const outside = (z: number): number => (Math.abs(z) - 2 > EPSILON.score ? Math.sign(z) : 0 * z);
