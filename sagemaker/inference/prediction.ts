import type { Pair } from "../../config/pairs";
import type { Calibration, Intervals } from "./artefact";

/** [low, high] */
export type Interval = readonly [number, number];

/** The answer for one row. */
export interface Prediction {
    readonly pair: Pair;
    readonly modelVersion: string;
    /** Of the target, in bqx. */
    readonly forecast: number;
    readonly interval: Interval;
    /** From now to the target's minute, a ratio; null where what is known of the target already is missing. */
    readonly impliedReturn: number | null;
    readonly impliedReturnInterval: Interval | null;
    /** Whether the row is of after the model's `expires`; null where its time was not sent. */
    readonly isExpired: boolean | null;
}

/** The interval around a forecast: as wide as the errors were when the market was as volatile as in this row. */
export function intervalOf(
    { regime, halfWidths, halfWidthUnknown }: Intervals,
    row: Float32Array,
    forecast: number,
): Interval {
    const volatility = row[regime.index] ?? NaN;
    const above = regime.edges.filter((edge) => volatility > edge).length;
    const halfWidth = Number.isNaN(volatility) ? halfWidthUnknown : (halfWidths[above] ?? halfWidthUnknown);
    return [forecast - halfWidth, forecast + halfWidth];
}

/**
 * The return that a forecast implies. Part of the target is known already; the rest says how the rate will stand against
 * its path until then. The sign turns: where the rate rises, it stands above its path, and bqx falls.
 */
export function impliedReturnOf(
    { windowMinutes, horizonMinutes, slope, known }: Calibration,
    row: Float32Array,
    forecast: number,
): number | null {
    const alreadyKnown = known === null ? 0 : (row[known.index] ?? NaN);
    if (Number.isNaN(alreadyKnown)) return null;
    return (slope * -2 * (forecast - alreadyKnown)) / (2 * windowMinutes - horizonMinutes + 1);
}

/** The returns that the ends of an interval imply, the lower one first. */
export function impliedIntervalOf(
    calibration: Calibration,
    row: Float32Array,
    [low, high]: Interval,
): Interval | null {
    const one = impliedReturnOf(calibration, row, low);
    const other = impliedReturnOf(calibration, row, high);
    return one === null || other === null ? null : [Math.min(one, other), Math.max(one, other)];
}
