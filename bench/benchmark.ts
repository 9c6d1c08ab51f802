import type { BenchMarket } from "./market";

/** One measured figure. */
export interface Figure {
    readonly name: string;
    readonly value: number;
    readonly unit: string;
    /** What it should reach; absent where the figure only explains another. */
    readonly target?: Target;
}

export type Target = { readonly atLeast: number } | { readonly atMost: number };

/** What every benchmark is given. */
export interface Bench {
    /** Told what is going on, a line at a time. */
    readonly progress: (line: string) => void;
    /** A folder to work in, removed afterwards. */
    readonly folder: string;
    /** The market that all benchmarks compute from. */
    readonly market: BenchMarket;
}

/** One of the files of this folder; see index.ts. */
export interface Benchmark {
    readonly name: string;
    readonly about: string;
    readonly run: (bench: Bench) => Promise<readonly Figure[]>;
}

/** Whether a figure reaches its target; undefined where it has none. */
export function isMet({ value, target }: Figure): boolean | undefined {
    if (target === undefined) return undefined;
    return "atLeast" in target ? value >= target.atLeast : value <= target.atMost;
}

/** The least of several repetitions: what disturbs a measurement only ever makes it slower. */
export const least = (values: readonly number[]): number => Math.min(...values);

/** The value that a share of all values does not exceed. */
export function percentile(values: readonly number[], share: number): number {
    const ascending = [...values].sort((one, other) => one - other);
    return ascending[Math.max(0, Math.ceil(share * ascending.length) - 1)] ?? NaN;
}
