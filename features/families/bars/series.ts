import { defineSeries } from "../../family";
import { forEachPhase } from "../../kernels/bars";
import { rollingMeanStd } from "../../kernels/moments";
import { at, earlier } from "../../kernels/span";
import type { SeriesDefinition } from "../../series";
import { bqx } from "../../shared";
import type { PairContext } from "../../slice";

type Definition = SeriesDefinition<PairContext>;

/** Change over the trailing bar of so many minutes: logarithmic for the rate, plain for bqx_15. */
export const barReturn = (short: "idx" | "bqx", minutes: number): Definition =>
    defineSeries(`bar_return_${short}_${minutes}`, (context, output, { from, to }) => {
        const values = short === "idx" ? context.bars.close : context.series(bqx(15), from - minutes);
        for (let row = from; row < to; row++) {
            if (row < minutes) output[row] = NaN;
            else if (short === "idx") output[row] = Math.log(at(values, row) / at(values, row - minutes));
            else output[row] = at(values, row) - at(values, row - minutes);
        }
    });

/** Standard deviation of the changes over the last `window` trailing bars. */
export const barVolatility = (short: "idx" | "bqx", minutes: number, window: number): Definition => {
    const returns = barReturn(short, minutes);
    return defineSeries(`bar_volatility_${short}_${minutes}_${window}`, (context, output, span) => {
        const history = window - 1;
        const values = context.series(returns, earlier(span, history * minutes).from);
        const [changes, mean, std] = [context.scratch(), context.scratch(), context.scratch()];
        forEachPhase(span, minutes, (phase) => {
            phase.gather(values, history, changes);
            rollingMeanStd(changes, window, mean, std, phase.span);
            phase.scatter(std, output);
        });
    });
};
