import { at, type Span } from "./span";

/** The rows of one phase of trailing bars: those that lie whole bars apart. */
export interface Phase {
    /** The bars wanted, counted like rows; earlier ones are history. */
    readonly span: Span;
    /** Copies what a minute series has at the phase's rows, from `bars` bars before the span on. */
    gather(minutes: Float64Array, bars: number, output: Float64Array): Float64Array;
    /** Writes the span's bars back to their rows of a minute series. */
    scatter(bars: Float64Array, minutes: Float64Array): void;
}

/**
 * Calls `visit` for each phase of trailing bars of `length` minutes. The bar that ends with row t has the bars that end
 * at t - length, t - 2 length, ... before it: so a stretch of rows holds `length` interleaved series of bars, and any
 * kernel runs on each as it does on minutes. A stretch shorter than a bar has only as many phases as rows.
 */
export function forEachPhase(span: Span, length: number, visit: (phase: Phase) => void): void {
    const { origin, from, to } = span;
    for (let row = from; row < Math.min(to, from + length); row++) {
        const first = row % length;
        const bars: Span = {
            origin: Math.floor((origin + first) / length),
            from: (row - first) / length,
            to: Math.floor((to - 1 - first) / length) + 1,
        };
        visit({
            span: bars,
            gather(minutes, history, output) {
                for (let bar = Math.max(0, bars.from - history); bar < bars.to; bar++) {
                    output[bar] = at(minutes, first + bar * length);
                }
                return output;
            },
            scatter(values, minutes) {
                for (let bar = bars.from; bar < bars.to; bar++)
                    minutes[first + bar * length] = at(values, bar);
            },
        });
    }
}
