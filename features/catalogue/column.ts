/** Families in the order of the catalogue. */
export const FAMILIES = [
    "regression idx",
    "technical idx",
    "correlation idx",
    "moving averages",
    "multi-resolution",
    "time and calendar",
    "microstructure",
    "regression bqx",
    "technical bqx",
    "statistics bqx",
    "bollinger bqx",
    "fibonacci bqx",
    "correlation bqx",
    "dual-domain comparison",
    "cross-pair",
    "memory",
    "event and regime",
    "volume",
    "error correction",
    "realized volatility",
    "hmm regime",
    "cross-sectional panel",
    "parabolic comparison",
    "multi-scale",
    "spectral and wavelet",
    "causality",
] as const;

export type FamilyName = (typeof FAMILIES)[number];

export type Domain = "rate_idx" | "bqx" | "both";

export const TABLES = [
    "reg_idx",
    "technical_idx",
    "correlation_idx",
    "time_features",
    "spread_features",
    "reg_bqx",
    "technical_bqx",
    "statistics_bqx",
    "bollinger_bqx",
    "fibonacci_bqx",
    "correlation_bqx",
    "volume_features",
    "error_correction",
    "realized_vol",
    "hmm_regime",
    "cross_sectional_panel",
    "spectral_features",
    "computed_features",
] as const;

export type TableName = (typeof TABLES)[number];

/**
 * What a value is measured in. `sd`: standard deviations; `index`: points of rate_idx (100 at the base timestamp);
 * `bqx`: the momentum index; `bp`: basis points; `units`: units of activity; `class`: a small whole number.
 */
export type Unit =
    | "ratio"
    | "percent"
    | "sd"
    | "index"
    | "bqx"
    | "bp"
    | "log-return"
    | "correlation"
    | "share"
    | "probability"
    | "minutes"
    | "days"
    | "windows"
    | "count"
    | "flag"
    | "class"
    | "sign"
    | "units"
    | "nats"
    | "cycles-per-minute";

/** One base feature. */
export interface Column {
    /** Unique over all tables; snake_case, its window last. */
    readonly name: string;
    readonly table: TableName;
    readonly domain: Domain;
    readonly family: FamilyName;
    readonly unit: Unit;
    /** Trading minutes before t that the value at t reads, so the length of the warm-up. */
    readonly lookbackMinutes: number;
    /** Whether its values 60 to 240 minutes ago are candidates too. */
    readonly laggable: boolean;
    /** Whether its value 61 minutes ago is a candidate too. */
    readonly causality: boolean;
}

/** What a family declares of each of its columns; what it leaves out comes from the family. */
export type Declaration = Pick<Column, "name" | "unit" | "lookbackMinutes"> &
    Partial<Pick<Column, "domain" | "causality">>;

export const column = (name: string, unit: Unit, lookbackMinutes: number): Declaration => ({
    name,
    unit,
    lookbackMinutes,
});

/** One family of the catalogue. */
export interface CatalogueFamily {
    readonly name: FamilyName;
    readonly columns: readonly Column[];
    /** What its columns are, one paragraph for the reference. */
    readonly about: string;
}

export interface FamilyDeclaration {
    readonly name: FamilyName;
    readonly table: TableName;
    /** Domain of the columns that do not name their own. */
    readonly domain: Domain;
    readonly laggable: boolean;
    readonly about: string;
    readonly columns: readonly Declaration[];
}

export function catalogueFamily(declaration: FamilyDeclaration): CatalogueFamily {
    const { name, table, domain, laggable, about, columns } = declaration;
    return Object.freeze({
        name,
        about,
        columns: columns.map((each) =>
            Object.freeze({ causality: false, domain, ...each, table, family: name, laggable }),
        ),
    });
}
