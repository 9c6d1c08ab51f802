import { expect } from "chai";
import { fillMarket } from "../../data/fill";
import { describeInstant } from "../../features/time/instant";
import { checkMarket } from "../../features/market";
import { barsAt, daysToHoliday } from "./fixture";

const FRIDAY = "2017-07-07T20:5";

/** Friday's last minutes and Sunday's first; eurusd has no tick in the week's last minute, usdjpy none in its last but one. */
const EURUSD = barsAt("eurusd", [
    [`${FRIDAY}6Z`, 7],
    [`${FRIDAY}7Z`, 8],
    [`${FRIDAY}8Z`, 9],
    ["2017-07-09T21:00Z", 10],
]);
const USDJPY = barsAt("usdjpy", [
    [`${FRIDAY}7Z`, 108],
    [`${FRIDAY}9Z`, 109],
    ["2017-07-09T21:01Z", 110],
]);

describe("filling", () => {
    it("puts all pairs on one axis, from the first minute that all of them have, over the weekend", () => {
        const { market } = fillMarket([EURUSD, USDJPY], { daysToHoliday });
        expect(Array.from(market.timestamps, describeInstant)).to.deep.equal([
            "2017-07-07T20:57Z",
            "2017-07-07T20:58Z",
            "2017-07-07T20:59Z",
            "2017-07-09T21:00Z",
            "2017-07-09T21:01Z",
        ]);
        expect([...market.bars.keys()]).to.deep.equal(["eurusd", "usdjpy"]);
        expect(() => checkMarket(market)).not.to.throw();
    });

    it("carries the last close through minutes without a tick", () => {
        const { bars } = fillMarket([EURUSD, USDJPY], { daysToHoliday }).market;
        const { open, high, low, close, volume, spreadBp } = bars.get("eurusd")!;
        expect([...open]).to.deep.equal([7.75, 8.75, 9, 9.75, 10]);
        expect([...high]).to.deep.equal([8.5, 9.5, 9, 10.5, 10]);
        expect([...low]).to.deep.equal([7.5, 8.5, 9, 9.5, 10]);
        expect([...close]).to.deep.equal([8, 9, 9, 10, 10]);
        expect([...volume]).to.deep.equal([0, 0, 0, 0, 0]);
        expect(spreadBp).to.equal(undefined);
        expect([...bars.get("usdjpy")!.close]).to.deep.equal([108, 108, 109, 109, 110]);
    });

    it("carries a close from before the axis into it", () => {
        const early = barsAt("eurusd", [
            ["2017-07-03T08:00Z", 7],
            ["2017-07-03T08:03Z", 8],
        ]);
        const late = barsAt("usdjpy", [["2017-07-03T08:02Z", 108]]);
        const { market } = fillMarket([early, late], { daysToHoliday });
        expect([...market.bars.get("eurusd")!.close]).to.deep.equal([7, 8]);
    });

    it("counts what it did", () => {
        const { counts } = fillMarket([EURUSD, { ...USDJPY, closedHoursDropped: 4 }], { daysToHoliday });
        expect(Object.fromEntries(counts)).to.deep.equal({
            eurusd: {
                ...{
                    bars: 4,
                    filledMinutes: 2,
                    longestGapMinutes: 1,
                    barsBeforeAxis: 1,
                    closedHoursDropped: 0,
                },
            },
            usdjpy: {
                ...{
                    bars: 3,
                    filledMinutes: 2,
                    longestGapMinutes: 1,
                    barsBeforeAxis: 0,
                    closedHoursDropped: 4,
                },
            },
        });
    });

    it("gives the spread in basis points of the close, and the last one where there is no tick", () => {
        const quoted = barsAt(
            "eurusd",
            [
                ["2017-07-03T08:00Z", 2],
                ["2017-07-03T08:02Z", 4],
            ],
            { spread: 0.001 },
        );
        const { market } = fillMarket([quoted], { daysToHoliday });
        expect(market.spread).to.equal("quoted");
        expect([...market.bars.get("eurusd")!.spreadBp!]).to.deep.equal([5, 5, 2.5]);
    });

    it("has activity and spread from the source only where every pair has them", () => {
        const times = [["2017-07-03T08:00Z", 2]] as const;
        const full = barsAt("eurusd", times, { volume: 3, spread: 0.001 });
        const bare = barsAt("usdjpy", times);
        const kinds = (...sources: (typeof full)[]) => {
            const { activity, spread } = fillMarket(sources, { daysToHoliday }).market;
            return [activity, spread];
        };
        expect(kinds(full)).to.deep.equal(["volume", "quoted"]);
        expect(kinds(full, bare)).to.deep.equal(["trueRange", "corwinSchultz"]);
    });

    it("can be held to the kinds of another dataset, and refuses what the bars cannot give", () => {
        const full = barsAt("eurusd", [["2017-07-03T08:00Z", 2]], { volume: 3, spread: 0.001 });
        const held = fillMarket([full], {
            daysToHoliday,
            activity: "trueRange",
            spread: "corwinSchultz",
        }).market;
        expect([held.activity, held.spread]).to.deep.equal(["trueRange", "corwinSchultz"]);
        expect(held.bars.get("eurusd")).not.to.have.property("spreadBp");
        expect(() => fillMarket([USDJPY], { daysToHoliday, activity: "volume", spread: "quoted" })).to.throw(
            "The data has 2 problems:\n" +
                '  - usdjpy.csv: no volume; got 0 throughout, allowed: some, or activity "trueRange"\n' +
                '  - usdjpy.csv: no spread; got no such column, allowed: a column, or spread "corwinSchultz"',
        );
    });

    it("refuses pairs without bars, bars of closed hours, and a market without pairs", () => {
        expect(() => fillMarket([barsAt("eurusd", [])], { daysToHoliday })).to.throw("eurusd.csv: no bars");
        expect(() => fillMarket([], { daysToHoliday })).to.throw("the market: no pairs");
        const saturday = barsAt("eurusd", [["2017-07-08T08:00Z", 2]]);
        expect(() => fillMarket([saturday], { daysToHoliday })).to.throw(
            RangeError,
            "closed at 2017-07-08T08:00Z",
        );
    });
});
