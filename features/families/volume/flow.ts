import type { Emit } from "../../family";
import { correlationOf, rollingComoments } from "../../kernels/comoments";
import { at, earlier } from "../../kernels/span";
import { rollingSum } from "../../kernels/sums";
import { EPSILON, LOG_RETURN, RATE_IDX, safeRatio } from "../../shared";
import type { PairContext } from "../../slice";
import { comomentBuffers } from "../correlations";
import { ACTIVITY, ACTIVITY_EPSILON } from "./activity";

const WINDOW = 20;

/** Activity with the rate: correlations, weighted rate, and which way the active minutes went. */
export function emitFlow(context: PairContext, emit: Emit): void {
    emitCorrelations(context, emit);
    emitWeighted(context, emit);
}

function emitCorrelations(context: PairContext, emit: Emit): void {
    const { span } = context;
    const from = span.from - WINDOW + 1;
    const activity = context.series(ACTIVITY, from);
    const moments = comomentBuffers(context);
    const output = context.scratch();
    for (const [name, series, epsilon] of [
        ["rate", RATE_IDX, EPSILON.index],
        ["return", LOG_RETURN, EPSILON.ratio],
    ] as const) {
        rollingComoments(activity, context.series(series, from), WINDOW, moments, span);
        correlationOf(moments, ACTIVITY_EPSILON, epsilon, output, span);
        emit(`activity_${name}_correlation_${WINDOW}`, output);
    }
}

/** Sums of activity times something over the window, divided by the window's activity. */
function emitWeighted(context: PairContext, emit: Emit): void {
    const { span } = context;
    const wide = earlier(span, WINDOW - 1);
    const activity = context.series(ACTIVITY, wide.from);
    const returns = context.series(LOG_RETURN, wide.from);
    const { close } = context.bars;
    const take = () => context.scratch();
    const [total, weighted, sum, output] = [take(), take(), take(), take()];
    rollingSum(activity, WINDOW, total, span);
    const weigh = (weight: (row: number) => number): Float64Array => {
        for (let row = wide.from; row < wide.to; row++) weighted[row] = at(activity, row) * weight(row);
        rollingSum(weighted, WINDOW, sum, span);
        for (let row = span.from; row < span.to; row++) {
            output[row] = safeRatio(at(sum, row), at(total, row), ACTIVITY_EPSILON);
        }
        return output;
    };
    emit(
        `activity_up_share_${WINDOW}`,
        weigh((row) => Number(at(returns, row) > 0)),
    );
    emit(
        `activity_down_share_${WINDOW}`,
        weigh((row) => Number(at(returns, row) < 0)),
    );
    emit(
        `activity_net_flow_${WINDOW}`,
        weigh((row) => at(returns, row)),
    );
    weigh((row) => at(close, row));
    for (let row = span.from; row < span.to; row++) output[row] = at(close, row) / at(output, row) - 1;
    emit(`activity_weighted_rate_distance_${WINDOW}`, output);
}
