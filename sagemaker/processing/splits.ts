import { STORED_COLUMNS } from "../../features/catalogue";

/** Rows before which some feature is still warming up, whichever are written. */
export const WARM_UP_ROWS = Math.max(...STORED_COLUMNS.map(({ lookbackMinutes }) => lookbackMinutes));

/** Rows of a market: `from` is the first, `to` the first after the last. */
export interface RowRange {
    readonly from: number;
    readonly to: number;
}

export const SPLITS = ["train", "validation", "test"] as const;
export type SplitName = (typeof SPLITS)[number];

/** Shares of the rows that train and validation get; test gets the rest. */
const TRAIN_SHARE = 0.5;
const VALIDATION_SHARE = 0.25;

export interface SplitRequest {
    /** Rows of the market. */
    readonly rows: number;
    /** First rows whose features are still warming up. */
    readonly warmUpRows: number;
    /** Last rows whose targets lie beyond the market's end. */
    readonly horizonRows: number;
    /** Rows left out between splits, so that no target's window reads bars of two. */
    readonly embargoRows: number;
    /** Last rows kept out of every split, as if they had not happened yet; 0 for none. */
    readonly withheldRows: number;
}

/** Which rows of a market belong to which split. Rows that belong to none are in no file. */
export interface SplitPlan extends Readonly<Record<SplitName, RowRange>> {
    /** Absent where nothing is withheld. */
    readonly withheld?: RowRange;
}

/**
 * Splits the rows that are complete by time, never shuffled: train, validation, test, with an embargo between them and
 * before what is withheld.
 * @throws RangeError where a split would have no row
 */
export function planSplits(request: SplitRequest): SplitPlan {
    const { rows, warmUpRows, horizonRows, embargoRows, withheldRows } = request;
    const isWithheld = withheldRows > 0;
    const end = rows - Math.max(horizonRows, isWithheld ? withheldRows + embargoRows : 0);
    const usable = end - warmUpRows - 2 * embargoRows;
    const trainRows = Math.floor(usable * TRAIN_SHARE);
    const validationRows = Math.floor(usable * VALIDATION_SHARE);
    if (validationRows < 1) {
        const needed = rows - usable + Math.ceil(1 / VALIDATION_SHARE);
        throw new RangeError(`The market has ${rows} minutes; a dataset needs at least ${needed}`);
    }
    const train = { from: warmUpRows, to: warmUpRows + trainRows };
    const validation = { from: train.to + embargoRows, to: train.to + embargoRows + validationRows };
    const test = { from: validation.to + embargoRows, to: end };
    return {
        train,
        validation,
        test,
        ...(isWithheld ? { withheld: { from: rows - withheldRows, to: rows } } : {}),
    };
}

/** A stretch of one split: what is computed at once, and one file for each pair. */
export interface Part extends RowRange {
    readonly split: SplitName;
    /** Its place within the split, from 0. */
    readonly index: number;
}

/** The parts of all splits in order of time: as few as can be of at most `mostRows` rows, alike in length within a split. */
export function planParts(plan: SplitPlan, mostRows: number): Part[] {
    return SPLITS.flatMap((split) => {
        const { from, to } = plan[split];
        const count = Math.ceil((to - from) / mostRows);
        const border = (index: number) => from + Math.floor(((to - from) * index) / count);
        return Array.from({ length: count }, (_, index) => ({
            split,
            index,
            from: border(index),
            to: border(index + 1),
        }));
    });
}
