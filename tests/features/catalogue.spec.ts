import { expect } from "chai";
import {
    CATALOGUE,
    CATALOGUE_GROUPS,
    CATALOGUE_HASH,
    catalogueHash,
    STORED_COLUMNS,
} from "../../features/catalogue";
import { candidates } from "../../features/catalogue/candidates";
import { FAMILIES, TABLES } from "../../features/catalogue/column";
import { HISTORY_MINUTES } from "../../features/slice";

/** The plan's counts; the catalogue must not be the one to say what it should be. */
const COUNTS = {
    "rate_idx domain": {
        "regression idx": [90, "reg_idx"],
        "technical idx": [56, "technical_idx"],
        "correlation idx": [45, "correlation_idx"],
        "moving averages": [24, "computed_features"],
        "multi-resolution": [30, "computed_features"],
        "time and calendar": [20, "time_features"],
        microstructure: [3, "spread_features"],
    },
    "BQX domain": {
        "regression bqx": [90, "reg_bqx"],
        "technical bqx": [56, "technical_bqx"],
        "statistics bqx": [48, "statistics_bqx"],
        "bollinger bqx": [15, "bollinger_bqx"],
        "fibonacci bqx": [20, "fibonacci_bqx"],
        "correlation bqx": [25, "correlation_bqx"],
    },
    "Cross-domain": {
        "dual-domain comparison": [28, "computed_features"],
        "cross-pair": [44, "computed_features"],
        memory: [78, "computed_features"],
        "event and regime": [26, "computed_features"],
        volume: [32, "volume_features"],
    },
    Advanced: {
        "error correction": [30, "error_correction"],
        "realized volatility": [40, "realized_vol"],
        "hmm regime": [25, "hmm_regime"],
        "cross-sectional panel": [35, "cross_sectional_panel"],
        "parabolic comparison": [80, "computed_features"],
        "multi-scale": [60, "computed_features"],
        "spectral and wavelet": [80, "spectral_features"],
    },
} as const;

const LAGGABLE = [
    "regression idx",
    "technical idx",
    "correlation idx",
    "regression bqx",
    "technical bqx",
    "statistics bqx",
    "bollinger bqx",
    "fibonacci bqx",
    "correlation bqx",
    "realized volatility",
    "cross-sectional panel",
];

