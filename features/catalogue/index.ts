import { createHash } from "node:crypto";
import { bollingerBqx, fibonacciBqx, statisticsBqx } from "./bqxStatistics";
import { microstructure, timeAndCalendar } from "./calendar";
import { causality } from "./causality";
import type { CatalogueFamily, Column } from "./column";
import { correlationBqx, correlationIdx } from "./correlation";
import { crossPair } from "./crossPair";
import { dualDomainComparison } from "./dualDomain";
import { errorCorrection } from "./errorCorrection";
import { eventAndRegime } from "./events";
import { hmmRegime } from "./hmm";
import { memory } from "./memory";
import { movingAverages } from "./movingAverages";
import { multiResolution } from "./multiResolution";
import { multiScale } from "./multiScale";
import { crossSectionalPanel } from "./panel";
import { parabolicComparison } from "./parabolic";
import { realizedVolatility } from "./realizedVolatility";
import { regressionBqx, regressionIdx } from "./regression";
import { spectralAndWavelet } from "./spectral";
import { technicalBqx, technicalIdx } from "./technical";
import { volume } from "./volume";

/** The families of the 1,080 base features under the plan's four headings. */
export const CATALOGUE_GROUPS: Readonly<Record<string, readonly CatalogueFamily[]>> = {
    "rate_idx domain": [
        regressionIdx,
        technicalIdx,
        correlationIdx,
        movingAverages,
        multiResolution,
        timeAndCalendar,
        microstructure,
    ],
    "BQX domain": [regressionBqx, technicalBqx, statisticsBqx, bollingerBqx, fibonacciBqx, correlationBqx],
    "Cross-domain": [dualDomainComparison, crossPair, memory, eventAndRegime, volume],
    Advanced: [
        errorCorrection,
        realizedVolatility,
        hmmRegime,
        crossSectionalPanel,
        parabolicComparison,
        multiScale,
        spectralAndWavelet,
    ],
};

/** The 1,080 base features, in the order in which they are stored. */
export const CATALOGUE: readonly Column[] = Object.freeze(
    Object.values(CATALOGUE_GROUPS).flatMap((families) => families.flatMap(({ columns }) => columns)),
);

/** The family of the 16 columns besides them that are only used at their causality lag. */
export const CAUSALITY_FAMILY = causality;

/** Everything that is computed and stored: the base features, then the causality columns besides them. */
export const STORED_COLUMNS: readonly Column[] = Object.freeze([...CATALOGUE, ...CAUSALITY_FAMILY.columns]);

/**
 * Version of the definitions. Raise it when a formula changes and no entry of the catalogue does, so that models and
 * datasets of the old formula are refused.
 */
const DEFINITIONS_VERSION = 2;

/** SHA-256 of columns in their order, with the version of their definitions. */
export const catalogueHash = (columns: readonly Column[]): string =>
    createHash("sha256")
        .update(JSON.stringify([DEFINITIONS_VERSION, columns]))
        .digest("hex");

/** Hash of everything that is stored: what a dataset and a model must agree on. */
export const CATALOGUE_HASH = catalogueHash(STORED_COLUMNS);
