import type { Pair } from "../config/pairs";
import { marketMinute } from "./time/calendar";
import type { Span } from "./kernels/span";
import type { Bars, Market } from "./market";
import type { FeatureParameters, PairParameters } from "./parameters";
import { SeriesCache, type SeriesDefinition } from "./series";
import { Workspace } from "./workspace";

/** Trading minutes before a row that its features may read: no column's lookback is longer. */
export const HISTORY_MINUTES = 5760;

/** The buffers that slices of up to `rows` rows work in, one after another. */
export interface Workspaces {
    readonly rows: number;
    /** For series that every pair may read, which live as long as their slice. */
    readonly shared: Workspace;
    /** For series of the pair whose features are being computed, until those of the next one are. */
    readonly own: Workspace;
    /** For what a family or a series needs only while it is computed. */
    readonly scratch: Workspace;
}

export function workspacesFor(rows: number): Workspaces {
    return { rows, shared: new Workspace(rows), own: new Workspace(rows), scratch: new Workspace(rows) };
}

/** Rows [from, to) of a market with the history that their features read; rows of the slice count from its first one. */
export class MarketSlice {
    readonly span: Span;
    readonly timestamps: Float64Array;
    private readonly start: number;
    private readonly pairs = new Map<Pair, PairContext>();
    private readonly cache: SeriesCache<MarketSlice>;

    constructor(
        readonly market: Market,
        readonly parameters: FeatureParameters,
        rows: { readonly from: number; readonly to: number },
        readonly workspaces: Workspaces,
    ) {
        workspaces.shared.release(0);
        this.start = Math.max(0, rows.from - HISTORY_MINUTES);
        this.timestamps = market.timestamps.subarray(this.start, rows.to);
        const origin = marketMinute(this.timestamps[0] ?? NaN);
        if (origin === undefined) throw new Error(`row ${this.start} of the market is no trading minute`);
        this.span = {
            origin,
            from: rows.from - this.start,
            to: rows.to - this.start,
        };
        this.cache = new SeriesCache<MarketSlice>(this, workspaces.shared, this.span);
    }

    /**
     * What other pairs and the whole market read of a pair: the same context on every call, so that what one pair
     * computes for a panel is there for the next.
     */
    pair(pair: Pair): PairContext {
        const known = this.pairs.get(pair);
        if (known !== undefined) return known;
        const context = this.contextOf(pair, this.workspaces.shared);
        this.pairs.set(pair, context);
        return context;
    }

    /**
     * What the features of a pair are computed in, until the next call. Hardly any of its series is read by another pair:
     * all pairs take turns in the same buffers, which so stay in the processor's cache.
     */
    own(pair: Pair): PairContext {
        this.workspaces.own.release(0);
        return this.contextOf(pair, this.workspaces.own);
    }

    /** A series of the whole market; see {@link PairContext.series}. */
    group(definition: SeriesDefinition<MarketSlice>, from: number): readonly Float64Array[] {
        return withScratch(this.workspaces.scratch, () => this.cache.get(definition, from));
    }

    private contextOf(pair: Pair, workspace: Workspace): PairContext {
        const bars = this.market.bars.get(pair);
        const parameters = this.parameters.pairs.get(pair);
        if (bars === undefined) throw new Error(`the market has no bars of ${pair}`);
        if (parameters === undefined) throw new Error(`there are no feature parameters for ${pair}`);
        return new PairContext(pair, this, this.cut(bars), parameters, workspace);
    }

    private cut(bars: Bars): Bars {
        const cut = (values: Float64Array) => values.subarray(this.start, this.start + this.span.to);
        const { open, high, low, close, volume, spreadBp } = bars;
        return {
            open: cut(open),
            high: cut(high),
            low: cut(low),
            close: cut(close),
            volume: cut(volume),
            ...(spreadBp === undefined ? {} : { spreadBp: cut(spreadBp) }),
        };
    }
}

/** What the features of one pair are computed from. */
export class PairContext {
    /** The rows wanted; earlier rows are history. */
    readonly span: Span;
    private readonly cache: SeriesCache<PairContext>;

    constructor(
        readonly pair: Pair,
        readonly slice: MarketSlice,
        readonly bars: Bars,
        readonly parameters: PairParameters,
        workspace: Workspace,
    ) {
        this.span = slice.span;
        this.cache = new SeriesCache<PairContext>(this, workspace, this.span);
    }

    /** The only array of a shared series, valid from row `from` (row 0 at the earliest) to the span's end. */
    series(definition: SeriesDefinition<PairContext>, from: number): Float64Array {
        const [values] = this.group(definition, from);
        if (values === undefined) throw new Error(`series ${definition.key} has no array`);
        return values;
    }

    /** All arrays of a shared series. */
    group(definition: SeriesDefinition<PairContext>, from: number): readonly Float64Array[] {
        return withScratch(this.slice.workspaces.scratch, () => this.cache.get(definition, from));
    }

    /** A buffer as long as the slice, its content undefined, until the family or series being computed is done. */
    scratch(): Float64Array {
        return this.slice.workspaces.scratch.take();
    }
}

/** Runs `work` and gives back the scratch buffers it took. */
export function withScratch<Result>(scratch: Workspace, work: () => Result): Result {
    const mark = scratch.mark();
    try {
        return work();
    } finally {
        scratch.release(mark);
    }
}