describe("the feature catalogue", () => {
    const names = CATALOGUE.map(({ name }) => name);

    it("has 1,080 base features: 268 + 254 + 208 + 350", () => {
        const sizes = Object.values(CATALOGUE_GROUPS).map((families) =>
            families.reduce((sum, { columns }) => sum + columns.length, 0),
        );
        expect(sizes).to.deep.equal([268, 254, 208, 350]);
        expect(CATALOGUE).to.have.length(1080);
    });

    it("has the plan's count and table for every family", () => {
        const found = Object.fromEntries(
            Object.entries(CATALOGUE_GROUPS).map(([group, families]) => [
                group,
                Object.fromEntries(
                    families.map(({ name, columns }) => [name, [columns.length, columns[0]?.table]]),
                ),
            ]),
        );
        expect(found).to.deep.equal(COUNTS);
        for (const { columns } of Object.values(CATALOGUE_GROUPS).flat()) {
            expect(new Set(columns.map(({ table }) => table)).size).to.equal(1);
        }
    });

    it("names every family and table that a column may have", () => {
        expect(new Set(STORED_COLUMNS.map(({ family }) => family))).to.deep.equal(new Set(FAMILIES));
        expect(new Set(STORED_COLUMNS.map(({ table }) => table))).to.deep.equal(new Set(TABLES));
    });

    it("has unique names in snake case, short enough for a column of PostgreSQL", () => {
        const stored = STORED_COLUMNS.map(({ name }) => name);
        expect(new Set(stored).size).to.equal(stored.length);
        expect(stored.filter((name) => !/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(name))).to.deep.equal([]);
        expect(stored.filter((name) => name.length > 63 - "_lag240".length)).to.deep.equal([]);
    });

    it("lets no column look back further than a slice has history", () => {
        expect(Math.max(...STORED_COLUMNS.map(({ lookbackMinutes }) => lookbackMinutes))).to.be.at.most(
            HISTORY_MINUTES,
        );
        const odd = STORED_COLUMNS.filter(
            ({ lookbackMinutes }) => !(Number.isInteger(lookbackMinutes) && lookbackMinutes >= 0),
        );
        expect(odd).to.deep.equal([]);
    });

    it("has 520 laggable columns, in whole families", () => {
        const laggable = CATALOGUE.filter((column) => column.laggable);
        expect(laggable).to.have.length(520);
        expect([...new Set(laggable.map(({ family }) => family))]).to.have.members(LAGGABLE);
    });

    it("has 40 causality columns: 24 regressions, and 16 columns besides the 1,080", () => {
        const causal = STORED_COLUMNS.filter((column) => column.causality);
        const of = (table: string) => causal.filter((column) => column.table === table);
        expect(of("reg_idx").every(({ name }) => name.startsWith("w60_idx_"))).to.equal(true);
        expect(of("reg_bqx").every(({ name }) => name.startsWith("w60_bqx_"))).to.equal(true);
        expect(
            [of("reg_idx"), of("reg_bqx"), of("computed_features")].map(({ length }) => length),
        ).to.deep.equal([12, 12, 16]);
        const extra = STORED_COLUMNS.slice(CATALOGUE.length);
        expect(of("computed_features")).to.deep.equal(extra);
        expect(extra.filter(({ name }) => names.includes(name))).to.deep.equal([]);
    });

    it("tags a column that is computed from one domain's series alone with that domain", () => {
        const other = STORED_COLUMNS.filter(
            ({ name, domain }) =>
                (/_idx(_|$)/.test(name) && domain !== "rate_idx") ||
                (/^bqx_\d+(_lag)?/.test(name) && domain !== "bqx"),
        );
        expect(other).to.deep.equal([]);
        const both = STORED_COLUMNS.filter(({ domain }) => domain === "both").map(({ family }) => family);
        expect(new Set(both)).to.deep.equal(new Set(["dual-domain comparison", "cross-pair", "volume"]));
    });

    it("has a hash that changes with an entry and with their order", () => {
        const [first, second, ...rest] = STORED_COLUMNS;
        expect(CATALOGUE_HASH).to.match(/^[0-9a-f]{64}$/);
        expect(catalogueHash([first!, second!, ...rest])).to.equal(CATALOGUE_HASH);
        expect(catalogueHash([second!, first!, ...rest])).to.not.equal(CATALOGUE_HASH);
        expect(catalogueHash([{ ...first!, lookbackMinutes: 99 }, second!, ...rest])).to.not.equal(
            CATALOGUE_HASH,
        );
    });
});

describe("the candidates of selection", () => {
    const lagged = candidates("lagged");
    const all = candidates("all");

    it("are the plan's 2,640, or 3,200 with the columns that are not laggable", () => {
        expect(lagged).to.have.length(2640);
        expect(all).to.have.length(3200);
        expect(all.filter(({ group }) => group === "static")).to.have.length(560);
    });

    it("hold each laggable column now and at four lags, each causality column at one", () => {
        const counts = new Map<number, number>();
        for (const { lagMinutes } of lagged) counts.set(lagMinutes, (counts.get(lagMinutes) ?? 0) + 1);
        expect(Object.fromEntries(counts)).to.deep.equal({
            0: 520,
            60: 520,
            120: 520,
            180: 520,
            240: 520,
            61: 40,
        });
    });

    it("have unique names, and keep the domain of their column", () => {
        expect(new Set(all.map(({ name }) => name)).size).to.equal(all.length);
        const one = all.find(({ name }) => name === "rsi_bqx_14_lag120");
        expect(one).to.deep.include({ lagMinutes: 120, group: "lagged" });
        expect(one?.column.domain).to.equal("bqx");
        expect(all.some(({ name }) => name === "agg_bqx_mean_lag61")).to.equal(true);
        expect(all.some(({ name }) => name === "agg_bqx_mean")).to.equal(false);
    });
});
