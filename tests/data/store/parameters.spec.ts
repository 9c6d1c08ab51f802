import { expect } from "chai";
import type { ClientBase } from "pg";
import { PAIRS } from "../../../config/pairs";
import { basisDocument, basisOf } from "../../../data/store/basis";
import { ensureFeatureTables, writeFeatureRows } from "../../../data/store/featureTables";
import {
    activateParameters,
    activeParameters,
    ensureParameterTables,
    saveParameters,
} from "../../../data/store/parameters";
import { newestFeatures } from "../../../data/store/readFeatures";
import { inTransaction } from "../../../data/store/transaction";
import { CATALOGUE_HASH } from "../../../features/catalogue";
import { startDatabase, type TestDatabase } from "../../support/database";
import { refusalOf } from "../../support/refusal";
import { BASIS } from "./basis";
import { rowsOf, START_MS } from "./rows";

const OTHER = { ...BASIS, trainingHash: "of other bars" };

describe("feature parameters", function () {
    this.timeout(60_000);
    let database: TestDatabase;

    before(async () => {
        database = await startDatabase();
        await inTransaction(database.pool, ensureFeatureTables);
        await inTransaction(database.pool, ensureParameterTables);
    });
    after(() => database.remove());
    beforeEach(() =>
        database.pool.query("truncate feature_parameters, active_parameters, cross_sectional_panel"),
    );

    const within = <Result>(work: (client: ClientBase) => Promise<Result>) =>
        inTransaction(database.pool, work);

    it("are the same after JSON, whatever order its keys have", () => {
        const document = basisDocument(BASIS);
        expect(basisOf(JSON.parse(JSON.stringify(document)))).to.deep.equal(BASIS);
        const reversed = JSON.parse(JSON.stringify(document), (_, value: unknown) =>
            typeof value === "object" && value !== null && !Array.isArray(value)
                ? Object.fromEntries(Object.entries(value).reverse())
                : value,
        ) as unknown;
        expect(JSON.stringify(basisDocument(basisOf(reversed)))).to.equal(JSON.stringify(document));
    });

    it("refuse what is missing or is no number, naming all of it", () => {
        const { parameters } = BASIS;
        const pairs = new Map(parameters.pairs).set("eurusd", {
            baseRate: NaN,
            garch: { omega: 1, alpha: 2, beta: Infinity },
        });
        const hmm = new Map(parameters.hmm);
        hmm.delete("usdjpy");
        const attempt = () => basisDocument({ ...BASIS, parameters: { ...parameters, pairs, hmm } });
        expect(attempt).to.throw(
            /^the feature parameters are not usable:\n {2}parameters\.pairs\.eurusd\.baseRate: .*\n {2}parameters\.pairs\.eurusd\.garch\.beta: .*\n {2}parameters\.pairs\.usdjpy\.hmm: .*$/,
        );
    });

    it("are stored once, and read back with the pairs that they are active for", async () => {
        const digest = await saveParameters(database.pool, BASIS);
        expect(await saveParameters(database.pool, BASIS)).to.equal(digest);
        expect(await activeParameters(database.pool)).to.deep.equal([]);
        const other = await saveParameters(database.pool, OTHER);
        expect(other).not.to.equal(digest);
        await within((client) => activateParameters(client, PAIRS.slice(0, 27), digest));
        await within((client) => activateParameters(client, ["usdjpy", "eurusd"], other));
        expect(await activeParameters(database.pool)).to.deep.equal([
            {
                ...BASIS,
                digest,
                catalogueHash: CATALOGUE_HASH,
                pairs: PAIRS.filter((pair) => !["eurusd", "usdjpy"].includes(pair)),
            },
            { ...OTHER, digest: other, catalogueHash: CATALOGUE_HASH, pairs: ["eurusd", "usdjpy"] },
        ]);
        const { rows } = await database.pool.query("select count(*)::int as n from feature_parameters");
        expect(rows).to.deep.equal([{ n: 2 }]);
    });

    it("take the rows of pairs along whose parameters change, and of no others", async () => {
        const digest = await saveParameters(database.pool, BASIS);
        await within((client) => activateParameters(client, ["eurusd", "gbpusd"], digest));
        await within((client) =>
            writeFeatureRows(
                client,
                (["eurusd", "gbpusd", "usdjpy"] as const).map((pair) => rowsOf(pair, START_MS, 2)),
            ),
        );
        const stored = async () => [...(await newestFeatures(database.pool)).keys()];
        await within((client) => activateParameters(client, ["eurusd"], digest));
        expect(await stored()).to.deep.equal(["eurusd", "gbpusd", "usdjpy"]);
        const other = await saveParameters(database.pool, OTHER);
        await within((client) => activateParameters(client, ["eurusd", "usdjpy"], other));
        expect(await stored()).to.deep.equal(["gbpusd"]);
        const { rows } = await database.pool.query("select distinct pair from reg_idx");
        expect(rows).to.deep.equal([{ pair: "gbpusd" }]);
    });

    it("are not activated where none of that digest are stored", async () => {
        const refusal = await refusalOf(
            within((client) => activateParameters(client, ["eurusd"], "unknown")),
        );
        expect(refusal.message).to.contain("foreign key");
        expect(await activeParameters(database.pool)).to.deep.equal([]);
    });

    it("are refused where what is stored is not what it should be", async () => {
        const digest = await saveParameters(database.pool, BASIS);
        await within((client) => activateParameters(client, ["eurusd"], digest));
        await database.pool.query(
            "update feature_parameters set document = document - 'usdLoadings' || '{\"more\": 1}'",
        );
        expect((await refusalOf(activeParameters(database.pool))).message).to.match(
            /not usable:\n {2}parameters\.usdLoadings: .*\n {2}parameters: Unrecognized key: "more"$/,
        );
    });
});
