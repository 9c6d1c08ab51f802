import type { Span } from "./kernels/span";
import type { Workspace } from "./workspace";

/**
 * Arrays that several families read, computed once per slice. `compute` must write the rows of `span` and no other, and
 * give the same bits whatever the span: a later request for earlier rows then only adds those.
 */
export interface SeriesDefinition<Context> {
    readonly key: string;
    /** Number of arrays. */
    readonly width: number;
    readonly compute: (context: Context, outputs: readonly Float64Array[], span: Span) => void;
}

interface Computed {
    readonly arrays: readonly Float64Array[];
    from: number;
}

/** The series of one context, each computed as far back as anybody has asked for. */
export class SeriesCache<Context> {
    private readonly computed = new Map<string, Computed>();

    constructor(
        private readonly context: Context,
        private readonly workspace: Workspace,
        private readonly span: Span,
    ) {}

    /** Arrays that hold the rows from `from` (or row 0 where that is negative) to the span's end. */
    get(definition: SeriesDefinition<Context>, from: number): readonly Float64Array[] {
        let known = this.computed.get(definition.key);
        if (known === undefined) {
            const arrays = Array.from({ length: definition.width }, () => this.workspace.take());
            known = { arrays, from: this.span.to };
            this.computed.set(definition.key, known);
        }
        const first = Math.max(0, from);
        if (first < known.from) {
            const { arrays, from: to } = known;
            known.from = first;
            definition.compute(this.context, arrays, { origin: this.span.origin, from: first, to });
        }
        return known.arrays;
    }
}
