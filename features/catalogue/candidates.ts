import { STORED_COLUMNS } from ".";
import type { Column } from "./column";

/** Lags in minutes of a laggable column, besides its value of now. */
export const CANDIDATE_LAGS = [60, 120, 180, 240] as const;

/** Lag in minutes of a causality column: one more than the longest target horizon. */
export const CAUSALITY_LAG = 61;

/** Something that selection may choose: a column at a lag. */
export interface Candidate {
    /** The column's name, followed by its lag where there is one. */
    readonly name: string;
    readonly column: Column;
    readonly lagMinutes: number;
    /** `lagged`: the plan's 2,640; `static`: the columns that are not laggable, as they are now. */
    readonly group: "lagged" | "static";
}

/** The plan's number of candidates, or all. */
export type CandidateSetting = "lagged" | "all";

const base = STORED_COLUMNS.filter(({ family }) => family !== "causality");

const at = (column: Column, lagMinutes: number, group: Candidate["group"]): Candidate => ({
    name: lagMinutes === 0 ? column.name : `${column.name}_lag${lagMinutes}`,
    column,
    lagMinutes,
    group,
});

const all: readonly Candidate[] = Object.freeze([
    ...base
        .filter(({ laggable }) => laggable)
        .flatMap((column) => [0, ...CANDIDATE_LAGS].map((lag) => at(column, lag, "lagged"))),
    ...STORED_COLUMNS.filter((column) => column.causality).map((column) =>
        at(column, CAUSALITY_LAG, "lagged"),
    ),
    ...base.filter(({ laggable }) => !laggable).map((column) => at(column, 0, "static")),
]);

/** The candidates under the `candidates` setting: 2,640 lagged ones, and with `all` the 560 static ones too. */
export const candidates = (setting: CandidateSetting): readonly Candidate[] =>
    setting === "all" ? all : all.filter(({ group }) => group === "lagged");
