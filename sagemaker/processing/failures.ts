import type { Pair } from "../../config/pairs";

/** A pair that could not be made. */
export interface Failure {
    readonly pair: Pair;
    readonly error: string;
}

/** Pairs that failed, each with its first error: the others go on. */
export class Failures {
    private readonly errors = new Map<Pair, string>();

    has(pair: Pair): boolean {
        return this.errors.has(pair);
    }

    add({ pair, error }: Failure): void {
        if (!this.errors.has(pair)) this.errors.set(pair, error);
    }

    /** Does a pair's work; what it throws is the pair's failure. */
    async catching(pair: Pair, work: () => Promise<unknown>): Promise<void> {
        try {
            await work();
        } catch (error) {
            this.add({ pair, error: error instanceof Error ? error.message : String(error) });
        }
    }

    /** Those of some pairs, in the pairs' order. */
    of(pairs: readonly Pair[]): Failure[] {
        return pairs.flatMap((pair) => {
            const error = this.errors.get(pair);
            return error === undefined ? [] : [{ pair, error }];
        });
    }
}
