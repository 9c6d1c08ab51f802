import { expect } from "chai";
import { Redis } from "ioredis";
import { PAIRS } from "../../../config/pairs";
import { CATALOGUE_HASH } from "../../../features/catalogue";
import { describeInstant } from "../../../features/time/instant";
import type { RefreshAnswer, RefreshRequest } from "../../../functions/featureRefresh/refresh";
import { refusalOf } from "../../support/refusal";
import { atCloseOf, barsOf, FIRST_ROW, HOT_MINUTES, MARKET, putBars, putRows, timeOf } from "./fixture";
import { FeatureRefresh, RefreshStores } from "./stores";

/** The last row whose bars are there at the start. */
const NOW = FIRST_ROW - 1;
const FIRST_HOT = NOW - HOT_MINUTES + 1;

const rowsFrom = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const timesOf = (from: number, to: number) => ({
    from: describeInstant(timeOf(from)),
    to: describeInstant(timeOf(to)),
});

/** What a run answered, without how long it took. */
function told({ milliseconds, ...others }: RefreshAnswer): Omit<RefreshAnswer, "milliseconds"> {
    expect(Object.values(milliseconds).every((ms) => ms >= 0)).to.equal(true);
    return others;
}

describe("featureRefresh", function () {
    this.timeout(120_000);
    let stores: RefreshStores;
    let refresh: InstanceType<typeof FeatureRefresh>;

    before(async () => {
        stores = await RefreshStores.start();
    });
    after(() => stores.remove());
    beforeEach(async () => {
        await stores.reset();
        refresh = new FeatureRefresh();
    });

    const run = async (row: number, changes?: Partial<RefreshRequest>) =>
        told(await refresh.run(stores, atCloseOf(row, changes)));
    const put = (row: number) => putRows(stores.database, row, row + 1);

    describe("minute by minute", () => {
        it("stores the hot window, then each new minute, with the bits that a dataset has", async () => {
            expect(await run(NOW)).to.deep.equal({
                ...{ status: "refreshed", ...timesOf(FIRST_HOT, NOW), behindMinutes: 0 },
                ...{ minutes: HOT_MINUTES, rows: HOT_MINUTES * PAIRS.length },
            });
            await put(NOW + 1);
            expect(await run(NOW + 1)).to.deep.equal({
                ...{ status: "refreshed", ...timesOf(NOW + 1, NOW + 1), behindMinutes: 0 },
                ...{ minutes: 1, rows: PAIRS.length },
            });
            for (const row of [FIRST_HOT, NOW, NOW + 1]) {
                const expected = await stores.computedBits(row);
                expect(await stores.storedBits(row)).to.deep.equal(expected);
                expect(await stores.cachedBits(row)).to.deep.equal(expected);
            }
        });

        it("changes nothing when it runs again, warm or cold", async () => {
            await run(NOW);
            const before = await stores.storedBits(NOW);
            expect(await run(NOW)).to.deep.equal({
                status: "current",
                minutes: 0,
                rows: 0,
                behindMinutes: 0,
            });
            refresh = new FeatureRefresh();
            expect(await run(NOW)).to.include({ status: "refreshed", minutes: HOT_MINUTES });
            expect(await stores.storedBits(NOW)).to.deep.equal(before);
            expect(await stores.cachedBits(NOW)).to.deep.equal(before);
            expect(await stores.storedRows("eurusd")).to.deep.equal(rowsFrom(FIRST_HOT, NOW));
        });

        it("catches up after a gap", async () => {
            await run(NOW);
            await putRows(stores.database, NOW + 1, NOW + 5);
            expect(await run(NOW + 4)).to.deep.equal({
                ...{ status: "refreshed", ...timesOf(NOW + 1, NOW + 4), behindMinutes: 0 },
                ...{ minutes: 4, rows: 4 * PAIRS.length },
            });
            expect(await stores.storedBits(NOW + 2)).to.deep.equal(await stores.computedBits(NOW + 2));
            expect(await stores.newestCachedRow()).to.equal(NOW + 4);
        });

        it("stops in time after a whole block, says how far it came, and goes on the next time", async () => {
            refresh = new FeatureRefresh(5);
            const late = { remainingMilliseconds: () => 1_000 };
            expect(await run(NOW, late)).to.deep.equal({
                ...{ status: "behind", ...timesOf(FIRST_HOT, FIRST_HOT + 4), behindMinutes: 7 },
                ...{ minutes: 5, rows: 5 * PAIRS.length },
            });
            expect(await run(NOW, late)).to.include({ status: "behind", minutes: 5 });
            expect(await run(NOW, late)).to.include({ status: "refreshed", minutes: 2, behindMinutes: 0 });
            expect(await stores.storedRows("usdjpy")).to.deep.equal(rowsFrom(FIRST_HOT, NOW));
            expect(await stores.cachedBits(FIRST_HOT)).to.deep.equal(await stores.storedBits(FIRST_HOT));
        });

        it("leaves it to another run that is at it", async () => {
            const runs = [new FeatureRefresh(), new FeatureRefresh()];
            const answers = await Promise.all(runs.map((each) => each.run(stores, atCloseOf(NOW))));
            expect(answers.map(({ status }) => status)).to.have.members(["refreshed", "busy"]);
            expect(await stores.storedRows("eurusd")).to.deep.equal(rowsFrom(FIRST_HOT, NOW));
        });

        it("waits for bars that have not come", async () => {
            await run(NOW);
            expect(await run(NOW + 2)).to.deep.equal({
                status: "current",
                minutes: 0,
                rows: 0,
                behindMinutes: 2,
            });
        });

        it("passes over an event that comes after a newer one", async () => {
            await run(NOW);
            await put(NOW + 1);
            await run(NOW + 1);
            expect(await run(NOW)).to.deep.equal({ status: "current", minutes: 0, rows: 0 });
            expect(await stores.newestCachedRow()).to.equal(NOW + 1);
        });
    });

    describe("bars", () => {
        it("fills a silent pair, and computes anew once its bars have come", async () => {
            await run(NOW);
            const others = PAIRS.filter((pair) => pair !== "gbpjpy");
            await putRows(stores.database, NOW + 1, NOW + 3, others);
            expect(await run(NOW + 2)).to.deep.include({
                status: "refreshed",
                minutes: 2,
                filled: { gbpjpy: 2 },
            });
            expect(await stores.storedBits(NOW + 2)).to.deep.equal(await stores.computedBits(NOW + 2));
            await putRows(stores.database, NOW + 1, NOW + 3, ["gbpjpy"]);
            const answer = await run(NOW + 2);
            expect(answer).to.deep.include({ status: "refreshed", ...timesOf(NOW + 1, NOW + 2) });
            expect(answer).not.to.have.property("filled");
            expect(await stores.storedBits(NOW + 2)).to.deep.equal(await stores.computedBits(NOW + 2));
            expect(await stores.cachedBits(NOW + 1)).to.deep.equal(await stores.storedBits(NOW + 1));
        });

        it("computes anew from a bar on that was corrected", async () => {
            await putRows(stores.database, NOW + 1, NOW + 5);
            await run(NOW + 4);
            const bar = barsOf("eurusd", NOW + 2, NOW + 3);
            await stores.database.query("delete from bars where pair = 'eurusd' and ts_utc = $1", [
                new Date(timeOf(NOW + 2)),
            ]);
            await putBars(stores.database, { ...bar, high: bar.high.map((price) => price * 1.001) });
            expect(await run(NOW + 4)).to.include({ status: "refreshed", ...timesOf(NOW + 2, NOW + 4) });
            expect(await stores.storedBits(NOW + 4)).to.deep.equal(await stores.computedBits(NOW + 4));
        });

        it("leaves out a bar that cannot be, and goes on with all pairs", async () => {
            await putRows(
                stores.database,
                NOW + 1,
                NOW + 2,
                PAIRS.filter((pair) => pair !== "cadchf"),
            );
            const bad = barsOf("cadchf", NOW + 1, NOW + 2);
            await putBars(stores.database, { ...bad, low: bad.low.map((price) => -price) });
            expect(await run(NOW + 1)).to.deep.include({
                ...{ status: "refreshed", filled: { cadchf: 1 }, refused: { cadchf: 1 } },
            });
            expect(await stores.storedRows("cadchf")).to.include(NOW + 1);
        });

        it("says which pairs have none", async () => {
            await stores.database.query("truncate bars_audcad");
            try {
                const withoutBars = ["audcad"];
                expect(await run(NOW)).to.deep.equal({ status: "noBars", minutes: 0, rows: 0, withoutBars });
            } finally {
                await putRows(stores.database, 0, FIRST_ROW, ["audcad"]);
            }
            expect(await run(NOW)).to.include({ status: "refreshed", minutes: HOT_MINUTES });
        });
    });

    describe("the market's hours", () => {
        /** Friday's last minute in New York, and the week's opening after it. */
        const fridayRow = MARKET.timestamps.indexOf(Date.parse("2017-06-30T20:59Z"));
        const saturday = { nowMs: Date.parse("2017-07-01T12:00Z"), retentionDays: 0.65 };

        it("ends with the week: there is nothing to do until the next opens", async () => {
            expect(await run(fridayRow)).to.include({
                ...{
                    status: "refreshed",
                    ...timesOf(fridayRow - HOT_MINUTES + 1, fridayRow),
                    behindMinutes: 0,
                },
            });
            const closed = { nowMs: Date.parse("2017-06-30T21:05Z") };
            expect(await run(fridayRow, closed)).to.deep.equal({ status: "closed", minutes: 0, rows: 0 });
        });

        it("goes on over the weekend with what Friday left undone", async () => {
            expect(await run(fridayRow, saturday)).to.include({
                status: "refreshed",
                ...timesOf(fridayRow - 35, fridayRow),
            });
        });

        it("takes up again with the first minute of the week", async () => {
            expect(await run(fridayRow + 1)).to.include({
                status: "refreshed",
                ...timesOf(fridayRow + 1, fridayRow + 1),
            });
        });

        it("fills the cache anew where a replay's clock was set back", async () => {
            const day = { retentionDays: 0.1 };
            await run(NOW, day);
            await putRows(stores.database, NOW + 1, NOW + 81);
            await run(NOW + 80, day);
            await run(NOW + 2, day);
            expect(await stores.newestCachedRow()).to.equal(NOW + 2);
            expect(await run(NOW + 3, day)).to.include({ status: "refreshed", minutes: 1, behindMinutes: 0 });
            expect(await stores.newestCachedRow()).to.equal(NOW + 3);
            for (const row of [NOW - 30, NOW + 3])
                expect(await stores.cachedBits(row)).to.deep.equal(await stores.storedBits(row));
        });
    });

    describe("parameters", () => {
        it("does nothing without", async () => {
            await stores.database.query("truncate active_parameters");
            expect(await run(NOW)).to.deep.equal({ status: "noParameters", minutes: 0, rows: 0 });
        });

        it("does nothing with those of another catalogue", async () => {
            await stores.database.query("update feature_parameters set catalogue_hash = 'another'");
            try {
                expect(await run(NOW)).to.deep.equal({ status: "noParameters", minutes: 0, rows: 0 });
            } finally {
                await stores.database.query("update feature_parameters set catalogue_hash = $1", [
                    CATALOGUE_HASH,
                ]);
            }
        });

        it("computes the window of pairs that have got other ones anew, and the others' new minutes alone", async () => {
            await run(NOW);
            await stores.activate(["eurusd", "usdjpy"], "another training");
            await put(NOW + 1);
            expect(await run(NOW + 1)).to.include({ status: "refreshed", minutes: HOT_MINUTES });
            expect(await stores.storedRows("eurusd")).to.deep.equal(rowsFrom(FIRST_HOT + 1, NOW + 1));
            expect(await stores.storedRows("audcad")).to.deep.equal(rowsFrom(FIRST_HOT, NOW + 1));
            const expected = await stores.computedBits(NOW + 1);
            expect(await stores.storedBits(NOW + 1)).to.deep.equal(expected);
            expect(await stores.cachedBits(NOW + 1)).to.deep.equal(expected);
        });
    });

    describe("the stores", () => {
        /** A cache that nobody answers for. */
        const deadCache = () =>
            new Redis({ port: 1, lazyConnect: true, retryStrategy: () => null }).on("error", () => undefined);

        /** Runs once PostgreSQL has noticed that the connection of the run before is gone, and its lock with it. */
        const runAfterBreak = async (minute: number) => {
            for (;;) {
                const answer = await run(minute);
                if (answer.status !== "busy") return answer;
            }
        };

        it("makes up for a run that broke off between the tables and the cache", async () => {
            await run(NOW);
            await put(NOW + 1);
            const broken = { database: stores.database, cache: deadCache() };
            await refusalOf(refresh.run(broken, atCloseOf(NOW + 1)));
            expect(await stores.storedRows("eurusd")).to.include(NOW + 1);
            expect(await stores.newestCachedRow()).to.equal(NOW);
            expect(await runAfterBreak(NOW + 1)).to.include({ status: "current" });
            expect(await stores.cachedBits(NOW + 1)).to.deep.equal(await stores.storedBits(NOW + 1));
        });

        it("puts corrected rows into the cache though the run that stored them broke off", async () => {
            await putRows(
                stores.database,
                NOW + 1,
                NOW + 3,
                PAIRS.filter((pair) => pair !== "gbpjpy"),
            );
            await run(NOW + 2);
            await putRows(stores.database, NOW + 1, NOW + 3, ["gbpjpy"]);
            const broken = { database: stores.database, cache: deadCache() };
            await refusalOf(refresh.run(broken, atCloseOf(NOW + 2)));
            expect(await runAfterBreak(NOW + 2)).to.include({ status: "current" });
            expect(await stores.cachedBits(NOW + 1)).to.deep.equal(await stores.computedBits(NOW + 1));
        });

        it("stores all pairs of a block or none", async () => {
            await run(NOW);
            await put(NOW + 1);
            await stores.database.query(
                "alter table spectral_features_usdjpy add constraint never check (ts_utc < '2000-01-01') not valid",
            );
            try {
                expect(await refusalOf(refresh.run(stores, atCloseOf(NOW + 1)))).to.match(/never/);
            } finally {
                await stores.database.query("alter table spectral_features_usdjpy drop constraint never");
            }
            expect(await stores.storedRows("audcad")).not.to.include(NOW + 1);
            expect(await stores.newestCachedRow()).to.equal(NOW);
            expect(await run(NOW + 1)).to.include({ status: "refreshed", minutes: 1 });
        });

        it("deletes what is older than the hot window, once an hour", async () => {
            await run(NOW);
            await putRows(stores.database, NOW + 1, NOW + 61);
            await run(NOW + 60);
            expect(await stores.storedRows("eurusd")).to.deep.equal(
                rowsFrom(NOW + 60 - HOT_MINUTES + 1, NOW + 60),
            );
        });
    });
});
