import type { Pair } from "../../../config/pairs";
import { SISTER_LAGS, SISTERS } from "../../catalogue/crossPair";
import type { Emit } from "../../family";
import { correlationOf, rollingComoments } from "../../kernels/comoments";
import { at } from "../../kernels/span";
import { EPSILON, LOG_RETURN, signedRatio, VOLATILITY_30 } from "../../shared";
import type { PairContext } from "../../slice";
import { comomentBuffers, lagged } from "../correlations";
import { fittedAcross } from "./parameters";

const WINDOW = 60;

/** The five pairs that move most like this one: their r, and how this one followed it. */
export function emitSisters(context: PairContext, emit: Emit): void {
    const { pair, slice, span } = context;
    const sisters = fittedAcross(slice).sisters.get(pair) ?? [];
    if (sisters.length !== SISTERS.length) {
        throw new Error(`${pair} has ${sisters.length} sister pairs, ${SISTERS.length} are needed`);
    }
    const comoments = comomentBuffers(context);
    const output = context.scratch();
    const own = context.series(LOG_RETURN, span.from - WINDOW + 1);
    sisters.forEach((sister: Pair, index) => {
        const name = (term: string) => `sister_${index + 1}_${term}`;
        const other = slice.pair(sister);
        const returns = other.series(LOG_RETURN, span.from - WINDOW + 1);
        for (const lag of SISTER_LAGS) emit(name(`return_lag_${lag}`), lagged(returns, lag, output, span));
        emit(name("volatility_30"), other.series(VOLATILITY_30, span.from));
        rollingComoments(returns, own, WINDOW, comoments, span);
        correlationOf(comoments, EPSILON.ratio, EPSILON.ratio, output, span);
        emit(name("correlation_60"), output);
        for (let row = span.from; row < span.to; row++) {
            const variance = at(comoments.varianceX, row);
            output[row] = signedRatio(at(comoments.covariance, row), variance, EPSILON.ratio ** 2);
        }
        emit(name("beta_60"), output);
    });
}
