import type { Pair } from "../config/pairs";
import { STORED_COLUMNS } from "./catalogue";
import type { FamilyName } from "./catalogue/column";
import { FAMILIES_COMPUTED } from "./families";
import type { Emit, Family } from "./family";
import type { Span } from "./kernels/span";
import type { Market } from "./market";
import type { FeatureParameters } from "./parameters";
import {
    HISTORY_MINUTES,
    MarketSlice,
    type PairContext,
    withScratch,
    type Workspaces,
    workspacesFor,
} from "./slice";

/** Rows computed at once: few enough for the series of a slice to stay in cache, many enough to pay for its history. */
const CHUNK_ROWS = 16_384;

export interface FeatureRequest {
    readonly pairs: readonly Pair[];
    /** Names of the columns wanted. */
    readonly columns: readonly string[];
    /** First row of the market wanted. */
    readonly from: number;
    /** First row after the last one wanted. */
    readonly to: number;
    /** Rows per block. @default 16,384, where a core is fastest */
    readonly chunkRows?: number;
    /**
     * Where the values of every block are put, each over those before: as long as a block at least. A new array for each
     * block costs a collection of garbage, which throws away compiled code too. @default new arrays
     */
    readonly into?: Float32Array;
}

/** Values of one pair over some rows of the market. */
export interface FeatureBlock {
    readonly pair: Pair;
    readonly from: number;
    readonly to: number;
    /** Column by column, as stored: value of column c at row from + i is values[c * (to - from) + i]. */
    readonly values: Float32Array;
}

/** The families that have code, in catalogue order. */
export const computedFamilies = (): FamilyName[] => FAMILIES_COMPUTED.map(({ name }) => name);

/** Names of the columns that can be computed. */
export function computedColumns(): string[] {
    const computed = new Set(computedFamilies());
    return STORED_COLUMNS.filter(({ family }) => computed.has(family)).map(({ name }) => name);
}

/**
 * Computes features block by block: all pairs of the first rows, then the next rows. Memory does not grow with the range,
 * and the values do not depend on where it is cut. Throws for a column or a range that does not exist.
 */
export function* computeRange(
    market: Market,
    parameters: FeatureParameters,
    request: FeatureRequest,
): Generator<FeatureBlock> {
    const { pairs, from, to, chunkRows = CHUNK_ROWS, into } = request;
    const plan = planOf(request, market.timestamps.length);
    const workspaces = takeWorkspaces(Math.min(chunkRows, to - from) + HISTORY_MINUTES);
    for (let start = from; start < to; start += chunkRows) {
        const end = Math.min(to, start + chunkRows);
        const slice = new MarketSlice(market, parameters, { from: start, to: end }, workspaces);
        const size = plan.slots.size * (end - start);
        for (const pair of pairs) {
            const values = into?.subarray(0, size) ?? new Float32Array(size);
            computeBlock(slice.own(pair), plan, values);
            yield { pair, from: start, to: end, values };
        }
    }
    idle = workspaces;
}

/** Buffers for the next range, so that ranges one after another do not each make and clear hundreds of megabytes. */
let idle: Workspaces | undefined;

function takeWorkspaces(rows: number): Workspaces {
    const known = idle;
    idle = undefined;
    return known !== undefined && known.rows >= rows ? known : workspacesFor(rows);
}

/** Values of the market's last row, one array per pair in the order of `columns`; the same bits as computeRange gives. */
export function computeNewest(
    market: Market,
    parameters: FeatureParameters,
    request: Pick<FeatureRequest, "pairs" | "columns">,
): Map<Pair, Float32Array> {
    const to = market.timestamps.length;
    const blocks = computeRange(market, parameters, { ...request, from: to - 1, to });
    return new Map(Array.from(blocks, ({ pair, values }) => [pair, values]));
}

/** The families to run, and where each wanted column goes. */
interface Plan {
    readonly families: readonly Family[];
    readonly slots: ReadonlyMap<string, number>;
}

function planOf({ columns, from, to }: FeatureRequest, rows: number): Plan {
    const byName = new Map(STORED_COLUMNS.map((column) => [column.name, column]));
    const computed = new Set(computedFamilies());
    const wanted = columns.flatMap((name) => byName.get(name) ?? []);
    const problems = [
        ...columns.filter((name) => !byName.has(name)).map((name) => `${name} is not in the catalogue`),
        ...wanted
            .filter(({ family }) => !computed.has(family))
            .map(({ name, family }) => `${name}: family "${family}" is not computed by this version`),
    ];
    if (!(from >= 0 && from < to && to <= rows)) {
        problems.push(`rows ${from} to ${to} are not a range within the market's ${rows} rows`);
    }
    if (problems.length > 0) throw new Error(`features cannot be computed:\n  ${problems.join("\n  ")}`);
    const families = new Set(wanted.map(({ family }) => family));
    return {
        families: FAMILIES_COMPUTED.filter(({ name }) => families.has(name)),
        slots: new Map(columns.map((name, slot) => [name, slot])),
    };
}

function computeBlock(context: PairContext, plan: Plan, values: Float32Array): void {
    for (const { name, compute } of plan.families) {
        const missing = new Set(columnsOf(name));
        computed = { family: name, missing, span: context.span, slots: plan.slots, values };
        withScratch(context.slice.workspaces.scratch, () => compute(context, emit));
        if (missing.size > 0) {
            throw new Error(`family "${name}" did not emit ${[...missing].join(", ")}`);
        }
    }
}

/** The family of a block that is being computed: blocks are, one after another. */
interface Computed extends Pick<Plan, "slots"> {
    readonly family: FamilyName;
    /** Columns that it has yet to emit. */
    readonly missing: Set<string>;
    readonly span: Span;
    readonly values: Float32Array;
}

let computed: Computed | undefined;

/**
 * One function for all blocks. Code that V8 compiled for a function made anew for each is thrown away with it, and would
 * be compiled again for nearly every pair.
 */
const emit: Emit = (name, series) => {
    if (computed?.missing.delete(name) !== true) {
        throw new Error(`family "${computed?.family}" emitted ${name}, which it lacks or had emitted`);
    }
    const { span, slots, values } = computed;
    const slot = slots.get(name);
    if (slot === undefined) return;
    values.set(series.subarray(span.from, span.to), slot * (span.to - span.from));
};

/** Column names by family; the catalogue never changes. */
const namesByFamily = new Map(
    FAMILIES_COMPUTED.map(({ name }) => [
        name,
        STORED_COLUMNS.filter(({ family }) => family === name).map((column) => column.name),
    ]),
);

const columnsOf = (family: FamilyName): readonly string[] => namesByFamily.get(family) ?? [];
