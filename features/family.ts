import type { FamilyName } from "./catalogue/column";
import type { SeriesDefinition } from "./series";
import type { PairContext } from "./slice";

/** Hands over one column: the rows of the context's span are copied, so that the array can be filled again. */
export type Emit = (column: string, values: Float64Array) => void;

/** How the columns of one family of the catalogue are computed. */
export interface Family {
    /** Its name in the catalogue, which says which columns it must emit. */
    readonly name: FamilyName;
    /**
     * Pure and trailing: a value at row t reads rows up to t, at most the column's declared lookback before it, and has
     * the same bits whatever span it is computed in. Emits every column of the family once, NaN in its warm-up.
     */
    readonly compute: (context: PairContext, emit: Emit) => void;
}

export const defineFamily = (family: Family): Family => Object.freeze(family);

/** A series of one pair with one array. */
export function defineSeries(
    key: string,
    compute: (context: PairContext, output: Float64Array, span: PairContext["span"]) => void,
): SeriesDefinition<PairContext> {
    return defineGroup(key, 1, (context, [output], span) => {
        if (output !== undefined) compute(context, output, span);
    });
}

/** A series of one pair with `width` arrays. */
export function defineGroup(
    key: string,
    width: number,
    compute: SeriesDefinition<PairContext>["compute"],
): SeriesDefinition<PairContext> {
    return Object.freeze({ key, width, compute });
}
