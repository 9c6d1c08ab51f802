import { expect } from "chai";
import fc from "fast-check";
import {
    isTradingMinute,
    minuteIndex,
    nextTradingMinute,
    timestampOf,
    timestampsFrom,
    WEEK_MINUTES,
} from "../../../features/time/calendar";
import { describeInstant, MINUTE_MS } from "../../../features/time/instant";

const utc = (text: string): number => Date.parse(`${text}:00Z`);
const next = (text: string): string => describeInstant(nextTradingMinute(utc(text)));

/** Any instant of the years that bars are of, ms UTC. */
const instants = fc.integer({ min: utc("1999-01-01T00:00"), max: utc("2035-12-31T00:00") });

describe("the trading calendar", () => {
    it("is open from Sunday 17:00 to Friday 17:00 in New York, in summer and in winter", () => {
        const edges = ["2017-07-02T21:00", "2017-07-07T20:59", "2017-01-08T22:00", "2017-01-13T21:59"];
        const outside = ["2017-07-02T20:59", "2017-07-07T21:00", "2017-01-08T21:59", "2017-01-13T22:00"];
        expect(edges.map(utc).map(isTradingMinute)).to.deep.equal([true, true, true, true]);
        expect(outside.map(utc).map(isTradingMinute)).to.deep.equal([false, false, false, false]);
    });

    it("counts from the first opening after 1970 began", () => {
        expect(minuteIndex(utc("1970-01-04T22:00"))).to.equal(0);
        expect(minuteIndex(utc("1970-01-04T22:01") + MINUTE_MS - 1)).to.equal(1);
    });

    it("goes from Friday's last minute to Sunday's first, also where the clocks change in between", () => {
        for (const [friday, sunday] of [
            ["2017-07-07T20:59", "2017-07-09T21:00"],
            ["2017-03-10T21:59", "2017-03-12T21:00"],
            ["2017-11-03T20:59", "2017-11-05T22:00"],
        ] as const) {
            expect(minuteIndex(utc(sunday)) - minuteIndex(utc(friday))).to.equal(1);
            expect(describeInstant(timestampOf(minuteIndex(utc(friday)) + 1))).to.equal(`${sunday}Z`);
        }
    });

    it("has weeks of one length: no week is longer for a change of clocks", () => {
        for (let year = 1999; year <= 2035; year++) {
            const first = minuteIndex(nextTradingMinute(Date.UTC(year, 0, 1)));
            const opening = Math.ceil(first / WEEK_MINUTES) * WEEK_MINUTES;
            for (let week = 0; week < 52; week++) {
                const at = opening + week * WEEK_MINUTES;
                const lengthMs = timestampOf(at + WEEK_MINUTES - 1) - timestampOf(at);
                expect(lengthMs).to.equal((WEEK_MINUTES - 1) * MINUTE_MS);
            }
        }
    });

    it("gives every trading minute one number and back", () => {
        fc.assert(
            fc.property(instants, (ms) => {
                const start = Math.floor(ms / MINUTE_MS) * MINUTE_MS;
                if (isTradingMinute(ms)) expect(timestampOf(minuteIndex(ms))).to.equal(start);
                else expect(() => minuteIndex(ms)).to.throw(RangeError, "The market is closed at");
            }),
            { seed: 4, numRuns: 1_000 },
        );
    });

    it("finds the next trading minute: none begins before it", () => {
        expect(next("2017-07-03T08:15")).to.equal("2017-07-03T08:15Z");
        expect(next("2017-07-07T21:00")).to.equal("2017-07-09T21:00Z");
        expect(describeInstant(nextTradingMinute(utc("2017-07-03T08:15") + 1))).to.equal("2017-07-03T08:16Z");
        fc.assert(
            fc.property(instants, (ms) => {
                const found = nextTradingMinute(ms);
                expect(found).to.be.at.least(ms);
                expect(timestampOf(minuteIndex(found) - 1)).to.be.below(ms);
            }),
            { seed: 4, numRuns: 1_000 },
        );
    });

    it("lists minutes over a weekend", () => {
        const listed = timestampsFrom(minuteIndex(utc("2017-07-07T20:58")), 3);
        expect(Array.from(listed, describeInstant)).to.deep.equal([
            "2017-07-07T20:58Z",
            "2017-07-07T20:59Z",
            "2017-07-09T21:00Z",
        ]);
    });
});
