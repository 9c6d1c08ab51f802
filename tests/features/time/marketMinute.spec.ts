import { expect } from "chai";
import { marketMinute, WEEK_MINUTES } from "../../../features/time/calendar";
import { MINUTE_MS } from "../../../features/time/instant";
import { Zone } from "../../../features/time/zone";

const at = (text: string): number => Date.parse(text);

describe("the clock of trading minutes", () => {
    it("opens on Sunday 17:00 and closes on Friday 17:00 in New York, in summer and winter", () => {
        for (const [opens, closes] of [
            ["2017-07-02T21:00Z", "2017-07-07T21:00Z"],
            ["2017-01-08T22:00Z", "2017-01-13T22:00Z"],
        ] as const) {
            expect(marketMinute(at(opens) - 60_000)).to.equal(undefined);
            expect(marketMinute(at(opens))! % WEEK_MINUTES).to.equal(0);
            expect(marketMinute(at(closes) - 60_000)! % WEEK_MINUTES).to.equal(WEEK_MINUTES - 1);
            expect(marketMinute(at(closes))).to.equal(undefined);
        }
    });

    it("counts on without a gap over every weekend, with a change of clocks or not", () => {
        for (const [closes, opens] of [
            ["2017-07-07T20:59Z", "2017-07-09T21:00Z"],
            ["2017-03-10T21:59Z", "2017-03-12T21:00Z"],
            ["2017-11-03T20:59Z", "2017-11-05T22:00Z"],
            ["2006-10-27T20:59Z", "2006-10-29T22:00Z"],
        ] as const) {
            expect(marketMinute(at(opens))).to.equal(marketMinute(at(closes))! + 1);
        }
    });

    it("has no number for what is not the start of a minute", () =>
        expect(marketMinute(at("2017-07-03T10:00:01Z"))).to.equal(undefined));

    for (const [zone, time, offset] of [
        ["America/New_York", "2017-07-03T10:00Z", -240],
        ["America/New_York", "2017-01-03T10:00Z", -300],
        ["Europe/London", "2017-07-03T10:00Z", 60],
        ["Europe/London", "2017-01-03T10:00Z", 0],
        ["Asia/Tokyo", "2017-07-03T10:00Z", 540],
        ["Australia/Sydney", "2017-07-03T10:00Z", 600],
        ["Australia/Sydney", "2017-01-03T10:00Z", 660],
    ] as const) {
        it(`knows that ${zone} is ${offset} minutes off at ${time}`, () =>
            expect(new Zone(zone).offsetMs(at(time)) / MINUTE_MS).to.equal(offset));
    }
});
