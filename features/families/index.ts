import type { Family } from "../family";
import { bollingerBqx } from "./bollinger";
import { causality } from "./causality";
import { correlationBqx } from "./correlationBqx";
import { correlationIdx } from "./correlationIdx";
import { crossPair } from "./crossPair";
import { dualDomainComparison } from "./dualDomain";
import { errorCorrection } from "./errorCorrection";
import { eventAndRegime } from "./events";
import { fibonacciBqx } from "./fibonacci";
import { hmmRegime } from "./hmm";
import { memory } from "./memory";
import { microstructure } from "./microstructure";
import { movingAverages } from "./movingAverages";
import { multiResolution } from "./multiResolution";
import { multiScale } from "./multiScale";
import { crossSectionalPanel } from "./panel";
import { parabolicComparison } from "./parabolic";
import { realizedVolatility } from "./realizedVolatility";
import { regressionBqx, regressionIdx } from "./regression";
import { spectralAndWavelet } from "./spectral";
import { statisticsBqx } from "./statistics";
import { technicalBqx, technicalIdx } from "./technical";
import { timeAndCalendar } from "./timeAndCalendar";
import { volume } from "./volume";

/** Every family that has code, in catalogue order. */
export const FAMILIES_COMPUTED: readonly Family[] = [
    regressionIdx,
    technicalIdx,
    correlationIdx,
    movingAverages,
    multiResolution,
    timeAndCalendar,
    microstructure,
    regressionBqx,
    technicalBqx,
    statisticsBqx,
    bollingerBqx,
    fibonacciBqx,
    correlationBqx,
    dualDomainComparison,
    crossPair,
    memory,
    eventAndRegime,
    volume,
    errorCorrection,
    realizedVolatility,
    hmmRegime,
    crossSectionalPanel,
    parabolicComparison,
    multiScale,
    spectralAndWavelet,
    causality,
];
